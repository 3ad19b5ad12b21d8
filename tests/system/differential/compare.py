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


def required_glue(referral):
    """The addresses of a whole referral's in-domain name servers: (owner, type) of each (RFC 9471 2.1)."""
    cuts = [row[0] for row in referral["authority"] if row[1] == dns.rdatatype.NS]
    return {row[:2] for row in referral["additional"] if row[1] in (dns.rdatatype.A, dns.rdatatype.AAAA) and
            any(row[0] == cut or row[0].endswith("." + cut.lstrip(".")) for cut in cuts)}


def drops_glue(reply, whole):
    """RFC 9471 3.1: in-domain glue that does not fit sets TC. Is this a referral that drops some and says nothing?"""
    if "truncated" in (reply.get("additional"), whole.get("additional")) or "AA" in reply.get("flags", "AA").split():
        return False
    return bool(required_glue(whole) - {row[:2] for row in reply["additional"]})


class Tally:
    """Counts agreement; keeps the cases of each kind of difference."""

    def __init__(self, peers):
        self.peers = peers
        self.queries = 0
        self.same_as = collections.Counter()
        self.all_agree = 0
        self.glue_dropped = collections.Counter()
        self.against_all = collections.OrderedDict()
        self.alone = collections.OrderedDict()

    def add(self, case, ours, theirs, ask_whole):
        """ask_whole gives our reply over TCP: what a truncated one would have held."""
        self.queries += 1
        if "TC" in ours.get("flags", "").split():
            whole = ask_whole()
            silent = [peer for peer in self.peers if drops_glue(theirs[peer], whole)]
            self.glue_dropped.update(silent)
            if silent:
                return
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

    def merge(self, other):
        self.queries += other.queries
        self.all_agree += other.all_agree
        self.same_as.update(other.same_as)
        self.glue_dropped.update(other.glue_dropped)
        for mine, theirs in ((self.against_all, other.against_all), (self.alone, other.alone)):
            for part, cases in theirs.items():
                mine.setdefault(part, []).extend(cases)

    def table(self):
        rows = [f"queries {self.queries}", f"the same as all three {self.all_agree}"]
        rows += [f"the same as {peer} {self.same_as[peer]}" for peer in self.peers]
        rows += [f"in-domain glue dropped without TC (RFC 9471) by {peer} {self.glue_dropped[peer]}" for peer in self.peers]
        rows.append(f"against all three together {sum(map(len, self.against_all.values()))}")
        rows.append(f"like none of three that differ {sum(map(len, self.alone.values()))}")
        return "\n".join(rows)
