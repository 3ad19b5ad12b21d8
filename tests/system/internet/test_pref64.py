"""A resolver without IPv4 behind NAT64 learns the prefix from its network, and reaches IPv4-only servers by it.

R-02 R-04 R-10 N-08 N-09 N-15; RFC 8781, RFC 7050, RFC 9872. Reports 23, 24.
"""
import contextlib
import ipaddress
import socket
import struct
import time

import pytest

from conftest import inside

from . import plan
from .measure import ask

PATIENCE_S = 10  # for a change to be seen; far above what it takes
LIFETIME_S = 600
# Name servers with IPv4 alone, each zone for one look at whether they are reached: what failed is remembered for a while.
IPV4_ONLY = ("www.v4only.lab.", "www.aglue.lab.", "www.sibling.lab.", "www.dead6.lab.")
ROUTERS = ("fe80::98", "fe80::99")
OTHER_PREFIX = "2001:db8:65::"


def option_38(prefix, lifetime_s):
    """RFC 8781 4: a /96."""
    return struct.pack(">BBH", 38, 2, lifetime_s // 8 << 3) + ipaddress.IPv6Address(prefix).packed[:12]


def advertise(place, prefix, lifetime_s=LIFETIME_S, source=None):
    """A router advertisement that says nothing but the prefix, from the router's address on the place's cable."""
    with inside(place.router), contextlib.closing(socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)) as router:
        number = socket.if_nametoindex(place.cable)
        router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, number)
        if source:
            router.bind((source, 0, 0, number))
        header = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, 0, 0, 0)
        router.sendto(header + option_38(prefix, lifetime_s), ("ff02::1", 0, 0, number))


@pytest.fixture
def place(internet):
    made = internet.place("nat64")
    internet.networks.sysctl(made.namespace, "net.ipv6.conf.eth0.accept_ra=1")
    return made


def wait_until(condition, seconds=PATIENCE_S):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.1)


def resolves(resolver, name):
    return ask(resolver, name)[0].is_ok


def test_router_advertisement(place, resolvers):
    """A network with a PREF64 and no DNS64."""
    resolver = resolvers("sextant", place, nat64="from-ra")
    assert not resolves(resolver, IPV4_ONLY[0])
    advertise(place, plan.NAT64_PREFIX)
    wait_until(lambda: resolver.lines("pref64"))
    assert resolves(resolver, IPV4_ONLY[1])
    wait_until(lambda: resolves(resolver, IPV4_ONLY[0]))  # what failed before is tried again
    # Withdrawn: what is not in the cache is out of reach again.
    seen = len(resolver.lines("pref64"))
    advertise(place, plan.NAT64_PREFIX, 0)
    wait_until(lambda: len(resolver.lines("pref64")) > seen)
    assert not resolves(resolver, IPV4_ONLY[3])
    assert resolves(resolver, "www.v6only.lab.")


def test_conflicting_prefixes(internet, place, resolvers):
    """Another router says another prefix: a finding, and the resolver goes on with the first."""
    internet.batch(place.router, [f"address add {router}/64 dev {place.cable} nodad" for router in ROUTERS])
    resolver = resolvers("sextant", place, nat64="from-ra")
    advertise(place, plan.NAT64_PREFIX, source=ROUTERS[0])
    wait_until(lambda: resolver.lines("pref64"))
    advertise(place, OTHER_PREFIX, source=ROUTERS[1])
    wait_until(lambda: len(resolver.lines("pref64")) > 1)
    first, second = resolver.lines("pref64")
    assert (first["state"], first["prefix"]) == ("added", plan.NAT64_PREFIX + "/96"), first
    assert (second["state"], second["prefix"], second["level"]) == ("conflict", OTHER_PREFIX + "/96", "warning"), second
    assert second["router"].startswith(ROUTERS[1])
    assert resolves(resolver, IPV4_ONLY[0])


def test_ipv4only_arpa(internet, place, resolvers):
    """RFC 7050: the network's DNS64 resolver shows the prefix."""
    network = internet.place("nat64")
    resolvers("bind", network, listen=[network.ipv6], dns64=plan.NAT64_PREFIX + "/96")
    resolver = resolvers("sextant", place, nat64="from-dns", host_resolvers=[network.ipv6])
    wait_until(lambda: resolver.lines("pref64"))
    assert resolves(resolver, IPV4_ONLY[0])


def test_router_advertisement_before_ipv4only_arpa(internet, place, resolvers):
    """RFC 9872 2: the network's DNS64 resolver shows a prefix that leads nowhere; that of the router counts, whichever came first."""
    network = internet.place("nat64")
    resolvers("bind", network, listen=[network.ipv6], dns64=OTHER_PREFIX + "/96")
    resolver = resolvers("sextant", place, nat64=["from-ra", "from-dns"], host_resolvers=[network.ipv6])
    wait_until(lambda: resolver.lines("pref64"))
    assert resolver.lines("pref64")[0]["prefix"] == OTHER_PREFIX + "/96"
    assert not resolves(resolver, IPV4_ONLY[0])
    advertise(place, plan.NAT64_PREFIX)
    wait_until(lambda: any(line["prefix"] == plan.NAT64_PREFIX + "/96" for line in resolver.lines("pref64")))
    place.forget()
    assert resolves(resolver, IPV4_ONLY[1])
    assert not [address for address in place.asked() if address.startswith(OTHER_PREFIX)]
