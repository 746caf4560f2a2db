"""docker0 and its kin: announced, and followed through every change while kuland runs."""

from harness import FAMILIES, check, interop, netns, wait_for
from mesh_test import start_mesh, wait_until_full, wait_until_gone


def two_hosts(lab, **options):
    hosts = lab.hosts(2, **options)
    kulands = start_mesh(lab, hosts)
    return hosts, kulands


def has(host, prefix):
    return prefix in host.routes("ipv6" if ":" in prefix else "ipv4")


@interop()
def that_changes_its_subnet_is_followed(lab):
    hosts, _ = two_hosts(lab)
    wait_until_full(hosts)

    hosts[2].ip("addr add 10.1.102.1/24 dev docker0", "addr del 10.1.2.1/24 dev docker0",
                "addr add fd00:10:1:102::1/64 dev docker0 nodad", "addr del fd00:10:1:2::1/64 dev docker0")

    for prefix in ("10.1.102.0/24", "fd00:10:1:102::/64"):
        wait_for(lambda: has(hosts[1], prefix), f"{prefix} arrives")
    wait_until_gone(hosts, hosts[2])


@interop()
def with_two_subnets_announces_both(lab):
    hosts, _ = two_hosts(lab)
    wait_until_full(hosts)

    hosts[2].ip("addr add 10.1.102.1/24 dev docker0", "addr add fd00:10:1:102::1/64 dev docker0 nodad")
    for prefix in ("10.1.102.0/24", "fd00:10:1:102::/64"):
        wait_for(lambda: has(hosts[1], prefix), f"{prefix} arrives")
    hosts[2].ip("addr del 10.1.102.1/24 dev docker0", "addr del fd00:10:1:102::1/64 dev docker0")
    for prefix in ("10.1.102.0/24", "fd00:10:1:102::/64"):
        wait_for(lambda: not has(hosts[1], prefix), f"{prefix} goes")
    wait_until_full(hosts)


@interop()
def that_goes_down_is_withdrawn_until_it_is_up(lab):
    hosts, _ = two_hosts(lab)
    wait_until_full(hosts)

    hosts[2].ip("link set docker0 down")
    wait_until_gone(hosts, hosts[2])

    hosts[2].ip("link set docker0 up", f"addr replace {hosts[2].docker_ipv6}/64 dev docker0 nodad")
    wait_until_full(hosts)


@interop()
def that_disappears_is_withdrawn_until_it_is_made_again(lab):
    hosts, _ = two_hosts(lab)
    wait_until_full(hosts)

    hosts[2].ip("link del docker0")
    wait_until_gone(hosts, hosts[2])

    hosts[2].ip("link add docker0 type bridge", "link set docker0 up",
                f"addr add {hosts[2].docker_ipv4}/24 dev docker0",
                f"addr add {hosts[2].docker_ipv6}/64 dev docker0 nodad")
    wait_until_full(hosts)


@interop()
def without_a_container_is_announced(lab):
    """docker0 without a port has no carrier (operational state DOWN); the last container took its port with it."""
    hosts = lab.hosts(2, docker0={1})
    hosts[2].ip("link add docker0 type bridge", "link set docker0 up",
                "link add pod1 type veth peer name pod1-eth0", "link set pod1 master docker0", "link del pod1",
                f"addr add {hosts[2].docker_ipv4}/24 dev docker0",
                f"addr add {hosts[2].docker_ipv6}/64 dev docker0 nodad")
    link = netns.ip_json(hosts[2].namespace, "link", "show", "docker0")[0]
    check("NO-CARRIER" in link["flags"], f"the premise: no carrier: {link['flags']}")

    start_mesh(lab, hosts)

    wait_until_full(hosts)


@interop()
def of_a_user_network_is_announced_and_a_foreign_one_is_not(lab):
    hosts = lab.hosts(2)
    hosts[2].ip("link add br-5f2c1e4d7a90 type bridge", "link set br-5f2c1e4d7a90 up",
                "addr add 172.18.0.1/16 dev br-5f2c1e4d7a90",
                "link add virbr0 type bridge", "link set virbr0 up", "addr add 192.168.122.1/24 dev virbr0")

    start_mesh(lab, hosts)

    wait_until_full(hosts)
    wait_for(lambda: has(hosts[1], "172.18.0.0/16"), "the user network's subnet arrives")
    check(not has(hosts[1], "192.168.122.0/24"), "virbr0's does not")


@interop()
def with_the_subnet_of_another_host_takes_nothing_over(lab):
    """Every fresh Docker host has 172.17.0.0/16: nothing is installed for it, and both hosts are told."""
    hosts = lab.hosts(3)
    for number in (1, 2):
        hosts[number].ip("addr add 172.17.0.1/16 dev docker0", "addr add fd00:172:17::1/64 dev docker0 nodad")

    kulands = start_mesh(lab, hosts)
    wait_until_full(hosts)

    duplicates = ("172.17.0.0/16", "fd00:172:17::/64")
    for kuland in kulands[:2]:
        for prefix in duplicates:
            wait_for(lambda: any(prefix in line for line in kuland.log().splitlines()),
                     f"{kuland.host.name} says in its log that {prefix} is there twice")
            shown = kuland.show(f"show bgp {'ipv6' if ':' in prefix else 'ipv4'} unicast {prefix}")
            check("duplicate" in shown.lower(), f"{kuland.host.name} says it in show bgp:\n{shown}")
    for number in (1, 2):
        for prefix, family in zip(duplicates, FAMILIES):
            entry = hosts[number].routes(family)[prefix]
            check("gateway" not in entry and entry["dev"] == "docker0", f"only the bridge's own route: {entry}")

    hosts[2].ip("addr del 172.17.0.1/16 dev docker0", "addr del fd00:172:17::1/64 dev docker0")
    for prefix, family in zip(duplicates, FAMILIES):
        wait_for(lambda: hosts[2].routes(family).get(prefix, {}).get("gateway"),
                 f"with one left, host 2 reaches {prefix} on host 1")
