"""vtysh's options have vtysh's effect; FRR's vtysh stands beside where it has the option and does not write to /etc."""

import os
import re
import subprocess

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, wait_for
from marks_test import beside, marks, vtysh

GOOD = (f"router bgp {AS_KULAND}", " address-family ipv4 unicast", "  network 10.203.0.0/16", "route-map M permit 10", " set metric 5",
        "ip prefix-list L seq 5 permit any")
BAD = (f"router bgp {AS_KULAND}", " foo bar", " address-family ipv4 unicast", "  network 10.204.0.0/99", "  network 10.205.0.0/16", "ip")


def run(words):
    """(exit status, standard output, standard error)."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def written(lab, name, lines):
    path = os.path.join(lab.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def wrong_lines(text):
    """[(number, mark)] of what is told about a file; FRR has a number of its own behind the mark."""
    found = re.findall(r"^line (\d+): (% [A-Za-z ]+)(?:\[\d+\])?: *(.*)", text, re.MULTILINE)
    return [(number, f"{mark}: {line}") for number, mark, line in found]


@interop(peers=("frr",))
def echo_and_user_mode_and_daemon_are_those_of_frr(lab, peer):
    kuland, frr = beside(lab, peer)
    for options in (["-E", "-c", "show ip forwarding"], ["-E", "-c", "configure terminal\nhostname x"],
                    ["-E", "-c", "configure terminal", "-c", f"router bgp {AS_KULAND}", "-c", "timers bgp 3 9"],
                    ["-u", "-E", "-c", "show ip forwarding"], ["-d", "zebra", "-c", "show ip forwarding"],
                    ["--daemon", "zebra", "-c", "show ip forwarding"]):
        ours, theirs = run(kuland.shell_command() + options), run(vtysh(frr) + options)
        check(ours == theirs and ours[0] == 0 and ours[1], f"{options}: {ours}, FRR {theirs}")
    for command in ("configure terminal", "write memory", "clear ip bgp *", "debug bgp updates", "reload"):
        ours, theirs = (run([*words, "-u", "-c", command]) for words in (kuland.shell_command(), vtysh(frr)))
        check((ours[0], marks(ours[1])) == (theirs[0], marks(theirs[1])) and ours[0] == 1, f"{command}: {ours}, FRR {theirs}")
    check(run(kuland.shell_command("hostname x") + ["-u"])[0] == 1, "nor is it changed from behind")
    status, output, _ = run(kuland.shell_command("show ip forwarding") + ["-t"])
    check(status == 0 and re.fullmatch(r"# \w{3} \w{3} [\d ]\d \d\d:\d\d:\d\d \d{4}\nIP forwarding is on\n", output), output)


@interop(peers=("frr",))
def a_file_is_run_and_its_wrong_lines_are_numbered(lab, peer):
    kuland, frr = beside(lab, peer)
    good, bad = written(lab, "good", GOOD), written(lab, "bad", BAD)
    os.chmod(lab.folder, 0o755)
    check(run(kuland.shell_command() + ["-C", "-f", good]) == (0, "", ""), "a dry run finds nothing")
    ours, theirs = (run([*words, "-C", "-f", bad]) for words in (kuland.shell_command(), vtysh(frr)))
    check(ours[0] != 0 and theirs[0] != 0, f"{ours}, FRR {theirs}")
    for number, _ in wrong_lines(theirs[2]):
        check(f"{bad}:{number}: " in ours[2], f"line {number} is named: {ours[2]}")
    running = kuland.show("show running-config")
    check("10.203.0.0/16" not in running and "10.205.0.0/16" not in running, "and a dry run changes nothing")

    check(run(kuland.shell_command() + ["-f", good]) == (0, "", ""), "it is run without a word")
    wait_for(lambda: kuland.paths("10.203.0.0/16"), "and in force")
    ours, theirs = (run([*words, "-f", bad]) for words in (kuland.shell_command(), vtysh(frr)))
    check(wrong_lines(ours[2]) == wrong_lines(theirs[2]) and len(wrong_lines(ours[2])) == 3, f"{ours}, FRR {theirs}")
    check(ours[0] != 0 and theirs[0] != 0, f"{ours}, FRR {theirs}")
    wait_for(lambda: kuland.paths("10.205.0.0/16"), "what is right in it is in force")
    check(run(kuland.shell_command() + ["-f", os.path.join(lab.folder, "none")])[0] == 1, "no file")


@interop(peers=("frr",))
def a_marked_file_has_the_ends_of_its_blocks(lab, peer):
    """What either shell marks, the other one reads."""
    kuland, frr = beside(lab, peer)
    good = written(lab, "good", GOOD)
    os.chmod(lab.folder, 0o755)
    ours, theirs = (run([*words, "-m", "-f", good]) for words in (kuland.shell_command(), vtysh(frr)))
    for status, output, problems in (ours, theirs):
        check(status == 0 and not problems, f"{output}{problems}")
        lines = [line.strip() for line in output.splitlines()]
        check(all(line.strip() in lines for line in GOOD), output)
        check(lines.count("exit") + lines.count("exit-address-family") == 3, f"each of three blocks ends: {output}")
    marked = written(lab, "ours", ours[1].splitlines())
    check(run([*vtysh(frr), "-f", marked])[0] == 0, "FRR reads ours")
    marked = written(lab, "theirs", theirs[1].splitlines())
    check(run(kuland.shell_command() + ["-f", marked]) == (0, "", ""), "kuland reads FRR's")
    for answer in (kuland.show("show running-config"), run([*vtysh(frr), "-c", "show running-config"])[1]):
        check("network 10.203.0.0/16\n" in answer and "\nroute-map M permit 10\n set metric 5\n" in answer, answer)


@interop()
def boot_reads_the_file_and_write_config_writes_it(lab):
    hosts = lab.hosts(1)
    neighbors = [Neighbor("192.168.1.3", AS_PEER)]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors))
    kuland.write_config(kuland_config(hosts[1], neighbors, networks=["10.203.0.0/16"]))
    check("10.203.0.0/16" not in kuland.show("show running-config"), "nothing is read unasked")
    check(run(kuland.shell_command() + ["-b"])[0] == 0, "-b")
    wait_for(lambda: kuland.paths("10.203.0.0/16"), "the file is in force")
    kuland.write_config("router bgp 4294967296\n")
    status, output, problems = run(kuland.shell_command() + ["-b"])
    check(status == 1 and "4294967296" in problems + output, f"what is wrong with it is told: {output}{problems}")
    check(kuland.paths("10.203.0.0/16"), "and what was stays in force")

    kuland.configure("hostname other")
    check(run(kuland.shell_command() + ["-w"])[0] == 0, "-w")
    with open(kuland.config_path, encoding="utf-8") as file:
        saved = file.read()
    check("hostname other\n" in saved and "network 10.203.0.0/16\n" in saved and "4294967296" not in saved, saved)
