"""A person at a terminal: keys, TAB, ?, Ctrl-C, the window's size, the pager, against a real daemon."""

import os
import re
import signal
import subprocess

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, netns, wait_for
from lab.kuland import LEAKS
from lab.terminal import ESCAPES


def at_the_prompt(lab, **options):
    """With a neighbor that is not there and is not dialled: what is shown of it stays the same."""
    hosts = lab.hosts(1)
    neighbor = Neighbor("192.168.1.2", AS_PEER, passive=True)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [neighbor], networks=["10.203.0.0/16"]))
    wait_for(kuland.peers, "the configuration is in force")
    terminal = kuland.terminal(**options)
    prompt = f"{hosts[1].name}# "
    terminal.expect(prompt)
    return kuland, terminal, prompt


@interop()
def tab_completes_and_the_question_mark_lists_and_keeps_what_was_typed(lab):
    _, terminal, prompt = at_the_prompt(lab)
    terminal.keys("sh\tver\t\r")
    terminal.expect("show version")
    terminal.expect("Kulan ")
    terminal.expect(prompt)

    terminal.keys("show ip bgp ?")
    terminal.expect("<cr>")
    listed = terminal.screen
    terminal.expect(f"{prompt}show ip bgp ")
    check("summary" in listed and "neighbors" in listed and "watch" in listed, listed)
    terminal.keys("summ\t\r")
    terminal.expect("192.168.1.2")
    terminal.expect(prompt)

    terminal.keys("show ip bgp summary wa\t")
    terminal.expect("watch ")
    terminal.keys("\r")
    terminal.expect("(any key ends)")
    terminal.keys("q")
    terminal.expect(prompt)
    terminal.keys("exit\r")
    terminal.expect_end()


@interop()
def keys_edit_the_line(lab):
    _, terminal, prompt = at_the_prompt(lab)
    begin, end, word_back, word_on, rub_word, rub_rest, rub_all = "\x01", "\x05", "\x1bb", "\x1bf", "\x17", "\x0b", "\x15"
    for keys in (f"version{begin}show ", f"ersion{begin}show v", f"sho{begin}\x1b[C\x1b[C\x1b[C{end}w version",
                 f"show nonsense{rub_word}version", f"show version nonsense{word_back}{rub_rest}", f"junk{rub_all}show version",
                 f"show n version{word_back}{word_back}\x1b[3~\x1b[3~", f"xshow version{begin}\x1b[3~",
                 f"show vers{begin}{word_on}{word_on}ion"):
        terminal.keys(f"{keys}\r")
        terminal.expect("Kulan ")
        terminal.expect(prompt)
    terminal.keys("show ip bgp summary\r")
    terminal.expect("192.168.1.2")
    terminal.expect(prompt)
    terminal.keys("\x12vers")
    terminal.expect("show vers")
    terminal.keys("\r")
    terminal.expect("Kulan ")
    terminal.expect(prompt)
    terminal.keys("exit\r")
    terminal.expect_end()


@interop()
def control_c_drops_the_line_and_control_z_leaves_configure(lab):
    kuland, terminal, prompt = at_the_prompt(lab)
    name = prompt[:-2]
    terminal.keys("write mem\x03")
    terminal.expect(prompt)
    terminal.keys("conf t\r")
    terminal.expect(f"{name}(config)# ")
    terminal.keys("interface eth0\r")
    terminal.expect("kept, without effect")
    terminal.expect(f"{name}(config-if)# ")
    terminal.keys("ip address 10.0.0.1/24\r")
    terminal.expect(f"{name}(config-if)# ")
    terminal.keys(f"router bgp {AS_KULAND}\r")
    terminal.expect(f"{name}(config-router)# ")
    terminal.keys("neighbor 192.168.1.9 remote-as 1\x03")
    terminal.expect(f"{name}(config-router)# ")
    terminal.keys("\x1a")
    terminal.expect(prompt)
    check("192.168.1.9" not in kuland.show("show running-config"), "the dropped line has no effect")
    terminal.keys("\x04")
    terminal.expect_end()


