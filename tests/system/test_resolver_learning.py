"""What a resolver service learns from its surroundings: keys of trust anchors (RFC 5011), NAT64 prefixes (RFC 8781, RFC 7050).
R-17 N-14 N-15. Report 23."""
import re
import shutil
import subprocess

import dns.flags
import dns.rcode
import pytest

from neighbours import advertise, link_local, pref64
from test_resolver_daemon import World, texts, world  # noqa: F401

SIGNED = """$TTL 300
@ IN SOA ns host 1 3600 900 1209600 300
@ IN NS ns
ns IN AAAA 2001:db8:2::53
app IN AAAA 2001:db8:10::20
"""


def tool(name):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def sign(folder, zone):
    """Signed by BIND's tools; the text of the zone and its DS."""
    folder.mkdir(exist_ok=True)
    key = subprocess.run([tool("dnssec-keygen"), "-a", "ECDSAP256SHA256", "-f", "KSK", "-K", folder, zone], check=True,
                         capture_output=True, text=True).stdout.strip()
    source = folder / "plain"
    source.write_text(SIGNED)
    subprocess.run([tool("dnssec-signzone"), "-z", "-S", "-K", folder, "-d", folder, "-o", zone, "-f", folder / "signed", source],
                   check=True, capture_output=True)
    ds = subprocess.run(["dnssec-dsfromkey", "-2", folder / f"{key}.key"], check=True, capture_output=True, text=True)
    return (folder / "signed").read_text(), ds.stdout.strip()


@pytest.fixture
def signed(world, tmp_path):
    """The world with its zone lab signed; the DS record that vouches for it."""
    text, ds = sign(tmp_path / "keys", "lab")
    world.authority.zone(text, "lab")
    assert world.authority.sextant("reload").returncode == 0
    return world, ds


def anchor_rows(world):
    return [(row["owner"], row["type"], row["state"]) for row in world.service()["anchors"]]


def test_keys_of_an_anchor_are_followed(signed):
    world, ds = signed
    world.start(f"    trust-anchors: [\"{ds}\"]")
    reply = world.ask("app.lab.", want_dnssec=True)
    assert reply.rcode() == dns.rcode.NOERROR and reply.flags & dns.flags.AD
    state = world.resolver.folder / "state"
    # Written beside it first, then renamed.
    world.resolver.wait_for(lambda: state.exists() and [file.name for file in state.iterdir()] == ["anchor.lan.lab%2E"])
    assert anchor_rows(world) == [("lab.", "DS", "configured"), ("lab.", "DNSKEY", "valid")]
    line = next(row for row in world.resolver.lines("anchor") if row.get("state") == "valid")
    assert line["service"] == "lan" and line["name"] == "lab." and line["tag"] > 0
    # It goes on after a reload and after a restart.
    world.config(f"    trust-anchors: [\"{ds}\"]\n    prefetch: no")
    assert world.resolver.sextant("reload").returncode == 0
    assert anchor_rows(world)[1:] == [("lab.", "DNSKEY", "valid")]
    assert world.resolver.stop() == 0
    world.resolver.start()
    assert anchor_rows(world)[1:] == [("lab.", "DNSKEY", "valid")]
    assert world.ask("app.lab.", want_dnssec=True).flags & dns.flags.AD


def test_a_state_that_cannot_be_read_is_told(signed):
    world, ds = signed
    state = world.resolver.folder / "state"
    state.mkdir(parents=True)
    (state / "anchor.lan.lab%2E").write_text("nonsense\n")
    world.start(f"    trust-anchors: [\"{ds}\"]")
    assert any("cannot be read" in row["msg"] for row in world.resolver.lines("anchor"))
    assert world.ask("app.lab.", want_dnssec=True).flags & dns.flags.AD


def test_without_rfc5011_nothing_is_written(signed):
    world, ds = signed
    world.start(f"    trust-anchors: [\"{ds}\"]\n    rfc5011: no")
    assert world.ask("app.lab.", want_dnssec=True).flags & dns.flags.AD
    assert anchor_rows(world) == [("lab.", "DS", "configured")]
    assert not (world.resolver.folder / "state").exists()


def test_another_key_is_no_anchor(signed, tmp_path):
    world, _ = signed
    _, wrong = sign(tmp_path / "other", "lab")
    world.start(f"    trust-anchors: [\"{wrong}\"]")
    reply = world.ask("app.lab.", want_dnssec=True)
    assert reply.rcode() == dns.rcode.SERVFAIL
    world.resolver.wait_for(lambda: any("no trusted key" in row["msg"] for row in world.resolver.lines("anchor")))
    assert anchor_rows(world) == [("lab.", "DS", "configured")]
    assert world.resolver.lines("validation")


# --- NAT64 prefixes ---

def prefixes(world):
    return {(row["prefix"], row["source"], row["used_for"]) for row in world.service()["pref64"] if row["is_in_use"]}


def test_prefixes_of_router_advertisements(world, networks):
    router = networks.add("router")
    networks.cable(world.namespace, router)
    networks.sysctl(world.namespace, "net.ipv6.conf.eth0.accept_ra=2")
    link_local(router)
    link_local(world.namespace)
    world.start("    validation: off\n    dns64: {prefix: from-ra}\n    upstream-nat64: yes")
    assert not world.ask("v4only.lab.").answer
    assert world.resolver.sextant("flush", "v4only.lab").returncode == 0
    advertise(router, pref64("2001:db8:64::/96", 600))
    world.resolver.wait_for(lambda: any(row["state"] == "added" for row in world.resolver.lines("pref64")))
    assert prefixes(world) == {("2001:db8:64::/96", "router advertisement", use) for use in ("dns64", "upstream-nat64")}
    assert texts(world.ask("v4only.lab.")) == ["2001:db8:64::c000:22c"]
    advertise(router, pref64("2001:db8:64::/96", 0))  # withdrawn
    world.resolver.wait_for(lambda: any(row["state"] == "removed" for row in world.resolver.lines("pref64")))
    assert prefixes(world) == set()
    line = world.resolver.lines("pref64")[0]
    assert line["service"] == "lan" and re.match("fe80::", line["router"]) and line["level"] == "notice"


def test_prefixes_of_ipv4only_arpa(world, daemons):
    """The network's resolver makes AAAA; ours asks it, and makes the same afterwards."""
    network = World.__new__(World)  # a second resolver in the same world
    network.__dict__.update(world.__dict__)
    network.resolver = daemons(world.namespace)
    network.port = network.resolver.port
    network.start("    validation: off\n    dns64: {prefix: \"2001:db8:77::/96\"}")
    world.start(f"    validation: off\n    forward: {{\".\": {{to: [\"::1@{network.port}\"]}}}}\n"
                "    dns64: {prefix: from-dns}")
    world.resolver.wait_for(lambda: prefixes(world) == {("2001:db8:77::/96", "RFC 7050", "dns64")})
    assert any(row["source"] == "RFC 7050" and row["state"] == "added" for row in world.resolver.lines("pref64"))
    # A reload that no longer wants it takes it back.
    world.config("    validation: off\n    dns64: {prefix: from-ra}")
    assert world.resolver.sextant("reload").returncode == 0
    assert prefixes(world) == set()
