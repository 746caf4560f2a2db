"""docker/demo.sh's second half, as root: makes the hosts, starts the daemons, shows what came of it."""

import argparse
import os
import shutil
import signal
import socket
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "test"))
sys.dont_write_bytecode = True

from lab import netns  # noqa: E402
from lab.hosts import Hosts  # noqa: E402
from lab.kuland import Kuland, find_build, stop_all  # noqa: E402
from lab.ping import ping_all  # noqa: E402
from lab.watch import RouteWatch  # noqa: E402

PINGS = 3
CONVERGENCE_SECONDS = 30.0
HOSTS_SHOWN_IN_FULL = 10
REFLECTOR_AS = 64512


def main():
    options = parse_arguments()
    if os.geteuid() != 0:
        return fail("network namespaces need root")
    folder = f"/var/tmp/{options.name}"  # not below /run: each host has a /run of its own
    hosts = Hosts(options.name, options.nodes)
    if options.down:
        remove(hosts, folder)
        return 0

    build = find_build()
    if not build:
        return fail("no kuland: leave --no-build out, or build the release preset first")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    kept = False
    kulands = []
    try:
        remove(hosts, folder)
        os.mkdir(folder, 0o700)
        hosts.up()
        kulands = [Kuland(host, folder, reflector_config(hosts, host) if options.reflector else None, build=build)
                   for host in hosts]
        problems = show(hosts, kulands, options)
        kept = options.keep
    except KeyboardInterrupt:
        return 130
    finally:
        if not kept:
            stop_all(kulands)
            remove(hosts, folder)
    if kept:
        print_how_to_look(options, kulands)
    for problem in problems:
        print(f"missing: {problem}", file=sys.stderr)
    return 1 if problems else 0


