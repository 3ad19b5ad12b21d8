"""`sextant doctor --client` asks DHCPv4 servers where this host has an address and no lease: DHCPINFORM, to Kea and dnsmasq. C-02."""
import socket
import subprocess

import pytest

from client_link import RESOLVER, Link, at, cause, codes, dnsmasq, kea4
from conftest import inside, ip, program
from neighbours import interval, prefix

IPV4 = "192.0.2.53"
USUAL = prefix("2001:db8:10::/64") + interval(600000)


@pytest.fixture
def link(networks, tmp_path):
    made = Link(networks, tmp_path)
    ip("address", "add", "192.0.2.2/24", "dev", "eth0", namespace=made.host)
    made.resolver(IPV4)
    made.conf.write_text("")
    yield made
    made.close()


def test_kea(link):
    """Options 6, 119 and 108; a resolver that DHCPv4 alone tells of is probed, and is no use to who gives IPv4 up."""
    kea4(link, [{"name": "domain-name-servers", "data": IPV4}, {"name": "domain-search", "data": "lab, a.lab"}, {"name": "domain-name", "data": "old"},
                {"name": "v6-only-preferred", "data": "1800"}])
    link.advertise(USUAL)
    code, document = link.doctor(wait="6s")
    assert at(document)["dhcpv4"] == [{"server": IPV4, "resolvers": [IPV4], "search": ["lab", "a.lab"], "ipv6_only_wait_s": 1800, "malformed": 0,
                                       "cut": False}]
    assert at(document)["dhcpv4_lease"] is None and at(document)["dhcpv4_unseen"] is None
    assert {one["address"]: one["UDP"]["state"] for one in document["resolvers"]} == {IPV4: "ok"}
    clients = at(document)["clients"]
    assert (clients["Android"], clients["Windows 10 1703 and later"]) == ("failed", "ok")
    assert "DHCPv4 may give" not in cause(document, "DSC-01") and code == 1


def test_dnsmasq(link):
    """Option 15, as text; and both forms of what is found are shown. The lease of a file counts before any answer."""
    dnsmasq(link, "--dhcp-range=192.0.2.0,static,255.255.255.0", f"--dhcp-option=option:dns-server,{IPV4}", "--dhcp-option=option:domain-name,lab")
    link.advertise(USUAL)
    _, document = link.doctor(wait="3s")
    assert [(one["resolvers"], one["search"], one["ipv6_only_wait_s"]) for one in at(document)["dhcpv4"]] == [([IPV4], ["lab"], None)]
    assert at(document)["clients"]["Android"] == "ok"
    words = ["nsenter", f"--net=/run/netns/{link.host}", program("sextant"), "doctor", "--client", "--timeout", "1500ms", "--resolv-conf", link.conf]
    text = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    assert f"  DHCPv4 {IPV4}: {IPV4}; search lab" in text.splitlines()
    lease = link.folder / "lease"
    lease.write_text('lease {\n  interface "eth0";\n  option domain-name-servers 192.0.2.9;\n}\n')
    _, document = link.doctor("--lease", lease)
    assert at(document)["dhcpv4"] == [] and at(document)["dhcpv4_lease"]["resolvers"] == ["192.0.2.9"]


def test_nobody_answers(link):
    """Many servers pass an INFORM by: that is no proof that there is none."""
    link.advertise(USUAL)
    _, document = link.doctor()
    assert at(document)["dhcpv4"] == [] and at(document)["dhcpv4_unseen"] is None
    assert "DHCPv4 may give them one" in cause(document, "DSC-01")


def test_port_is_taken(link):
    """A DHCPv4 client of this host keeps its replies."""
    with inside(link.host), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("0.0.0.0", 68))
        link.advertise(USUAL)
        _, document = link.doctor("--fail-on", "never")
    assert "has the port" in at(document)["dhcpv4_unseen"] and "DHCPv4 could not be asked" in cause(document, "DSC-13")
    assert "DSC-13" in codes(document, undetermined=True)


def test_without_an_ipv4_address(link):
    """Nothing is asked, and nothing is said to be unseen: there is nobody to ask as."""
    ip("address", "del", "192.0.2.2/24", "dev", "eth0", namespace=link.host)
    dnsmasq(link, "--dhcp-range=192.0.2.0,static,255.255.255.0", f"--dhcp-option=option:dns-server,{IPV4}")
    link.resolver(RESOLVER)
    _, document = link.doctor()
    assert at(document)["dhcpv4"] == [] and at(document)["dhcpv4_unseen"] is None
