"""Name servers that err, each in its own way: python3 odd_server.py SERVED.json, [[behaviour, addresses, zone, file], ...].

truncates: TC over UDP, answers over TCP. formerr: FORMERR without OPT to any query with EDNS. mute-aaaa: no answer to
questions for AAAA. nx-aaaa: NXDOMAIN to questions for AAAA of www. bare-tc: truncates without OPT. two-faced: over IPv4 other
addresses of www, names that are not there are there, another NSID, and silence to unknown options and EDNS versions. plain: as it
should be. no-tcp: nothing listens on TCP.
stale: an older serial over IPv4. lagging: that for LAG_S of each client. drops-aaaa: referrals without AAAA glue, and without
TC, where all of it does not fit. liar: any name has the addresses that the file holds at its apex. guessed: over UDP nothing
but replies with wrong ids, as of a forger who guesses; answers over TCP. single: one answer on a TCP connection, and no more.
"""
import json
import selectors
import socket
import struct
import sys
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone


GUESSES = 150
LAG_S = 2
FIRST_SEEN = {}
UNKNOWN = 65302  # the option of audit that nobody knows


def rrset_of(name, rdataset):
    found = dns.rrset.RRset(name, rdataset.rdclass, rdataset.rdtype)
    found.update(rdataset)
    return found


def answer(zone, reply, name, rrtype):
    reply.flags |= dns.flags.AA
    node = zone.nodes.get(name)
    rdataset = node.get_rdataset(dns.rdataclass.IN, rrtype) if node else None
    if rdataset:
        reply.answer.append(rrset_of(name, rdataset))
        return
    below = any(other.is_subdomain(name) for other in zone.nodes)
    if not node and not below:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    soa = zone.get_rdataset(zone.origin, dns.rdatatype.SOA)
    if soa:
        reply.authority.append(rrset_of(zone.origin, soa))


def refer(zone, reply, query):
    """True: a referral; without AAAA where it would be too large."""
    cuts = [name for name, node in zone.nodes.items() if name != zone.origin and node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS)]
    for cut in cuts:
        if not query.question[0].name.is_subdomain(cut):
            continue
        servers = zone.nodes[cut].get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS)
        reply.authority.append(rrset_of(cut, servers))
        for rrtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            for server in servers:
                reply.additional.append(rrset_of(server.target, zone.nodes[server.target].get_rdataset(dns.rdataclass.IN, rrtype)))
        if len(reply.to_wire(max_size=65535)) > max(query.payload, 512):
            reply.additional = [rrset for rrset in reply.additional if rrset.rdtype == dns.rdatatype.A]
        return True
    return False


def older(reply, zone):
    for rrset in reply.answer:
        if rrset.rdtype == dns.rdatatype.SOA:
            soa = rrset[0]
            rrset.clear()
            rrset.add(soa.replace(serial=soa.serial - 1))


def transfer(zone, reply):
    """All in one message."""
    reply.flags |= dns.flags.AA
    soa = rrset_of(zone.origin, zone.get_rdataset(zone.origin, dns.rdatatype.SOA))
    rest = [rrset_of(name, rdataset) for name, rdataset in zone.iterate_rdatasets() if rdataset.rdtype != dns.rdatatype.SOA]
    reply.answer += [soa, *rest, soa]


def two_faced(zone, query, family):
    name, rrtype = query.question[0].name, query.question[0].rdtype
    if family == socket.AF_INET and (query.edns > 0 or any(option.otype == UNKNOWN for option in query.options)):
        return None
    reply = dns.message.make_response(query, our_payload=1232)
    if query.edns > 0:
        reply.use_edns(0, payload=1232)
        reply.set_rcode(dns.rcode.BADVERS)
        return reply.to_wire()
    if any(option.otype == dns.edns.NSID for option in query.options):
        reply.use_edns(0, payload=1232, options=[dns.edns.GenericOption(dns.edns.NSID, b"six" if family == socket.AF_INET6 else b"four")])
    if rrtype == dns.rdatatype.AXFR:
        transfer(zone, reply)
    else:
        answer(zone, reply, name, rrtype)
    if family == socket.AF_INET:
        reply.set_rcode(dns.rcode.NOERROR)
        for rrset in reply.answer:
            if rrset.name.labels[0] == b"www" and len(rrset) > 0:
                rrset.clear()
                rrset.add(dns.rdata.from_text("IN", rrset.rdtype, "2001:db8:bad::4" if rrset.rdtype == dns.rdatatype.AAAA else "192.0.2.99"))
    return reply.to_wire()


