"""`sextant doctor --client`: encrypted resolvers of router advertisements (DNR, RFC 9463) against BIND's DNS over TLS."""
import pathlib
import shutil
import struct
import subprocess
import time

import pytest

from client_link import RESOLVER, Link, cause, codes
from conftest import PATIENCE_S, ip, program
from neighbours import dnr, interval, prefix, rdnss

IPV4 = "192.0.2.53"
NAME = "dot.lab"
USUAL = prefix("2001:db8:10::/64") + interval(600000) + rdnss(RESOLVER)
LATER, SOON, PAST = "20991231000000Z", None, "20200201000000Z"


def parameters(alpn="dot", port=None):
    text = bytes([len(alpn)]) + alpn.encode()
    return struct.pack("!HH", 1, len(text)) + text + (struct.pack("!HHH", 3, 2, port) if port else b"")


def certificate(folder, name=NAME, end=LATER):
    """One that signs itself, for the name alone, until then: (its file, its key's)."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    (folder / "ca.conf").write_text(f"""[ca]
default_ca=own
[own]
dir={folder}
new_certs_dir={folder}
database={folder}/index
rand_serial=yes
default_md=sha256
policy=any
x509_extensions=names
[any]
commonName=supplied
[names]
subjectAltName=DNS:{name}
""")
    (folder / "index").write_text("")
    key, request, made = folder / "key.pem", folder / "request.pem", folder / "cert.pem"
    for words in (["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}"],
                  ["ca", "-config", folder / "ca.conf", "-selfsign", "-batch", "-notext", "-keyfile", key, "-in", request, "-out", made,
                   "-startdate", "20200101000000Z", "-enddate", end or time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + 5 * 86400))]):
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return made, key


def bind(link, port=853, records=f"dot.lab. AAAA {RESOLVER}\ndot.lab. A {IPV4}\n", **wanted):
    """BIND, which has the root and resolves from there, over UDP, TCP and TLS. The certificate's file."""
    ip("address", "add", f"{IPV4}/24", "dev", "eth0", namespace=link.router)
    ip("address", "add", "192.0.2.2/24", "dev", "eth0", namespace=link.host)
    made, key = certificate(link.folder, **wanted)
    (link.folder / "root.zone").write_text(f"$TTL 60\n. SOA ns.lab. a.lab. 1 60 60 60 60\n. NS ns.lab.\nns.lab. AAAA {RESOLVER}\n{records}")
    (link.folder / "named.conf").write_text(f"""tls local {{ cert-file "{made}"; key-file "{key}"; }};
options {{ directory "{link.folder}"; pid-file "{link.folder}/named.pid"; session-keyfile none; recursion yes; allow-recursion {{ any; }};
  listen-on-v6 {{ {RESOLVER}; }}; listen-on-v6 port {port} tls local {{ {RESOLVER}; }};
  listen-on {{ {IPV4}; }}; listen-on port {port} tls local {{ {IPV4}; }};
  dnssec-validation no; notify no; }};
controls {{ }};
zone "." {{ type primary; file "{link.folder}/root.zone"; }};
""")
    link.daemon("named", "-g", "-n", "1", "-c", link.folder / "named.conf")
    log, deadline = pathlib.Path(link.folder / "named.log"), time.monotonic() + PATIENCE_S
    while " running\n" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return made


@pytest.fixture
def link(networks, tmp_path):
    made = Link(networks, tmp_path)
    yield made
    made.close()


def addresses(document):
    return {one["address"]: one for one in document["encrypted"][0]["addresses"]}


def causes(document, code):
    return {finding["severity"]: finding["cause"] for finding in document["findings"] if finding["code"] == code}


@pytest.mark.parametrize("port", [853, 8853])
def test_good(link, monkeypatch, port):
    """Over IPv6, where it is advertised, and over IPv4, where its name leads (E-02, E-03)."""
    monkeypatch.setenv("SSL_CERT_FILE", str(bind(link, port)))
    link.advertise(USUAL + dnr(NAME, RESOLVER, params=parameters(port=None if port == 853 else port)))
    code, document = link.doctor()
    one = document["encrypted"][0]
    assert (one["name"], one["dns_over_tls"], one["port"], one["AAAA"]["state"], one["A"]["state"]) == (NAME, True, port, "ok", "ok")
    assert {address: (row["advertised"], row["resolved"]) for address, row in addresses(document).items()} == {
        RESOLVER: (True, True), IPV4: (False, True)}
    for row in one["addresses"]:
        assert (row["tls"]["state"], row["answer"]["state"]) == ("ok", "ok"), row
        assert row["certificate"] == {"name_right": True, "trusted": True, "expires": "2099-12-31T00:00:00.000000Z"}
    assert not {"DSC-19", "DSC-20", "DSC-21"} & set(codes(document))
    assert (codes(document, undetermined=True), code) == ([], 0)
    text = subprocess.run(["nsenter", f"--net=/run/netns/{link.host}", program("sextant"), "doctor", "--client", "--timeout", "500ms",
                           "--resolv-conf", link.conf], capture_output=True, text=True, check=False).stdout.splitlines()
    fine = "; TLS ok, answer ok, certificate for the name, trusted, until 2099-12-31"
    start = text.index(f"encrypted resolver {NAME}, DNS over TLS at port {port}")
    assert [line.split(maxsplit=1) for line in text[start + 1:start + 3]] == [[RESOLVER, "advertised, the name has it" + fine], [IPV4, "the name has it" + fine]]