@interop()
def control_c_ends_a_ping_and_not_the_shell(lab):
    ping = os.path.join(lab.folder, "ping")
    with open(ping, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho pinging \"$@\"\nexec sleep 1000\n")
    os.chmod(ping, 0o755)
    _, terminal, prompt = at_the_prompt(lab, environment={"PATH": f"{lab.folder}:{os.environ['PATH']}"})
    terminal.keys("ping 192.168.1.2\r")
    terminal.expect("pinging 192.168.1.2")
    terminal.keys("\x03")
    terminal.expect(prompt)
    terminal.keys("show version\r")
    terminal.expect("Kulan ")
    terminal.expect(prompt)
    terminal.keys("exit\r")
    terminal.expect_end()


@interop()
def a_ping_ends_with_its_shell(lab):
    hosts = lab.hosts(1)
    ping, ends = os.path.join(lab.folder, "ping"), os.path.join(lab.folder, "ended")
    with open(ping, "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\ntrap 'echo > {ends}; exit' INT\necho pinging\nwhile :; do sleep 0.05; done\n")
    os.chmod(ping, 0o755)
    kuland = lab.kuland(hosts[1])
    shell = subprocess.Popen(kuland.shell_command("ping 192.168.1.2"), stdout=subprocess.PIPE, text=True,
                             env={"PATH": f"{lab.folder}:{os.environ['PATH']}", **LEAKS})
    check("pinging" in shell.stdout.readline(), "it runs")
    shell.kill()
    shell.wait()
    wait_for(lambda: os.path.exists(ends), "it hears that the shell is gone")


@interop()
def a_candidate_is_typed_checked_and_committed(lab):
    kuland, terminal, prompt = at_the_prompt(lab)
    name = prompt[:-2]
    terminal.keys("configure private\r")
    terminal.expect(f"{name}[private](config)# ")
    terminal.keys("hostname other\r")
    terminal.expect(f"{name}[private](config)# ")
    terminal.keys("end\r")
    terminal.expect("% The candidate has changes that are not committed")
    terminal.keys("comm\t?")
    listed = terminal.expect(f"{name}[private](config)# commit ")
    listed += terminal.expect(f"{name}[private](config)# commit ")
    check("confirmed" in listed and "check" in listed and "watch" in listed, listed)
    terminal.keys("check\r")
    terminal.expect("Resets no session")
    terminal.keys("show conf diff\r")
    terminal.expect("+hostname other")
    terminal.keys("commit\r")
    terminal.expect("is in force")
    terminal.keys("end\r")
    terminal.expect(prompt)
    check("hostname other" in kuland.show("show running-config"), "committed")
    terminal.keys("exit\r")
    terminal.expect_end()


def unread(terminal):
    """Octets that the shell has sent and the daemon has not read. Each end of a connection is a line of `ss`."""
    rows = [line.split() for line in netns.run(["ss", "-xpH"]).splitlines()]
    theirs = [row[7] for row in rows if f"pid={terminal.pid}," in row[-1]]
    return sum(int(row[2]) for row in rows if row[5] in theirs)


@interop()
def control_c_ends_a_long_check_and_leaves_the_candidate(lab):
    kuland, terminal, prompt = at_the_prompt(lab)
    name = f"{prompt[:-2]}[private]"
    for line, mode in (("configure private", "config"), (f"router bgp {AS_KULAND}", "config-router"),
                       ("address-family ipv4 unicast", "config-router-af"), ("no network 10.203.0.0/16", "config-router-af")):
        terminal.keys(f"{line}\r")
        terminal.expect(f"{name}({mode})# ")
    prompt = f"{name}(config-router-af)# "
    kuland.process.send_signal(signal.SIGSTOP)  # so the check takes as long as is needed here
    try:
        terminal.keys("commit check\r")
        wait_for(lambda: unread(terminal) > 0, "the daemon is asked")
        asked = unread(terminal)
        terminal.keys("\x03")
        wait_for(lambda: unread(terminal) > asked, "and told that nobody wants to know any more")
    finally:
        kuland.process.send_signal(signal.SIGCONT)
    said = terminal.expect(prompt)
    check("session" not in said, said)
    terminal.keys("show configuration diff\r")
    terminal.expect("-  network 10.203.0.0/16")
    terminal.expect(prompt)
    terminal.keys("commit check\r")
    terminal.expect("Resets no session")
    terminal.expect(prompt)
    terminal.keys("abort\r")
    terminal.expect("# ")
    terminal.keys("exit\r")
    terminal.expect_end()


