"""Waiting: for any condition with a deadline, and for routes by the kernels' own events."""

import contextlib
import os
import select
import socket
import struct
import subprocess
import tempfile
import time

from . import netns


class Deadline(AssertionError):
    """A condition did not come true in time; the text says which and what was seen last."""


def wait_for(condition, what, seconds=15.0, pause=0.05):
    """Asks `condition` until it is true and returns its answer. An exception of it counts as not yet."""
    deadline = time.monotonic() + seconds
    seen = "nothing"
    while True:
        try:
            answer = condition()
            if answer:
                return answer
            seen = repr(answer)
        except AssertionError:
            raise
        except Exception as error:  # pylint: disable=broad-except
            seen = f"{type(error).__name__}: {error}"
        if time.monotonic() > deadline:
            raise Deadline(f"not within {seconds:g} s: {what} (last seen: {seen})")
        time.sleep(pause)


@contextlib.contextmanager
def removals_of_ours(hosts):
    """A list that, at the end, has a line for every route of protocol 75 that was removed from one of the kernels."""
    removed = []
    with tempfile.TemporaryFile("w+") as output, contextlib.ExitStack() as stack:
        for host in hosts:
            monitor = subprocess.Popen(netns.enter_command(host.namespace) + ["stdbuf", "-oL", "ip", "-N", "monitor", "route"],
                                       stdin=subprocess.DEVNULL, stdout=output)
            stack.callback(monitor.wait)
            stack.callback(monitor.kill)
        yield removed
        time.sleep(0.2)  # what the kernels have told is written
        stack.close()
        output.seek(0, os.SEEK_SET)
        removed += [line.strip() for line in output if line.startswith("Deleted") and "proto 75" in line]


RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE = 0x40, 0x400
NLM_F_REQUEST_DUMP = 0x301
RTA_DST, RTA_TABLE = 1, 15
TABLE_MAIN, TYPE_UNICAST, PROTOCOL_KERNEL = 254, 1, 2
SO_RCVBUFFORCE = 33


class RouteWatch:
    """The unicast routes in the main tables of several hosts, without those the kernel makes itself.

    have: {host number: set of prefixes as text}. `wait_until_full` returns the moment of the event that completed it.
    """

    def __init__(self, hosts):
        self.have = {host.number: set() for host in hosts}
        self.last_event = {}  # host number → monotonic time
        self._poll = select.poll()
        self._sockets = {}
        for host in hosts:
            with netns.inside(host.namespace):
                link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
            link.bind((0, RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE))
            link.setblocking(False)
            link.send(struct.pack("=IHHII12x", 28, RTM_GETROUTE, NLM_F_REQUEST_DUMP, 1, 0))
            self._sockets[link.fileno()] = (host.number, link)
            self._poll.register(link.fileno(), select.POLLIN)

    def close(self):
        for _, link in self._sockets.values():
            link.close()

    def wait_until_full(self, wanted, seconds):
        """wanted: {host number: set of prefixes}. The monotonic time when the last came, or None at the deadline."""
        deadline = time.monotonic() + seconds
        while not all(prefixes <= self.have[number] for number, prefixes in wanted.items()):
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._read(left)
        return max((self.last_event.get(number, 0.0) for number in wanted), default=0.0)

    def _read(self, seconds):
        for descriptor, _ in self._poll.poll(max(1, int(seconds * 1000))):
            number, link = self._sockets[descriptor]
            while True:
                try:
                    data = link.recv(1 << 17)
                except BlockingIOError:
                    break
                self._take(number, data)

    def _take(self, number, data):
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            message, data = data[16:length], data[(length + 3) & ~3:]
            if kind not in (RTM_NEWROUTE, RTM_DELROUTE):
                continue
            prefix = _prefix_of(message)
            if prefix:
                (self.have[number].add if kind == RTM_NEWROUTE else self.have[number].discard)(prefix)
                self.last_event[number] = time.monotonic()


def _prefix_of(message):
    """The prefix of a route message, or None when it is not a route to watch."""
    family, length, _, _, table, protocol, _, kind = struct.unpack_from("=8B", message)
    if kind != TYPE_UNICAST or protocol == PROTOCOL_KERNEL or family not in (socket.AF_INET, socket.AF_INET6):
        return None
    destination = bytes(4 if family == socket.AF_INET else 16)
    attributes = message[12:]
    while len(attributes) >= 4:
        size, kind = struct.unpack_from("=HH", attributes)
        if size < 4:
            break
        if kind == RTA_DST:
            destination = attributes[4:size]
        elif kind == RTA_TABLE:
            table = struct.unpack_from("=I", attributes, 4)[0]
        attributes = attributes[(size + 3) & ~3:]
    return f"{socket.inet_ntop(family, destination)}/{length}" if table == TABLE_MAIN else None
