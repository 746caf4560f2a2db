"""The shell, as fingers and scripts use it."""

import json
import os
import shlex
import subprocess

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, peers, wait_for


def one_kuland(lab, networks=("10.203.0.0/16",)):
    hosts = lab.hosts(1)
    return hosts, lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor("192.168.1.2", AS_PEER)], networks=networks))


@interop()
def every_show_has_text_and_json(lab):
    hosts, kuland = one_kuland(lab)
    for command in ("show ip bgp summary", "show bgp summary", "show ip bgp", "show bgp ipv4 unicast",
                    "show bgp ipv6 unicast", "show ip bgp 10.203.0.0/16", "show ip bgp neighbors",
                    "show ip bgp neighbors 192.168.1.2", "show ip route", "show ipv6 route", "show version"):
        check(kuland.show(command).strip(), f"'{command}' prints something")
        text = kuland.show(command + " json")
        try:
            json.loads(text)
        except ValueError as error:
            raise AssertionError(f"'{command} json' is not JSON ({error}):\n{text}") from error


@interop()
def words_may_be_short(lab):
    _, kuland = one_kuland(lab)
    check(kuland.show("sh ip b su") == kuland.show("show ip bgp summary"), "sh ip b su")
    check(kuland.show("sh run") == kuland.show("show running-config"), "sh run")


@interop()
def errors_have_their_marks_and_exit_status_1(lab):
    _, kuland = one_kuland(lab)
    for command, mark in (("show foo", "% Unknown command: show foo"), ("router bgp 1", "% Unknown command: router bgp 1"),
                          ("show ip bgp n", "% Ambiguous command: show ip bgp n"), ("show ip", "% Command incomplete: show ip")):
        status, output = kuland.try_show(command)
        check(status == 1 and output.startswith(mark), f"'{command}': exit status {status}: {output}")
    status, output = kuland.try_show("show foo", "show version")
    check(status == 1 and "ulan" not in output.replace("Unknown", ""), f"the first error stops: {output}")


@interop()
def configure_terminal_changes_the_running_daemon(lab):
    hosts = lab.hosts(2)
    bird = lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], []))

    kuland.configure(f"router bgp {AS_KULAND}", f"neighbor {hosts[2].ipv4} remote-as {AS_PEER}",
                     f"neighbor {hosts[2].ipv4} timers connect 1", "address-family ipv4 unicast",
                     f"neighbor {hosts[2].ipv4} activate", "network 10.204.0.0/16")
    wait_for(lambda: bird.route("10.204.0.0/16"), "the neighbor has the network")
    check(f"neighbor {hosts[2].ipv4} remote-as {AS_PEER}" in kuland.show("show running-config"), "running-config has it")

    kuland.configure(f"router bgp {AS_KULAND}", f"no neighbor {hosts[2].ipv4}")
    wait_for(lambda: not bird.is_established(hosts[1].ipv4), "no neighbor: the session ends")
    check(hosts[2].ipv4 not in kuland.show("show running-config"), "running-config has it no more")


@interop()
def write_memory_is_what_the_next_start_reads(lab):
    hosts, kuland = one_kuland(lab)
    kuland.configure(f"router bgp {AS_KULAND}", "address-family ipv4 unicast", "network 10.205.0.0/16")
    check("[OK]" in kuland.show("write memory"), "write memory says [OK]")
    running = kuland.show("show running-config")
    with open(kuland.config_path, encoding="utf-8") as file:
        check("network 10.205.0.0/16" in file.read(), "the file has the new line")

    check(kuland.stop() == 0, "stops")
    kuland.start()
    check(kuland.show("show running-config") == running, "the same configuration after the restart")
    wait_for(lambda: kuland.paths("10.205.0.0/16"), "and its network is there")


@interop()
def vtysh_is_the_same_program(lab):
    _, kuland = one_kuland(lab)
    link = os.path.join(lab.folder, "vtysh")
    os.symlink(os.path.join(kuland.build, "kulan"), link)
    wait_for(kuland.peers, "the configuration is in force")
    words = kuland.shell_command("show ip bgp summary")
    words[words.index(os.path.join(kuland.build, "kulan"))] = link
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    check(done.returncode == 0 and "Total number of neighbors 1" in done.stdout, f"{done.stdout}{done.stderr}")


@interop()
def without_a_daemon_it_says_so(lab):
    hosts, kuland = one_kuland(lab)
    kuland.stop()
    status, output = kuland.try_show("show ip bgp summary")
    check(status == 1 and "kuland is not running" in output, f"exit status {status}: {output}")
    check("show startup-config" in output and "kulan -C" in output, f"and what can be done: {output}")
    inside = ["unshare", "--mount", "--propagation", "private", "sh", "-ec",
              'mount -t tmpfs none /etc; mkdir /etc/kulan; cp "$1" /etc/kulan; shift; exec "$@"', "sh", kuland.config_path]
    saved = subprocess.run(inside + kuland.shell_command("show startup-config"), capture_output=True, text=True, env={})
    check(saved.returncode == 0 and f"router bgp {AS_KULAND}" in saved.stdout, f"{saved}")
    checked = subprocess.run(inside + kuland.shell_command() + ["-C"], capture_output=True, text=True, env={})
    check(checked.returncode == 0, f"{checked}")
    nothing = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-ec",
                              'mount -t tmpfs none /etc; exec "$@"', "sh", *kuland.shell_command("show startup-config")],
                             capture_output=True, text=True, env={})
    check(nothing.returncode == 1 and "/etc/kulan/kulan.conf cannot be read" in nothing.stdout, f"{nothing}")


