"""`debug …` and `terminal monitor`: a daemon that tells of its work while it works."""

import subprocess

from harness import check, interop, wait_for
from lab.kuland import address_layout


def type_lines(kuland, *lines):
    words = address_layout(kuland.build) + [kuland.build + "/kulan", "--socket", kuland.socket]
    ended = subprocess.run(words, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stdout


def ask_frr(speaker, line):
    return speaker.command("/usr/bin/vtysh", "--vty_socket", speaker.folder, "-d", "bgpd", "-c", line)


def lines_with(kuland, *parts):
    return [line for line in kuland.log().splitlines() if " debug " in line and all(part in line for part in parts)]


@interop(peers=("bird", "frr"))
def debug_tells_of_sessions_routes_and_the_kernel_and_stops_when_told(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for family, prefix in (("ipv4", "10.200.0.0/24"), ("ipv6", "fd00:200::/64")):
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
    names = list(kuland.peers())
    check(not lines_with(kuland, ""), "nothing is told before")
    status, said = type_lines(kuland, "debug bgp neighbor-events", "debug bgp updates", "debug bgp keepalives", "debug bgp nht",
                              "debug bgp bestpath 10.200.0.0/24", "debug bgp zebra", "debug zebra kernel", "show debugging")
    check(status == 0 and "BGP updates debugging is on (outbound)" in said, said)
    for name in names:
        type_lines(kuland, f"clear ip bgp {name}")
    for name in names:
        wait_for(lambda: lines_with(kuland, name, "(OpenConfirm->Established)"), f"{name} is up again", 30)
        check(lines_with(kuland, name, "sending NOTIFICATION 6/"), "why it went")
        check(lines_with(kuland, name, "sending OPEN") and lines_with(kuland, name, "rcvd OPEN"), "both OPENs")
        wait_for(lambda: lines_with(kuland, name, "rcvd KEEPALIVE"), "keepalives")
    for prefix in ("10.200.0.0/24", "fd00:200::/64"):
        wait_for(lambda: lines_with(kuland, f"rcvd {prefix}"), f"{prefix} came")
        wait_for(lambda: lines_with(kuland, f"install {prefix} via") and lines_with(kuland, f"took {prefix}"), f"{prefix} installed")
    check(lines_with(kuland, "10.200.0.0/24: best path is that of"), "the choice")
    speaker.withdraw("10.200.0.0/24")
    wait_for(lambda: lines_with(kuland, "about 10.200.0.0/24 IPv4 unicast -- withdrawn"), "the withdraw")
    wait_for(lambda: lines_with(kuland, "removed 10.200.0.0/24"), "the kernel's answer")

    check(type_lines(kuland, "undebug all")[0] == 0, "off")
    known = len(lines_with(kuland, ""))
    speaker.announce("10.200.0.0/24")
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "it is back")
    check(len(lines_with(kuland, "")) == known, "nothing is told any more")
    check("debug" not in kuland.show("show running-config"), "enable mode's switches are not of the configuration")


@interop(peers=("frr",))
def debug_is_confirmed_and_shown_as_frr_does(lab, peer):
    _, kuland, speaker = lab.pair(peer)
    lines = ("bgp bestpath 10.0.0.0/8", "bgp keepalives", "bgp neighbor-events", "bgp updates in 192.168.1.9", "bgp updates out",
             "bgp zebra prefix 10.0.0.0/8")
    for line in lines:
        said = [kuland.show("debug " + line).strip(), ask_frr(speaker, "debug " + line).strip()]
        check(said[0] and said[0] == said[1], f"{line}: {said}")
    ours, theirs = kuland.show("show debugging"), ask_frr(speaker, "show debugging")
    bgp = [text[text.index("BGP debugging status:"):].split() for text in (ours, theirs)]
    check(set(theirs.splitlines()) <= set(ours.splitlines()), f"{ours}\n{theirs}")
    check(len(bgp[0]) <= len(bgp[1]), f"{ours}\n{theirs}")
    for line in lines:
        said = [kuland.show("no debug " + line).strip(), ask_frr(speaker, "no debug " + line).strip()]
        # FRR has several orders of these words, and may say the same of all of the topic first.
        check(said[0] and sorted(said[0].split()) == sorted(said[1].splitlines()[-1].split()), f"no {line}: {said}")


@interop(peers=("bird",))
def the_configuration_switches_debug_and_takes_it_back(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the route")
    type_lines(kuland, "debug bgp nht", "configure terminal", "debug bgp updates in", "end")
    check("\ndebug bgp updates in\n" in kuland.show("show running-config"), "it is written")
    speaker.withdraw("10.200.0.0/24")
    wait_for(lambda: lines_with(kuland, "about 10.200.0.0/24"), "it is in force")
    type_lines(kuland, "configure terminal", "no debug bgp updates in", "end")
    check([one["debug"] for one in kuland.json("show debugging")["debugging"]] == ["bgp nht"],
          "an operator's own switch stays")


@interop(peers=("bird",))
def a_terminal_shows_the_log_above_what_is_typed(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the route")
    terminal = kuland.terminal()
    prompt = f"{hosts[1].name}# "
    terminal.expect(prompt)
    terminal.keys("terminal monitor\r")
    terminal.expect(prompt)
    terminal.keys("debug bgp updates in\r")
    terminal.expect(prompt)
    terminal.keys("show deb")
    terminal.expect(f"{prompt}show deb")
    speaker.withdraw("10.200.0.0/24")
    terminal.expect("rcvd UPDATE about 10.200.0.0/24 IPv4 unicast -- withdrawn")
    terminal.expect(f"{prompt}show deb")
    terminal.keys("\t\r")
    terminal.expect("BGP updates debugging is on (inbound)")
    terminal.expect(prompt)
    terminal.keys("terminal no monitor\r")
    terminal.expect(prompt)
    speaker.announce("10.200.0.0/24")
    wait_for(lambda: lines_with(kuland, "rcvd 10.200.0.0/24"), "it is in the log")
    terminal.keys("show version\r")
    between = terminal.expect(prompt)
    check("rcvd 10.200.0.0/24" not in between, between)
    check("rcvd 10.200.0.0/24" in kuland.show("show logging"), "and in `show logging`")
    terminal.keys("exit\r")
    terminal.expect_end()


@interop()
def a_monitor_outlives_the_daemon_and_does_without_a_terminal_elsewhere(lab):
    hosts = lab.hosts(1)
    kuland = lab.kuland(hosts[1])
    check("needs a terminal" in type_lines(kuland, "terminal monitor")[1], "a pipe is none")
    terminal = kuland.terminal()
    prompt = f"{hosts[1].name}# "
    terminal.expect(prompt)
    terminal.keys("terminal monitor\r")
    terminal.expect(prompt)
    kuland.stop()
    terminal.expect("the log follows when it is back")
    kuland.start()
    terminal.expect("runs: ")
    terminal.keys("exit\r")
    terminal.expect_end()
