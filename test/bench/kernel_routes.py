#!/usr/bin/env python3
"""Routes into the kernel, beside what the kernel itself allows.

  kernel_routes.py [--routes N] [--runs N] [--objects] [--raw-only] [--perf FILE]

For a bare writer of rtnetlink messages (64 KiB datagrams, made before the clock starts) and for kuland (from the first
octet of the first UPDATE, six prefixes to a set of attributes): installing N routes by one gateway, and moving all of them
to another one, which the neighbor announces (kuland: "move") or a change of the route to their next hop brings
("recursive"). The clock stops when the kernel has the last of them; a dump counts them afterwards.

--objects: with `fib nexthop-objects`. Needs root and a release build ($KULAN_BUILD).
"""

import argparse
import os
import random
import socket
import statistics
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
from arena import Arena  # noqa: E402
from lab import netns  # noqa: E402
from lab.kuland import find_build  # noqa: E402

AS = 65000
GATEWAYS = ("10.255.1.1", "10.255.1.2")
FAR = "10.254.0.1"  # the next hop that is not on the link
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x300, 0x100, 0x200, 0x400
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY = 1, 4, 5, 6
NLMSG_ERROR, NLMSG_DONE = 2, 3
TABLE_MAIN, PROTOCOL, METRIC = 254, 75, 20
DATAGRAM = 65536
PER_SET = 6  # prefixes to a set of attributes


def prefix_of(number):
    """A /24 for each number, as four octets."""
    return struct.pack("!I", 0x10000000 + (number << 8))


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


class RawWriter:
    """The least a program has to do."""

    def __init__(self, namespace, interface_index):
        with netns.inside(namespace):
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.interface = struct.pack("=I", interface_index)

    def datagrams(self, count, gateway, kind, flags):
        tail = attribute(RTA_PRIORITY, struct.pack("=I", METRIC))
        if gateway:
            tail += attribute(RTA_GATEWAY, socket.inet_aton(gateway)) + attribute(RTA_OIF, self.interface)
        body = struct.pack("=BBBBBBBBI", socket.AF_INET, 24, 0, 0, TABLE_MAIN, PROTOCOL, 0, 1, 0)
        size = 16 + len(body) + 8 + len(tail)
        per_datagram = DATAGRAM // size
        for first in range(0, count, per_datagram):
            last = min(first + per_datagram, count) - 1
            yield b"".join(struct.pack("=IHHII", size, kind, NLM_F_REQUEST | flags | (NLM_F_ACK if number == last else 0), number, 0)
                           + body + attribute(RTA_DST, prefix_of(number)) + tail for number in range(first, last + 1))

    def run(self, count, gateway, kind, flags):
        """Seconds."""
        datagrams = list(self.datagrams(count, gateway, kind, flags))
        begin = time.monotonic()
        for datagram in datagrams:
            self.socket.send(datagram)
            answer = self.socket.recv(1 << 16)
            error = struct.unpack_from("=i", answer, 16)[0]
            if error:
                raise RuntimeError(f"the kernel refused a route: {os.strerror(-error)}")
        return time.monotonic() - begin


class Watch:
    """What the kernel has."""

    def __init__(self, namespace, count):
        with netns.inside(namespace):
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        chooser = random.Random(1)
        self.samples = [count - 1, 0, *(chooser.randrange(count) for _ in range(62))]
        self.count = count
        self.namespace = namespace

    def gateway_of(self, number):
        message = struct.pack("=BBBBBBBBI", socket.AF_INET, 32, 0, 0, 0, 0, 0, 0, 0) + attribute(RTA_DST, prefix_of(number))
        self.socket.send(struct.pack("=IHHII", 16 + len(message), RTM_GETROUTE, NLM_F_REQUEST, 1, 0) + message)
        answer = self.socket.recv(1 << 16)
        if struct.unpack_from("=H", answer, 4)[0] == NLMSG_ERROR:
            return None
        data = answer[28:]
        while len(data) >= 4:
            size, kind = struct.unpack_from("=HH", data)
            if kind == RTA_GATEWAY:
                return socket.inet_ntoa(data[4:8])
            data = data[(size + 3) & ~3:]
        return None

    def wait(self, gateway, seconds=120.0):
        """The time when all samples go by the gateway, the last route first of them."""
        deadline = time.monotonic() + seconds
        for number in self.samples:
            while self.gateway_of(number) != gateway:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"route {number} does not go by {gateway}")
                time.sleep(0.002)
        return time.monotonic()

    def check(self, gateway):
        text = netns.run(["ip", "-n", self.namespace, "-4", "route", "show", "proto", str(PROTOCOL)])
        found = text.count(f" via {gateway} ")
        if found != self.count:
            raise RuntimeError(f"{found} of {self.count} routes go by {gateway}")


