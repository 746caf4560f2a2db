"""Every pod pings every other pod: ICMP echo (RFC 792, RFC 4443) from inside the pods, answers counted."""

import os
import select
import socket
import struct
import time

from . import netns

ECHO_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
ECHO_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}


def ping_all(hosts, count=3, family=socket.AF_INET, seconds=2.0):
    """{(from number, to number): answers}, each at most `count`."""
    answers = {}
    for host in hosts:
        targets = {(other.pod_ipv4 if family == socket.AF_INET else other.pod_ipv6): other.number
                   for other in hosts if other is not host}
        for address, heard in ping_from(host.pod_namespace, list(targets), count, family, seconds).items():
            answers[host.number, targets[address]] = heard
    return answers


def ping_from(namespace, targets, count, family=socket.AF_INET, seconds=2.0):
    """Sends `count` echo requests to each target, all targets at once, round by round. {target: answers}."""
    heard = dict.fromkeys(targets, 0)
    identifier = os.getpid() & 0xFFFF
    with netns.inside(namespace):
        icmp = socket.socket(family, socket.SOCK_RAW,
                             socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6)
    with icmp:
        icmp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for sequence in range(1, count + 1):
            for target in targets:
                try:
                    icmp.sendto(_echo(family, identifier, sequence), (target, 0))
                except OSError:
                    pass  # no route: no answer
            _collect(icmp, family, identifier, sequence, heard, seconds)
    return heard


def _echo(family, identifier, sequence):
    header = struct.pack("!BBHHH", ECHO_REQUEST[family], 0, 0, identifier, sequence)
    payload = b"from pod to pod."
    if family == socket.AF_INET6:
        return header + payload  # the kernel fills the checksum in, RFC 3542
    total = sum(struct.unpack(f"!{len(header + payload) // 2}H", header + payload))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return header[:2] + struct.pack("!H", ~total & 0xFFFF) + header[4:] + payload


def _collect(icmp, family, identifier, sequence, heard, seconds):
    """Takes the answers of one round: until all are there or the time is up."""
    missing = set(heard)
    deadline = time.monotonic() + seconds
    while missing and time.monotonic() < deadline:
        if not select.select([icmp], [], [], max(0.0, deadline - time.monotonic()))[0]:
            break
        packet, sender = icmp.recvfrom(2048)
        if family == socket.AF_INET:
            packet = packet[(packet[0] & 15) * 4:]
        if len(packet) < 8:
            continue
        kind, _, _, its_identifier, its_sequence = struct.unpack_from("!BBHHH", packet)
        address = sender[0].split("%")[0]
        is_ours = kind == ECHO_REPLY[family] and (its_identifier, its_sequence) == (identifier, sequence)
        if is_ours and address in missing:
            missing.discard(address)
            heard[address] += 1
