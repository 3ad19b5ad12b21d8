"""A site's query log, made from a seed: who asks what by the minute, in the form of CoreDNS or BIND, and faults to plant in it.

Half of what its clients ask is AAAA: each name is asked for both types at nearly the same time, as dual-stack hosts do.
"""
import json
import random

START_S = 1795305600  # 2026-11-22T00:00:00Z


def stamp(second):
    second = START_S + second
    milli = int(second * 1000) % 1000
    day, rest = divmod(int(second), 86400)
    return f"2026-11-{22 + day - START_S // 86400:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{milli:03}Z"


class Site:
    """networks of clients ask names of zones, rate questions a second, each for AAAA and A at nearly the same time."""

    def __init__(self, seed, rate=20, networks=12, zones=30, noise=0.01):
        self.random, self.rate, self.noise = random.Random(seed), rate, noise
        self.networks = [f"2001:db8:{number:x}:" if number % 3 else f"10.1.{number}." for number in range(networks)]
        self.zones = [f"zone{number}.test" for number in range(zones)]

    def client(self, network):
        return network + (f"{self.random.randrange(256):x}::{self.random.randrange(1, 999):x}" if ":" in network
                          else str(self.random.randrange(1, 255)))

    def events(self, minutes, fault=lambda minute, event: None):
        """Dictionaries in the order of time; fault may change one, or return False to leave it out, or more events to follow."""
        made = []
        for number in range(minutes * 60 * self.rate // 2):
            second = number * 2 / self.rate + self.random.random()
            network = self.random.choice(self.networks)
            host = f"h{self.random.randrange(20)}.{self.random.choice(self.zones)}"
            client, port = self.client(network), self.random.randrange(1024, 65536)
            fails = self.random.random() < self.noise
            for index, qtype in enumerate(["AAAA", "A"]):
                event = dict(second=second + index / 1000, network=network, client=client, port=port + index, qname=host, qtype=qtype,
                             transport="udp", tc=False, rcode="SERVFAIL" if fails or self.random.random() < self.noise / 4 else "NOERROR")
                more = fault(int(second // 60), event)
                made += [] if more is False else [event, *(more or [])]
        return sorted(made, key=lambda event: event["second"])


def coredns(events):
    lines = []
    for event in events:
        client = f"[{event['client']}]" if ":" in event["client"] else event["client"]
        flags = "qr,rd,ra" + (",tc" if event["tc"] else "")
        lines.append(f"{stamp(event['second'])} [INFO] {client}:{event['port']} - 7 \"{event['qtype']} IN {event['qname']}. "
                     f"{event['transport']} 45 false 1232\" {event['rcode']} {flags} 78 0.0002s")
    return "\n".join(lines) + "\n"


def bind(events, has_errors=True):
    lines = []
    for event in events:
        head = f"client @0x7f {event['client']}#{event['port']} ({event['qname']}): "
        flag = "T" if event["transport"] == "tcp" else ""
        lines.append(f"{stamp(event['second'])} queries: info: {head}query: {event['qname']} IN {event['qtype']} +E(0){flag}K (2001:db8:f::1)")
        if has_errors and event["rcode"] == "SERVFAIL":
            lines.append(f"{stamp(event['second'])} query-errors: info: {head}query failed (failure) for "
                         f"{event['qname']}/IN/{event['qtype']} at query.c:7916")
    return "\n".join(lines) + "\n"


def own(events, role="resolver"):
    """The form of sextantd's own log."""
    lines = []
    for event in events:
        lines.append(json.dumps({
            "v": 1, "ts": stamp(event["second"]), "ev": "reply", "service": "lan", "role": role, "client": event["client"],
            "cport": event["port"], "transport": event["transport"], "qname": event["qname"] + ".", "qtype": event["qtype"],
            "rcode": event["rcode"], "tc": event["tc"], "aaaa": event.get("aaaa", "-")}))
    return "\n".join(lines) + "\n"
