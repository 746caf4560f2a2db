"""A program at a pseudo-terminal, with a person's keys."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r")


class Terminal:
    """`screen` is all that the program has printed, without escape sequences."""

    def __init__(self, words, environment=None, rows=24, columns=100):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], words, {"TERM": "xterm", "PATH": os.environ["PATH"], **(environment or {})})
        self.resize(rows, columns)
        self.octets = b""
        self.seen = 0

    def resize(self, rows, columns):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    @property
    def screen(self):
        return ESCAPES.sub("", self.octets.decode(errors="replace"))

    def _read(self, seconds):
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self.terminal, 65536)
        except OSError:
            part = b""
        self.octets += part
        return bool(part)

    def keys(self, text):
        os.write(self.terminal, text.encode())

    def expect(self, text, seconds=10.0):
        """Waits for the text behind what was expected before; returns what came up to it."""
        end = time.monotonic() + seconds
        while True:
            at = self.screen.find(text, self.seen)
            if at >= 0:
                passed, self.seen = self.screen[self.seen:at + len(text)], at + len(text)
                return passed
            if time.monotonic() > end or not self._read(0.1):
                raise AssertionError(f"'{text}' did not come:\n{self.screen[self.seen:]}")

    def expect_end(self, status=0, seconds=20.0):
        end = time.monotonic() + seconds
        while self._read(0.1):
            if time.monotonic() > end:
                raise AssertionError(f"it does not end:\n{self.screen[self.seen:]}")
        ended = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if ended != status:
            raise AssertionError(f"it ends with {ended}, not {status}:\n{self.screen[self.seen:]}")
