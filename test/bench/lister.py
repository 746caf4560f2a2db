"""An operator who lists the whole table while the generator plays: what each command takes, and of whom."""

import json
import os
import subprocess
import threading
import time

from lab import netns

COMMANDS = {"text": "show ip bgp", "json": "show ip bgp json", "include": "show ip bgp | include 10.1"}


def peak_mib(pid):
    """Of the process since it runs its program; 0 when it has ended."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return next((int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM")), 0.0)


class Lister(threading.Thread):
    """shell: the words that run one command of the daemon's own shell. figures: filled while it runs."""

    def __init__(self, arena, shell, prefixes, commands):
        super().__init__(daemon=True)
        self.arena, self.shell, self.prefixes, self.commands = arena, shell, prefixes, commands
        self.figures = {}
        self.failure = ""

    def run(self):
        try:
            self._wait_for_the_table()
            before = self._daemon_mib()
            for key in self.commands:
                self.figures.update({f"{key}_{name}": value for name, value in self._list(COMMANDS[key]).items()})
            self.figures["grown_mib"] = max(0.0, self._daemon_mib() - before)
        except (RuntimeError, OSError, ValueError) as error:
            self.failure = f"{type(error).__name__}: {error}"[:300]

    def _words(self, command):
        return netns.enter_command(self.arena.namespace) + self.shell + [command]

    def _wait_for_the_table(self, seconds=120.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            done = subprocess.run(self._words("show bgp ipv4 unicast summary json"), stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
            if done.stdout.startswith("{") and json.loads(done.stdout).get("ribCount", 0) >= self.prefixes:
                return time.sleep(5)  # the generator waits for rest before it flaps
            time.sleep(0.5)
        raise RuntimeError("the table did not come")

    def _list(self, command):
        """first_ms: to the first octets; wall_s; shell_mib: of the shell, at its peak; cpu_s: of the daemon."""
        cpu, start, first, peak = self._daemon_cpu(), time.monotonic(), None, 0.0
        process = subprocess.Popen(self._words(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        while os.read(process.stdout.fileno(), 1 << 16):
            first = first or time.monotonic()
            peak = max(peak, peak_mib(process.pid))
        process.stdout.close()
        if process.wait() != 0 or first is None:
            raise RuntimeError(f"{command}: exit status {process.returncode}")
        return {"first_ms": (first - start) * 1e3, "wall_s": time.monotonic() - start, "shell_mib": peak,
                "cpu_s": self._daemon_cpu() - cpu}

    def _daemon_mib(self):
        return peak_mib(self.arena.process.pid)

    def _daemon_cpu(self):
        with open(f"/proc/{self.arena.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
