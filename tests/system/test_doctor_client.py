"""`sextant doctor --client`: what clients are told of DNS, said by radvd, dnsmasq, Kea and by sockets of our own."""
import json
import os
import socket
import subprocess

import dns.rcode
import pytest

from client_link import RESOLVER, Link, at, cause, codes, dnsmasq, kea, radvd
from conftest import inside, ip, program
from neighbours import Resolver, dnr, dnssl, interval, pref64, prefix, rdnss

OTHER = 0x40
MANAGED = 0x80
USUAL = prefix("2001:db8:10::/64") + interval(600000)


@pytest.fixture
def link(networks, tmp_path):
    made = Link(networks, tmp_path)
    yield made
    made.close()


def test_radvd_healthy(link):
    link.resolver()
    radvd(link, "AdvIntervalOpt on;", f"RDNSS {RESOLVER} {{ AdvRDNSSLifetime 1800; }}; DNSSL lab {{ AdvDNSSLLifetime 1800; }};")
    code, document = link.doctor(wait="6s")
    router = at(document)["routers"][0]
    assert router["address"] == f"{link.router_address}%eth0"
    assert (router["managed"], router["other"], router["autonomous"], router["interval_ms"]) == (False, False, True, 4000)
    assert router["rdnss"] == [{"address": RESOLVER, "lifetime_s": 1800}]
    assert router["dnssl"] == [{"name": "lab", "lifetime_s": 1800}]
    tested = {probe: result["state"] for probe, result in document["resolvers"][0].items() if probe != "address"}
    assert tested == {"UDP": "ok", "TCP": "ok", "recursion": "ok", "IPv6-only names": "not tested", "IPv4-only names": "not tested",
                      "validation": "not tested"}
    # Old clients that take DNS from DHCPv6 alone have none, a notice; everything else is well.
    assert codes(document) == ["DSC-01"] and document["counts"]["notice"] == 1 and code == 0
    assert at(document)["clients"]["Android"] == "ok"
    assert "Windows before 10 1703; Linux with dhclient, without rdnssd." in cause(document, "DSC-01")


def test_dnsmasq_stateless(link):
    """RDNSS and DHCPv6 with the same resolver: nothing wrong, exit 0."""
    link.resolver()
    dnsmasq(link, "--enable-ra", "--dhcp-range=2001:db8:10::,ra-stateless,64,1h", f"--dhcp-option=option6:dns-server,[{RESOLVER}]",
            "--dhcp-option=option6:domain-search,lab", "--ra-param=eth0,4,1800")
    code, document = link.doctor(wait="6s")
    assert at(document)["routers"][0]["other"] is True
    assert [reply["resolvers"] for reply in at(document)["dhcpv6"]] == [[RESOLVER]]
    assert set(at(document)["clients"].values()) == {"ok"}
    assert (codes(document), document["undetermined"], code) == ([], [], 0)


def test_kea_without_rdnss(link):
    """DHCPv6 tells the resolver and router advertisements do not: Android is the one that breaks (C-03)."""
    link.resolver()
    kea(link, [RESOLVER])
    link.advertise(USUAL, flags=OTHER)
    code, document = link.doctor(wait="6s")
    reply = at(document)["dhcpv6"][0]
    assert reply["resolvers"] == [RESOLVER] and reply["search"] == ["lab", "a.lab"] and reply["malformed"] == 0
    assert (codes(document), code) == (["DSC-01"], 1)
    assert [name for name, state in at(document)["clients"].items() if state == "failed"] == ["Android"]


# --- What no daemon says ---

def test_address_and_no_dns(link):
    """The sample of the incident checklist: O is set, nobody answers DHCPv6, no RDNSS."""
    link.advertise(USUAL, flags=OTHER)
    link.conf.write_text("")
    code, document = link.doctor()
    assert (codes(document), code) == (["DSC-01", "DSC-02"], 1)
    states = at(document)["clients"]
    assert states.pop("containers with this host's resolv.conf") == "failed" and set(states.values()) == {"failed"}
    assert "say O, and no DHCPv6 server" in cause(document, "DSC-02")


