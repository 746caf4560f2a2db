"""Network namespaces: making them, entering them, ending what runs in them."""

import ctypes
import json
import os
import signal
import subprocess
import time

NAMESPACE_FOLDER = "/run/netns"
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class CommandFailed(Exception):
    """A program ended non-zero; the text has its output."""


def run(command, check=True, stdin=None, timeout=60):
    """Runs a program, returns its standard output and standard error as one text."""
    done = subprocess.run(command, input=stdin, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL if stdin is None else None, timeout=timeout)
    if check and done.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}: exit status {done.returncode}: {done.stdout.strip()}")
    return done.stdout


def ip_batch(lines, namespace=None):
    """Many `ip` commands by one process, in order; the first error stops."""
    if lines:
        run(["ip", *(["-n", namespace] if namespace else []), "-batch", "-"], stdin="\n".join(lines) + "\n")


def ip_json(namespace, *arguments):
    """What `ip -json …` says inside a namespace, numbers as numbers."""
    return json.loads(run(["ip", "-n", namespace, "-json", "-N", *arguments]) or "[]")


class inside:
    """with inside(namespace): the sockets and /proc/sys of this thread are the namespace's."""

    def __init__(self, namespace):
        self.namespace = namespace

    def __enter__(self):
        self.before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        target = os.open(f"{NAMESPACE_FOLDER}/{self.namespace}", os.O_RDONLY)
        try:
            self._enter(target)
        finally:
            os.close(target)

    def __exit__(self, *_):
        try:
            self._enter(self.before)
        finally:
            os.close(self.before)

    def _enter(self, descriptor):
        if _libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {self.namespace}")


def set_sysctls(namespace, values):
    """values: {"net/ipv4/ip_forward": 1}; a name the kernel does not have is an error."""
    with inside(namespace):
        for name, value in values.items():
            with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
                file.write(str(value))


def enter_command(namespace):
    """The words that run a program in the namespace, and leave every mount as it is."""
    return ["nsenter", f"--net={NAMESPACE_FOLDER}/{namespace}", "--"]


def namespaces_of(lab):
    """The namespaces whose name starts with the lab's name and a dash."""
    try:
        return sorted(name for name in os.listdir(NAMESPACE_FOLDER) if name.startswith(lab + "-"))
    except FileNotFoundError:
        return []


def processes_in(namespaces):
    """The ids of all processes whose network namespace is one of these."""
    wanted = set()
    for name in namespaces:
        try:
            status = os.stat(f"{NAMESPACE_FOLDER}/{name}")
            wanted.add((status.st_dev, status.st_ino))
        except FileNotFoundError:
            pass
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                status = os.stat(f"/proc/{entry}/ns/net")
            except OSError:
                continue
            if (status.st_dev, status.st_ino) in wanted:
                found.append(int(entry))
    return found


def remove_lab(lab):
    """Ends every process in the lab's namespaces (politely, then not) and removes the namespaces."""
    namespaces = namespaces_of(lab)
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for process in processes_in(namespaces):
            try:
                os.kill(process, sent)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 2
        while processes_in(namespaces) and time.monotonic() < deadline:
            time.sleep(0.02)
    for name in namespaces:
        run(["ip", "netns", "delete", name], check=False)
