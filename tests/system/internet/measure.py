"""Asks one resolver for every row of the plan, and says what came, when, and at how many questions to the outside."""
import dataclasses
import ipaddress
import select
import socket
import struct
import time

import dns.edns
import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from . import plan

TYPES = ("AAAA", "A")
TURN_S = 1.0  # the next row is asked when this one is answered, or after this long; answers are still waited for
END_S = 12.0  # nobody waits longer for a name


@dataclasses.dataclass
class Outcome:
    """kind: ok, wrong, SERVFAIL or another RCODE, timeout; ms: to the answer, None if none came."""

    kind: str
    ms: float = None
    ede: tuple = ()

    @property
    def is_ok(self):
        return self.kind == "ok"


@dataclasses.dataclass
class Measured:
    """outcomes: {(row's name, type): Outcome}; asked: {address: questions sent to it}."""

    outcomes: dict
    asked: dict

    @property
    def total(self):
        return sum(self.asked.values())

    def of_zone(self, row):
        """Questions to the servers of the row's own zone."""
        zones = [zone for zone in plan.ZONES if ("." + row.name).endswith(f".{zone.name}.")]
        addresses = {str(ipaddress.ip_address(address)) for zone in zones for address in plan.addresses_of(zone)}
        return sum(count for address, count in self.asked.items() if str(ipaddress.ip_address(address)) in addresses)


class Question:
    def __init__(self, row, rrtype, address):
        self.row, self.rrtype, self.address = row, rrtype, address
        self.query = dns.message.make_query(row.name, rrtype, use_edns=0, payload=1232)
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect((address, 53))
        self.began = time.monotonic()
        self.socket.send(self.query.to_wire())

    def take(self):
        """The outcome, None when what came was nothing."""
        ms = (time.monotonic() - self.began) * 1000
        try:
            wire = self.socket.recv(65535)
        except BlockingIOError:
            return None
        except OSError as error:
            return Outcome(f"no service ({error.strerror})", ms)
        if struct.unpack_from(">H", wire)[0] != self.query.id:
            return None
        reply = dns.message.from_wire(wire, ignore_trailing=True)
        if reply.flags & dns.flags.TC:
            reply = dns.query.tcp(self.query, self.address, timeout=5)
        return Outcome(self.judge(reply), ms, ede_of(reply))

    def judge(self, reply):
        code = reply.rcode()
        if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return dns.rcode.to_text(code)
        expected = self.row.answers.get(self.rrtype)
        rdtype = dns.rdatatype.from_text(self.rrtype)
        addresses = {rdata.address for rrset in reply.answer if rrset.rdtype == rdtype for rdata in rrset}
        if expected is None:
            return "ok"
        return "ok" if expected in addresses and not addresses & set(plan.TRAP_ANSWERS) else "wrong"


def ask(resolver, name, rrtype="AAAA", seconds=12):
    """One question from the resolver's own host: (outcome, the reply or None). Any NOERROR or NXDOMAIN is ok."""
    address = resolver.setting.listen[0]
    query = dns.message.make_query(name, rrtype, use_edns=0, payload=1232)
    began = time.monotonic()
    with resolver.place.inside():
        try:
            reply, _ = dns.query.udp_with_fallback(query, address, timeout=seconds)
        except dns.exception.Timeout:
            return Outcome("timeout"), None
    ms = (time.monotonic() - began) * 1000
    code = reply.rcode()
    kind = "ok" if code in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) else dns.rcode.to_text(code)
    return Outcome(kind, ms, ede_of(reply)), reply


def ede_of(reply):
    return tuple((int(option.code), option.text or "") for option in reply.options if isinstance(option, dns.edns.EDEOption))


def gather(waiting, outcomes, until, is_enough):
    """Takes what comes until then, or until it is enough."""
    while waiting and not is_enough():
        left = until - time.monotonic()
        if left <= 0:
            return
        ready, _, _ = select.select(list(waiting), [], [], left)
        for one in ready:
            question = waiting[one]
            outcome = question.take()
            if outcome is not None:
                outcomes[question.row.name, question.rrtype] = outcome
                del waiting[one]
                one.close()


def measure(resolver, rows=None):
    """In order, each row's types at once, as a host that wants to connect does. The counts are of the whole run."""
    place, waiting, outcomes = resolver.place, {}, {}
    place.forget()
    with place.inside():
        for row in plan.ROWS if rows is None else rows:
            mine = []
            for rrtype in TYPES:
                question = Question(row, rrtype, place.loopback)
                waiting[question.socket] = question
                mine.append((row.name, rrtype))
            gather(waiting, outcomes, time.monotonic() + TURN_S, lambda mine=mine: all(key in outcomes for key in mine))
        last = max((question.began for question in waiting.values()), default=0)
        gather(waiting, outcomes, last + END_S, lambda: False)
    for one, question in waiting.items():
        outcomes[question.row.name, question.rrtype] = Outcome("timeout")
        one.close()
    return Measured(outcomes, place.asked())