def test_flags_decide_who_asks_dhcpv6(link):
    """A DHCPv6 server that no router points at helps those alone that ask it unbidden."""
    link.resolver()
    dnsmasq(link, "--dhcp-range=2001:db8:10::,static,64,1h", f"--dhcp-option=option6:dns-server,[{RESOLVER}]")
    link.advertise(USUAL)
    _, document = link.doctor(wait="3s")
    assert at(document)["dhcpv6"][0]["resolvers"] == [RESOLVER]
    assert at(document)["clients"]["Linux with dhclient, without rdnssd"] == "ok"
    assert at(document)["clients"]["Linux with systemd-networkd"] == "failed"


def test_options_of_an_advertisement(link):
    link.resolver()
    link.advertise(USUAL + rdnss(RESOLVER) + dnssl("lab", "a.lab") + pref64("64:ff9b::/96", 1800) + dnr("dot.lab", RESOLVER) + dnr("adn.lab"),
                   flags=0x08, lifetime_s=900)
    _, document = link.doctor()
    router = at(document)["routers"][0]
    assert (router["preference"], router["lifetime_s"], router["interval_ms"]) == ("high", 900, 600000)
    assert router["pref64"] == [{"prefix": "64:ff9b::/96", "lifetime_s": 1800}]
    assert router["dnr"][0] == {"priority": 1, "lifetime_s": 1800, "name": "dot.lab", "addresses": [RESOLVER], "params": 'alpn="dot"'}
    assert router["dnr"][1]["addresses"] == []
    assert router["malformed"] == 0
    text = subprocess.run(["nsenter", f"--net=/run/netns/{link.host}", program("sextant"), "doctor", "--client", "--timeout", "1s",
                           "--resolv-conf", link.conf], capture_output=True, text=True).stdout
    assert "interface eth0: these clients get an address" in text
    for line in (f"  router {link.router_address}%eth0: M=0 O=0, lifetime 900 s, preference high, every 600000 ms at most, addresses by SLAAC",
                 f"    RDNSS   {RESOLVER} (1800 s)", "    PREF64  64:ff9b::/96 (1800 s)",
                 f"    DNR     1 dot.lab {RESOLVER} alpn=\"dot\" (1800 s)", "  DHCPv6 information-request: no reply"):
        assert line in text.splitlines()


def test_parameters_of_dnr(link):
    """RFC 9463 3.1.5: the path of DoH and the port are in them. Octets that a terminal obeys are shown as digits."""
    params = b"\0\1\0\x07\2h2\3\x1b[2" + b"\0\3\0\2\x20\xfb" + b"\0\7\0\x10/dns-query{?dns}" + b"\xfd\xe8\0\2a\x1b"
    link.advertise(USUAL + dnr("doh.lab", RESOLVER, params=params, lifetime_s=0))
    link.conf.write_text("search a\x1b[2J.lab\nnameserver ns.lab\n")
    wanted = 'alpn="h2,\\027[2" port=8443 dohpath="/dns-query{?dns}" key65000="a\\027"'
    _, document = link.doctor()
    assert at(document)["routers"][0]["dnr"][0]["params"] == wanted
    assert "DSC-18" in codes(document) and document["resolv_conf"]["malformed"] == 1
    text = subprocess.run(["nsenter", f"--net=/run/netns/{link.host}", program("sextant"), "doctor", "--client", "--timeout", "500ms",
                           "--resolv-conf", link.conf], capture_output=True, text=True).stdout
    assert "\x1b" not in text and 'dohpath="/dns-query{?dns}"' in text and "(0 s)" in text


def test_malformed_options(link):
    link.advertise(USUAL + bytes([25, 2, 0, 0, 0, 0, 7, 8]) + bytes(8) + dnr("dot.lab", RESOLVER, params=b""))
    _, document = link.doctor()
    assert at(document)["routers"][0]["malformed"] == 2
    assert "DSC-14" in codes(document)


