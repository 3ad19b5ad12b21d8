"""What `sextant audit` is given beyond names: delegations to be made, DS records, validating resolvers.

Z-18, K-05, K-06.
"""
import subprocess
import time

import pytest

from . import plan
from .resolvers import RESOLVERS
from .test_audit import audit, expected, run

HEAD = "$ORIGIN lab.\n$TTL 3600\n@ SOA a.nic hostmaster 2 3600 900 1209600 60\n@ NS a.nic\na.nic AAAA 3fff:3::53\n"


def delegation(zone, host_glue=None):
    """Rows of a zone file that delegate a zone of the plan; host_glue: instead of the plan's."""
    rows = ""
    for host in zone.hosts:
        rows += f"{zone.name}. NS {host.name}.\n"
        for address in host.at_parent() if host_glue is None else host_glue:
            rows += f"{host.name}. {'AAAA' if ':' in address else 'A'} {address}\n" if host.name.endswith(zone.name) else ""
    return rows


def zone_file(path, *rows):
    """The file, and the line of the first NS of each delegation."""
    path.write_text(HEAD + "".join(rows))
    lines = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split()
        if words[1:2] == ["NS"] and words[0] not in ("@",):
            lines.setdefault(words[0].rstrip("."), number)
    return lines


def verdicts(told):
    return {zone["zone"]: tuple(zone[family]["resolvable"] for family in ("ipv6", "ipv4")) for zone in told["zones"]}


def test_delegations_of_a_zone_file(internet, tmp_path):
    """The file's NS and glue count, not those that are served: a mended one, a broken one, a new one, one as it is."""
    file = tmp_path / "lab.zone"
    aglue, dual, good, sibling = (plan.zone_named(name) for name in ("aglue.lab", "dual.lab", "good.lab", "sibling.lab"))
    lines = zone_file(file, delegation(aglue, aglue.hosts[0].child), delegation(dual, plan.only_four(0xfe)), delegation(good),
                      delegation(sibling), "new.lab. NS ns.new.lab.\nns.new.lab. AAAA 3fff:ffff::1\n")
    code, told = audit(internet.usual(), internet, "--children", str(file), "-o", "lab")
    assert code == 1
    # dual.lab's only address leads nowhere; sibling.lab's servers are named in a zone that the file does not have.
    assert verdicts(told) == {"aglue.lab": ("yes", "yes"), "dual.lab": ("no", "no"), "good.lab": ("yes", "yes"),
                              "new.lab": ("no", "no"), "sibling.lab": ("no", "yes")}
    errors = {(row["subject"], row["code"]) for row in told["findings"] if row["severity"] == "error"}
    assert ("zone new.lab", "D11") in errors and ("zone dual.lab", "D04") in errors and ("zone sibling.lab", "D08") in errors
    assert not any(subject == "zone good.lab" for subject, _ in errors)
    for row in told["findings"]:
        assert (row["file"], row["line"]) == (str(file), lines[row["subject"].removeprefix("zone ")])


def test_a_change_is_gated(internet, tmp_path):
    file = tmp_path / "lab.zone"
    zone_file(file, delegation(plan.zone_named("good.lab")), delegation(plan.zone_named("dual.lab")))
    place = internet.usual()
    assert audit(place, internet, "--children", str(file))[0] == 0  # the SOA says which zone it is
    done = run(place, "--hints", internet.hints, "--anchor", internet.anchor, "--children", file)
    assert done.returncode == 0 and "result: good.lab" in done.stdout
    file.write_text(HEAD + "x NS\n")
    done = run(place, "--hints", internet.hints, "--anchor", internet.anchor, "--children", file)
    assert (done.returncode, f"{file}:6" in done.stdout) == (1, True)
    file.write_text(HEAD)
    done = run(place, "--hints", internet.hints, "--anchor", internet.anchor, "--children", file)
    assert (done.returncode, "no delegation" in done.stderr) == (2, True)
    assert run(place, "--hints", internet.hints, "--anchor", internet.anchor, "--children", tmp_path / "none").returncode == 2


