"""A start that cannot be: a clear message, a non-zero exit status, at once."""

import os
import socket
import subprocess

from harness import check, interop, kuland_config, netns, wait_for

PLAIN = """router bgp 64512
 bgp router-id 192.168.1.1
 neighbor 192.168.1.2 remote-as 64512
"""


def fails(kuland, *words):
    """It ends by itself, not with 0, and says all these words (in any case)."""
    status, output = kuland.run_to_end()
    check(status > 0, f"exit status {status}:\n{output}")
    for word in words:
        check(word.lower() in output.lower(), f"'{word}' is said:\n{output}")
    return output


@interop()
def with_the_port_taken_fails(lab):
    hosts = lab.hosts(1)
    with netns.inside(hosts[1].namespace):
        holder = socket.create_server(("::", 179), family=socket.AF_INET6, dualstack_ipv6=True)
    with holder:
        fails(lab.kuland(hosts[1], PLAIN, start=False), "179", "in use")


@interop()
def with_a_bad_line_runs_without_it_and_keeps_the_file(lab):
    hosts = lab.hosts(1)
    wrong = "neighbor 192.168.1.999 remote-as 64512"
    kuland = lab.kuland(hosts[1], PLAIN + f" {wrong}\n")
    check("error" in kuland.log() and ":4:" in kuland.log() and wrong in kuland.log(), f"the log:\n{kuland.log()}")
    running = kuland.show("show running-config")
    check("neighbor 192.168.1.2 remote-as 64512" in running, f"the other lines run:\n{running}")
    check("192.168.1.999" not in running, running)

    status, output = kuland.try_show("reload configuration")
    check(status != 0 and wrong in output, f"a reload does not go on without it: {status}\n{output}")

    kuland.show("write memory")
    with open(kuland.config_path) as file:
        check(wrong not in file.read(), "the file is what runs")
    kept = kuland.show("show configuration history")
    check("wrong lines" in kept, f"the file before is kept:\n{kept}")
    folder = os.path.join(kuland.folder, "lib", "kulan", "generations")
    texts = [open(os.path.join(folder, name)).read() for name in os.listdir(folder)]
    check(any(wrong in text for text in texts), "with the wrong line in it")


@interop()
def with_a_bad_line_that_keeps_something_back_fails_and_shows_it(lab):
    hosts = lab.hosts(1)
    wrong = "neighbor 192.168.1.2 prefix-list OURS inn"
    output = fails(lab.kuland(hosts[1], PLAIN + f" {wrong}\n", start=False), ":4:", wrong, 'did you mean "in"?')
    check(output.rstrip().endswith("than is meant without line 4"), output)


@interop()
def with_a_missing_file_runs_the_built_in_configuration_and_says_so(lab):
    hosts = lab.hosts(1)
    kuland = lab.kuland(hosts[1], PLAIN, start=False)
    os.unlink(kuland.config_path)
    kuland.start()
    check(kuland.config_path in kuland.log(), f"the log names the file:\n{kuland.log()}")
    check("discovery multicast" in kuland.show("show running-config"), "the built-in configuration runs")


@interop()
def with_a_file_that_cannot_be_read_fails(lab):
    """A folder where the file should be: not the same as no file."""
    hosts = lab.hosts(1)
    kuland = lab.kuland(hosts[1], PLAIN, start=False)
    os.unlink(kuland.config_path)
    os.mkdir(kuland.config_path)
    fails(kuland, kuland.config_path)


@interop()
def with_an_unknown_option_fails(lab):
    hosts = lab.hosts(1)
    fails(lab.kuland(hosts[1], PLAIN, start=False, arguments=["--donkey"]), "--donkey")


@interop()
def without_privilege_fails(lab):
    hosts = lab.hosts(1)
    kuland = lab.kuland(hosts[1], PLAIN, start=False)
    os.chmod(kuland.folder, 0o755)
    for name in ("run", "lib", "kulan.conf"):
        os.chmod(os.path.join(kuland.folder, name), 0o755)
    for name in ("run", "lib"):
        os.chown(os.path.join(kuland.folder, name), 65534, 65534)
    words = kuland.command()
    place = words.index(os.path.join(kuland.build, "kuland"))
    words[place:place] = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs",
                          "--inh-caps=-all", "--bounding-set=-all"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=20)
    check(done.returncode > 0, f"exit status {done.returncode}:\n{done.stdout}")
    said = done.stdout.lower()
    check(any(word in said for word in ("cap_net", "permission", "privilege", "not permitted")), f"why:\n{done.stdout}")


@interop()
def beside_a_running_kuland_fails(lab):
    """The second daemon leaves the first's socket and sessions alone."""
    hosts = lab.hosts(1)
    first = lab.kuland(hosts[1], PLAIN)
    fails(lab.kuland(hosts[1], PLAIN, start=False))
    check(first.is_running() and "64512" in first.show("show running-config"), "the first goes on and answers")


@interop()
def check_reads_the_file_and_ends(lab):
    hosts = lab.hosts(1)
    good = lab.kuland(hosts[1], PLAIN, start=False, arguments=["--check"])
    status, output = good.run_to_end()
    check(status == 0, f"a good file: exit status {status}:\n{output}")
    good.write_config(PLAIN + "router bgp donkey\n")
    fails(good, ":4:", "router bgp donkey")
    good.write_config(PLAIN + "router bgp donkey\nip protocol bgp route-map NOSUCH\n")
    fails(good, "router bgp donkey", ":5: warning: route-map NOSUCH is not defined")


@interop()
def version_is_printed(lab):
    hosts = lab.hosts(1)
    status, output = lab.kuland(hosts[1], PLAIN, start=False, arguments=["--version"]).run_to_end()
    check(status == 0 and "kulan" in output.lower(), f"exit status {status}:\n{output}")


@interop()
def listens_where_it_is_told(lab):
    hosts = lab.hosts(2)
    lab.kuland(hosts[1], kuland_config(hosts[1], []), arguments=["--listen", hosts[1].ipv4, "--bgp-port", "1179"])

    def connects(address):
        with netns.inside(hosts[2].namespace):
            client = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        with client:
            client.settimeout(2)
            return client.connect_ex((address, 1179)) == 0
    wait_for(lambda: connects(hosts[1].ipv4), "the address given is listened on")
    check(not connects(hosts[1].ipv6), "another is not")


@interop()
def may_open_as_many_files_as_the_system_allows(lab):
    hosts = lab.hosts(1)
    kuland = lab.kuland(hosts[1], PLAIN)
    with open(f"/proc/{kuland.process.pid}/limits", encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("Max open files"))
    soft, hard = line.split()[3:5]
    check(soft == hard, line)