def test_broken_advertisement(link):
    """RFC 4861 6.1.2: a length of 0 makes clients drop the message, and with it the RDNSS that it had."""
    link.resolver()
    link.advertise(USUAL + rdnss(RESOLVER) + bytes([1, 0]) + bytes(6))
    link.conf.write_text("")
    code, document = link.doctor()
    assert at(document)["routers"][0]["broken"] is True and at(document)["routers"][0]["rdnss"] == []
    assert {"DSC-01", "DSC-14"} <= set(codes(document)) and "drop the whole" in cause(document, "DSC-14")
    assert at(document)["clients"]["Android"] == "failed" and code == 1


def test_router_of_several_messages(link):
    """RFC 4861 6.2.3: options that do not fit into one message come in several."""
    link.resolver()
    link.advertise(USUAL)
    link.advertise(rdnss(RESOLVER))
    _, document = link.doctor()
    (router,) = at(document)["routers"]
    assert router["autonomous"] and router["rdnss"] == [{"address": RESOLVER, "lifetime_s": 1800}]
    assert at(document)["clients"]["Android"] == "ok"


@pytest.mark.parametrize("lifetime_s, options, code", [(0, interval(600000), "DSC-03"), (1799, interval(600000), "DSC-03"),
                                                       (1800, interval(600000), None), (11, b"", "DSC-03"), (1800, b"", None)])
def test_rdnss_lifetime(link, lifetime_s, options, code):
    """RFC 8106 5.1: three times the interval, where it is told."""
    link.resolver()
    link.advertise(prefix("2001:db8:10::/64") + options + rdnss(RESOLVER, lifetime_s=lifetime_s))
    _, document = link.doctor()
    assert ("DSC-03" in codes(document)) == (code is not None)
    assert at(document)["clients"]["Android"] == ("failed" if lifetime_s == 0 else "ok")


def test_routers_that_disagree(link):
    link.resolver()
    link.networks.address(link.router, "fe80::bad/64")
    link.advertise(USUAL + rdnss(RESOLVER) + pref64("64:ff9b::/96", 1800), source=link.router_address)
    link.advertise(USUAL + rdnss("2001:db8:10::bad") + pref64("2001:db8:64::/96", 1800), source="fe80::bad", flags=MANAGED)
    code, document = link.doctor()
    assert len(at(document)["routers"]) == 2 and code == 1
    assert {"DSC-04", "DSC-05"} <= set(codes(document))
    assert "RDNSS 2001:db8:10::bad" in cause(document, "DSC-04") and "M=" in cause(document, "DSC-04")
    assert "2001:db8:64::/96" in cause(document, "DSC-05")


def test_embedded_addresses(link):
    """By the well-known prefix and by one that a router advertises (S-02)."""
    link.advertise(USUAL + rdnss("64:ff9b::c000:235", "2001:db8:64::c000:235", "::ffff:192.0.2.53") + pref64("2001:db8:64::/96", 1800))
    _, document = link.doctor()
    found = [finding["subject"] for finding in document["findings"] if finding["code"] == "DSC-06"]
    assert sorted(found) == ["resolver 2001:db8:64::c000:235", "resolver 64:ff9b::c000:235", "resolver ::ffff:192.0.2.53"]


# --- Resolvers ---

V6_NAME, V4_NAME, BOGUS = "v6.lab.", "v4.lab.", "bogus.lab."
NAMES = ("--probe-v6", V6_NAME, "--probe-v4", V4_NAME, "--probe-bogus", BOGUS)


def four(link, *faults):
    """Four resolvers, each failing at the names given for it."""
    addresses = [f"2001:db8:10::{number}53" for number in range(1, 5)]
    for address, fault in zip(addresses, faults):
        link.resolver(address, rcodes={name: dns.rcode.SERVFAIL for name in fault}, bogus=BOGUS)
    link.advertise(USUAL + rdnss(*addresses))
    link.conf.write_text("")
    return addresses


def test_three_server_rule(link):
    """Of four, three that lack dual-stack resolution: one set of three has none (S-05, D18)."""
    addresses = four(link, [V6_NAME], [], [V4_NAME], [V6_NAME])
    code, document = link.doctor("--fail-on", "warning", *NAMES)
    assert "1 of 4 sets of three" in cause(document, "D18")
    assert all(addresses[i] in cause(document, "D18") for i in (0, 2, 3))
    assert [resolver["validation"]["state"] for resolver in document["resolvers"]] == ["ok"] * 4
    assert {"D18", "DSC-10"} <= set(codes(document)) and code == 1


