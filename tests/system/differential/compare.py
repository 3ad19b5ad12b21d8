"""Replies as comparable values, and the verdict over four of them."""
import collections
import functools

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype


def section(rrsets):
    """A section without its order: (owner, type, covered, ttl, sorted records)."""
    rows = []
    for rrset in rrsets:
        name = str(rrset.name).lower()
        records = tuple(sorted(rdata.to_digestable() for rdata in rrset))
        rows.append((name, int(rrset.rdtype), int(rrset.covers), rrset.ttl, records))
    return tuple(sorted(rows))


def view(wire):
    """What is compared of a reply, by part. Replies that differ in their ID alone are read once."""
    return read_reply(wire[2:]) if wire else {"reply": "none"}


@functools.lru_cache(maxsize=50000)
def read_reply(rest):
    wire = b"\0\0" + rest
    try:
        message = dns.message.from_wire(wire)
    except dns.exception.DNSException as error:
        return {"reply": f"unreadable: {error!r}"}
    flags = dns.flags.to_text(message.flags & (dns.flags.QR | dns.flags.AA | dns.flags.TC | dns.flags.RD | dns.flags.RA |
                                               dns.flags.AD | dns.flags.CD))
    parts = {"rcode": int(message.rcode()), "flags": flags, "question": section_of_question(message),
             "answer": section(message.answer), "authority": section(message.authority),
             "additional": section(message.additional), "edns": message.edns, "do": bool(message.ednsflags & dns.flags.DO)}
    if message.flags & dns.flags.TC:
        # What a truncated reply still holds is each server's own choice; the client asks again over TCP.
        parts["answer"] = parts["authority"] = parts["additional"] = "truncated"
    return parts


def section_of_question(message):
    return tuple((str(q.name), int(q.rdtype), int(q.rdclass)) for q in message.question)


class Tally:
    """Counts agreement; keeps the first cases of each kind of difference."""

    def __init__(self, peers):
        self.peers = peers
        self.queries = 0
        self.same_as = collections.Counter()
        self.all_agree = 0
        self.against_all = collections.OrderedDict()
        self.alone = collections.OrderedDict()

    def add(self, case, ours, theirs):
        self.queries += 1
        for peer in self.peers:
            self.same_as[peer] += ours == theirs[peer]
        values = [theirs[peer] for peer in self.peers]
        if all(value == ours for value in values):
            self.all_agree += 1
            return
        for part in ours.keys() | set().union(*values):
            mine = ours.get(part)
            others = [value.get(part) for value in values]
            if mine in others:
                continue
            kind = self.against_all if all(other == others[0] for other in others) else self.alone
            kind.setdefault((part,), []).append((case, mine, others))

    def table(self):
        rows = [f"queries {self.queries}", f"the same as all three {self.all_agree}"]
        rows += [f"the same as {peer} {self.same_as[peer]}" for peer in self.peers]
        rows.append(f"against all three together {sum(map(len, self.against_all.values()))}")
        rows.append(f"like none of three that differ {sum(map(len, self.alone.values()))}")
        return "\n".join(rows)