def test_the_served_file_gets_the_planted_verdicts(internet):
    """The zone file of `lab` itself: what the file says is what its servers say."""
    code, told = audit(internet.usual(), internet, "--children", str(internet.files.path("lab")), "-o", "lab")
    assert code == 1
    wanted = {zone.name: tuple("yes" if there else "no" for there in expected(zone).values())
              for zone in plan.ZONES
              if zone.name.endswith(".lab") and zone.name != "guessed.lab" and not plan.is_below_a_leaf(zone)}
    found = verdicts(told)
    found.pop("guessed.lab")  # floods whoever asks
    assert found == wanted


def test_many_children(internet, tmp_path):
    """All on a server that knows nothing of them: each is told of, none is forgotten."""
    server, = plan.zone_named("v6only.lab").hosts
    file = tmp_path / "lab.zone"
    zone_file(file, "".join(f"c{number}.lab. NS {server.name}.\n" for number in range(300)))
    started = time.monotonic()
    code, told = audit(internet.usual(), internet, "--children", str(file))
    assert code == 1
    assert len(told["zones"]) == 300
    assert {row["subject"] for row in told["findings"] if row["code"] == "D11"} == {f"zone c{number}.lab" for number in range(300)}
    assert time.monotonic() - started < 60




def ds_of(internet, name, *words):
    """BIND's word for it."""
    key, = (internet.files.folder / f"keys-{name}").glob("*.key")
    done = subprocess.run(["dnssec-dsfromkey", *words, str(key)], check=True, capture_output=True, text=True)
    return done.stdout.split(" DS ")[1].strip()


def errors_of(told):
    return {row["code"] for row in told["findings"] if row["severity"] == "error"}


def test_a_ds_before_it_is_published(internet):
    place = internet.usual()
    good, strong = ds_of(internet, "good.lab"), ds_of(internet, "good.lab", "-a", "SHA-384")
    for words in (["--ds", good], ["--ds", strong]):
        code, told = audit(place, internet, "good.lab", families=words)
        assert (code, {row["code"] for row in told["findings"]} & {"S03", "S07", "S08"}) == (0, set())
    spoiled = good[:-1] + ("0" if good[-1] != "0" else "1")
    code, told = audit(place, internet, "good.lab", families=["--ds", spoiled])
    assert (code, errors_of(told)) == (1, {"S03"}) and "S07" in {row["code"] for row in told["findings"]}
    code, told = audit(place, internet, "good.lab", families=["--ds", spoiled, "--ds", good])  # one that fits is enough
    assert code == 0 and "S07" in {row["code"] for row in told["findings"]}
    # A zone without keys, and one whose key is right and whose signatures are not.
    assert "S03" in errors_of(audit(place, internet, "dual.lab", families=["--ds", good])[1])
    assert "S03" in errors_of(audit(place, internet, "expired.lab", families=["--ds", ds_of(internet, "expired.lab")])[1])


def test_a_ds_with_the_servers_to_be(internet):
    """A whole delegation to be: servers and DS together."""
    zone = plan.zone_named("good.lab")
    words = [word for host in zone.hosts for address in host.child for word in ("--ns", f"{host.name}/{address}")]
    assert audit(internet.usual(), internet, zone.name, families=[*words, "--ds", ds_of(internet, zone.name)])[0] == 0


@pytest.mark.parametrize("text, said", [
    ("1 13 2 00ff", "one of type 2 has 64"), ("1 13 9 00ff", "digest type 9"), ("1 13 2", "needs a digest"), ("x 13 2 00", "x")])
def test_a_ds_that_is_none(text, said, internet):
    done = run(internet.usual(), "--hints", internet.hints, "--anchor", internet.anchor, "--ds", text, "good.lab")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


# --- Validating resolvers, K-06 ---

@pytest.fixture
def validator(internet, resolvers, monkeypatch):
    """An Unbound or BIND on a place of its own; extra: lines for Unbound's server clause. Gives the place."""
    def make(name, extra=""):
        def changed(folder, setting):
            command = original(folder, setting)
            config = folder / "unbound.conf"
            config.write_text(config.read_text().replace("server:\n", "server:\n" + extra, 1))
            return command
        if extra:
            original = RESOLVERS[name]
            monkeypatch.setitem(RESOLVERS, name, changed)
        place = internet.place("dual")
        resolvers(name, place)
        return place
    return make


