"""A real Docker engine on one host of the lab: dockerd in the host's network namespace, as on a machine of its own.

Its /run and /var/lib are the host's own folders, as kuland's are; no container is ever started, so it needs no image
and no cgroup. Pods of the lab are attached to its docker0 by hand.
"""

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


class DockerEngine:
    """host: lab.hosts.Host. folder: the lab's folder for files, not below /run or /var/lib."""

    def __init__(self, host, folder):
        self.host = host
        self.folder = os.path.join(folder, f"{host.name}-docker")
        for name in ("run", "lib"):
            os.makedirs(os.path.join(self.folder, name))
        self.config_path = os.path.join(self.folder, "daemon.json")
        with open(self.config_path, "w", encoding="ascii") as file:
            file.write("{}")  # not the machine's
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
                    "dockerd", "--config-file", self.config_path, "--host", "unix:///run/docker.sock", "--group", "root",
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

    def stop(self, seconds=20.0):
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
