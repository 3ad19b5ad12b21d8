"""Routers and resolvers of a link, made of sockets in a namespace: they say what daemons cannot be made to say."""
import ipaddress
import re
import socket
import struct
import subprocess
import threading
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from conftest import PATIENCE_S, inside

FOREVER = 0xffffffff
LENGTH_CODES = {96: 0, 64: 1, 56: 2, 48: 3, 40: 4, 32: 5}


def packed(*addresses):
    return b"".join(ipaddress.IPv6Address(address).packed for address in addresses)


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def padded(octets):
    return octets + bytes(-len(octets) % 8)


def nd_option(kind, value):
    value = padded(b"\0\0" + value)[2:]
    return struct.pack("!BB", kind, (len(value) + 2) // 8) + value


def rdnss(*addresses, lifetime_s=1800):
    return nd_option(25, struct.pack("!HI", 0, lifetime_s) + packed(*addresses))


def dnssl(*names, lifetime_s=1800):
    return nd_option(31, struct.pack("!HI", 0, lifetime_s) + b"".join(map(wire, names)))


def pref64(prefix, lifetime_s):
    """RFC 8781 4: 13 bits of lifetime in units of 8 s, 3 of prefix length code, 96 bits of prefix."""
    network = ipaddress.IPv6Network(prefix)
    scaled = lifetime_s // 8 << 3 | LENGTH_CODES[network.prefixlen]
    return nd_option(38, struct.pack("!H", scaled) + network.network_address.packed[:12])


def dnr(name, *addresses, params=b"\0\1\0\4\3dot", priority=1, lifetime_s=1800):
    """RFC 9463 6.1."""
    value = struct.pack("!HIH", priority, lifetime_s, len(wire(name))) + wire(name)
    if addresses:
        value += struct.pack("!H", 16 * len(addresses)) + packed(*addresses) + struct.pack("!H", len(params)) + params
    return nd_option(144, value)


def interval(milliseconds):
    return nd_option(7, struct.pack("!HI", 0, milliseconds))


def prefix(text, flags=0xc0):
    network = ipaddress.IPv6Network(text)
    return nd_option(3, struct.pack("!BBIII", network.prefixlen, flags, 86400, 14400, 0) + network.network_address.packed)


def advertise(router, options, hop_limit=255, flags=0, lifetime_s=1800, source=None, device="eth0"):
    header = struct.pack("!BBHBBHII", 134, 0, 0, 64, flags, lifetime_s, 0, 0)
    with inside(router):
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as raw:
            raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hop_limit)
            index = socket.if_nametoindex(device)
            if source:
                raw.bind((source, 0, 0, index))
            raw.sendto(header + options, ("ff02::1", 0, 0, index))


def link_local(namespace):
    """The address comes a moment after the link."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        text = subprocess.run(["ip", "-n", namespace, "-6", "address", "show", "dev", "eth0", "scope", "link",
                               "-tentative"], check=True, capture_output=True, text=True).stdout
        found = re.search(r"inet6 (fe80\S+)/64", text)
        if found:
            return found[1]
        time.sleep(0.02)
    pytest.fail(f"{namespace} has no link-local address")


class Router:
    """Advertises all the time, so that a solicitation is answered soon."""

    def __init__(self, namespace, options, **how):
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(namespace, options, how))
        self.thread.start()

    def _run(self, namespace, options, how):
        while not self.stopped.wait(0.1):
            advertise(namespace, options, **how)

    def close(self):
        self.stopped.set()
        self.thread.join()


class Resolver:
    """A resolver of few words, over UDP and TCP: rcodes {name: rcode} for those it fails at; the rest gets an address."""

    def __init__(self, namespace, address, rcodes=None, has_tcp=True, is_recursive=True, bogus=None):
        self.rcodes, self.is_recursive, self.bogus = rcodes or {}, is_recursive, bogus
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with inside(namespace):
            here = (address, 53, 0, socket.if_nametoindex("eth0")) if address.startswith("fe80") else (address, 53)
            self.udp = socket.socket(family, socket.SOCK_DGRAM)
            self.udp.bind(here)
            self.tcp = socket.socket(family, socket.SOCK_STREAM) if has_tcp else None
            if self.tcp:
                self.tcp.bind(here)
                self.tcp.listen()
        self.threads = [threading.Thread(target=self._datagrams)]
        if self.tcp:
            self.threads.append(threading.Thread(target=self._connections))
        for thread in self.threads:
            thread.start()

    def _answer(self, octets):
        query = dns.message.from_wire(octets)
        name, kind = query.question[0].name.to_text(), query.question[0].rdtype
        reply = dns.message.make_response(query, recursion_available=self.is_recursive)
        reply.set_rcode(self.rcodes.get(name, dns.rcode.NOERROR))
        if name == self.bogus and not query.flags & dns.flags.CD:
            reply.set_rcode(dns.rcode.SERVFAIL)
        if reply.rcode() == dns.rcode.NOERROR:
            data = {"NS": "a.root.", "AAAA": "2001:db8::1", "A": "192.0.2.1"}[dns.rdatatype.to_text(kind)]
            reply.answer.append(dns.rrset.from_text(name, 300, "IN", kind, data))
        return reply.to_wire()

    def _datagrams(self):
        while True:
            octets, client = self.udp.recvfrom(4096)
            if not octets:
                return
            self.udp.sendto(self._answer(octets), client)

    def _connections(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            with connection:
                size = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))[0]
                answer = self._answer(connection.recv(size, socket.MSG_WAITALL))
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def close(self):
        for one in filter(None, (self.udp, self.tcp)):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # datagram sockets are woken all the same
        for thread in self.threads:
            thread.join()
        for one in filter(None, (self.udp, self.tcp)):
            one.close()
