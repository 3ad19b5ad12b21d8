#!/usr/bin/env python3
"""A query log for bench/read_log: make_log.py bind|unbound|coredns|sextant LINES. 500 questions a second of 20,000 names and as many clients."""
import json
import random
import sys

QTYPES, WEIGHTS = ["AAAA", "A", "HTTPS", "PTR", "TXT"], [45, 40, 10, 4, 1]


def client_of(draw):
    if draw.random() < .6:
        return f"2001:db8:{draw.randrange(64):x}:{draw.randrange(256):x}::{draw.randrange(65536):x}"
    return f"10.{draw.randrange(20)}.{draw.randrange(256)}.{draw.randrange(256)}"


def lines_of(form, draw, number, name):
    """BIND's failures, three in a hundred, are lines of their own."""
    milli = number * 2
    time = f"2026-11-22T03:{26 + milli // 60000 % 30:02}:{milli // 1000 % 60:02}.{milli % 1000:03}Z"
    qtype, client, port = draw.choices(QTYPES, WEIGHTS)[0], client_of(draw), draw.randrange(1024, 65536)
    if form == "bind":
        head = f"client @0x7f7047f0c098 {client}#{port} ({name}): query"
        yield f"{time} queries: info: {head}: {name} IN {qtype} +E(0)K (2001:db8:f::1)"
        if draw.random() < .03:
            yield f"{time} query-errors: info: {head} failed (failure) for {name}/IN/{qtype} at query.c:7916"
    elif form == "unbound":
        yield (f"[{1795318000 + milli // 1000}] unbound[6894:0] reply: {client} {name}. {qtype} IN NOERROR 0.{draw.randrange(999999):06} "
               f"{draw.randrange(2)} {draw.randrange(40, 500)}")
    elif form == "coredns":
        remote = f"[{client}]" if ":" in client else client
        yield f"{time} [INFO] {remote}:{port} - {draw.randrange(65536)} \"{qtype} IN {name}. udp 45 false 1232\" NOERROR qr,aa,rd 78 0.000213251s"
    else:
        yield json.dumps({"v": 1, "ts": time, "ev": "reply", "service": "office", "role": "resolver", "client": client, "cport": port,
                          "server": "2001:db8:f::1", "family": "ipv6" if ":" in client else "ipv4", "transport": "udp", "id": 37269,
                          "qname": name + ".", "qtype": qtype, "qclass": "IN", "rd": True, "do": False, "cd": False, "edns": 1232,
                          "rcode": "NOERROR", "aa": False, "tc": False, "ad": False, "an": 1, "size": 136, "us": 2103, "cache": "miss",
                          "val": "secure", "aaaa": "-", "up_tries": 4}, separators=(",", ":"))


def main():
    form, count = sys.argv[1], int(sys.argv[2])
    draw = random.Random(4)
    names = [f"host{draw.randrange(5000)}.{draw.choice(['example', 'corp', 'service', 'internal'])}{draw.randrange(40)}."
             f"{draw.choice(['com', 'net', 'org', 'lab'])}" for _ in range(20000)]
    for number in range(count):
        for line in lines_of(form, draw, number, draw.choice(names)):
            print(line)


if __name__ == "__main__":
    main()