@interop()
def long_listings_go_through_the_pager(lab):
    _, terminal, prompt = at_the_prompt(lab, environment={"VTYSH_PAGER": "sed s/^/PAGED:/"})
    terminal.keys("terminal paginate\r")
    terminal.expect(prompt)
    terminal.keys("show running-config\r")
    terminal.expect("PAGED:router bgp")
    terminal.expect(prompt)
    terminal.keys("terminal length 0\r")
    terminal.expect(prompt)
    terminal.keys("show running-config\r")
    check("PAGED:" not in terminal.expect("\nend\n"), "no pages any more")
    terminal.expect(prompt)


@interop()
def a_page_has_as_many_lines_as_asked_for(lab):
    _, terminal, prompt = at_the_prompt(lab)
    for lines in (5, 9):
        terminal.keys(f"terminal length {lines}\r")
        terminal.expect(prompt)
        terminal.keys("show running-config\r")
        terminal.expect("show running-config\n")
        page = terminal.expect("--More--")
        check(lines - 1 <= page.count("\n") <= lines, f"{lines}: {page}")
        terminal.keys("q")
        terminal.expect(prompt)


@interop()
def words_stand_in_as_many_columns_as_the_window_has(lab):
    _, terminal, prompt = at_the_prompt(lab, columns=40)
    terminal.keys("show \t")
    narrow = terminal.expect(f"{prompt}show ").count("\n")
    terminal.resize(24, 200)
    terminal.keys("\t")
    wide = terminal.expect(f"{prompt}show ").count("\n")
    check(wide < narrow, f"{narrow} lines in 40 columns, {wide} in 200")


def words_of(text):
    """Without what goes on while two are compared: times, counts, octets."""
    return [word for word in text.split() if not any(letter.isdigit() for letter in word) or "." in word]


@interop()
def a_narrow_window_loses_nothing(lab):
    """Lines are as long as they are, as FRR's: the terminal folds them. What is watched stays on the screen, cut."""
    kuland, terminal, prompt = at_the_prompt(lab, columns=40)
    for command in ("show ip bgp summary", "show ip bgp", "show ip bgp neighbors", "show ip route", "show running-config",
                    "show interface brief", "show version"):
        terminal.keys(f"{command}\r")
        terminal.expect(f"{command}\n")
        shown = terminal.expect(f"\n{prompt}").removesuffix(prompt)
        asked = kuland.show(command)
        check(words_of(shown) == words_of(asked) and len(words_of(asked)) > 2, f"{command}: {shown}\nwithout a terminal: {asked}")
        check(shown.count("\n") == asked.count("\n"), f"{command}: {shown}\nwithout a terminal: {asked}")
    terminal.keys("show ip bgp summary watch\r")
    drawn = terminal.expect("192.168.1.2")
    check("(any key ends)" in drawn, drawn)
    terminal.keys("q")
    terminal.expect(prompt)
    parts = re.split(r"\x1b\[\d+;1H", terminal.octets.decode())  # a line each
    drawn = [ESCAPES.sub("", part) for part in parts[1:-1]]
    whole = next(line for line in kuland.show("show ip bgp summary").splitlines() if line.startswith("Neighbor"))
    check(len(whole) > 40 and whole[:40] in drawn, f"cut at the window's end: {drawn}")
    check(all(len(line) <= 40 for line in drawn), f"{drawn}")
    terminal.keys("exit\r")
    terminal.expect_end()
