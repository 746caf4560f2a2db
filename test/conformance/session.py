"""One BGP connection held by a case: octets out, messages in, and the table that the daemon has sent so far."""

import errno
import select
import socket
import time

import bgp

IPV6_FREEBIND = 78
PATIENCE = 10.0  # seconds until a condition that never comes true fails the case


class CaseFailed(AssertionError):
    """What was expected and what came."""


class Skip(Exception):
    """The daemon does not have what the case is about; the text says what."""


class Route:
    """A route as the daemon announced it."""

    def __init__(self, update, family):
        self.attributes = {kind: value for kind, (_, value) in update.attributes.items()
                           if kind not in (bgp.MP_REACH, bgp.MP_UNREACH)}
        self.flags = {kind: flags for kind, (flags, _) in update.attributes.items()}
        self.next_hop = update.value(bgp.NEXT_HOP) if family == bgp.IPV4 and update.mp_next_hop is None \
            else update.mp_next_hop
        self.update = update

    def __getitem__(self, kind):
        return self.attributes.get(kind)

    def number(self, kind):
        value = self.attributes.get(kind)
        return None if value is None else int.from_bytes(value, "big")

    def path(self, width=4):
        """The AS_PATH's numbers in one list."""
        return [asn for _, asns in bgp.read_segments(self.attributes.get(bgp.AS_PATH, b""), width) for asn in asns]

    def communities(self):
        value = self.attributes.get(bgp.COMMUNITIES, b"")
        return [f"{int.from_bytes(value[i:i + 2], 'big')}:{int.from_bytes(value[i + 2:i + 4], 'big')}"
                for i in range(0, len(value), 4)]


