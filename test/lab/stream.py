"""A stream of numbered UDP datagrams, one a millisecond, from one pod to another: what is lost, and for how long."""

import socket
import struct
import threading
import time

from . import netns

PORT = 9007
INTERVAL = 0.001
RECEIVE_BUFFER = 8 << 20  # a second that the receiver sleeps is no loss
SO_RCVBUFFORCE = 33


class Stream:
    """with Stream(sender host, receiver host, family) as stream: ...; then stream.lost and stream.gap.

    lost: datagrams that never came. gap: the longest run of them, in milliseconds. The stream begins when the first came
    through, so what is asked for is a path that was there.
    """

    def __init__(self, sender, receiver, family=socket.AF_INET):
        self.target = receiver.pod_ipv4 if family == socket.AF_INET else receiver.pod_ipv6
        with netns.inside(receiver.pod_namespace):
            self.input = socket.socket(family, socket.SOCK_DGRAM)
        self.input.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        if family == socket.AF_INET6:
            self.input.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # the port is IPv4's as well
        self.input.bind(("", PORT))
        self.input.settimeout(0.1)
        with netns.inside(sender.pod_namespace):
            self.output = socket.socket(family, socket.SOCK_DGRAM)
        self.sent = 0
        self.heard = set()
        self.sending = self.hearing = True
        self.threads = [threading.Thread(target=self._send, daemon=True), threading.Thread(target=self._hear, daemon=True)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        deadline = time.monotonic() + 10
        while not self.heard:
            if time.monotonic() > deadline:
                raise AssertionError(f"nothing comes through to {self.target}")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        time.sleep(0.3)  # what is under way arrives
        self.sending = False
        self.threads[0].join()
        time.sleep(0.5)
        self.hearing = False
        self.threads[1].join()
        self.input.close()
        self.output.close()
        first = min(self.heard, default=0)
        missing = [number for number in range(first, self.sent) if number not in self.heard]
        self.lost = len(missing)
        self.gap, run, before = 0, 0, None
        for number in missing:
            run = run + 1 if before is not None and number == before + 1 else 1
            before = number
            self.gap = max(self.gap, run)

    def _send(self):
        due = time.monotonic()
        while self.sending:
            try:
                self.output.sendto(struct.pack("!Q", self.sent), (self.target, PORT))
            except OSError:
                pass  # no route: lost
            self.sent += 1
            due += INTERVAL
            time.sleep(max(0.0, due - time.monotonic()))

    def _hear(self):
        while self.hearing:
            try:
                data = self.input.recv(64)
            except socket.timeout:
                continue
            self.heard.add(struct.unpack("!Q", data)[0])
