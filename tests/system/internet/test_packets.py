"""What leaves a resolver: no packet above 1280 octets, none in fragments, and nothing asked for that could not come back so.

T-01 T-03 T-04 T-06 T-13. Reports 25, 27.
"""
import socket
import struct

import dns.flags
import dns.message
import pytest

from conftest import Capture

from . import plan
from .measure import ask

NAMES = ("www.big.lab.", "www.stream.lab.", "www.good.lab.", "www.v4only.lab.", "www.v6only.lab.", "www.dual.lab.")


def header_of(packet):
    """(header size, protocol)"""
    return (40, packet[6]) if packet[0] >> 4 == 6 else ((packet[0] & 15) * 4, packet[9])


@pytest.mark.parametrize("network", plan.NETWORKS)
def test_packets(network, internet, resolvers, tmp_path):
    place = internet.place(network)
    resolver = resolvers("sextant", place)
    capture = Capture(place.namespace, tmp_path / "pcap", "udp or tcp or ip6 proto 44 or ip[6:2] & 0x3fff != 0")
    for name in NAMES:
        for rrtype in ("AAAA", "A"):
            ask(resolver, name, rrtype)
    packets = capture.packets()
    mine = [packet for packet in packets if any(
        address and socket.inet_pton(family, address) == packet[at:at + size] for family, address, at, size in (
            (socket.AF_INET6, place.ipv6, 8, 16), (socket.AF_INET, place.ipv4, 12, 4)))]
    questions, opened = [], []
    for packet in mine:
        header, protocol = header_of(packet)
        assert len(packet) <= 1280
        assert protocol in (socket.IPPROTO_UDP, socket.IPPROTO_TCP)  # no fragment header
        assert header == 40 or packet[6:8] == b"\x40\0"              # DF, not a fragment
        if protocol == socket.IPPROTO_UDP:
            questions.append(dns.message.from_wire(packet[header + 8:]))
        elif packet[header + 13] & 0x12 == 0x02:
            opened.append(packet[header + 20:header + 24])
    assert len(questions) > len(NAMES)
    with_edns = [question for question in questions if question.edns == 0]
    sizes = {question.payload for question in with_edns}
    assert 1232 in sizes and sizes <= {512, 1232}  # the small one where a reply was slow: T-12
    assert len({question.id for question in questions}) > len(questions) // 2
    assert not any(question.flags & dns.flags.RD for question in questions)
    assert opened and set(opened) == {b"\x02\x04" + struct.pack(">H", 1220)}
    # What comes fits too: the servers do not limit their segments, we do.
    theirs = [packet for packet in packets if packet not in mine]
    assert max(map(len, theirs)) <= 1280
