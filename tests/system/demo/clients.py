"""Hosts of the site: they look names up and connect as RFC 8305 wants, and write down what became of it.

Run inside their namespace: clients.py SPECIFICATION, a JSON file; one JSON line for each attempt goes to the output.
"""
import asyncio
import json
import random
import sys
import time

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

RESOLUTION_DELAY_S = 0.05  # RFC 8305 3: so long an A waits for the AAAA
ATTEMPT_DELAY_S = 0.25  # RFC 8305 5: so long IPv6 has before IPv4 is tried as well
LOOKUP_S, CONNECT_S = 3, 3
PORT = 443


async def lookup(name, rrtype, resolver, source):
    """(outcome, addresses): NOERROR, SERVFAIL ..., or "timeout"."""
    question = dns.message.make_query(name, rrtype)
    question.use_edns(0, payload=1232)
    try:
        reply = await dns.asyncquery.udp(question, resolver, timeout=LOOKUP_S, source=source, ignore_unexpected=True)
        if reply.flags & dns.flags.TC:
            reply = await dns.asyncquery.tcp(question, resolver, timeout=LOOKUP_S, source=source)
    except (dns.exception.DNSException, OSError, EOFError):
        return "timeout", []
    wanted = dns.rdatatype.from_text(rrtype)
    return dns.rcode.to_text(reply.rcode()), [rdata.address for rrset in reply.answer if rrset.rdtype == wanted for rdata in rrset]


async def connect(address, source):
    reader, writer = await asyncio.wait_for(asyncio.open_connection(address, PORT, local_addr=(source, 0)), CONNECT_S)
    writer.close()


async def later(seconds, work):
    await asyncio.sleep(seconds)
    return await work


async def first_family(attempts):
    """The family of the first connection that stands; None: none does. attempts: {family: coroutine}."""
    tasks = {asyncio.ensure_future(work): family for family, work in attempts.items()}
    waiting = set(tasks)
    winner = None
    while waiting and winner is None:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        winner = next((tasks[task] for task in done if task.exception() is None), None)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return winner


async def visit(client, name):
    """One attempt of one host to use a name."""
    began, wall = time.monotonic(), time.time()
    resolver = client["resolver"]
    source = client["ipv6"] if ":" in resolver else client["ipv4"]
    asked = {rrtype: asyncio.ensure_future(lookup(name, rrtype, resolver, source))
             for rrtype, family in (("AAAA", "ipv6"), ("A", "ipv4")) if client[family]}
    await asyncio.wait(asked.values(), return_when=asyncio.FIRST_COMPLETED)
    if not asked["AAAA"].done():
        await asyncio.wait([asked["AAAA"]], timeout=RESOLUTION_DELAY_S)
    if not asked["AAAA"].done() and not asked["A"].result()[1]:
        await asked["AAAA"]
    six = asked["AAAA"].result()[1] if asked["AAAA"].done() else []
    attempts = {}
    if six:
        attempts["ipv6"] = connect(six[0], client["ipv6"])
    if "A" in asked:
        four = (await asked["A"])[1]
        if four:
            attempts["ipv4"] = later(ATTEMPT_DELAY_S if six else 0, connect(four[0], client["ipv4"]))
    via = await first_family(attempts) if attempts else None
    took = time.monotonic() - began
    outcomes = {rrtype: (await work)[0] for rrtype, work in asked.items()}
    print(json.dumps({"t": wall, "kind": client["kind"], "resolver": client["label"], "name": name, "outcomes": outcomes,
                      "via": via, "ms": round(1000 * took)}), flush=True)


async def main(specification):
    chance = random.Random(specification["seed"])
    pause = 1 / specification["per_s"]
    visits = set()
    while True:
        visits.add(asyncio.ensure_future(visit(chance.choice(specification["clients"]), chance.choice(specification["names"]))))
        await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
        visits = {one for one in visits if not one.done()}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        asyncio.run(main(json.load(file)))