class Speaker:
    """Our neighbor: one session, updates made beforehand."""

    def __init__(self, namespace):
        with netns.inside(namespace):
            self.socket = socket.socket()
        self.socket.bind(("10.255.128.1", 0))
        self.socket.connect(("10.255.0.1", 179))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = struct.pack("!BHH4sB", 4, AS, 0, socket.inet_aton("10.255.128.1"), 0)
        self.send(self.message(1, body) + self.message(4, b""))
        self.read_until(4)

    @staticmethod
    def message(kind, body):
        return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body

    def send(self, data):
        self.socket.sendall(data)

    def read_until(self, wanted):
        data = b""
        while True:
            data += self.socket.recv(4096)
            while len(data) >= 19 and len(data) >= (size := struct.unpack_from("!H", data, 16)[0]):
                if data[18] == wanted:
                    return
                data = data[size:]

    def updates(self, count, next_hop):
        parts = []
        for first in range(0, count, PER_SET):
            path = struct.pack("!BBHHH", 2, 3, 64512, 1 + first % 60000, 1 + first // 60000)
            attributes = (b"\x40\x01\x01\x00" + struct.pack("!BBB", 0x40, 2, len(path)) + path + b"\x40\x03\x04" +
                          socket.inet_aton(next_hop) + b"\x40\x05\x04" + struct.pack("!I", 100))
            nlri = b"".join(b"\x18" + prefix_of(number)[:3] for number in range(first, min(first + PER_SET, count)))
            parts.append(self.message(2, struct.pack("!HH", 0, len(attributes)) + attributes + nlri))
        return b"".join(parts)


def raw_figures(count):
    with Arena() as arena:
        index = int(netns.ip_json(arena.namespace, "link", "show", "uplink")[0]["ifindex"])
        writer, watch = RawWriter(arena.namespace, index), Watch(arena.namespace, count)
        figures = {"install": writer.run(count, GATEWAYS[0], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL)}
        watch.check(GATEWAYS[0])
        figures["move"] = writer.run(count, GATEWAYS[1], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)
        watch.check(GATEWAYS[1])
        figures["delete"] = writer.run(count, None, RTM_DELROUTE, 0)
    return figures


def kuland_config(objects):
    return "\n".join(["fib nexthop-objects" if objects else "!", f"router bgp {AS}", " bgp router-id 10.255.0.1",
                      " neighbor 10.255.128.1 remote-as 65000", " neighbor 10.255.128.1 passive", " timers bgp 60 180", ""])


def cpu_of(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Step:
    """with Step(figures, name, …): what begins the step; measured until the kernel has all."""

    def __init__(self, figures, name, arena, watch, gateway):
        self.figures, self.name, self.arena, self.watch, self.gateway = figures, name, arena, watch, gateway

    def __enter__(self):
        self.cpu = cpu_of(self.arena.process.pid)
        self.begin = time.monotonic()

    def __exit__(self, kind, *_):
        if kind:
            return
        self.figures[self.name] = self.watch.wait(self.gateway) - self.begin
        time.sleep(0.5)
        self.watch.check(self.gateway)
        self.figures[f"{self.name}_cpu"] = cpu_of(self.arena.process.pid) - self.cpu


def kuland_figures(count, objects, perf):
    figures = {}
    with Arena() as arena:
        config = os.path.join(arena.folder, "kulan.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(kuland_config(objects))
        arena.start([os.path.join(find_build(), "kuland"), "--config", config, "--socket", os.path.join(arena.folder, "sock"),
                     "--state-dir", os.path.join(arena.folder, "state")], {"port": 179})
        netns.ip_batch([f"route add {FAR}/32 via {GATEWAYS[1]} dev uplink"], arena.namespace)
        speaker, watch = Speaker(arena.namespace), Watch(arena.namespace, count)
        updates = [speaker.updates(count, hop) for hop in (*GATEWAYS, FAR)]
        time.sleep(1)
        with Step(figures, "install", arena, watch, GATEWAYS[0]):
            speaker.send(updates[0])
        figures["memory"] = memory_of(arena.process.pid)
        profile = perf and subprocess.Popen(["perf", "record", "-q", "-g", "-o", perf, "-p", str(arena.process.pid)],
                                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if profile:
            time.sleep(1)
        with Step(figures, "move", arena, watch, GATEWAYS[1]):
            speaker.send(updates[1])
        if profile:
            profile.send_signal(2)
            profile.wait(60)
        speaker.send(updates[2])
        time.sleep(5)
        with Step(figures, "recursive", arena, watch, GATEWAYS[0]):
            netns.ip_batch([f"route replace {FAR}/32 via {GATEWAYS[0]} dev uplink"], arena.namespace)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--routes", type=int, default=500000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--objects", action="store_true")
    parser.add_argument("--raw-only", action="store_true")
    parser.add_argument("--perf")
    given = parser.parse_args()
    raw, ours = [], []
    for _ in range(given.runs):  # in turns, so that a machine's mood hits both
        raw.append(raw_figures(given.routes))
        if not given.raw_only:
            ours.append(kuland_figures(given.routes, given.objects, given.perf))
    def median(runs, key):
        return statistics.median(figures[key] for figures in runs)
    print(f"{given.routes:,} routes, {given.runs} runs, load {os.getloadavg()[0]:.1f}")
    print("raw writer  " + ", ".join(f"{key} {median(raw, key):.2f} s" for key in raw[0]))
    if ours:
        print("kuland      " + ", ".join(f"{key} {median(ours, key):.2f}" for key in ours[0]))
        for key, against in (("install", "install"), ("move", "move"), ("recursive", "move")):
            print(f"{key:10}  {median(ours, key) / median(raw, against):.2f} times the raw writer's")


if __name__ == "__main__":
    main()