def parse_arguments():
    parser = argparse.ArgumentParser(prog="docker/demo.sh", add_help=False)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--name", default="kulan-demo")
    for flag in ("--reflector", "--keep", "--down"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    if not 2 <= options.nodes <= 50:
        parser.error("--nodes takes 2 to 50")
    if not options.name.replace("-", "").isalnum():
        parser.error("--name takes letters, digits and dashes")
    return options


def fail(message):
    print(f"demo: {message}", file=sys.stderr)
    return 1


def remove(hosts, folder):
    hosts.down()
    shutil.rmtree(folder, ignore_errors=True)


def reflector_config(hosts, host):
    """Host 1 reflects (RFC 4456), the others are its clients and know nobody else."""
    reflector = hosts[1]
    peers = hosts.others(reflector) if host is reflector else [reflector]
    lines = ["ip forwarding", "ipv6 forwarding", f"router bgp {REFLECTOR_AS}", f" bgp router-id {host.ipv4}",
             " timers bgp 3 9"]
    for peer in peers:
        lines += [f" neighbor {peer.ipv4} remote-as {REFLECTOR_AS}", f" neighbor {peer.ipv4} timers connect 5"]
        if host is reflector:
            lines.append(f" neighbor {peer.ipv4} route-reflector-client")
    lines += [" advertise interface docker0", " address-family ipv6 unicast"]
    for peer in peers:
        lines.append(f"  neighbor {peer.ipv4} activate")
        if host is reflector:
            lines.append(f"  neighbor {peer.ipv4} route-reflector-client")
    return "\n".join(lines + [" exit-address-family", ""])


def show(hosts, kulands, options):
    """Starts everything, waits, prints. Returns what is missing, one line each."""
    problems = []
    watch = RouteWatch(hosts)
    wanted = {host.number: {subnet for other in hosts.others(host) for subnet in other.subnets} for host in hosts}
    started = time.monotonic()
    for kuland in kulands:
        kuland.start(wait=False)
    all_started = time.monotonic()
    finished = None
    while (finished is None and time.monotonic() < started + CONVERGENCE_SECONDS
           and all(kuland.is_running() for kuland in kulands)):
        finished = watch.wait_until_full(wanted, 0.5)
    watch.close()

    for kuland in kulands:
        if not kuland.is_running():
            problems.append(f"{kuland.host.name}: kuland ended with {kuland.process.returncode}: "
                            + kuland.log().strip()[-600:])
    for host in hosts:
        lacking = sorted(wanted[host.number] - watch.have[host.number])
        if lacking:
            problems.append(f"{host.name}: no kernel route to {', '.join(lacking[:6])}"
                            + (f" and {len(lacking) - 6} more" if len(lacking) > 6 else ""))

    shown = kulands if len(kulands) <= HOSTS_SHOWN_IN_FULL else kulands[:2]
    for kuland in shown:
        problems += show_host(kuland)
    if len(shown) < len(kulands):
        print(f"\n(the other {len(kulands) - len(shown)} hosts look the same)")
    count = len(hosts)
    routes = sum(len(prefixes) for prefixes in wanted.values())
    print(f"\n{count} hosts, {routes} routes (IPv4 and IPv6)", end="")
    if finished:
        print(f": all in the kernels {finished - started:.2f} s after the first daemon was started "
              f"(starting all took {all_started - started:.2f} s)")
    else:
        print(f": not all there after {time.monotonic() - started:.0f} s")
    problems += show_pings(hosts)
    return problems


def show_host(kuland):
    """Prints one host: two commands of the shell, the kernel's tables."""
    host = kuland.host
    problems = []
    print(f"\n======== {host.name}  eth0 {host.ipv4}  docker0 {host.docker_ipv4}/24 ========")
    for command in ("show ip bgp summary", "show ip route", "show ipv6 route"):
        print(f"\n{host.name}# {command}")
        try:
            status, output = kuland.try_show(command)
        except OSError as error:
            status, output = 1, str(error)
        print(output.rstrip())
        if status != 0:
            problems.append(f"{host.name}: '{command}' ended with {status}")
    print(f"\n{host.name}$ ip route\n" + netns.run(["ip", "-n", host.namespace, "route"]).rstrip())
    print(f"\n{host.name}$ ip -6 route | grep -v ^fe80")
    ipv6 = netns.run(["ip", "-n", host.namespace, "-6", "route"]).splitlines()
    print("\n".join(line.rstrip() for line in ipv6 if not line.startswith("fe80")))
    return problems


def show_pings(hosts):
    """Prints the matrices; every pair with a lost ping is a problem."""
    problems = []
    for name, family in (("IPv4", socket.AF_INET), ("IPv6", socket.AF_INET6)):
        answers = ping_all(hosts, PINGS, family)
        total = PINGS * len(answers)
        print(f"\n{name}: every pod pings every other pod {PINGS} times: {sum(answers.values())} of {total} answered")
        if len(hosts) <= HOSTS_SHOWN_IN_FULL:
            print("from \\ to " + "".join(f"{'pod' + str(host.number):>7}" for host in hosts))
            for row in hosts:
                cells = ("-" if row is column else f"{answers[row.number, column.number]}/{PINGS}" for column in hosts)
                print(f"pod{row.number:<7}" + "".join(f"{cell:>7}" for cell in cells))
        lost = [pair for pair, heard in answers.items() if heard < PINGS]
        problems += [f"{name} ping pod{a} to pod{b}: {answers[a, b]} of {PINGS} answered" for a, b in lost[:10]]
        if len(lost) > 10:
            problems.append(f"{name} ping: {len(lost) - 10} more pairs")
    return problems


def print_how_to_look(options, kulands):
    name = "" if options.name == "kulan-demo" else f" --name {options.name}"
    first = kulands[0]
    print(f"\nThe hosts stay up. The shell of {first.host.name} (the others by their number):")
    print(f"  {' '.join(netns.enter_command(first.host.namespace) + first.shell_command())}")
    print(f"Away with them: docker/demo.sh --down{name}")


if __name__ == "__main__":
    sys.exit(main())