def test_two_that_lack_dual_stack_are_allowed(link):
    four(link, [V6_NAME], [], [], [V4_NAME])
    _, document = link.doctor(*NAMES)
    assert "D18" not in codes(document) + codes(document, undetermined=True)


def test_rule_without_names_is_undetermined(link):
    four(link, [], [], [], [])
    dnsmasq(link, "--dhcp-range=2001:db8:10::,static,64,1h", f"--dhcp-option=option6:dns-server,[2001:db8:10::153]")
    code, document = link.doctor("--fail-on", "never", wait="3s")
    assert (codes(document, undetermined=True), code) == (["D18"], 3)


@pytest.mark.parametrize("how, code", [({"has_tcp": False}, "DSC-08"), ({"is_recursive": False}, "DSC-09"),
                                       ({"rcodes": {".": dns.rcode.REFUSED}}, "DSC-09"), ({}, "DSC-11")])
def test_faults_of_a_resolver(link, how, code):
    link.resolver(**how)
    link.advertise(USUAL + rdnss(RESOLVER))
    _, document = link.doctor("--probe-bogus", BOGUS)
    assert set(codes(document)) - {"DSC-01"} == {code, "DSC-11"}


def test_silent_resolver_is_no_dns(link):
    link.advertise(USUAL + rdnss("2001:db8:10::dead"))
    link.conf.write_text("")
    code, document = link.doctor()
    assert (codes(document), code) == (["DSC-01", "DSC-07"], 1)
    assert at(document)["clients"]["Android"] == "failed"


def test_loopback_is_no_resolver_of_a_network(link):
    """::1 is the client itself, even where this host has a resolver there."""
    link.started.append(Resolver(link.host, "::1"))
    link.advertise(USUAL + rdnss("::1"))
    link.conf.write_text("nameserver ::1\n")
    code, document = link.doctor()
    assert {"DSC-01", "DSC-16", "DSC-17"} <= set(codes(document)) and code == 1
    assert at(document)["clients"]["Android"] == "failed"


def test_link_local_resolver(link):
    """RDNSS with a link-local address: it is asked at the interface that told it (S-06)."""
    link.resolver(link.router_address)
    link.advertise(USUAL + rdnss(link.router_address))
    link.conf.write_text(f"nameserver {link.router_address}%eth0\n")
    code, document = link.doctor()
    assert [(one["address"], one["UDP"]["state"], one["TCP"]["state"]) for one in document["resolvers"]] == [
        (f"{link.router_address}%eth0", "ok", "ok")]
    assert at(document)["clients"]["Android"] == "ok" and code == 0


def test_ipv4_resolver_and_lease(link):
    """DHCPv4's resolver is probed over IPv4. A client that gives IPv4 up (option 108) does not have it."""
    link.resolver("192.0.2.53")
    ip("address", "add", "192.0.2.2/24", "dev", "eth0", namespace=link.host)
    link.advertise(USUAL)
    lease = link.folder / "lease"
    text = 'lease {{\n  interface "eth0";\n  option domain-name-servers 192.0.2.53;\n{}}}\n'
    lease.write_text(text.format(""))
    _, document = link.doctor("--lease", lease)
    assert {probe["address"]: probe["UDP"]["state"] for probe in document["resolvers"]}["192.0.2.53"] == "ok"
    assert at(document)["clients"]["Android"] == "ok"
    lease.write_text(text.format("  option v6-only-preferred 1800;\n"))
    code, document = link.doctor("--lease", lease)
    assert at(document)["dhcpv4_lease"]["ipv6_only_wait_s"] == 1800 and at(document)["dhcpv4_lease"]["malformed"] == 0
    assert at(document)["clients"]["Android"] == "failed" and "DSC-01" in codes(document) and code == 1


