"""Route reflection, RFC 4456: kuland reflects for others, others reflect for kuland."""

import os
import re
import socket

from harness import AS_KULAND, Neighbor, check, interop, kuland_config, neighbors_for, peers, wait_for
from lab import netns
from lab.ping import ping_all


@interop(covers="reflector", peers=("bird", "frr", "gobgp", "openbgpd", "exabgp"))
def kuland_reflects(lab, peer):
    hosts = lab.hosts(3)
    clients = [client for host in (hosts[2], hosts[3])
               for client in neighbors_for(peer, host, AS_KULAND, reflector_client=True)]
    speakers = [lab.peer(peer, host, AS_KULAND, neighbors_for(peer, hosts[1], AS_KULAND), docker0=True)
                for host in (hosts[2], hosts[3])]
    lab.kuland(hosts[1], kuland_config(hosts[1], clients))

    for subnet, next_hop in zip(hosts[2].subnets, (hosts[2].ipv4, hosts[2].ipv6)):
        route = wait_for(lambda: speakers[1].route(subnet), f"client 3 has {subnet} of client 2")
        check(route["next_hop"] == next_hop, f"the next hop is left as it was: {route}")
        check(route["as_path"] == [], f"the AS path is empty: {route}")
        if route["originator_id"] or route["cluster_list"]:  # not every program shows them
            check(route["originator_id"] == hosts[2].ipv4, f"ORIGINATOR_ID: {route}")
            check(route["cluster_list"] == [hosts[1].ipv4], f"CLUSTER_LIST: {route}")
    for subnet in hosts[1].subnets:
        wait_for(lambda: speakers[0].route(subnet), f"client 2 has the reflector's own {subnet}")

    speakers[0].kill()
    for subnet in hosts[2].subnets:
        wait_for(lambda: not speakers[1].route(subnet), f"client 3 has {subnet} no more")


@interop(covers="reflector_client", peers=("bird", "frr", "gobgp", "openbgpd"))
def kuland_is_a_client(lab, peer):
    hosts = lab.hosts(3)
    clients = [client for host in (hosts[2], hosts[3])
               for client in neighbors_for(peer, host, AS_KULAND, reflector_client=True)]
    lab.peer(peer, hosts[1], AS_KULAND, clients, docker0=True)
    kulands = [lab.kuland(host, kuland_config(host, neighbors_for(peer, hosts[1], AS_KULAND)), start=False)
               for host in (hosts[2], hosts[3])]
    for kuland in kulands:
        kuland.start(wait=False)

    for prefix, next_hops, family in zip(hosts[2].subnets, hosts[2].next_hops, ("ipv4", "ipv6")):
        entry = wait_for(lambda: hosts[3].routes(family).get(prefix), f"host 3's kernel has {prefix}", 25)
        check(entry["gateway"] in next_hops, f"straight to host 2: {entry}")
    wait_for(lambda: hosts[1].subnet_ipv4 in hosts[2].routes(), "and the reflector's own subnet")
    kulands[0].kill()
    for prefix, family in zip(hosts[2].subnets, ("ipv4", "ipv6")):
        wait_for(lambda: prefix not in hosts[3].routes(family), f"host 3's kernel has {prefix} no more")


@interop()
def kuland_reflects_for_kulands(lab):
    hosts = lab.hosts(4)
    clients = [Neighbor(host.ipv4, AS_KULAND, reflector_client=True) for host in hosts.others(hosts[1])]
    kulands = [lab.kuland(host, kuland_config(host, clients if host.number == 1 else [Neighbor(hosts[1].ipv4, AS_KULAND)]),
                          start=False) for host in hosts]
    for kuland in kulands:
        kuland.start(wait=False)

    for family in (socket.AF_INET, socket.AF_INET6):
        wait_for(lambda: set(ping_all(hosts, 1, family, 0.3).values()) == {1}, "every pod reaches every pod", 25)


