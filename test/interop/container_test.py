"""kuland in a container of a real Docker engine, and its shell over `docker exec`."""

import os
import signal
import subprocess

import peers
from harness import AS_KULAND, AS_PEER, FAMILIES, Neighbor, check, interop, kuland_config, netns, wait_for
from lab.kuland import address_layout

THEIRS = ("10.200.0.0/24", "fd00:200::/64")
PROMPT = "inside# "


def contained(lab, **options):
    """kuland in a container on host 1, BIRD on host 2, and both families' routes learned."""
    hosts = lab.hosts(2)
    bird = lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)], networks=THEIRS)
    config = kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)], more=("hostname inside",))
    kuland = lab.container(hosts[1], config, **options)
    for family, prefix in zip(FAMILIES, THEIRS):
        wait_for(lambda: prefix in hosts[1].routes(family), f"the host's kernel has {prefix}", 30)
    return hosts, bird, kuland


def at_the_prompt(kuland, **options):
    terminal = kuland.terminal(**options)
    terminal.expect(PROMPT)
    return terminal


@interop()
def routes_for_its_host_and_ends_in_order(lab):
    hosts, bird, kuland = contained(lab, options=("--health-interval", "1s"))
    for prefix in hosts[1].subnets:
        wait_for(lambda: bird.route(prefix), f"{prefix} of the engine's docker0 is announced")
    wait_for(lambda: kuland.state("Health")["Status"] == "healthy", "the image's health check agrees")
    host_shell = [*address_layout(kuland.build), os.path.join(kuland.build, "kulan"), "--socket", kuland.socket]
    check("Kulan " in netns.run([*host_shell, "-c", "show version"]), "its socket is the host's")
    terminal = at_the_prompt(kuland)

    kuland.stop()

    check(kuland.state("ExitCode") == 0, f"exit code {kuland.state('ExitCode')}")
    terminal.expect_end(status=128 + signal.SIGKILL)
    wait_for(lambda: not bird.is_established(hosts[1].ipv4), "BIRD sees it go")
    check("Received: Administrative shutdown" in bird.logs(), "and was told")
    check(THEIRS[0] in hosts[1].routes(), "the kernel goes on")
    status, output = kuland.try_show("show version")
    check(status == 1 and "is not running" in output, f"{status}: {output}")

    kuland.engine.docker("start", kuland.name)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "it comes back", 30)


@interop(program=("kulan", "vtysh"))
def keys_reach_the_shell(lab, program):
    hosts, _, kuland = contained(lab)
    terminal = at_the_prompt(kuland, program=program)
    terminal.keys("sh\tip b\tsumm\t\r")
    terminal.expect("show ip bgp summary")
    terminal.expect(hosts[2].ipv4)
    terminal.expect(PROMPT)

    terminal.keys("show ip bgp ?")
    terminal.expect("<cr>")
    terminal.expect(f"{PROMPT}show ip bgp ")
    check("  neighbors " in terminal.screen and "  watch " in terminal.screen, terminal.screen)
    terminal.keys("\x03")
    terminal.expect(PROMPT)

    terminal.keys("\x1b[A")
    terminal.expect("show ip bgp summary")
    terminal.keys("\r")
    terminal.expect(hosts[2].ipv4)
    terminal.expect(PROMPT)
    terminal.keys("write mem\x03")
    terminal.expect(PROMPT)
    terminal.keys("exit\r")
    terminal.expect_end()

    terminal = at_the_prompt(kuland, program=program)
    terminal.keys("\x1b[A\x1b[A")
    terminal.expect("show ip bgp summary")
    terminal.keys("\x03\x04")
    terminal.expect_end()


@interop(mounted=("folder", "file"))
def a_line_acts_at_once_and_is_written_to_the_hosts_file(lab, mounted):
    hosts, bird, kuland = contained(lab, only_file=mounted == "file")
    terminal = at_the_prompt(kuland)
    for line, mode in (("configure terminal", "config"), (f"router bgp {AS_KULAND}", "config-router"),
                       ("address-family ipv4 unicast", "config-router-af"), ("network 10.203.0.0/16", "config-router-af")):
        terminal.keys(f"{line}\r")
        terminal.expect(f"inside({mode})# ")
    wait_for(lambda: bird.route("10.203.0.0/16"), "BIRD has it before anything is left or saved")
    terminal.keys("neighbor 192.168.1.9 activate\x03")
    terminal.expect("inside(config-router-af)# ")
    terminal.keys("\x1a")
    terminal.expect(PROMPT)
    terminal.keys("conf t\r")
    terminal.expect("inside(config)# ")
    terminal.keys("end\r")
    terminal.expect(PROMPT)
    terminal.keys("write memory\r")
    said = terminal.expect(PROMPT)
    with open(kuland.config_path, encoding="utf-8") as file:
        written = file.read()
    check("  network 10.203.0.0/16\n" in written and "192.168.1.9" not in written, f"{said}\n{written}")
    terminal.keys("exit\r")
    terminal.expect_end()

    kuland.engine.docker("restart", kuland.name)
    wait_for(lambda: "10.203.0.0/16" in kuland.show("show running-config"), "it is there after a restart")


@interop()
def the_windows_size_reaches_the_shell(lab):
    _, _, kuland = contained(lab)
    terminal = at_the_prompt(kuland, columns=40)
    terminal.keys("show ")
    terminal.expect("show ")

    def widest():
        terminal.keys("\t")
        return max(map(len, terminal.expect(f"{PROMPT}show ").splitlines()))
    # The client hands a new size on beside the keys, so a list may still be as wide as before.
    wait_for(lambda: widest() <= 40, "the list stands in 40 columns")
    terminal.resize(24, 200)
    wait_for(lambda: 100 < widest() <= 200, "and in 200")
    terminal.keys("\x03\x04")
    terminal.expect_end()


@interop()
def pipes_and_exit_statuses_pass_docker(lab):
    hosts, _, kuland = contained(lab)

    def answers(words, expected, status=0, text=""):
        done = subprocess.run(words, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        check(done.returncode == status and expected in done.stdout, f"{words}: {done.returncode}: {done.stdout}")
        return done.stdout

    typed = "show ip bgp summary\nconfigure terminal\nhostname piped\nend\nshow running-config\n"
    output = answers(kuland.command("kulan", options=["-i"]), hosts[2].ipv4, text=typed)
    check("hostname piped" in output, output)
    check("\x1b" not in output and "# " not in output, f"no prompt and no escape sequence: {output}")
    answers(kuland.command("kulan", options=["-i"]), "Kulan ", status=1, text="show nonsense\nshow version\n")

    for program in ("kulan", "vtysh"):
        answers(kuland.command(program, "-c", "show version"), "Kulan ")
        answers(kuland.command(program, "-c", "show nonsense"), "% ", status=1)
    answers(kuland.command("kulan", "--socket", "/run/nobody", "-c", "show version"), "/run/nobody", status=1)
    answers(kuland.command("kulan", "--nonsense"), "nonsense", status=2)
    other = ("run", "--rm", "-v", "/run/kulan:/run/kulan", "kulan")  # its entry point runs what it is given
    answers(kuland.engine.command(*other, "kulan", "-c", "show version"), "Kulan ")