def validated(place, internet, *zones):
    """{(name, type): (what the resolver says, what we say)} and the findings."""
    code, told = audit(place, internet, *zones, families=["--validator", "::1"])
    rows = {(row["name"], row["type"]): (row["said"], row.get("here")) for zone in told["zones"]
            for row in zone["validators"][0]["answers"]}
    return code, rows, told


def delv(place, internet, name, rrtype):
    """BIND's own validator, fed by the resolver: what it makes of a name."""
    anchor = internet.anchor.read_text().split(" DS ")[1].split()
    keys = internet.folder / "delv.keys"
    keys.write_text(f'trust-anchors {{ "." static-ds {anchor[0]} {anchor[1]} {anchor[2]} "{"".join(anchor[3:])}"; }};\n')
    done = subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", "delv", "@::1", "-a", keys, "+root=.", name, rrtype],
                          capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return "secure" if "fully validated" in said else "insecure" if "unsigned answer" in said else "bogus"


@pytest.mark.parametrize("name", ["unbound", "bind"])
def test_a_validator_agrees(name, internet, validator):
    place = validator(name)
    zones = ("good.lab", "dual.lab", "aaaabogus.lab", "bogus.lab", "expired.lab")
    code, rows, told = validated(place, internet, *zones)
    assert code == 1  # the bogus ones
    assert not {row["code"] for row in told["findings"]} & {"S09", "S10", "S11", "V05"}
    assert all(said == here for said, here in rows.values()), rows
    for zone in zones:
        for rrtype in ("AAAA", "A"):
            assert rows[f"www.{zone}", rrtype][1] == delv(place, internet, f"www.{zone}", rrtype)
    if name == "unbound":  # it says why
        row, = (row for zone in told["zones"] for row in zone["validators"][0]["answers"]
                if (row["name"], row["type"]) == ("www.aaaabogus.lab", "AAAA"))
        assert row["ede"] == 6
        done = run(place, "--hints", internet.hints, "--anchor", internet.anchor, "--validator", "::1", "aaaabogus.lab")
        assert "www AAAA bogus (EDE 6 DNSSEC Bogus" in done.stdout and "www A secure" in done.stdout


def test_a_validator_differs(internet, validator):
    """One that was told not to validate a zone, and has a wrong anchor for another."""
    spoiled = "0" * 64
    place = validator("unbound", f'  domain-insecure: "bogus.lab"\n  trust-anchor: "good.lab. IN DS 1 13 2 {spoiled}"\n')
    code, rows, told = validated(place, internet, "bogus.lab")
    assert rows["www.bogus.lab", "AAAA"] == ("insecure", "bogus")
    assert "S09" in {row["code"] for row in told["findings"]}
    code, rows, told = validated(place, internet, "good.lab")
    assert (code, rows["www.good.lab", "AAAA"]) == (1, ("bogus", "secure"))
    assert errors_of(told) == {"S09"}


def test_a_validator_that_is_none(internet, validator):
    place = validator("unbound", "  module-config: iterator\n")
    code, _, told = validated(place, internet, "good.lab")
    assert (code, [row["code"] for row in told["findings"] if row["code"][0] in "SV"]) == (0, ["S10"])
    # One that does not answer, and a name server that is no resolver.
    code, told = audit(place, internet, "good.lab", families=["--validator", "3fff:ffff::53"])
    assert (code, [row["code"] for row in told["undetermined"]]) == (3, ["V05"])
    code, told = audit(place, internet, "good.lab", families=["--validator", plan.zone_named("v6only.lab").hosts[0].child[0]])
    assert "S11" in {row["code"] for row in told["findings"]}
    assert run(place, "--hints", internet.hints, "--validator", "ns1", "good.lab").returncode == 2


def test_what_a_validator_said_is_judged_again(internet, validator, tmp_path):
    place, book = validator("bind"), tmp_path / "facts.json"
    words = ["--validator", "::1"]
    result = audit(place, internet, "aaaabogus.lab", families=[*words, "--save", str(book)])
    assert audit(internet.usual("ipv6"), internet, "aaaabogus.lab", families=[*words, "--from", str(book)]) == result
