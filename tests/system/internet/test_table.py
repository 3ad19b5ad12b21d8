"""Every name of the plan on every network: ours against what is expected, the peers measured beside it.

R-01..R-05 R-09 R-11 R-12 R-15 R-17 R-18 T-12. Reports 5, 11, 12, 14.
"""
import pytest

from . import plan, table
from .measure import TYPES, measure
from .resolvers import PEERS, Resolver

TRIES = 3  # of a first contact: the machine may have been busy, the resolver's cache is new each time


@pytest.fixture(scope="module")
def ours(internet):
    return table.measure_all(internet, ["sextant"])


@pytest.fixture(scope="module")
def peers(internet):
    return table.measure_all(internet, PEERS)


def faults_of(row, network, measured):
    """What is wrong with the row, in words."""
    found = []
    for rrtype in TYPES:
        outcome = measured.outcomes[row.name, rrtype]
        if network in row.where[rrtype]:
            if not outcome.is_ok:
                found.append(f"{row.name} {rrtype}: {outcome}")
            elif outcome.ms > plan.WITHIN_MS:
                found.append(f"{row.name} {rrtype}: {outcome.ms:.0f} ms")
        elif outcome.kind != "SERVFAIL":
            found.append(f"{row.name} {rrtype}: {outcome} where nothing can be had")
        elif not outcome.ede:
            found.append(f"{row.name} {rrtype}: SERVFAIL without a reason")
    return found


@pytest.mark.parametrize("network", plan.NETWORKS)
def test_ours_is_as_expected(network, ours, internet):
    """All that can be resolved is, in time; what cannot be ends with SERVFAIL and an EDE."""
    measured, rows = ours["sextant", network], plan.ROWS
    for _ in range(TRIES):
        faults = {row.name: faults_of(row, network, measured) for row in rows}
        rows = [row for row in rows if faults[row.name]]
        if not rows:
            return
        resolver = Resolver(internet, "sextant", internet.place(network))
        try:
            measured = measure(resolver.wait(), rows)
        finally:
            resolver.stop()
    faults = [text for row in rows for text in faults_of(row, network, measured)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("network", plan.NETWORKS)
def test_embedded_addresses_are_not_asked(network, ours):
    """RFC 10001 4.1: what a mapped, compatible, link-local or 64:ff9b::/96 AAAA leads to; the translator here has another prefix."""
    bad = ("::", "fe80:", "64:ff9b:")
    asked = ours["sextant", network].asked
    assert asked and not [address for address in asked if address == plan.TRAP_IPV4 or address.startswith(bad)]


def test_ours_asks_less_than_unbound(ours, peers):
    questions = {name: sum(found[name, network].total for network in plan.NETWORKS)
                 for name, found in (("sextant", ours), ("unbound", peers))}
    assert questions["sextant"] < questions["unbound"], questions


@pytest.mark.parametrize("name", PEERS)
def test_peers_are_measured(name, peers):
    """Their columns hold something: each resolves what all do, and asked somebody for it."""
    for network in plan.NETWORKS:
        measured = peers[name, network]
        assert len(measured.outcomes) == 2 * len(plan.ROWS)
        assert all(measured.outcomes["www.dual.lab.", rrtype].is_ok for rrtype in TYPES)
        assert not any(outcome.kind.startswith("no service") for outcome in measured.outcomes.values())
        assert measured.total > len(plan.ROWS)