IN_ITS_OWN_VAR = ("unshare", "--mount", "sh", "-c", """mount -t tmpfs none /var/lib && mkdir /var/lib/NetworkManager /var/lib/dhcp
    cd /var/lib/NetworkManager
    printf 'ADDRESS=192.0.2.2\\nDNS=192.0.2.9\\n' >internal-b-eth0.lease && touch -d 2020-01-01 internal-b-eth0.lease
    printf 'ADDRESS=192.0.2.2\\nDNS=192.0.2.53\\n' >internal-a-eth0.lease
    printf 'ADDRESS=192.0.2.2\\nDNS=192.0.2.8\\n' >internal-c-eth1.lease
    mkfifo /var/lib/dhcp/dhclient.eth0.leases
    exec "$@" """, "sh")


def test_lease_of_a_client_program(link):
    """The newest one counts, and what is no regular file is passed by."""
    _, document = link.doctor(wait="300ms", before=IN_ITS_OWN_VAR)
    assert at(document)["dhcpv4_lease"]["file"] == "/var/lib/NetworkManager/internal-a-eth0.lease"
    assert at(document)["dhcpv4_lease"]["resolvers"] == ["192.0.2.53"]


def test_lease_that_is_none(link):
    done = subprocess.run(["nsenter", f"--net=/run/netns/{link.host}", program("sextant"), "doctor", "--client", "--lease", "/etc/hosts"],
                          capture_output=True, text=True)
    assert done.returncode == 2 and "no DHCPv4 lease" in done.stderr


