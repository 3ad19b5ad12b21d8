"""`sextant reverse` as a person runs it; Python's ipaddress and BIND's named-checkzone judge what it makes."""
import ipaddress
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / os.environ.get("SEXTANT_BUILD", "build")
SEXTANT = next((p for p in (BUILD / "sextant", BUILD / "src/main/sextant") if p.exists()), None)
pytestmark = pytest.mark.skipif(SEXTANT is None, reason="sextant is not built")

FORWARD = """$TTL 300
@ SOA ns1 host 1 3600 900 1209600 300
@ NS ns1
@ NS ns2
ns1 AAAA 2001:db8:10::53
ns1 A 192.0.2.53
ns2 AAAA 2001:db8:10:8000::53
ns2 A 192.0.2.153
app AAAA 2001:db8:10::20
"""


def sextant(*args, code=0, cwd=None):
    done = subprocess.run([SEXTANT, *args], capture_output=True, text=True, timeout=60, cwd=cwd)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done


@pytest.fixture
def forward(tmp_path):
    path = tmp_path / "example.com.zone"
    path.write_text(FORWARD)
    return path


def ptrs(text):
    return set(re.findall(r"^(\S+)\. \d+ IN PTR (\S+)\.$", text, re.M))


@pytest.mark.parametrize("addr", ["::", "::1", "2001:db8:10::20", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                                  "0.0.0.0", "192.0.2.1", "255.255.255.255"])
def test_name_and_addr(addr):
    name = ipaddress.ip_address(addr).reverse_pointer
    assert sextant("reverse", "name", addr).stdout == name + "\n"
    assert sextant("reverse", "addr", name + ".").stdout == addr + "\n"


def test_addr_refuses():
    for name in ("example.com", "g.ip6.arpa", "256.in-addr.arpa", "0." * 33 + "ip6.arpa"):
        assert "sextant: " + name in sextant("reverse", "addr", name, code=2).stderr


@pytest.mark.parametrize("prefix", ["2001:db8:10::/48", "2001:db8:10::/47", "2001:db8::/33", "2001:db8:10::/61",
                                    "2001:db8:10::20/128", "192.0.2.0/24", "192.0.0.0/14", "192.0.2.128/25", "192.0.2.53/32"])
def test_generate_makes_what_ipaddress_says(forward, prefix):
    net = ipaddress.ip_network(prefix)
    out = forward.parent / "out"
    out.mkdir()
    sextant("reverse", "generate", "--from", f"{forward}:example.com", "--prefix", prefix, "-O", str(out))
    wanted = set()
    for line in FORWARD.splitlines():
        fields = line.split()
        if fields[1] in ("A", "AAAA") and ipaddress.ip_address(fields[2]) in net:
            wanted.add((ipaddress.ip_address(fields[2]).reverse_pointer, fields[0] + ".example.com"))
    got = set()
    checkzone = shutil.which("named-checkzone") or "/usr/sbin/named-checkzone"
    for file in out.iterdir():
        text = file.read_text()
        apex = re.search(r"^(\S+)\. IN SOA", text, re.M).group(1)
        # RFC 2317: the classless label stands for nothing.
        got |= {(owner.replace(apex, apex.split(".", 1)[1]) if "/" in apex else owner, target)
                for owner, target in ptrs(text)}
        if pathlib.Path(checkzone).exists():
            subprocess.run([checkzone, "-q", "-k", "ignore", apex, file], check=True, timeout=30)
    assert got == wanted
    nibble = 4 if net.version == 6 else 8
    classless = net.version == 4 and 24 < net.prefixlen < 32
    assert len(list(out.iterdir())) == (1 if classless else 2 ** (-net.prefixlen % nibble))


def test_generate_is_incremental(forward, tmp_path):
    out = tmp_path / "rev.zone"
    args = ["reverse", "generate", "--from", f"{forward}:example.com", "--prefix", "2001:db8:10::/48", "-O", str(out)]
    sextant(*args)
    first, when = out.read_text(), out.stat().st_mtime_ns
    assert "up to date" in sextant(*args).stderr
    assert (out.read_text(), out.stat().st_mtime_ns) == (first, when)
    serial = int(re.search(r"(\d+) ; serial", first).group(1))
    out.chmod(0o640)
    out.write_text(first + '0.0.0.0 TXT "by hand"\n')
    forward.write_text(FORWARD + "new AAAA 2001:db8:10::99\n")
    done = sextant(*args, "--json")
    report = json.loads(done.stdout)["zones"]
    assert len(report) == 1 and report[0]["changed"] and report[0]["old_serial"] == serial
    assert report[0]["serial"] > serial and report[0]["ptr"] == 4
    text = out.read_text()
    assert text.endswith('0.0.0.0 TXT "by hand"\n') and f"{serial + 1} ; serial" in text
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("rev.zone.")]


def test_generate_leaves_a_broken_file_alone(forward, tmp_path):
    out = tmp_path / "rev.zone"
    out.write_text("not a zone\n")
    sextant("reverse", "generate", "--from", f"{forward}:example.com", "--prefix", "2001:db8:10::/48", "-O", str(out), code=1)
    assert out.read_text() == "not a zone\n"


def test_generate_usage(forward):
    for args, said in [
        (["--prefix", "2001:db8::/32"], "--from"),
        (["--from", str(forward), "--prefix", "2001:db8::/32"], "ORIGIN"),
        (["--from", f"{forward}:example.com", "--prefix", "2001:db8::1/32"], "behind the prefix length"),
        (["--from", "nothing.zone", "--prefix", "2001:db8::/32"], "nothing.zone"),
        (["--from", f"{forward}:example.com", "--prefix", "2001:db8::/33", "-O", str(forward) + ".rev"], "folder"),
    ]:
        assert said in sextant("reverse", "generate", *args, code=2).stderr


def test_check(forward, tmp_path):
    out = tmp_path / "rev.zone"
    spec, zone = f"{forward}:example.com", "0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    sextant("reverse", "generate", "--from", spec, "--prefix", "2001:db8:10::/48", "-O", str(out))
    done = sextant("reverse", "check", "--json", spec, f"{out}:{zone}")
    assert json.loads(done.stdout)["findings"] == []
    out.write_text(out.read_text().replace("PTR app.", "PTR ns2."))
    codes = [f["code"] for f in json.loads(sextant("reverse", "check", "--json", spec, f"{out}:{zone}").stdout)["findings"]]
    assert codes == ["P01"]
    sample = HERE / "samples" / "guide-reverse.zone"
    done = sextant("reverse", "check", "--json", spec, f"{sample}:8.b.d.0.1.0.0.2.ip6.arpa", code=1)
    assert "P02" in [f["code"] for f in json.loads(done.stdout)["findings"]]


def test_zones_of_a_configuration(tmp_path):
    folder = tmp_path / "lab"
    sextant("init", "--zone", "example.com", "--prefix", "2001:db8:10::/48", "--dir", str(folder))
    config = ["--config", str(folder / "sextant.yaml")]
    made = sextant("reverse", "generate", *config, "--from", "example.com", "--prefix", "2001:db8:10::/48").stdout
    assert ("3.5." + "0." * 18 + "0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "ns1.example.com") in ptrs(made)
    assert json.loads(sextant("reverse", "check", "--json", *config).stdout)["findings"] == []
    assert "nope.example" in sextant("reverse", "generate", *config, "--from", "nope.example", "--prefix", "::/0", code=2).stderr
