"""RFC 10001 5: resolvers of one family each that forward to one another. What neither can resolve must end at once.

R-03 R-05 R-07 R-08 R-09.
"""
import concurrent.futures
import time

import pytest

from .measure import ask
from .resolvers import Resolver

UNRESOLVABLE = ("www.grave.lab.", "www.nohost.lab.")  # silent servers; servers without an address
SECONDS_MOST = 15
# Packets between resolvers, questions and answers, for one question of a client.
PACKETS_MOST = 20


class Circle:
    """Places in a ring, each joined by a cable to the next; every other one has IPv4 alone for the world, the rest IPv6.

    Each asks the next over the family that it has. names: the programs; "NAME over FAMILY" asks over that one.
    """

    def __init__(self, internet, names):
        self.internet = internet
        self.names = [name.split()[0] for name in names]
        size = len(names)
        self.families = ["ipv4" if number % 2 == 0 else "ipv6" for number in range(size)]
        self.places = [internet.place("dual", routes=(family,)) for family in self.families]
        self.listen = [[place.loopback] for place in self.places]
        self.next = [None] * size
        self.resolvers = []
        asks_over = [name.split()[-1] if " over " in name else family for name, family in zip(names, self.families)]
        for left in range(size if size > 2 else 1):
            right = (left + 1) % size
            found = internet.join(self.places[left], self.places[right])
            self.set_next(left, right, found[asks_over[left]][1])
            if size == 2:
                self.set_next(right, left, found[asks_over[right]][0])

    def set_next(self, asker, asked, address):
        self.next[asker] = address
        self.listen[asked].append(address)

    def start(self):
        """Ours fall back to the next, others forward everything there."""
        for number, name in enumerate(self.names):
            more = {"forward": [self.next[number]]}
            if name == "sextant":
                families = {family: family == self.families[number] for family in ("ipv6", "ipv4")}
                more = {"fallback": [self.next[number]], "families": families}
            self.resolvers.append(Resolver(self.internet, name, self.places[number], listen=self.listen[number], **more))
        for resolver in self.resolvers:
            resolver.wait()

    def packets(self):
        return sum(place.sent_to_others() for place in self.places)

    def settle(self, seconds=1.0):
        """The packets between the resolvers once no more come."""
        seen, since = self.packets(), time.monotonic()
        while time.monotonic() < since + seconds:
            time.sleep(0.1)
            now = self.packets()
            if now != seen:
                seen, since = now, time.monotonic()
        return seen

    def run(self):
        """{(name, whom): (outcome, packets spent)} for each of ours and each name."""
        for resolver in self.resolvers:
            ask(resolver, "absent.dual.lab.")  # keys that a validator wants are then known
        self.settle()
        found = {}
        for number, program in enumerate(self.names):
            for name in UNRESOLVABLE if program == "sextant" else ():
                before = self.packets()
                outcome, _ = ask(self.resolvers[number], name, "A" if number % 2 == 0 else "AAAA", SECONDS_MOST)
                found[name, number] = (outcome, self.settle() - before)
        return found

    def stop(self):
        for resolver in self.resolvers:
            resolver.stop()


OURS = [("sextant", "sextant"), ("sextant", "sextant", "sextant")]
ONE_FAMILY = [("sextant", "unbound over ipv4"), ("unbound over ipv6", "sextant"), ("sextant", "bind over ipv4"),
              ("bind over ipv6", "sextant")]
TWO_FAMILIES = [("sextant", "unbound"), ("unbound", "sextant"), ("sextant", "bind"), ("bind", "sextant")]


@pytest.fixture(scope="module")
def circles(internet):
    made = {names: Circle(internet, names) for names in OURS + ONE_FAMILY + TWO_FAMILIES}
    for circle in made.values():
        circle.start()
    yield made
    for circle in made.values():
        circle.stop()


@pytest.fixture(scope="module")
def results(circles):
    with concurrent.futures.ThreadPoolExecutor(len(circles)) as pool:
        return dict(zip(circles, pool.map(Circle.run, circles.values())))


@pytest.mark.parametrize("names", OURS + ONE_FAMILY + TWO_FAMILIES, ids=" - ".join)
def test_loop_ends(names, results):
    """SERVFAIL with a reason, after few packets."""
    assert len(results[names]) == names.count("sextant") * len(UNRESOLVABLE)
    for key, (outcome, spent) in results[names].items():
        assert outcome.kind == "SERVFAIL", (key, outcome)
        assert any(text for _, text in outcome.ede), (key, outcome)
        assert spent <= PACKETS_MOST, f"{key}: {spent} packets"


@pytest.mark.parametrize("names", OURS, ids=" - ".join)
def test_the_other_half_resolves(names, circles):
    """The fallback is of use: what one family alone resolves is had through the one who has it."""
    circle = circles[names]
    for number, family in enumerate(circle.families):
        name = "www.v4only.lab." if family == "ipv6" else "www.v6only.lab."
        outcome, reply = ask(circle.resolvers[number], name, "AAAA", SECONDS_MOST)
        assert outcome.is_ok and reply.answer, (number, outcome)


def test_the_count_sees_a_loop(internet):
    """Two that forward everything to one another send more than is allowed: the limit means something."""
    circle = Circle(internet, ("unbound", "unbound"))
    circle.start()
    ask(circle.resolvers[0], UNRESOLVABLE[0], "A", 5)
    assert circle.packets() > PACKETS_MOST
    circle.stop()