def bare_tc(reply, query):
    """TC without OPT, where the answer is larger than what was allowed."""
    if len(reply.to_wire(max_size=65535)) <= (query.payload or 512):
        return reply.to_wire()
    reply.answer.clear()
    reply.use_edns(-1)
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def respond(behaviour, zone, wire, is_tcp, family, peer):
    """Octets to send, None for silence."""
    try:
        query = dns.message.from_wire(wire, ignore_trailing=True)
    except Exception:  # noqa: BLE001 - whatever it is, it is no question
        return None
    if not query.question or query.flags & dns.flags.QR:
        return None
    if behaviour == "formerr" and query.edns >= 0:
        return wire[:2] + b"\x80\x01" + bytes(8)
    name, rrtype = query.question[0].name, query.question[0].rdtype
    if behaviour == "mute-aaaa" and rrtype == dns.rdatatype.AAAA and name.labels[0].lower() == b"www":
        return None
    reply = dns.message.make_response(query, our_payload=1232)
    if behaviour == "truncates" and not is_tcp:
        reply.flags |= dns.flags.TC
        return reply.to_wire()
    if behaviour == "liar":
        reply.flags |= dns.flags.AA
        rdataset = zone.get_rdataset(zone.origin, rrtype)
        if rdataset:
            reply.answer.append(rrset_of(name, rdataset))
        return reply.to_wire()
    if not name.is_subdomain(zone.origin):
        reply.set_rcode(dns.rcode.REFUSED)
        return reply.to_wire()
    if behaviour == "two-faced":
        return two_faced(zone, query, family)
    if behaviour == "drops-aaaa" and refer(zone, reply, query):
        return reply.to_wire()
    answer(zone, reply, name, rrtype)
    if family == socket.AF_INET and (behaviour == "stale" or (
            behaviour == "lagging" and time.monotonic() - FIRST_SEEN.setdefault((zone.origin, peer), time.monotonic()) < LAG_S)):
        older(reply, zone)
    if behaviour == "nx-aaaa" and rrtype == dns.rdatatype.AAAA and name.labels[0].lower() == b"www":
        reply.answer.clear()
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return bare_tc(reply, query) if behaviour == "bare-tc" and not is_tcp else reply.to_wire()


def guesses(wire):
    """Replies to the question with every id but its own."""
    number = struct.unpack_from(">H", wire)[0]
    for offset in range(1, GUESSES + 1):
        yield struct.pack(">H", (number + offset) % 65536) + b"\x84\x00" + wire[4:6] + bytes(6) + wire[12:]


def replies(behaviour, zone, wire, family, peer):
    """What comes over UDP."""
    if behaviour == "guessed" and len(wire) >= 12:
        return list(guesses(wire))
    reply = respond(behaviour, zone, wire, False, family, peer)
    return [reply] if reply else []


class Stream:
    def __init__(self, connection, behaviour, zone):
        self.connection, self.behaviour, self.zone, self.data = connection, behaviour, zone, b""
        self.peer = connection.getpeername()[0]

    def read(self):
        """False: over."""
        try:
            octets = self.connection.recv(65535)
        except OSError:
            octets = b""
        self.data += octets
        while len(self.data) >= 2:
            size = struct.unpack_from(">H", self.data)[0]
            if len(self.data) < 2 + size:
                break
            reply = respond(self.behaviour, self.zone, self.data[2:2 + size], True, self.connection.family, self.peer)
            self.data = self.data[2 + size:]
            if reply:
                self.connection.sendall(struct.pack(">H", len(reply)) + reply)
            if self.behaviour == "single":
                return False
        return bool(octets)


def main(path):
    selector = selectors.DefaultSelector()
    for behaviour, addresses, origin, file in json.load(open(path)):
        zone = dns.zone.from_file(file, dns.name.from_text(origin + "."), relativize=False)
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            datagrams = socket.socket(family, socket.SOCK_DGRAM)
            datagrams.bind((address, 53))
            selector.register(datagrams, selectors.EVENT_READ, ("udp", behaviour, zone))
            if behaviour == "no-tcp":
                continue
            listener = socket.create_server((address, 53), family=family)
            selector.register(listener, selectors.EVENT_READ, ("listener", behaviour, zone))
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            kind, behaviour, zone = key.data
            if kind == "udp":
                wire, peer = key.fileobj.recvfrom(65535)
                for reply in replies(behaviour, zone, wire, key.fileobj.family, peer[0]):
                    try:
                        key.fileobj.sendto(reply, peer)
                    except OSError:
                        pass  # the asker's network is gone
            elif kind == "listener":
                connection, _ = key.fileobj.accept()
                selector.register(connection, selectors.EVENT_READ, ("stream", behaviour, Stream(connection, behaviour, zone)))
            elif not zone.read():
                selector.unregister(key.fileobj)
                key.fileobj.close()


main(sys.argv[1])