@interop()
def a_loop_between_reflectors_ends(lab):
    """Two reflectors that are each other's client: CLUSTER_LIST and ORIGINATOR_ID stop the circle, withdraws included."""
    hosts = lab.hosts(3)
    reflectors = []
    for host in (hosts[1], hosts[2]):
        clients = [Neighbor(other.ipv4, AS_KULAND, reflector_client=True) for other in hosts.others(host)]
        reflectors.append(lab.kuland(host, kuland_config(host, clients)))
    bird = lab.peer(peers.Bird, hosts[3], AS_KULAND, [Neighbor(host.ipv4, AS_KULAND) for host in (hosts[1], hosts[2])],
                    networks=["10.200.0.0/24", "fd00:200::/64"])
    for prefix in ("10.200.0.0/24", "fd00:200::/64"):
        for kuland in reflectors:
            wait_for(lambda: kuland.paths(prefix), f"{kuland.host.name} has {prefix}")
        bird.withdraw(prefix)
        for kuland in reflectors:
            wait_for(lambda: not kuland.paths(prefix), f"{kuland.host.name} has {prefix} no more")


@interop()
def threads_write_to_many_clients(lab):
    """48 clients, more than the loop writes to alone: all have all routes of one of them, and none when it withdraws."""
    hosts = lab.hosts(2)
    # BIRD has one session with an address, so the reflector has as many of them as there are clients.
    clients = [(f"192.168.1.{number}", f"192.168.1.{100 + number}") for number in range(50, 98)]
    netns.ip_batch([f"addr add {its}/24 dev eth0" for its, _ in clients], hosts[2].namespace)
    netns.ip_batch([f"addr add {ours}/24 dev eth0" for _, ours in clients], hosts[1].namespace)
    lines = []
    for number, (its, ours) in enumerate(clients):
        lines += [f"ipv4 table four{number}; ipv6 table six{number};",
                  f"protocol bgp client{number} {{ local {its} as {AS_KULAND}; neighbor {ours} as {AS_KULAND};",
                  f"  router id {its}; connect retry time 1; connect delay time 1; error wait time 1, 2;",
                  f"  ipv4 {{ table four{number}; import all; export all; }};",
                  f"  ipv6 {{ table six{number}; import all; export all; }}; }}"]
    for family, table, prefix in (("ipv4", "four0", "10.200.{}.0/24"), ("ipv6", "six0", "fd00:200:{}::/64")):
        lines += [f"protocol static table_{family} {{ {family} {{ table {table}; }};",
                  *(f"  route {prefix.format(number)} blackhole;" for number in range(200)), "}"]
    bird = lab.peer(peers.Bird, hosts[2], AS_KULAND, [], lines=lines)
    families = [line for family in ("ipv4", "ipv6")
                for line in (f"address-family {family} unicast", " neighbor clients activate",
                             " neighbor clients route-reflector-client", "exit-address-family")]
    kuland = lab.kuland(hosts[1], kuland_config(
        hosts[1], [], docker0=False, more=("io-threads 3",),
        lines=("neighbor clients peer-group", f"neighbor clients remote-as {AS_KULAND}",
               "bgp listen range 192.168.1.0/24 peer-group clients", *families)))

    def imported():
        """By the clients that announce nothing, of both families."""
        told = bird.command("/usr/sbin/birdc", "-s", bird.path("bird.ctl"), "show", "protocols", "all").split("\n\n")
        return {int(count) for protocol in told if re.match("client(?!0 )", protocol)
                for count in re.findall(r"Routes: +(\d+) imported", protocol)}

    def thread_names():
        tasks = f"/proc/{kuland.process.pid}/task"
        return [open(os.path.join(tasks, task, "comm"), encoding="utf-8").read().strip() for task in os.listdir(tasks)]

    # A thread has its own name only once it runs.
    wait_for(lambda: thread_names().count("kuland-io") == 3, "three threads")
    wait_for(lambda: imported() == {200}, "every client has all routes", 40)
    for family in ("ipv4", "ipv6"):
        bird.command("/usr/sbin/birdc", "-s", bird.path("bird.ctl"), "disable", f"table_{family}")
    wait_for(lambda: imported() == {0}, "and none any more", 40)
