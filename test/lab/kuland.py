"""One kuland on one host of the lab, started as on a machine of its own.

Each gets a mount namespace where /run and /var/lib are the host's own folders, /etc/kulan is empty, and the machine id
and the host name are the host's. So `kuland` without a single argument finds what it finds on a fresh machine, and the
hosts do not meet in the file system. The environment is empty, but for what it is given.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

from . import netns
from .terminal import Terminal
from .watch import wait_for

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEAKS = {"LSAN_OPTIONS": "detect_leaks=0"}  # libedit's el_set(EL_ADDFN) never gives its two texts back

ENTER = """
set -e
if [ -e /etc/machine-id ]; then mount --bind "$1/machine-id" /etc/machine-id; fi
mount --bind "$1/lib" /var/lib
mount --bind "$1/run" /run
if [ -d /etc/kulan ]; then mount -t tmpfs none /etc/kulan; fi
hostname "$2"
shift 2
exec env -i "$@"
"""


def find_build():
    """The folder with the binaries: $KULAN_BUILD, or the first of the presets that is built."""
    given = os.environ.get("KULAN_BUILD")
    candidates = [given] if given else [os.path.join(REPOSITORY, "build", preset)
                                        for preset in ("release", "asan", "debug", "tsan")]
    for folder in candidates:
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in ("kuland", "kulan")):
            return os.path.abspath(folder)
    return None


def address_layout(build):
    """Words before a program built with ThreadSanitizer: it knows no more than 28 bits of random address layout."""
    if os.path.basename(build or "") != "tsan":
        return []
    with open("/proc/sys/vm/mmap_rnd_bits", encoding="ascii") as file:
        return ["setarch", "-R"] if int(file.read()) > 28 else []


class ShellError(Exception):
    """kulan ended non-zero: its exit status and output."""

    def __init__(self, command, status, output):
        super().__init__(f"kulan -c '{command}': exit status {status}: {output.strip()}")
        self.status, self.output = status, output


class Shell:
    """What kulan is asked. A subclass has `shell_command`: the words that run it with these -c commands."""

    def shell_command(self, *commands):
        raise NotImplementedError

    def try_show(self, *commands, seconds=20.0):
        """(exit status, output) of one kulan with these -c commands."""
        done = subprocess.run(self.shell_command(*commands), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=seconds, env={})
        return done.returncode, done.stdout

    def show(self, *commands):
        status, output = self.try_show(*commands)
        if status != 0:
            raise ShellError(commands, status, output)
        return output

    def json(self, command):
        return json.loads(self.show(command + " json"))

    def configure(self, *lines):
        """Types the lines in `configure terminal`."""
        return self.show("configure terminal", *lines)

    # What it knows, by FRR's JSON.

    def peers(self, family="ipv4"):
        """{neighbor address: peer object} of one family's summary."""
        key = {"ipv4": "ipv4Unicast", "ipv6": "ipv6Unicast"}[family]
        return self.json("show bgp summary").get(key, {}).get("peers", {})

    def is_established(self, address, family="ipv4"):
        return self.peers(family).get(address, {}).get("state") == "Established"

    def paths(self, prefix):
        """The paths of one prefix in the Loc-RIB's table; none when it is not there."""
        family = "ipv6" if ":" in prefix else "ipv4"
        routes = self.json(f"show bgp {family} unicast").get("routes", {})
        return routes.get(prefix, [])


class Kuland(Shell):
    """host: lab.hosts.Host. folder: the lab's folder for files, not below /run or /var/lib. config: text of a file, or
    nothing.

    arguments: further words of the command line, e.g. ["--log-level", "debug"]. environment: {name: value}.
    """

    def __init__(self, host, folder, config=None, arguments=(), build=None, environment=None):
        self.host, self.arguments, self.environment = host, list(arguments), environment or {}
        self.build = build or find_build()
        self.folder = os.path.join(folder, host.name)
        for name in ("run", "lib"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        with open(os.path.join(self.folder, "machine-id"), "w", encoding="ascii") as file:
            file.write(hashlib.md5(f"{folder} {host.number}".encode()).hexdigest() + "\n")
        self.config_path = os.path.join(self.folder, "kulan.conf")
        self.has_config = config is not None
        if self.has_config:
            self.write_config(config)
        self.log_path = os.path.join(self.folder, "kuland.log")
        self.socket = os.path.join(self.folder, "run", "kulan", "kuland.sock")
        self.process = None

    def write_config(self, text):
        self.has_config = True
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(text)

    def command(self):
        """The words that start it."""
        words = [*(f"{name}={value}" for name, value in self.environment.items()), os.path.join(self.build, "kuland")]
        if self.has_config:
            words += ["--config", self.config_path]
        words += self.arguments
        return (netns.enter_command(self.host.namespace) +
                ["unshare", "--mount", "--uts", "--propagation", "private", "--", *address_layout(self.build),
                 "/bin/sh", "-c", ENTER, "sh", self.folder, self.host.name, *words])

    def start(self, wait=True):
        """wait: until its shell answers."""
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                            start_new_session=True)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=20.0):
        def answers():
            if self.process.poll() is not None:
                raise AssertionError(f"kuland on {self.host.name} ended at the start, exit status "
                                     f"{self.process.returncode}:\n{self.log()}")
            return self.show("show version")
        wait_for(answers, f"the shell of {self.host.name} answers", seconds)

    def run_to_end(self, seconds=20.0):
        """Starts it and waits until it ends by itself. (exit status, what it wrote)."""
        done = subprocess.run(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=seconds, cwd="/")
        return done.returncode, done.stdout

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=20.0):
        """SIGTERM: the orderly stop. Returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait(20)

    def reload(self, config):
        """Writes the file and sends SIGHUP."""
        self.write_config(config)
        self.process.send_signal(signal.SIGHUP)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def shell_command(self, *commands):
        words = [os.path.join(self.build, "kulan"), "--socket", self.socket]
        for command in commands:
            words += ["-c", command]
        return address_layout(self.build) + words

    def terminal(self, environment=None, **size):
        """kulan at a terminal, without a history of its own."""
        return Terminal(self.shell_command() + ["-H", "/dev/null"], {**LEAKS, **(environment or {})}, **size)

    def remove_files(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def stop_all(kulands, seconds=5.0):
    """SIGTERM to all, then SIGKILL to those left."""
    running = [kuland for kuland in kulands if kuland.is_running()]
    for kuland in running:
        kuland.process.terminate()
    deadline = time.monotonic() + seconds
    for kuland in running:
        try:
            kuland.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            kuland.kill()
