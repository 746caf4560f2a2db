"""A datagram a millisecond between the pods of two hosts, both families: none is lost, whatever happens to kuland."""

import contextlib
import os
import shutil
import socket
import time

from harness import FAMILIES, check, interop, netns, wait_for
from lab.stream import Stream
from lab.watch import removals_of_ours

SETTLED = 6.0  # seconds after the sessions are up again: the sweep of a restart comes within
ENOUGH = 500  # datagrams that say something


def mesh(lab, count):
    """Every node a member of the managed mesh, as without configuration."""
    hosts = lab.hosts(count)
    kulands = [lab.kuland(host, start=False) for host in hosts]
    for kuland in kulands:
        kuland.start(wait=False)
    for host in hosts:
        for other in hosts.others(host):
            for subnet, family in zip(other.subnets, FAMILIES):
                wait_for(lambda: subnet in host.routes(family), f"{host.name}'s kernel has {subnet}", 60)
    return hosts, kulands


@contextlib.contextmanager
def traffic(*ways):
    """Streams of both families each way; afterwards the list of them."""
    streams = [Stream(*way, family) for way in ways for family in (socket.AF_INET, socket.AF_INET6)]
    with contextlib.ExitStack() as stack:
        for stream in streams:
            stack.enter_context(stream)
        yield streams


def wait_until_full(kulands):
    for kuland in kulands:
        wait_for(lambda: all(peer["state"] == "Established" for peer in kuland.peers().values())
                 and len(kuland.peers()) == len(kulands) - 1, "all sessions are up", 60)


def no_loss(streams):
    for stream in streams:
        check(stream.lost == 0, f"{stream.lost} of {stream.sent} lost towards {stream.target}, {stream.gap} ms in a row")
        check(stream.sent > ENOUGH, f"{stream.sent} were sent")


def upgrade(kuland):
    """Another binary takes over, as a package does it: put in place, then the service is restarted."""
    folder = os.path.join(kuland.folder, "newer")
    os.makedirs(folder)
    for name in ("kuland", "kulan"):
        shutil.copy(os.path.join(kuland.build, name), os.path.join(folder, name))
    kuland.stop()
    kuland.build = folder
    kuland.start()


@interop(how=("kill", "stop", "upgrade"))
def survive_a_restart(lab, how):
    hosts, kulands = mesh(lab, 2)
    with traffic((hosts[1], hosts[2]), (hosts[2], hosts[1])) as streams:
        if how == "upgrade":
            upgrade(kulands[0])
        else:
            getattr(kulands[0], how)()
            time.sleep(1)
            kulands[0].start()
        wait_until_full(kulands)
        time.sleep(SETTLED)
    no_loss(streams)
    ledger = kulands[0].json("show fib restart")
    check((ledger["kept"], ledger["changed"], ledger["swept"]) == (2, 0, 0), f"all were kept: {ledger}")


@interop()
def survive_a_reload(lab):
    hosts, kulands = mesh(lab, 2)
    text = kulands[0].show("show running-config").split("Current configuration:\n")[1]
    kulands[0].show("write memory")
    with traffic((hosts[1], hosts[2]), (hosts[2], hosts[1])) as streams:
        reloads = 0
        while reloads < 3 or min(stream.sent for stream in streams) <= ENOUGH:
            kulands[0].show("reload configuration")
            reloads += 1
    no_loss(streams)
    check("router bgp" in text, "it had a configuration")


@interop()
def survive_other_links_and_tables(lab):
    """An unrelated interface flaps and comes and goes, others' routes as well."""
    hosts, kulands = mesh(lab, 2)
    with traffic((hosts[1], hosts[2]), (hosts[2], hosts[1])) as streams:
        rounds = 0
        while rounds < 5 or min(stream.sent for stream in streams) <= ENOUGH:
            hosts[1].ip("link add odd0 type veth peer name odd1", "link set odd1 up", "link set odd0 up",
                        "addr add 10.123.0.1/24 dev odd0", f"route add 10.124.0.0/16 via 10.123.0.2 metric {20 + rounds}")
            hosts[1].ip("link set odd0 down", "link set odd0 up", "link del odd0")
            rounds += 1
    no_loss(streams)
    check(kulands[0].is_established(hosts[2].ipv4), "the session stayed")


@interop(how=("stop", "kill"))
def survive_a_docker_engine_that_restarts(lab, how):
    """Debian's own engine beside kuland, its docker0 the pod's bridge. It makes its firewall rules anew and leaves bridge,
    policy (ACCEPT, since forwarding was on before it came) and others' routes alone, so nothing is to be lost."""
    hosts, kulands = mesh(lab, 2)
    engine = lab.engine(hosts[1])
    for subnet, family in zip(hosts[1].subnets, FAMILIES):
        wait_for(lambda: subnet in hosts[2].routes(family), f"{subnet} of the engine's docker0 is announced")

    with removals_of_ours(hosts) as removed:
        with traffic((hosts[1], hosts[2]), (hosts[2], hosts[1])) as streams:
            getattr(engine, how)()
            time.sleep(1)
            engine.start()
            time.sleep(1)
    no_loss(streams)
    check(not removed, f"no kernel lost a route of kuland's for a moment: {removed}")
    check("by another process" not in kulands[0].log(), "and kuland had nothing to repair")


@interop()
def survive_three_of_ten_that_restart_together(lab):
    hosts, kulands = mesh(lab, 10)
    ways = [(hosts[1], hosts[2]), (hosts[2], hosts[9]), (hosts[9], hosts[3]), (hosts[8], hosts[10])]
    with traffic(*ways) as streams:
        for kuland in kulands[:3]:
            kuland.kill()
        time.sleep(1)
        for kuland in kulands[:3]:
            kuland.start(wait=False)
        for kuland in kulands[:3]:
            wait_for(lambda: kuland.try_show("show version")[0] == 0, "its shell answers", 30)
        wait_until_full(kulands)
        for kuland in kulands[:3]:
            wait_for(lambda: kuland.json("show fib restart"), "its restart is over", 60)
    no_loss(streams)
    for kuland in kulands[:3]:
        ledger = kuland.json("show fib restart")
        check((ledger["kept"], ledger["swept"]) == (18, 0), f"all were kept: {ledger}")


@interop()
def come_back_after_a_flush(lab):
    """`ip route flush proto 75`: what is lost until kuland has written them again is told."""
    hosts, _ = mesh(lab, 2)
    with traffic((hosts[1], hosts[2])) as streams:
        for family in ("-4", "-6"):
            netns.run(["ip", "-n", hosts[1].namespace, family, "route", "flush", "proto", "75"])
            time.sleep(2)
    for stream in streams:
        print(f"towards {stream.target}: {stream.lost} of {stream.sent} lost, {stream.gap} ms in a row")
        check(stream.gap < 1000, f"back within a second: {stream.gap} ms")
