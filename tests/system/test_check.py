"""`sextant check` as people run it: on the sample zones, beside the peers' checkers, with every kind of output and exit code."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SAMPLES = HERE / "samples"
BUILD = ROOT / os.environ.get("SEXTANT_BUILD", "build")
SEXTANT = next((p for p in (BUILD / "sextant", BUILD / "src" / "main" / "sextant") if p.exists()), BUILD / "sextant")

REVERSE = "8.b.d.0.1.0.0.2.ip6.arpa"
RIGHT_OWNER = "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0"


def check(*arguments, cwd=SAMPLES):
    return subprocess.run([SEXTANT, "check", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=60)


def findings(*arguments, cwd=SAMPLES):
    """The document and how often each (code, severity) is in it; notices that say only "not signed" are left out."""
    run = check("--json", *arguments, cwd=cwd)
    assert run.stderr == ""
    document = json.loads(run.stdout)
    counts = collections.Counter((f["code"], f["severity"]) for f in document["findings"] if f["code"] != "S06")
    return run.returncode, document, counts


def expected(text):
    """"!D01 2*~D05 -D19": ! error, ~ warning, - notice."""
    counts = collections.Counter()
    for word in text.split():
        number, _, code = word.rpartition("*")
        counts[code[1:], {"!": "error", "~": "warning", "-": "notice"}[code[0]]] += int(number or 1)
    return counts


# Besides what requirements name there is one notice for the addresses being from a prefix for documentation (A05).
GUIDE_FORWARD = "!D01 !D02 ~ZON-20 !D04 -D19 -A05"


@pytest.mark.parametrize("arguments, codes, code", [
    (["-o", "example.com", "guide-forward.zone"], "!ZON-17 !ZON-04", 1),
    (["-o", "example.com", "guide-forward-indented.zone"], GUIDE_FORWARD, 1),
    (["-o", REVERSE, "guide-reverse.zone"], "!P02 !D01 !D02 ~ZON-20 -ZON-21", 1),
    (["-o", REVERSE, "-o", "example.com", "guide-reverse.zone", "guide-forward-indented.zone"],
     GUIDE_FORWARD + " 2*-P01 !P02 !D01 !D02 !D04 ~ZON-20", 1),
    (["-o", "example", "rfc10001-traps.zone"],
     "!A01 !A02 !A03 3*-A06 -A05 "          # the AAAA records
     "!D02 "                                # the zone: no IPv6 at all
     "4*!D01 4*!D02 2*!D04 4*~ZON-20 "      # the delegations: one server each; two have one family only
     "!D05 2*~D05 2*-D19", 1),              # no glue; glue of one family
])
def test_samples(arguments, codes, code):
    returncode, document, counts = findings(*arguments)
    assert counts == expected(codes)
    assert returncode == code
    assert document["schema"] == "sextant.check/1"
    undetermined = [f for f in document["findings"] if f["undetermined"]]
    assert [u["code"] for u in document["undetermined"]] == [f["code"] for f in undetermined]
    assert document["counts"]["undetermined"] == len(undetermined)


# Knot 3.2 sees the one name server without any glue; nobody sees the rest.
@pytest.mark.parametrize("command, complaint", [
    (["named-checkzone", "example"], None), (["nsd-checkzone", "example"], None),
    (["kzonecheck", "-o", "example"], "[noglue.example.] missing glue record"),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_peers_see_little_in_the_traps(command, complaint):
    """What makes the sample worth having."""
    program = shutil.which(command[0], path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    run = subprocess.run([program, *command[1:], str(SAMPLES / "rfc10001-traps.zone")], capture_output=True, text=True,
                         timeout=60)
    if complaint is None:
        assert run.returncode == 0
    else:
        assert run.stdout.split("\n\n")[0].splitlines() == [complaint]


def test_lost_indentation_comes_first_with_its_mend():
    run = check("-o", "example.com", "guide-forward.zone")
    body = run.stdout.split("\n\n", 1)[1]
    assert body.startswith("error   ZON-17  guide-forward.zone:4:1\n        4 | IN NS ns1.example.com.\n          | ^~\n")
    assert body.index("fix: put a blank") < body.index("ZON-04")


def test_reverse_owner_names_the_right_one():
    run = check("-o", REVERSE, "-o", "example.com", "guide-reverse.zone", "guide-forward-indented.zone")
    assert re.search(r"^error   P02  guide-reverse\.zone:5:1\n"
                     r"        5 \| 0\.2\.0\.0\.0\.0\.0\.0\.0\.0\.0\.0\.0\.0\.0\.0 IN PTR app\.example\.com\.\n"
                     r"          \| \^~{30}\n"
                     r"        The full name has 24 nibbles; an IPv6 address has 32\.", run.stdout, re.M)
    assert f"\n          {RIGHT_OWNER}\n" in run.stdout
    assert "24 labels are needed" in run.stdout
    assert "fix: sextant reverse generate --from example.com --prefix 2001:db8::/32 -O guide-reverse.zone\n" in run.stdout


GOOD = """$TTL 300
@ IN SOA ns1 dns {serial} 3600 900 1209600 120
@ NS ns1
@ NS ns2
ns1 AAAA 2a00:1450:1::1
ns1 A 9.9.1.1
ns2 AAAA 2a00:1450:2::1
ns2 A 9.9.2.1
"""


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_clean_zone(tmp_path):
    write(tmp_path, "example.com.zone", GOOD.format(serial=1))
    run = check("example.com.zone", cwd=tmp_path)
    assert run.returncode == 0 and run.stderr == ""
    assert re.fullmatch(r"  example\.com\.zone   example\.com   serial 1 +3 names\n\n"
                        r"notice  S06  example\.com is not signed\.\n\n1 notice in 1 zone \(\d+\.\d\d s\)\n", run.stdout)
    assert check("-q", "example.com.zone", cwd=tmp_path).stdout == ""
    assert check("--fail-on", "notice", "example.com.zone", cwd=tmp_path).returncode == 1
    assert check("--fail-on", "warning", "example.com.zone", cwd=tmp_path).returncode == 0


def test_exit_codes(tmp_path):
    write(tmp_path, "bad.zone", "nonsense\n")
    write(tmp_path, "warn.example.zone", GOOD.format(serial=1) + "@ MX 1 gone\n")
    write(tmp_path, "no.yaml", "zones: [\n")
    assert check("-o", "example", "bad.zone", cwd=tmp_path).returncode == 1      # a syntax error in a zone is a finding
    assert check("-o", "example", "--fail-on", "never", "bad.zone", cwd=tmp_path).returncode == 0
    assert check("warn.example.zone", cwd=tmp_path).returncode == 0
    assert check("--fail-on", "warning", "warn.example.zone", cwd=tmp_path).returncode == 1
    for usage in (["nowhere.zone"], ["no.yaml"], ["bad.zone"], ["--pref64", "::/12", "warn.example.zone"],
                  ["-o", "a", "-o", "b", "warn.example.zone"], ["--no-such-option"], ["--fail-on", "maybe"], ["."]):
        run = check(*usage, cwd=tmp_path)
        assert (usage, run.returncode) == (usage, 2)


def test_config_and_its_zones(tmp_path):
    write(tmp_path, "zones/example.com.zone", GOOD.format(serial=7) + "www A 192.0.2.80\nns3 AAAA 2a00:64::9.9.9.1\n@ NS ns3\n")
    write(tmp_path, "sextant.yaml", "version: 1\npref64: [2a00:64::/96]\nservices:\n  public:\n    role: authoritative\n"
          "    listen: [\"::1@20801\", 127.0.0.1@20801]\n    zones: [example.com, gone.example]\n"
          "zones:\n  example.com: {file: zones/example.com.zone}\n  gone.example: {file: zones/gone.zone}\n")
    returncode, document, counts = findings("sextant.yaml", cwd=tmp_path)
    assert returncode == 1
    assert document["config"] == "sextant.yaml"
    assert [(z["name"], z["loaded"]) for z in document["zones"]] == [("example.com", True), ("gone.example", False)]
    assert counts["A04", "error"] == 1 and counts["P05", "notice"] == 1 and counts["ZON-02", "error"] == 1


def test_glue_findings_do_not_hide_each_other(tmp_path):
    """named-checkzone before 9.21.22: AAAA glue too many hid the A glue that is missing."""
    write(tmp_path, "example.zone", GOOD.format(serial=1) + "c NS ns.c\nns.c AAAA 2a00:1450:3::1\n")
    write(tmp_path, "c.example.zone", "$TTL 300\n@ SOA ns dns 1 2 3 4 5\n@ NS ns\nns A 9.9.3.1\n")
    _, document, counts = findings("-o", "example", "-o", "c.example", "example.zone", "c.example.zone", cwd=tmp_path)
    assert counts["D06", "error"] == 1 and counts["D05", "error"] == 1
    causes = {f["code"]: f["cause"] for f in document["findings"]}
    assert "has no A glue" in causes["D05"] and "AAAA glue" in causes["D06"]


def test_many_findings_fold_in_text_only(tmp_path):
    hosts = "".join(f"h{n} A 192.0.2.{n % 250}\n" for n in range(3000))
    write(tmp_path, "example.com.zone", GOOD.format(serial=1) + hosts)
    text = check("example.com.zone", cwd=tmp_path).stdout
    assert text.count("notice  P05") == 3 and "... and 2,997 more P05" in text
    _, _, counts = findings("example.com.zone", cwd=tmp_path)
    assert counts["P05", "notice"] == 3000
    assert check("-v", "example.com.zone", cwd=tmp_path).stdout.count("notice  P05") == 3000


def test_terminal_escapes_are_neutralised(tmp_path):
    write(tmp_path, "example.com.zone", GOOD.format(serial=1) + "www\x1b[2J NOSUCH \x1b]0;title\x07\n")
    run = check("example.com.zone", cwd=tmp_path)
    assert run.returncode == 1 and "ZON-01" in run.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", run.stdout)
    assert "\x1b[1;31m" in check("--color", "always", "example.com.zone", cwd=tmp_path).stdout


def test_every_code_is_explained():
    rows = []
    for file in sorted((ROOT / "src" / "finding").glob("findings*.def")):
        rows += re.findall(r'^FINDING\(\w+, "([A-Z0-9-]+)"', file.read_text(), re.M)
    assert len(rows) > 45 and len(set(rows)) == len(rows)
    for code in rows:
        run = check("--explain", code.lower())
        assert run.returncode == 0 and run.stdout.startswith(f"{code}  ")
        assert all(part in run.stdout for part in ("Means: ", "Breaks: ", "Mend: ", "Next: "))
        assert json.loads(check("--explain", code, "--json").stdout)["code"] == code
    assert check("--explain", "D99").returncode == 2


def test_against_an_older_version(tmp_path):
    write(tmp_path, "old/example.com.zone", GOOD.format(serial=1) + "www 900 AAAA 2001:db8::80\nwww 900 A 192.0.2.80\n")
    write(tmp_path, "example.com.zone", GOOD.format(serial=2) + "www 60 AAAA 2001:db8::81\nnew AAAA 2001:db8::82\n@ NS ns9.other.\n")
    for old in ("old/example.com.zone", "old"):
        run = check("--against", old, "example.com.zone", cwd=tmp_path)
        assert run.returncode == 0
        assert "example.com against old/example.com.zone: serial 1 -> 2, 1 RRsets added, 1 removed, 2 changed\n" in run.stdout
        for line in ("- www.example.com. 900 A 192.0.2.80", "- www.example.com. 900 AAAA 2001:db8::80",
                     "+ www.example.com. 60 AAAA 2001:db8::81", "+ new.example.com. 300 AAAA 2001:db8::82",
                     "+ example.com. 300 NS ns9.other."):
            assert f"  {line}\n" in run.stdout
        assert "- example.com. 300 NS" not in run.stdout
        assert "every cache has seen it 900 s after all servers have it" in run.stdout
        assert "change it at the parent too" in run.stdout
    _, document, _ = findings("--against", "old", "example.com.zone", cwd=tmp_path)
    (against,) = document["against"]
    assert (against["wait_s"], against["added"], against["removed"], against["changed"]) == (900, 1, 1, 2)
    assert {(c["change"], c["name"], c["type"]) for c in against["changes"]} == {
        ("changed", "example.com.", "NS"), ("added", "new.example.com.", "AAAA"),
        ("removed", "www.example.com.", "A"), ("changed", "www.example.com.", "AAAA")}


def test_against_another_config(tmp_path):
    """Zones that came and went between two configurations."""
    config = "version: 1\nservices:\n  public:\n    role: authoritative\n    listen: [\"::1@20802\", 127.0.0.1@20802]\n    zones: [{0}]\nzones:\n"
    for folder, names in (("old", ["a.example", "b.example"]), ("new", ["b.example", "c.example"])):
        rows = "".join(f"  {name}: {{file: {name}.zone}}\n" for name in names)
        write(tmp_path, f"{folder}/sextant.yaml", config.format(", ".join(names)) + rows)
        for name in names:
            write(tmp_path, f"{folder}/{name}.zone", GOOD.format(serial=1))
    run = check("--against", "old/sextant.yaml", "new/sextant.yaml", cwd=tmp_path)
    assert run.returncode == 0
    assert "c.example is new\n" in run.stdout and "a.example is gone\n" in run.stdout
    assert "b.example against old/b.example.zone: serial 1 -> 1, no data differs\n" in run.stdout
    _, document, _ = findings("--against", "old/sextant.yaml", "new/sextant.yaml", cwd=tmp_path)
    assert {(a["zone"], a["old"] is None, a["new"] is None) for a in document["against"]} == {
        ("c.example", True, False), ("a.example", False, True), ("b.example", False, False)}


@pytest.mark.parametrize("old, new, more, is_wrong", [
    (1, 2, "x AAAA 2001:db8::1\n", False), (2, 2, "", False), (2, 2, "x AAAA 2001:db8::1\n", True),
    (3, 2, "x AAAA 2001:db8::1\n", True), (4294967295, 0, "x AAAA 2001:db8::1\n", False),
    (0, 2147483648, "x AAAA 2001:db8::1\n", True),
])
def test_serial_rule(tmp_path, old, new, more, is_wrong):
    write(tmp_path, "old/example.com.zone", GOOD.format(serial=old))
    write(tmp_path, "example.com.zone", GOOD.format(serial=new) + more)
    returncode, _, counts = findings("--against", "old/example.com.zone", "example.com.zone", cwd=tmp_path)
    assert counts["ZON-24", "error"] == is_wrong
    assert returncode == is_wrong


SIGN = shutil.which("dnssec-signzone", path=os.environ["PATH"] + ":/usr/sbin")
KEYGEN = shutil.which("dnssec-keygen", path=os.environ["PATH"] + ":/usr/sbin")


@pytest.mark.skipif(SIGN is None or KEYGEN is None, reason="BIND's signer is not installed")
@pytest.mark.parametrize("denial", [[], ["-3", "-"], ["-3", "ab", "-A"]], ids=["nsec", "nsec3", "opt-out"])
def test_zones_signed_by_bind(tmp_path, denial):
    """A zone that BIND has just signed is clean; one day after its end it is not; an AAAA added by hand is found."""
    def tool(*arguments):
        return subprocess.run(arguments, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()
    key = tool(KEYGEN, "-a", "ECDSAP256SHA256", "-f", "KSK", "example.com")
    zone = GOOD.format(serial=1) + "www A 9.9.9.80\nwww AAAA 2a00:1450::80\nsub NS ns1\nsub NS ns2\n*.w AAAA 2a00:1450::81\n"
    write(tmp_path, "plain", zone + (tmp_path / f"{key}.key").read_text())
    for name, times in (("good", ["-e", "+2592000"]), ("expired", ["-s", "20200101000000", "-e", "20200201000000"])):
        tool(SIGN, "-z", "-P", *denial, *times, "-o", "example.com", "-O", "full", "-f", name, "plain", key)
    returncode, document, counts = findings("-o", "example.com", "good", cwd=tmp_path)
    assert (returncode, counts) == (0, {})
    assert document["zones"][0]["signed_until"] is not None
    _, _, counts = findings("-o", "example.com", "expired", cwd=tmp_path)
    assert counts["S02", "error"] > 5 and set(counts) == {("S02", "error")}
    added = (tmp_path / "good").read_text() + "ns1.example.com. 300 TXT \"by hand\"\n"
    write(tmp_path, "edited", added)
    _, document, counts = findings("-o", "example.com", "edited", cwd=tmp_path)
    assert counts == {("S02", "error"): 2}
    assert {f["cause"].split(" has ")[0].split(" is ")[0] for f in document["findings"]} == {"The TXT of ns1.example.com"}
