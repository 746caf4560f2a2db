"""The managed mesh: kuland without a configuration file finds the others and announces its bridges."""

import socket

from harness import FAMILIES, check, interop, neighbors_for, netns, wait_for
from lab.ping import ping_all

MESH_AS = 4200007179


def start_mesh(lab, hosts, numbers=None):
    kulands = [lab.kuland(host, start=False) for host in hosts if numbers is None or host.number in numbers]
    for kuland in kulands:
        kuland.start(wait=False)
    return kulands


def wait_until_full(hosts, seconds=20, of=None):
    """Every kernel, or those `of` some hosts, has every other host's subnets."""
    for host in of or hosts:
        for other in hosts.others(host):
            for subnet, family in zip(other.subnets, FAMILIES):
                wait_for(lambda: subnet in host.routes(family), f"{host.name}'s kernel has {subnet}", seconds)


def wait_until_gone(hosts, lost):
    for host in hosts.others(lost):
        for subnet, family in zip(lost.subnets, FAMILIES):
            wait_for(lambda: subnet not in host.routes(family), f"{host.name}'s kernel has {subnet} no more", 25)


@interop(count=(2, 3, 10))
def without_a_file_every_pod_reaches_every_pod(lab, count):
    hosts = lab.hosts(count, forwarding=False)
    kulands = start_mesh(lab, hosts)

    wait_until_full(hosts)

    for family in (socket.AF_INET, socket.AF_INET6):
        wait_for(lambda: set(ping_all(hosts, 1, family, 0.5).values()) == {1}, "every ping is answered")
    summary = kulands[0].show("show ip bgp summary")
    check(f"Total number of neighbors {count - 1}" in summary, f"the neighbors found:\n{summary}")


@interop()
def the_built_in_configuration_is_one_that_can_be_written(lab):
    """`show running-config` of a node without a file, as the file of another node: it behaves the same."""
    hosts = lab.hosts(2, forwarding=False)
    first = lab.kuland(hosts[1])
    text = first.show("show running-config")
    check("advertise interface" in text and "discovery" in text, f"the built-in lines are shown:\n{text}")

    second = lab.kuland(hosts[2], text[text.index("!"):])
    wait_until_full(hosts)
    shown = second.show("show running-config")
    check(_block(shown) == _block(text), f"the same lines come back:\n{text}\n-- and --\n{shown}")


def _block(text):
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("router bgp"))
    return [line for line in lines[start:] if "router-id" not in line]


@interop()
def a_late_host_is_found(lab):
    hosts = lab.hosts(3)
    start_mesh(lab, hosts, {1, 2})
    wait_for(lambda: hosts[2].subnet_ipv4 in hosts[1].routes(), "the first two have found each other")

    start_mesh(lab, hosts, {3})

    wait_until_full(hosts)


@interop(how=("stop", "kill"))
def a_host_that_leaves_is_withdrawn_and_comes_back(lab, how):
    hosts = lab.hosts(3)
    kulands = start_mesh(lab, hosts)
    wait_until_full(hosts)

    getattr(kulands[1], how)()

    wait_until_gone(hosts, hosts[2])
    for other in (hosts[1], hosts[3]):
        for subnet, family in zip(other.subnets, FAMILIES):
            check(subnet in hosts[2].routes(family), f"{subnet} stays in the kernel of the host that left")
    kulands[1].start()
    wait_until_full(hosts, 30)


@interop(covers="mesh", peers=("bird", "frr", "gobgp", "openbgpd", "exabgp"))
def a_fourth_host_with_another_program_takes_part(lab, peer):
    """Who writes no kernel has the routes in its table; the lab writes its kernel."""
    hosts = lab.hosts(4)
    fourth = hosts[4]
    kulands = start_mesh(lab, hosts, {1, 2, 3})
    for kuland in kulands:
        wait_for(lambda: kuland.show("show version"), f"the shell of {kuland.host.name} answers")
        for neighbor in neighbors_for(peer, fourth, MESH_AS):
            kuland.configure(f"router bgp {MESH_AS}", neighbor.line, f"neighbor {neighbor.address} timers connect 1",
                             *(line for family in FAMILIES for line in
                               (f"address-family {family} unicast",
                                f"{'' if family in neighbor.families else 'no '}neighbor {neighbor.address} activate",
                                "exit-address-family")))
    speaker = lab.peer(peer, fourth, MESH_AS, docker0=True, neighbors=[
        neighbor for host in hosts.others(fourth) for neighbor in neighbors_for(peer, host, MESH_AS)])

    wait_until_full(hosts, 30, hosts.others(fourth))
    for other in hosts.others(fourth):
        for subnet in other.subnets:
            wait_for(lambda: speaker.route(subnet), f"{peer.NAME} has {subnet}", 30)
        if not peer.WRITES_KERNEL:
            fourth.ip(f"route add {other.subnet_ipv4} via {other.ipv4}", f"route add {other.subnet_ipv6} via {other.ipv6}")
    wait_until_full(hosts, 30)
    for family in (socket.AF_INET, socket.AF_INET6):
        wait_for(lambda: set(ping_all(hosts, 1, family, 0.5).values()) == {1}, "every ping is answered")


@interop()
def nothing_is_sent_into_containers(lab):
    """The beacon leaves by the uplink and by nothing else: a pod hears no UDP from its host."""
    hosts = lab.hosts(2)
    hosts[1].ip("link add br-other type bridge", "link set br-other up", "addr add 10.77.0.1/24 dev br-other")

    def datagrams():
        """UDP datagrams and multicast seen by the pod."""
        with open_in(hosts[1].pod_namespace, "/proc/thread-self/net/snmp") as file:
            udp = [line.split() for line in file if line.startswith("Udp:")]
        with open_in(hosts[1].pod_namespace, "/proc/thread-self/net/netstat") as file:
            extended = [line.split() for line in file if line.startswith("IpExt:")]
        named = dict(zip(udp[0], udp[1])) | dict(zip(extended[0], extended[1]))
        return int(named["InDatagrams"]) + int(named["NoPorts"]) + int(named["InMcastPkts"])

    before = datagrams()
    start_mesh(lab, hosts)
    wait_until_full(hosts)
    check(datagrams() == before, "the pod heard nothing")


def open_in(namespace, path):
    with netns.inside(namespace):
        return open(path, encoding="ascii")
