"""A family that does not work costs little, is named in the log, and is used again when it is back.

R-14 R-15 T-12; RFC 10001 3.2, 4.2. Reports 1, 2, 9, 13. And a path on which somebody guesses at replies.
"""
import concurrent.futures
import itertools
import time

import pytest

from . import plan
from .measure import ask

WORLD_IPV6 = "3fff::/20"  # where all servers are
WORLD_IPV4 = ("198.51.100.0/24", "203.0.113.0/24", "192.0.2.128/25")
PATIENCE_S = 30           # for a path to be found alive again: it is probed now and then
FIRST_MS, LATER_MS = 200, 50
CAUSE = "not routed"    # of the path that is down, in the log
BUSY = 2                  # answers of a row that may be late on a busy machine
# Zones with both families, each asked once.
NAMES = ["www.dual.lab.", "www.split.lab.", "www.half.lab.", "www.good.lab.", "www.chain.lab.", "www.dname.lab.",
         "www.linklocal.lab.", "www.lame.lab.", "www.stream.lab.", "www.formerr.lab."]


# Zones that one family alone serves. That a family is dead may not show as long as the other does all there is to do.
NEEDING = {"ipv6": ("www.v6only.lab.", "www.dual.six.", "www.aaaaglue.lab.", "www.dead4.lab."),
           "ipv4": ("www.v4only.lab.", "www.dual.four.", "www.aglue.lab.", "www.dead6.lab.", "www.sibling.lab.")}


def wait_for_line(resolver, family, state, meanwhile):
    deadline = time.monotonic() + PATIENCE_S
    while not any((line["family"], line["state"]) == (family, state) for line in resolver.lines("family")):
        assert time.monotonic() < deadline, resolver.daemon.text()
        meanwhile()
        time.sleep(0.2)


def ask_all(resolver, names):
    outcomes = [ask(resolver, name)[0] for name in names]
    assert all(outcome.is_ok for outcome in outcomes), list(zip(names, outcomes))
    return [outcome.ms for outcome in outcomes]


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_dead_path(family, internet, resolvers):
    """From the start nothing comes back over one family: packets are dropped, not refused."""
    place = internet.place("dual")
    place.lose(*([WORLD_IPV6] if family == "ipv6" else WORLD_IPV4))
    resolver = resolvers("sextant", place)
    times = ask_all(resolver, NAMES)
    assert sum(ms > FIRST_MS for ms in times) <= BUSY, times
    with concurrent.futures.ThreadPoolExecutor(len(NEEDING[family])) as pool:
        assert not any(outcome.is_ok for outcome, _ in pool.map(lambda name: ask(resolver, name), NEEDING[family]))
    wait_for_line(resolver, family, "down", lambda: None)
    assert CAUSE in resolver.lines("family")[0]["msg"]
    # Learned: what comes now is not held up.
    dead = "www.dead6.lab." if family == "ipv6" else "www.dead4.lab."
    assert ask(resolver, dead)[0].is_ok
    times = ask_all(resolver, [name.replace("www", "again") for name in NAMES])
    assert sum(ms > LATER_MS for ms in times) <= BUSY, times
    place.lose()
    numbers = itertools.count()
    wait_for_line(resolver, family, "up", lambda: ask(resolver, f"absent{next(numbers)}.dual.lab."))


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_no_route(family, internet, resolvers):
    """Addresses of both families and a route for one: no time, no packet is spent on the other."""
    place = internet.place("dual", routes=("ipv4",) if family == "ipv6" else ("ipv6",))
    resolver = resolvers("sextant", place)
    times = ask_all(resolver, NAMES)
    assert sum(ms > LATER_MS for ms in times) <= BUSY, times
    assert not [address for address in place.asked() if (":" in address) == (family == "ipv6")]
    assert sum(place.asked().values()) > len(NAMES)


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_family_that_is_off(family, internet, resolvers):
    """Report 9: the host has it, the operator does not want it: no packet, whatever zones publish and however names fail."""
    place = internet.place("dual")
    resolver = resolvers("sextant", place, families={one: one != family for one in ("ipv6", "ipv4")})
    ask_all(resolver, NAMES)
    for name in NEEDING[family]:
        assert not ask(resolver, name)[0].is_ok
    assert not [address for address in place.asked() if (":" in address) == (family == "ipv6")]
    assert sum(place.asked().values()) > len(NAMES)


@pytest.mark.parametrize("network", plan.NETWORKS)
def test_size_hole_is_learned(network, internet, resolvers):
    """T-12: datagrams over 800 octets from these servers are lost. No answer waits for a time-out, and an address that has been
    asked for a small answer once is asked for large ones no more."""
    place = internet.place(network)
    resolver = resolvers("sextant", place)
    times = ask_all(resolver, [f"{name}.hole.lab." for name in plan.WIDE])
    addresses = {"dual": 4, "nat64": 4}.get(network, 2)
    assert sum(ms > FIRST_MS for ms in times) <= BUSY, times
    assert sum(ms > LATER_MS for ms in times) <= addresses + BUSY, times
    resolver.daemon.wait_until(lambda: resolver.lines("size"), PATIENCE_S)
    assert min(times[len(times) // 2:]) <= LATER_MS, times


@pytest.mark.parametrize("network", ("ipv6", "ipv4"))
def test_guesses_lead_to_tcp(network, internet, resolvers):
    """RFC 5452 4.3: many replies with wrong ids in the name of a server. The question goes over TCP at once, and the log says so."""
    resolver = resolvers("sextant", internet.place(network))
    times = ask_all(resolver, ["www.guessed.lab.", "again.guessed.lab."])
    assert sum(ms > FIRST_MS for ms in times) == 0, times
    resolver.daemon.wait_until(lambda: resolver.lines("guessing"), PATIENCE_S)
    line = resolver.lines("guessing")[0]
    assert line["name"].endswith("guessed.lab.") and line["family"] == network and line["level"] == "warning"