@pytest.mark.parametrize("option", ["--resolv-conf", "--lease"])
def test_files_that_do_not_end(tmp_path, option):
    """A named pipe without a writer, a directory, a device: none of them holds the command up."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, "/dev/zero"):
        done = subprocess.run([program("sextant"), "doctor", "--client", option, path], capture_output=True, text=True, timeout=10)
        assert done.returncode == 2 and f"{option} {path}: it cannot be read: it is no regular file" in done.stderr


def test_resolv_conf(link):
    link.advertise(USUAL + rdnss(RESOLVER))
    link.resolver()
    link.conf.write_text(f"nameserver {RESOLVER}\nnameserver fe80::53\nnameserver ::1\nnameserver 127.0.0.1\n")
    _, document = link.doctor()
    assert {"DSC-12", "DSC-15"} <= set(codes(document))
    link.conf.write_text("nameserver 127.0.0.53\n")
    _, document = link.doctor()
    assert "DSC-16" in codes(document)
    assert at(document)["clients"]["containers with this host's resolv.conf"] == "failed"


# --- Interfaces ---

def test_interface_is_one_whatever_its_addresses_are_labelled(link):
    """getifaddrs names an IPv4 address by its label: eth0:1 is no other interface."""
    ip("address", "add", "192.0.2.2/24", "dev", "eth0", "label", "eth0:1", namespace=link.host)
    link.resolver()
    link.advertise(USUAL)
    _, document = link.doctor()
    assert len(document["interfaces"]) == 1
    # With an IPv4 address and no lease to be seen, DHCPv4 may help.
    assert "DHCPv4 may give them one" in cause(document, "DSC-01")


def test_interface_behind_many_others(link):
    """One that is asked for is found, however many there are; without a name, those left out are said."""
    for number in range(20):
        ip("link", "add", "name", f"m{number}", "type", "veth", "peer", "name", f"n{number}", namespace=link.host)
        for name in (f"m{number}", f"n{number}"):
            ip("link", "set", "dev", name, "up", namespace=link.host)
    code, document = link.doctor("--iface", "n19", wait="300ms")
    assert [one["name"] for one in document["interfaces"]] == ["n19"]
    done = subprocess.run(["nsenter", f"--net=/run/netns/{link.host}", program("sextant"), "doctor", "--client", "--json", "--timeout",
                           "300ms", "--resolv-conf", link.conf, "--fail-on", "never"], capture_output=True, text=True)
    document = json.loads(done.stdout)
    assert len(document["interfaces"]) == 32 and "more than 32 interfaces" in cause(document, "DSC-13") and done.returncode == 3


# --- What cannot be seen ---

def test_more_than_is_kept(link):
    """A flood of routers: those kept are no longer all, and that is said (a forged one may hide the real one)."""
    for number in range(1, 10):
        link.networks.address(link.router, f"fe80::bad:{number}/64")
        link.advertise(USUAL, source=f"fe80::bad:{number}")
    code, document = link.doctor("--fail-on", "never")
    assert len(at(document)["routers"]) == 8
    assert "more than 8 routers" in cause(document, "DSC-13") and code == 3


def test_without_privilege(link):
    """No raw socket: undetermined, exit 3, and what the kernel tells of advertisements in the meantime is shown."""
    link.resolver()
    link.advertise(USUAL + rdnss(RESOLVER) + pref64("64:ff9b::/96", 1800))
    link.folder.chmod(0o755)
    with open(program("sextant"), "rb") as file:
        done = subprocess.run(["nsenter", f"--net=/run/netns/{link.host}", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                               "--bounding-set=-all", "--no-new-privs", f"/proc/self/fd/{file.fileno()}", "doctor", "--client", "--json",
                               "--timeout", "1500ms"], capture_output=True, text=True, pass_fds=[file.fileno()])
    document = json.loads(done.stdout)
    router = at(document)["routers"][0]
    assert "CAP_NET_RAW" in at(document)["routers_unseen"] and router["from_kernel"] is True
    assert router["rdnss"] == [{"address": RESOLVER, "lifetime_s": 1800}]
    assert router["pref64"] == [{"prefix": "64:ff9b::/96", "lifetime_s": 1800}]
    assert "DSC-13" in codes(document, undetermined=True) and done.returncode in (1, 3)
    assert at(document)["clients"]["Android"] == "ok" and at(document)["clients"]["Windows before 10 1703"] == "undetermined"


def test_no_router(link):
    code, document = link.doctor()
    assert (codes(document, undetermined=True)[:1], code) == (["DSC-13"], 1)  # the resolver of resolv.conf is silent
    link.conf.write_text("")
    code, document = link.doctor()
    assert (codes(document), codes(document, undetermined=True)) == (["DSC-01"], ["DSC-13"])  # dhclient's clients have none, that was seen
    code, document = link.doctor("--fail-on", "never")
    assert code == 3


def test_no_route_to_a_resolver(link):
    link.advertise(USUAL + rdnss("2001:db8:99::53"), lifetime_s=0)
    link.conf.write_text("")
    code, document = link.doctor("--fail-on", "never")
    assert "no route" in cause(document, "DSC-13") and code == 3


def test_advertisements_from_afar_are_not_heard(link):
    """RFC 4861 6.1.2: a hop limit below 255."""
    link.conf.write_text("")
    link.advertise(USUAL + rdnss(RESOLVER), hop_limit=254)
    _, document = link.doctor()
    assert at(document)["routers"] == []


def test_dhcpv6_port_is_taken(link):
    """A DHCPv6 client of this host keeps its replies."""
    with inside(link.host):
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
            client.bind(("::", 546))
            link.advertise(USUAL + rdnss(RESOLVER))
            link.resolver()
            _, document = link.doctor()
    assert "has the port" in at(document)["dhcpv6_unseen"]
    assert "DSC-13" in codes(document, undetermined=True)


@pytest.mark.parametrize("words, message", [
    (["doctor", "a..b"], "no domain name"), (["doctor", "www.lab", "AAAA", "A"], "one name and one type"),
    (["doctor", "www.lab", "NOTYPE"], "no record type"), (["doctor", "--only", "7"], "a step is 1 to 6"),
    (["doctor", "--port", "0"], "1 to 65535"), (["doctor", "--server", "::1@x"], "address or address@port"),
    (["doctor", "--only", "3", "--port", "443"], "of step 5"), (["doctor", "--client", "--logs", "x"], "--logs is not for it"),
    (["doctor", "--only", "6", "--logs", "/nonexistent", "--timeout", "100ms"], "cannot be read"),
    (["doctor", "--client", "www.lab"], "takes no operands"), (["doctor", "--client", "--iface", "nosuch0"], "no interface of this name"),
    (["doctor", "--client", "--probe-v4", "a..b"], "no domain name"), (["doctor", "--client", "--lease", "/nonexistent"], "cannot be read")])
def test_usage(words, message):
    done = subprocess.run([program("sextant"), *words], capture_output=True, text=True)
    assert done.returncode == 2 and message in done.stderr