@pytest.mark.parametrize("wanted, words, severities", [
    ({"name": "other.lab"}, "not for this name", {"error", "warning"}), ({"end": PAST}, "expired on 2020-02-01", {"error", "warning"}),
    ({"end": SOON}, "that expires on", {"notice"})])
def test_certificates_that_do_not_hold(link, monkeypatch, wanted, words, severities):
    """Grave where it is advertised, less so at the IPv4 address that nobody advertises."""
    monkeypatch.setenv("SSL_CERT_FILE", str(bind(link, **wanted)))
    link.advertise(USUAL + dnr(NAME, RESOLVER))
    code, document = link.doctor()
    told = causes(document, "DSC-20")
    assert set(told) == severities and all(words in one for one in told.values())
    assert code == (1 if "error" in severities else 0) and "DSC-19" not in codes(document)
    if "error" in severities:
        assert f"at {RESOLVER}@853 " in told["error"] and f"at {IPV4}@853, an address that the name has," in told["warning"]


def test_certificate_of_nobody(link, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    bind(link)
    link.advertise(USUAL + dnr(NAME, RESOLVER))
    _, document = link.doctor()
    assert set(causes(document, "DSC-20")) == {"warning"} and "no authority that this host trusts" in cause(document, "DSC-20")
    assert {row["certificate"]["trusted"] for row in document["encrypted"][0]["addresses"]} == {False}


def test_nobody_there(link):
    """No TLS at the port that is advertised, nobody at another address; and the name has neither of them."""
    bind(link, records="dot.lab. AAAA 2001:db8:10::54\n")
    link.advertise(USUAL + dnr(NAME, RESOLVER, "2001:db8:10::dead", params=parameters(port=53)))
    code, document = link.doctor()
    rows = addresses(document)
    assert rows[RESOLVER]["tls"]["state"] == rows["2001:db8:10::dead"]["tls"]["state"] == "failed" and code == 1
    assert rows[RESOLVER]["tls"]["reason"].startswith("the handshake")
    assert rows[RESOLVER]["certificate"] is None and rows[RESOLVER]["answer"]["state"] == "not tested"
    assert sum(one["code"] == "DSC-19" for one in document["findings"]) == 3  # 2001:db8:10::54, which the name has, is not there either
    assert "the AAAA records of its name are others" in cause(document, "DSC-21")


@pytest.mark.parametrize("address", ["fe80", "::", "::ffff:127.0.0.1"])
def test_addresses_of_odd_kinds(link, monkeypatch, address):
    """A link-local one is asked at its interface; those of this host itself are not asked."""
    monkeypatch.setenv("SSL_CERT_FILE", str(bind(link)))
    link.advertise(USUAL + dnr(NAME, link.router_address if address == "fe80" else address))
    _, document = link.doctor()
    row = document["encrypted"][0]["addresses"][0]
    if address == "fe80":
        assert row["address"] == f"{link.router_address}%eth0" and row["tls"]["reason"] == "refused: nothing listens there"
    else:
        assert row["tls"] == {"state": "failed", "reason": "nobody can ask at such an address"}
    assert "DSC-19" in codes(document)


def test_what_is_not_tested(link):
    """DoH, DoQ, and a name alone: neither good nor broken, and exit 3."""
    bind(link)
    link.advertise(USUAL + dnr(NAME, RESOLVER, params=parameters("h2")) + dnr(NAME, RESOLVER, params=parameters("doq")) + dnr(NAME))
    code, document = link.doctor()
    assert [one["dns_over_tls"] for one in document["encrypted"]] == [False] * 3
    states = {row[key]["state"] for one in document["encrypted"] for row in one["addresses"] for key in ("tls", "answer")}
    assert states == {"not tested"} and not {"DSC-19", "DSC-20", "DSC-21"} & set(codes(document))
    told = [one["cause"] for one in document["findings"] if one["code"] == "DSC-13" and one["undetermined"]]
    assert sum("not tested: it is advertised for other protocols" in one for one in told) == 2
    assert sum("not tested: its name alone" in one for one in told) == 1 and code == 3


def test_one_family(link, monkeypatch):
    """-6: the IPv4 address is not tried, and not called good."""
    monkeypatch.setenv("SSL_CERT_FILE", str(bind(link)))
    link.advertise(USUAL + dnr(NAME, RESOLVER))
    code, document = link.doctor("-6")
    assert addresses(document)[IPV4]["tls"] == {"state": "undetermined", "reason": "-4 or -6 leaves its family out"}
    assert addresses(document)[RESOLVER]["tls"]["state"] == "ok" and code == 3


def test_withdrawn(link):
    """RFC 9463 6.1: lifetime 0."""
    bind(link)
    link.advertise(USUAL + dnr(NAME, RESOLVER, lifetime_s=0))
    _, document = link.doctor()
    assert document["encrypted"] == []
