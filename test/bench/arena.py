"""Where a daemon and the generator meet: a network namespace of their own, taken away whatever happens.

The daemon has 10.255.0.1/16 and fd00:255::1/64 on a link; the peers' addresses, 10.255.128.0/17 and fd00:255::1:0/112, are
the namespace's own, too, so that next hops are on the link and connections do not leave the kernel.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from lab import netns

PEERS, PEERS6 = "10.255.128.0/17", "fd00:255::1:0/112"


class Arena:
    """with Arena() as arena: ..."""

    def __init__(self):
        self.name = f"kulan-bench-{os.getpid()}"
        self.namespace = f"{self.name}-arena"
        self.folder = None
        self.process = None

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _make(self):
        netns.remove_lab(self.name)
        self.folder = tempfile.mkdtemp(prefix="kulan-bench-")
        os.chmod(self.folder, 0o755)
        netns.ip_batch([f"netns add {self.namespace}"])
        netns.ip_batch(["link set lo up", "link add uplink type veth peer name far", "link set uplink up", "link set far up",
                        "addr add 10.255.0.1/16 dev uplink", f"route add local {PEERS} dev lo",
                        "addr add fd00:255::1/64 dev uplink nodad", f"route add local {PEERS6} dev lo"], self.namespace)
        # 2,000 peers that dial at once shall meet the daemon's queue, not the kernel's.
        netns.set_sysctls(self.namespace, {"net/core/somaxconn": 16384, "net/ipv4/tcp_max_syn_backlog": 16384,
                                           "net/ipv6/ip_nonlocal_bind": 1})  # a local route is not enough to bind to

    def __exit__(self, *_):
        self.stop()
        netns.remove_lab(self.name)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, words, plan, seconds=60.0):
        """Starts the daemon and waits until it listens."""
        with open(os.path.join(self.folder, "output"), "ab") as output:
            self.process = subprocess.Popen(netns.enter_command(self.namespace) + words, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output, cwd=self.folder, start_new_session=True)
        deadline = time.monotonic() + seconds
        while not self._listens(plan["port"]):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{words[0]} does not listen: {self.output()[-500:]}")
            time.sleep(0.02)

    def _listens(self, port):
        with netns.inside(self.namespace):
            lines = []
            for name in ("tcp", "tcp6"):
                with open(f"/proc/thread-self/net/{name}", encoding="ascii") as file:
                    lines += [line.split() for line in file][1:]
        return any(fields[1].endswith(f":{port:04X}") and fields[3] == "0A" for fields in lines)

    def stop(self, seconds=15.0):
        """Ends the daemon: politely, then not."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(seconds)
        self.process = None

    def output(self):
        with open(os.path.join(self.folder, "output"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def load(self, words, seconds):
        """Runs the generator to its end and returns what it measured."""
        done = subprocess.run(netns.enter_command(self.namespace) + words, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-500:] or f"the generator ended with {done.returncode}")
        return json.loads(done.stdout)
