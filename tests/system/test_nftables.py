"""The rule for routers, T-10: a SYN and its answer that cross it announce 1220 octets, whatever the hosts announced."""
import pathlib
import shutil
import socket
import subprocess

import pytest

from conftest import Capture, inside

RULES = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "nftables" / "mss.nft"
NODES = ("nftclient", "nftrouter", "nftserver")
ADDRESSES = {"ipv6": ("2001:db8:c::{}/64", "2001:db8:5::{}/64"), "ipv4": ("192.0.2.{}/24", "198.51.100.{}/24")}


def sh(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def link(host, side, router_interface):
    sh("ip", "link", "add", "eth0", "netns", host, "type", "veth", "peer", "name", router_interface, "netns", "nftrouter")
    for namespace, interface, number in ((host, "eth0", 1), ("nftrouter", router_interface, 2)):
        sh("ip", "-n", namespace, "link", "set", interface, "up")
        for family in ADDRESSES:
            extra = ["nodad"] if family == "ipv6" else []
            sh("ip", "-n", namespace, "addr", "add", ADDRESSES[family][side].format(number), "dev", interface, *extra)
    for family in ADDRESSES:
        sh("ip", "-n", host, "route", "add", "default", "via", ADDRESSES[family][side].format(2).split("/")[0])


@pytest.fixture
def routed():
    if shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin") is None:
        pytest.skip("nftables is not installed")
    try:
        for node in NODES:
            sh("ip", "netns", "add", node)
        link("nftclient", 0, "left")
        link("nftserver", 1, "right")
        for key in ("net.ipv6.conf.all.forwarding", "net.ipv4.ip_forward"):
            sh("nsenter", "--net=/run/netns/nftrouter", "sysctl", "-q", "-w", f"{key}=1")
        yield
    finally:
        for node in NODES:
            subprocess.run(["ip", "netns", "del", node], check=False, capture_output=True)


def announced(packets):
    """The MSS of each SYN: {(is an answer, family): octets}."""
    found = {}
    for packet in packets:
        header = 40 if packet[0] >> 4 == 6 else 20
        tcp = packet[header:]
        if tcp[13] & 0x02 and tcp[20:22] == b"\x02\x04":
            found[bool(tcp[13] & 0x10), packet[0] >> 4] = int.from_bytes(tcp[22:24], "big")
    return found


@pytest.mark.parametrize("is_loaded", (False, True))
def test_segments_are_limited_on_the_way(routed, tmp_path, is_loaded):
    if is_loaded:
        sh("nsenter", "--net=/run/netns/nftrouter", "nft", "-f", RULES)
    captures = [Capture(node, tmp_path / node, "tcp") for node in ("nftclient", "nftserver")]
    for kind, address in ((socket.AF_INET6, "2001:db8:5::1"), (socket.AF_INET, "198.51.100.1")):
        with inside("nftserver"):
            server = socket.create_server((address, 53), family=kind)
        with inside("nftclient"):
            socket.create_connection((address, 53), timeout=10).close()
        server.close()
    at_client, at_server = (announced(capture.packets()) for capture in captures)
    assert set(at_client) == set(at_server) == {(False, 6), (False, 4), (True, 6), (True, 4)}
    for family, unlimited in ((6, 1440), (4, 1460)):
        assert at_server[False, family] == (1220 if is_loaded else unlimited)
        assert at_client[True, family] == (1220 if is_loaded else unlimited)