@interop()
def clear_ends_sessions_and_they_come_back(lab):
    hosts = lab.hosts(2)
    lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)]))
    for command in ("clear ip bgp *", f"clear ip bgp {hosts[2].ipv4}", f"clear bgp ipv4 unicast {AS_PEER}"):
        wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established", 25)
        before = kuland.peers()[hosts[2].ipv4]["connectionsDropped"]
        kuland.show(command)
        wait_for(lambda: kuland.peers()[hosts[2].ipv4]["connectionsDropped"] > before, f"'{command}' ended the session")
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established", 25)
    kuland.show("clear ip bgp * soft")
    check(kuland.is_established(hosts[2].ipv4), "soft ends nothing")


@interop()
def history_keeps_twenty_generations_of_the_file(lab):
    _, kuland = one_kuland(lab)
    for number in range(25):
        kuland.configure(f"hostname r{number}")
        kuland.show("write memory")
    history = kuland.json("show configuration history")["generations"]
    check(len(history) == 21, f"the newest and twenty before it: {len(history)}")
    check(history[0] | {"by": "root", "how": "write memory", "added": 1, "removed": 1} == history[0], f"{history[0]}")
    check("hostname r4\n" in kuland.show("show configuration generation 20"), "the oldest is the 21st last")
    check(kuland.show("show configuration diff generation 1") == "-hostname r23\n+hostname r24\n", "the last change")
    check(kuland.show("show configuration diff") == "", "the file has what is in force")
    check(not [name for name in os.listdir(os.path.dirname(kuland.config_path)) if ".new." in name], "nothing is left over")

    kuland.stop()
    kuland.start()
    check(kuland.json("show configuration history")["generations"] == history, "a restart adds nothing and keeps all")


def as_nobody(kuland, *commands):
    """(exit status, output) of a shell of another user."""
    words = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", *kuland.shell_command(*commands)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=20, env={}, cwd="/")
    return done.returncode, done.stdout


@interop()
def who_is_not_in_the_sockets_group_may_only_look(lab):
    hosts = lab.hosts(1)
    config = kuland_config(hosts[1], [Neighbor("192.168.1.2", AS_PEER, password="secret")])
    kuland = lab.kuland(hosts[1], config, arguments=["--socket-mode", "0666"])
    os.chmod(lab.folder, 0o755)
    running = kuland.show("show running-config")

    status, output = as_nobody(kuland, "show running-config")
    check(status == 0 and "password <hidden>" in output and "secret" not in output, f"may look: {output}")
    for commands in (["configure terminal", "hostname x"], ["write memory"], ["clear ip bgp *"], ["reload configuration"],
                     ["shutdown keep"]):
        status, output = as_nobody(kuland, *commands)
        check(status == 1 and output.splitlines()[-1].startswith("% This user may look, but not change anything"),
              f"{commands}: exit status {status}: {output}")
    check(kuland.show("show running-config") == running, "nothing has changed")


@interop()
def who_is_in_the_sockets_group_may_configure(lab):
    _, kuland = one_kuland(lab)
    os.chmod(lab.folder, 0o755)
    group = os.stat(kuland.socket).st_gid
    for words in (["--regid", str(group), "--clear-groups"], ["--regid", "nogroup", "--groups", str(group)]):
        name = f"by{words[1]}"
        command = ["setpriv", "--reuid", "nobody", *words, *kuland.shell_command("configure terminal", f"hostname {name}")]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=20, env={}, cwd="/")
        check(done.returncode == 0 and f"hostname {name}" in kuland.show("show running-config"), f"{words}: {done.stdout}")


@interop()
def filters_and_lists_of_commands(lab):
    _, kuland = one_kuland(lab)
    running = kuland.show("show running-config | no-more")
    check(running == kuland.show("show running-config") and "router bgp" in running, running)
    lines = running.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("router bgp"))
    check(kuland.show("show running-config | begin ^router bgp").splitlines() == lines[begin:], "begin")
    block = kuland.show("show running-config | section ^router bgp").splitlines()
    check(block[0] == lines[begin] and len(block) > 1 and all(line[0] == " " for line in block[1:]), f"section: {block}")
    check(kuland.show("show running-config | count").strip() == str(len(lines)), "count")
    timers = [line for line in lines if "timers" in line]
    for command in ("include timers", "grep timers", "section ^router | grep timers"):
        check(timers and kuland.show(f"show running-config | {command}").splitlines() == timers, command)
    check(kuland.show("show running-config | exclude timers").splitlines() ==
          [line for line in lines if "timers" not in line], "exclude")
    listed = kuland.show("list").splitlines()
    check("  quit" in listed and any(line.startswith("  show ") and " summary" in line for line in listed), f"list: {listed}")
    in_router = kuland.show("configure terminal", f"router bgp {AS_KULAND}", "list")
    check("  bgp router-id A.B.C.D\n" in in_router and "  show " not in in_router, in_router)
    check("(router bgp)  bgp router-id A.B.C.D" in kuland.show("find bgp.*router-id"), "find")


@interop()
def an_answer_that_cannot_be_written_is_an_error(lab):
    _, kuland = one_kuland(lab)
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(kuland.shell_command("show running-config"), stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=20, env={})
    check(done.returncode == 1 and done.stderr == "kulan: cannot write: No space left on device\n", f"{done}")
    shell = shlex.join(kuland.shell_command("show running-config"))
    done = subprocess.run(["bash", "-c", f"{shell} | head -1; exit ${{PIPESTATUS[0]}}"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=20, env={"PATH": os.environ["PATH"]})
    check(done.returncode == 0 and not done.stderr, f"a reader that has seen enough is none: {done}")


@interop()
def who_may_not_connect_is_told(lab):
    _, kuland = one_kuland(lab)
    status, output = as_nobody(kuland, "show version")
    check(status == 1 and output.startswith("% This user may not talk to kuland"), f"exit status {status}: {output}")
    check("Without it" not in output, f"there is one: {output}")
