"""N container hosts on one shared link.

    pod 10.1.X.2 ── docker0 10.1.X.1/24 ─ host X ─ eth0 192.168.1.X/24 ──┐
    pod 10.1.Y.2 ── docker0 10.1.Y.1/24 ─ host Y ─ eth0 192.168.1.Y/24 ──┴─ link (a bridge)

and the same in IPv6: pods fd00:10:1:X::/64, the link fd00:192:168:1::/64. No router, no other machine.
"""

from . import netns

# The kernel counts the ARP entries of all namespaces together and keeps 1024 (gc_thresh3, a sysctl of the machine
# that is left alone). N hosts need N*(N-1); permanent entries are not counted.
HOSTS_WITH_DYNAMIC_NEIGHBORS = 25

QUIET_IPV6 = {"accept_dad": 0, "accept_ra": 0, "autoconf": 0, "router_solicitations": 0}


class Host:
    """The names and addresses of one host. number: 1, 2, …"""

    def __init__(self, lab, number):
        self.lab, self.number = lab, number
        self.name = f"host{number}"
        self.namespace = f"{lab}-host{number}"
        self.pod_namespace = f"{lab}-host{number}-pod"
        self.ipv4 = f"192.168.1.{number}"
        self.ipv6 = f"fd00:192:168:1::{number:x}"
        self.mac = f"02:00:c0:a8:01:{number:02x}"
        self.link_local = f"fe80::c0ff:fea8:{0x100 + number:x}"  # from the MAC, RFC 4291 appendix A
        # What a route to it may go by: a link-local next hop is as good as the global one (RFC 2545 §3).
        self.next_hops = ((self.ipv4,), (self.ipv6, self.link_local))
        self.docker_ipv4, self.docker_ipv6 = f"10.1.{number}.1", f"fd00:10:1:{number:x}::1"
        self.subnet_ipv4, self.subnet_ipv6 = f"10.1.{number}.0/24", f"fd00:10:1:{number:x}::/64"
        self.pod_ipv4, self.pod_ipv6 = f"10.1.{number}.2", f"fd00:10:1:{number:x}::2"
        self.subnets = [self.subnet_ipv4, self.subnet_ipv6]

    def ip(self, *commands):
        """`ip` commands inside the host, one text each."""
        netns.ip_batch(list(commands), self.namespace)

    def routes(self, family="ipv4"):
        """The kernel's main table: {prefix: entry of `ip -json route`}."""
        entries = netns.ip_json(self.namespace, "-4" if family == "ipv4" else "-6", "route", "show")
        return {entry["dst"]: entry for entry in entries}

    def run(self, *command, check=True, **options):
        """Runs a program in the host's network namespace."""
        return netns.run(netns.enter_command(self.namespace) + list(command), check=check, **options)


class Hosts:
    """A lab of `count` hosts. `up` makes it (after removing what is left of one of the same name), `down` removes it.

    docker0: numbers of the hosts that have a bridge and a pod; all when absent.
    forwarding: whether the hosts forward from the start. A kuland without configuration turns it on itself.
    """

    def __init__(self, lab, count, docker0=None, forwarding=False):
        self.lab = lab
        self.hosts = [Host(lab, number) for number in range(1, count + 1)]
        self.with_docker0 = set(range(1, count + 1) if docker0 is None else docker0)
        self.forwarding = forwarding
        self.link = f"{lab}-link"

    def __iter__(self):
        return iter(self.hosts)

    def __getitem__(self, number):
        """By number: the first host is 1."""
        return self.hosts[number - 1]

    def __len__(self):
        return len(self.hosts)

    def others(self, host):
        return [other for other in self.hosts if other is not host]

    def up(self):
        self.down()
        names = [self.link]
        for host in self.hosts:
            names.append(host.namespace)
            if host.number in self.with_docker0:
                names.append(host.pod_namespace)
        netns.ip_batch([f"netns add {name}" for name in names])
        netns.set_sysctls(self.link, {"net/ipv6/conf/all/disable_ipv6": 1, "net/ipv6/conf/default/disable_ipv6": 1})
        self._make_link()
        for host in self.hosts:
            self._make_host(host)

    def down(self):
        netns.remove_lab(self.lab)

    def _make_link(self):
        # Before the first port comes: a port's IPv6 address is duplicate-checked by the sysctls of that moment.
        for host in self.hosts:
            netns.set_sysctls(host.namespace, self._host_sysctls())
            if host.number in self.with_docker0:
                netns.set_sysctls(host.pod_namespace, _interface_defaults())
        lines = ["link set lo up", "link add shared type bridge forward_delay 0 mcast_snooping 0", "link set shared up"]
        for host in self.hosts:
            lines += [f"link add {host.name} type veth peer name eth0 address {host.mac} netns {host.namespace}",
                      f"link set {host.name} master shared up"]
        netns.ip_batch(lines, self.link)

    def _host_sysctls(self):
        values = _interface_defaults()
        values |= {"net/ipv4/conf/all/rp_filter": 0, "net/ipv4/conf/default/rp_filter": 0}
        values |= {"net/ipv4/ip_forward": int(self.forwarding), "net/ipv6/conf/all/forwarding": int(self.forwarding)}
        return values

    def _make_host(self, host):
        lines = ["link set lo up", f"addr add {host.ipv4}/24 dev eth0", f"addr add {host.ipv6}/64 dev eth0 nodad",
                 "link set eth0 up"]
        if len(self.hosts) > HOSTS_WITH_DYNAMIC_NEIGHBORS:
            for other in self.others(host):
                lines += [f"neigh add {address} lladdr {other.mac} dev eth0 nud permanent"
                          for address in (other.ipv4, other.ipv6, other.link_local)]
        host.ip(*lines)
        if host.number in self.with_docker0:
            self._make_docker0(host)

    def _make_docker0(self, host):
        host.ip(f"link add docker0 address 02:42:0a:01:{host.number:02x}:01 type bridge forward_delay 0",
                "link set docker0 up",
                f"addr add {host.docker_ipv4}/24 dev docker0",
                f"addr add {host.docker_ipv6}/64 dev docker0 nodad",
                f"link add pod1 type veth peer name eth0 netns {host.pod_namespace}",
                "link set pod1 master docker0 up")
        netns.ip_batch(["link set lo up", f"addr add {host.pod_ipv4}/24 dev eth0",
                        f"addr add {host.pod_ipv6}/64 dev eth0 nodad", "link set eth0 up",
                        f"route add default via {host.docker_ipv4}", f"route add default via {host.docker_ipv6}"],
                       host.pod_namespace)


def _interface_defaults():
    return {f"net/ipv6/conf/{which}/{name}": value
            for which in ("all", "default") for name, value in QUIET_IPV6.items()}
