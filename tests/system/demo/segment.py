"""A host that has IPv6 alone and learns its resolver from router advertisements (RFC 8106)."""
import json
import socket
import struct
import threading
import time

import dns.exception
import dns.message
import dns.query

from conftest import inside


class Host:
    """Asks for a name each half second, as long as it knows a resolver."""

    def __init__(self, namespace, name):
        self.name = name
        self.until = {}  # resolver: when its lifetime ends
        self.attempts = []
        self.stopped = threading.Event()
        with inside(namespace):
            self.raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.raw.settimeout(0.2)
        self.namespace = namespace
        self.threads = [threading.Thread(target=self.listen), threading.Thread(target=self.ask)]
        for thread in self.threads:
            thread.start()

    def listen(self):
        while not self.stopped.is_set():
            try:
                octets = self.raw.recv(1500)
            except socket.timeout:
                continue
            if octets[0] == 134:
                self.take(octets[16:])

    def take(self, options):
        while len(options) >= 8 and options[1]:
            kind, size = options[0], options[1] * 8
            if kind == 25:
                lifetime = struct.unpack("!I", options[4:8])[0]
                for at in range(8, size, 16):
                    self.until[socket.inet_ntop(socket.AF_INET6, options[at:at + 16])] = time.time() + lifetime
            options = options[size:]

    def ask(self):
        while not self.stopped.wait(0.5):
            now = time.time()
            known = [resolver for resolver, until in self.until.items() if until > now]
            self.attempts.append({"t": now, "ok": bool(known) and self.resolves(known[0])})

    def resolves(self, resolver):
        try:
            with inside(self.namespace):
                reply = dns.query.udp(dns.message.make_query(self.name, "AAAA"), resolver, timeout=2)
        except (dns.exception.DNSException, OSError):
            return False
        return bool(reply.answer)

    def close(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        self.raw.close()