class Session:
    """The test's end. `routes` is {(family, prefix, path id): Route}; `log` everything received, in order."""

    def __init__(self, connection, name=""):
        self.socket, self.name = connection, name
        self.socket.setblocking(False)
        self.buffer, self.messages, self.updates = b"", [], []
        self.routes, self.ends_of_rib, self.history = {}, [], []
        self.notification = None     # (code, subcode, data)
        self.closed = None           # "end" or "reset"
        self.open = None             # the daemon's
        self.path_id_families = ()
        self.maximum = 4096
        self.width = 4               # octets of an AS number in AS_PATH, both ways
        self.arrivals = []           # (monotonic time, message type)

    @classmethod
    def connect(cls, local, remote, port=179, name=""):
        family = socket.AF_INET6 if ":" in remote else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            connection.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        connection.bind((local, 0))
        connection.settimeout(PATIENCE)
        connection.connect((remote, port))
        return cls(connection, name or local)

    # Out.

    def send(self, octets):
        """All of it; what the daemon's reset keeps from leaving is dropped, the case sees it by `closed`."""
        view, deadline = memoryview(octets), time.monotonic() + PATIENCE
        while view:
            try:
                view = view[self.socket.send(view):]
            except BlockingIOError:
                self.receive(0)
                select.select([self.socket], [self.socket], [], 0.5)
                if time.monotonic() > deadline:
                    raise CaseFailed(f"{self.name}: the daemon does not read") from None
            except OSError as error:
                if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                    raise
                return

    def close(self):
        self.socket.close()

    def reset(self):
        """RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    # In.

    def receive(self, seconds):
        """Reads what is there, waiting at most so long for it. False when nothing came."""
        if self.closed or not select.select([self.socket], [], [], max(0.0, seconds))[0]:
            return False
        try:
            octets = self.socket.recv(1 << 20)
        except BlockingIOError:
            return False
        except OSError:
            self.closed = "reset"
            return True
        if not octets:
            self.closed = "end"
            return True
        self.buffer += octets
        self._take_messages()
        return True

    def _take_messages(self):
        start = 0
        while len(self.buffer) - start >= 19:
            if self.buffer[start:start + 16] != bgp.MARKER:
                raise bgp.Malformed("marker")
            length = int.from_bytes(self.buffer[start + 16:start + 18], "big")
            if not 19 <= length <= self.maximum:
                raise bgp.Malformed(f"message of {length} octets")
            if len(self.buffer) - start < length:
                break
            self._take(self.buffer[start + 18], self.buffer[start + 19:start + length])
            start += length
        self.buffer = self.buffer[start:]

    def _take(self, kind, body):
        self.arrivals.append((time.monotonic(), kind))
        self.messages.append((kind, body))
        if self.notification is not None:
            raise bgp.Malformed("a message after a NOTIFICATION")
        if kind == bgp.OPEN:
            self.open = bgp.read_open(body)
        elif kind == bgp.NOTIFICATION:
            self.notification = (body[0], body[1], body[2:])
        elif kind == bgp.UPDATE:
            self._take_update(bgp.Update(body, self.path_id_families), len(body) + 19)

    def _take_update(self, update, size):
        update.size = size
        self.updates.append(update)
        if update.end_of_rib:
            self.ends_of_rib.append(update.end_of_rib)
        for key in update.withdrawn:
            self.routes.pop(key, None)
            self.history.append(("withdraw", key))
        for key in update.announced:
            self.routes[key] = Route(update, key[0])
            self.history.append(("announce", key))

    def wait(self, condition, what, seconds=PATIENCE):
        """Until the condition of what was received holds; returns its value."""
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            left = deadline - time.monotonic()
            if left <= 0 or (self.closed and not self.receive(0)):
                raise CaseFailed(f"{self.name}: waited for {what}; {self.state()}")
            self.receive(left)

    def state(self):
        heard = " ".join(bgp.NAMES.get(kind, str(kind)) for kind, _ in self.messages[-8:])
        text = f"heard {heard or 'nothing'}"
        if self.notification:
            code, subcode, data = self.notification
            text += f", NOTIFICATION {code}/{subcode} data [{data.hex(' ')}]"
        return text + (f", closed ({self.closed})" if self.closed else ", open")

    # Steps that most cases share.

    def need_capability(self, code):
        """The daemon's OPEN must offer it, or the case is not about this daemon."""
        self.wait_open()
        if code not in [each for each, _ in self.open["capabilities"]]:
            raise Skip(f"capability {code} is not offered")

    def count(self, kind):
        return sum(1 for each, _ in self.messages if each == kind)

    def wait_message(self, kind, count=1, seconds=PATIENCE):
        self.wait(lambda: self.count(kind) >= count, f"{count} {bgp.NAMES[kind]}", seconds)

    def wait_open(self):
        self.wait(lambda: self.open, "OPEN")

    def establish(self, open_octets):
        """Through the handshake; True once the daemon's KEEPALIVE came and ours is sent."""
        self.send(open_octets)
        self.wait(lambda: self.notification or self.count(bgp.KEEPALIVE), "KEEPALIVE")
        if self.notification:
            raise CaseFailed(f"{self.name}: no session: {self.state()}")
        self.send(bgp.KEEPALIVE_MESSAGE)
        return self

    def wait_closed(self, seconds=PATIENCE):
        self.wait(lambda: self.closed, "the end of the connection", seconds)

    def expect_notification(self, code, subcode=None, data=None, seconds=PATIENCE):
        """The daemon says why and closes. subcode: a number or several; data: octets, or several, or None for any."""
        self.wait(lambda: self.notification or self.closed, f"NOTIFICATION {code}/{subcode}", seconds)
        if not self.notification:
            raise CaseFailed(f"{self.name}: closed without NOTIFICATION {code}/{subcode}; {self.state()}")
        got = self.notification
        subcodes = subcode if isinstance(subcode, tuple) else (subcode,)
        datas = data if isinstance(data, tuple) else (data,)
        if got[0] != code or (subcode is not None and got[1] not in subcodes) or \
                (data is not None and got[2] not in datas):
            wanted = "" if data is None else " data [" + "] or [".join(each.hex(" ") for each in datas) + "]"
            raise CaseFailed(f"{self.name}: wanted NOTIFICATION {code}/{subcode}{wanted}; {self.state()}")
        self.wait_closed(seconds)

    def expect_silent_close(self, seconds=PATIENCE):
        self.wait_closed(seconds)
        if self.notification:
            raise CaseFailed(f"{self.name}: answered although it must not; {self.state()}")

    def route(self, prefix, family=bgp.IPV4, path_id=None):
        return self.routes.get((family, prefix, path_id))

    def wait_route(self, prefix, condition=None, family=bgp.IPV4, path_id=None):
        """The route once it is there (and the condition of it holds)."""
        def there():
            route = self.route(prefix, family, path_id)
            return route if route is not None and (condition is None or condition(route)) else None
        return self.wait(there, f"{prefix}" + (" as wanted" if condition else ""))

    def wait_no_route(self, prefix, family=bgp.IPV4, path_id=None):
        self.wait(lambda: self.route(prefix, family, path_id) is None, f"withdrawal of {prefix}")
