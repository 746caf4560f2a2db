"""A real Docker engine on one host of the lab: dockerd in the host's network namespace, as on a machine of its own.

Its /run and /var/lib are the host's own folders, as kuland's are, and go with its mount namespace, whatever is mounted
there. Pods of the lab are attached to its docker0 by hand; container.py starts a container.
"""

import contextlib
import glob
import json
import os
import shutil
import signal
import socket
import subprocess

from . import netns
from .watch import Deadline, wait_for

ENTER = """
set -e
mount --bind "$1/lib" /var/lib
mount --bind "$1/run" /run
shift
exec "$@"
"""


class CannotStart(Exception):
    """Why the engine does not start on this machine."""


def why_no_containers():
    """Why no engine can start a container on this machine, or None."""
    if not shutil.which("docker"):
        return "docker is not installed (docker.io)"
    folders = _cgroup_folders()
    if not folders:
        return "no cgroups are mounted"
    for folder in folders:
        probe = os.path.join(folder, f"kulan-probe-{os.getpid()}")
        try:
            os.mkdir(probe)
            os.rmdir(probe)
        except OSError as error:
            return f"no cgroup can be made: {error}"
    return None


def remove_cgroups(lab):
    """Those of the containers of a lab's engines, which have ended."""
    def removed(folder):
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(folder)
        return True
    for top in _cgroup_folders():
        for folder in (*glob.glob(f"{top}/{lab}/*/"), *glob.glob(f"{top}/{lab}/")):
            wait_for(lambda: removed(folder), f"{folder} is empty")


def _cgroup_folders():
    """The top of each hierarchy."""
    with open("/proc/mounts", encoding="utf-8") as file:
        return [fields[1] for fields in map(str.split, file) if fields[2] in ("cgroup", "cgroup2")]


def _lacks_a_capability():
    """Whether this machine keeps one from everybody."""
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        every = (2 << int(file.read())) - 1
    with open("/proc/self/status", encoding="ascii") as file:
        bounding, = (line.split()[1] for line in file if line.startswith("CapBnd:"))
    return int(bounding, 16) != every


class DockerEngine:
    """host: lab.hosts.Host. folder: the lab's folder for files, not below /run or /var/lib. layout: words before a
    program, which reach those in containers as well (lab.kuland.address_layout)."""

    def __init__(self, host, folder, layout=()):
        self.host, self.layout = host, list(layout)
        self.folder = os.path.join(folder, f"{host.name}-docker")
        for name in ("run", "lib"):
            os.makedirs(os.path.join(self.folder, name))
        self.config_path = os.path.join(self.folder, "daemon.json")
        config = {}  # not the machine's
        if _lacks_a_capability():
            runtime = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oci_runtime.py")
            config = {"runtimes": {"lab": {"path": runtime}}, "default-runtime": "lab"}
        with open(self.config_path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.log_path = os.path.join(self.folder, "dockerd.log")
        self.socket_path = os.path.join(self.folder, "run", "docker.sock")
        self.process = None

    @staticmethod
    def missing():
        """Why there is none to start, or None."""
        return None if shutil.which("dockerd") else "dockerd is not installed (docker.io)"

    def take_over_docker0(self):
        """Removes the lab's bridge, starts the engine, which makes its own, and attaches the pod to that."""
        self.host.ip("link del docker0")
        self.start()
        self.host.ip("link set pod1 master docker0 up")
        return self

    def start(self, seconds=20.0):
        """Until it answers. CannotStart has the last line of its log."""
        command = (netns.enter_command(self.host.namespace) +
                   ["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", ENTER, "sh", self.folder,
                    *self.layout, "dockerd", "--config-file", self.config_path, "--host", "unix:///run/docker.sock", "--group", "root",
                    "--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{self.host.lab}",
                    "--storage-driver", "vfs", "--bip", f"{self.host.docker_ipv4}/24",
                    "--ipv6", "--fixed-cidr-v6", self.host.subnet_ipv6])
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                            start_new_session=True)
        try:
            wait_for(lambda: self.answers() or self.process.poll() is not None, "dockerd answers", seconds)
        except Deadline as error:
            raise CannotStart(f"{error}; its log ends: {self.last_line()}") from None
        if self.process.poll() is not None:
            raise CannotStart(f"dockerd ended, exit status {self.process.returncode}: {self.last_line()}")

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(self.socket_path)
                client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                return client.recv(64).split()[1:2] == [b"200"]
        except OSError:
            return False

    def command(self, *words):
        """The words that run the client on the host, without a configuration of somebody's."""
        return netns.enter_command(self.host.namespace) + [
            "env", "-i", f"PATH={os.environ['PATH']}", f"HOME={self.folder}",
            shutil.which("docker"), "--host", f"unix://{self.socket_path}", *words]

    def docker(self, *words):
        return netns.run(self.command(*words)).strip()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=20.0):
        """Its containers end in order before it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait(20)
        # Its containerd dies with it; the pid files and sockets of both would keep the next ones waiting.
        shutil.rmtree(os.path.join(self.folder, "run"))
        os.mkdir(os.path.join(self.folder, "run"))

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def last_line(self):
        return (self.log().strip().splitlines() or ["nothing"])[-1]
