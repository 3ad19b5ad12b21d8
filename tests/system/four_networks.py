"""Four networks: IPv6 only, IPv4 only, both, and IPv6 only behind NAT64, and a server on them with zones to ask for."""
import dataclasses
import os
import shutil
import subprocess

import pytest

from conftest import PATIENCE_S, ip, program

PORT = 5300
SERVER_V6, SERVER_V4 = "2001:db8:1::53", "192.0.2.53"
NAT64_PREFIX = "2001:db8:64::"  # a prefix of the network's own: 64:ff9b::/96 must not map 192.0.2.0/24 (RFC 6052 3.1)
NAT64_SERVER = NAT64_PREFIX + "192.0.2.53"
NETWORKS = ("ipv6", "ipv4", "dual", "nat64")


def text_of(octets):
    whole, rest = divmod(octets, 250)
    return " ".join(['"' + "x" * 250 + '"'] * whole + (['"' + "y" * rest + '"'] if rest else []))


# Names t600 to t1400: their TXT answers are of about that many octets.
SIZES = range(600, 1440, 40)
RECORDS = """$TTL 300
@ IN SOA ns1 hostmaster {serial} 3600 900 1209600 300
@ IN NS ns1
@ IN NS ns2
@ IN MX 10 mail
@ IN MX 20 mail.example.net.
@ IN TXT "example"
@ IN CAA 0 issue "ca.example.net"
ns1 IN AAAA 2001:db8:1::53
ns1 IN A 192.0.2.53
ns2 IN AAAA 2001:db8:20::53
ns2 IN A 198.51.100.53
mail IN AAAA 2001:db8:10::25
mail IN A 192.0.2.25
app IN AAAA 2001:db8:10::20
app IN AAAA 2001:db8:10::21
app IN A 192.0.2.20
app IN A 192.0.2.21
six IN AAAA 2001:db8:10::6
four IN A 192.0.2.4
www IN CNAME app
far IN CNAME www.example.net.
_dns._udp IN SRV 0 1 53 ns1
svc IN HTTPS 1 . alpn=h2 ipv6hint=2001:db8:10::30 ipv4hint=192.0.2.30
svc IN AAAA 2001:db8:10::30
svc IN A 192.0.2.30
*.wild IN AAAA 2001:db8:10::77
*.wild IN TXT "wild"
old IN DNAME new
a.new IN AAAA 2001:db8:10::99
child IN NS ns1.child
child IN NS ns2.child
ns1.child IN AAAA 2001:db8:1:c::1
ns1.child IN A 192.0.2.101
ns2.child IN AAAA 2001:db8:1:c::2
ns2.child IN A 192.0.2.102
"""
BIG = "".join(f"t{size} IN TXT {text_of(size - 75)}\n" for size in SIZES) + "".join(
    f"huge IN TXT {text_of(1000)} \"{number}\"\n" for number in range(58))


def without_ipv6(networks, namespace):
    networks.sysctl(namespace, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")


def without_ipv4(namespace):
    ip("address", "del", "127.0.0.1/8", "dev", "lo", namespace=namespace)


@dataclasses.dataclass
class World:
    """A server and a client on one of the networks; addresses are those by which the client reaches the server."""

    server: str
    client: str
    listen: list
    addresses: list


class Tayga:
    """The NAT64 router: eth0 to the client, eth1 to the server, and the translator between them."""

    def __init__(self, networks, router, folder):
        if shutil.which("tayga") is None:
            pytest.fail("tayga is not installed: ./run test installs it")
        if not os.path.exists("/dev/net/tun"):
            pytest.skip("no /dev/net/tun here: a NAT64 translator needs a tun device")
        config = folder / "tayga.conf"
        config.write_text(f"tun-device nat64\nipv4-addr 198.51.100.1\nipv6-addr 2001:db8:1:f::1\n"
                          f"prefix {NAT64_PREFIX}/96\ndynamic-pool 198.51.100.0/24\n")
        command = ["nsenter", f"--net=/run/netns/{router}", "tayga", "--config", str(config)]
        made = subprocess.run([*command, "--mktun"], capture_output=True, text=True, check=False)
        if "Unable to open /dev/net/tun" in made.stdout + made.stderr:
            pytest.skip(f"a NAT64 translator needs a tun device: {made.stdout}{made.stderr}")
        assert made.returncode == 0, made.stdout + made.stderr
        networks.sysctl(router, "net.ipv6.conf.all.forwarding=1", "net.ipv4.ip_forward=1")
        ip("link", "set", "nat64", "up", namespace=router)
        ip("route", "add", NAT64_PREFIX + "/96", "dev", "nat64", namespace=router)
        ip("route", "add", "198.51.100.0/24", "dev", "nat64", namespace=router)
        self.log = open(folder / "tayga.log", "ab")
        self.process = subprocess.Popen([*command, "--nodetach"], stdout=self.log, stderr=self.log)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


@pytest.fixture
def world(networks, tmp_path):
    """Makes a World of the kind named."""
    translators = []

    def make(kind, mtu=1500):
        server, client = networks.add("server"), networks.add("client")
        if kind == "nat64":
            router = networks.add("router")
            found = behind_nat64(networks, server, client, router, mtu)
            translators.append(Tayga(networks, router, tmp_path))
            return found
        if kind == "ipv4":
            without_ipv6(networks, server)
            without_ipv6(networks, client)
        networks.cable(server, client, mtu=mtu)
        found = World(server, client, [], [])
        for family, address, peer in (("ipv6", SERVER_V6, "2001:db8:1::c"), ("ipv4", SERVER_V4, "192.0.2.12")):
            if kind not in (family, "dual"):
                continue
            for namespace, one in ((server, address), (client, peer)):
                networks.address(namespace, one + ("/64" if family == "ipv6" else "/24"))
            found.listen.append(f"{address}@{PORT}")
            found.addresses.append(address)
        if kind == "ipv6":
            without_ipv4(server)
            without_ipv4(client)
        return found

    yield make
    for translator in translators:
        translator.stop()


def behind_nat64(networks, server, client, router, mtu):
    """The server has no IPv6 and the client no IPv4; the client's link takes mtu octets."""
    without_ipv6(networks, server)
    networks.cable(client, router, mtu=mtu)
    networks.cable(server, router, ("eth0", "eth1"))
    networks.address(client, "2001:db8:1::c/64")
    networks.address(router, "2001:db8:1::1/64")
    networks.address(server, SERVER_V4 + "/24")
    networks.address(router, "192.0.2.1/24", "eth1")
    without_ipv4(client)
    ip("route", "add", "default", "via", "2001:db8:1::1", namespace=client)
    ip("route", "add", "default", "via", "192.0.2.1", namespace=server)
    return World(server, client, [f"{SERVER_V4}@{PORT}"], [NAT64_SERVER])


def start(daemons, namespace, listen, signed="", **more):
    daemon = daemons(namespace)
    daemon.zone(RECORDS.format(serial=1) + BIG)
    zones = ["example.com"]
    if signed:
        daemon.zone(signed, "example.net")
        zones.append("example.net")
    daemon.config(listen, zones=zones, **more)
    return daemon.start()


def command(namespace, *words):
    return subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", str(program("sextant")), *map(str, words)],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
