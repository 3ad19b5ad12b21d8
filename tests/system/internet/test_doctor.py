"""`sextant doctor` in incidents that were planted in the test internet: is the cause that it names the true one?

I-01 to I-08. `-s` prints the table: incident, right or wrong, seconds, what doctor said.
"""
import json
import subprocess
import time

import dns.rcode
import pytest

from conftest import program

from .incidents import INCIDENTS, Incident, Scene, is_right, table


@pytest.fixture(scope="module")
def scene(internet, tmp_path_factory):
    made = Scene(internet, tmp_path_factory.mktemp("incidents"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def seen(scene):
    found = scene.examine_all(INCIDENTS)
    print("\n" + table(INCIDENTS, found))
    return found


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.label)
def test_the_true_cause_is_named_first(incident, seen):
    code, document, _ = seen[incident.label]
    assert is_right(incident, document), table([incident], seen)
    # Host and resolvers see everything but routers here: nobody advertises on most links.
    is_error = incident.truth and document["most_likely"]["severity"] == "error"
    assert code == (1 if is_error else 3 if document["undetermined"] else 0)
    assert [step["step"] for step in document["steps"]] == [1, 2, 3, 4, 5, 6]
    if document["most_likely"]:
        assert document["most_likely"]["next"]


def test_a_family_that_is_not_there_is_undetermined(seen):
    for host, family in (("a host without IPv6", "IPv6"), ("a host without IPv4", "IPv4")):
        _, document, _ = seen[f"none: {host}"]
        assert any(f"not tested over {family}" in row["cause"] for row in document["undetermined"]), document["undetermined"]


def test_text(scene):
    """What a person on call reads."""
    place = scene.hosts["host"]
    words = [word for address in scene.resolvers["good"] for word in ("--server", address)]
    done = subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", program("sextant"), "doctor", "--only", "1", "--only", "validation", "--hints",
                           scene.internet.hints, "--anchor", scene.internet.anchor, *words, "www.aaaabogus.lab"], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and done.stderr == ""
    assert [line for line in lines if line[:2] in ("1 ", "2 ", "3 ")] == [
        "1 authoritative answers     ok", "2 IPv6 transport            not examined (--only)", "3 validation                broken"]
    assert "  ok www.aaaabogus.lab A over IPv6: secure" in lines
    assert any(line.startswith("  !! www.aaaabogus.lab AAAA over IPv6: bogus: ") and line.endswith("<-- here") for line in lines)
    resolver = scene.resolvers["good"][0]
    assert (f"  !! www.aaaabogus.lab AAAA at {resolver}: SERVFAIL EDE 6 (DNSSEC Bogus); checking disabled: 1 record; "
            "validation is the cause, and it is right   <-- here") in lines
    assert any(line.startswith("Most likely: The signature of AAAA of www.aaaabogus.lab is broken and that of A is not") for line in lines)
    assert "Next: sign aaaabogus.lab again, then at the resolvers: sextant flush www.aaaabogus.lab" in lines
    assert "More: sextant --explain DOC-20" in lines


def evidence(document, step):
    return [f"{row['label']}: {row['text']}" for row in document["steps"][step - 1]["evidence"]]


def test_logs_say_who_is_hit(scene):
    """I-05, I-06: Unbound's own log; over IPv6 a client asks for AAAA and A, over IPv4 another one for A alone."""
    assert scene.ask("logged", "www.aaaabogus.lab.", "A", 0) == dns.rcode.NOERROR
    assert scene.ask("logged", "www.aaaabogus.lab.", "AAAA", 0) == dns.rcode.SERVFAIL
    assert scene.ask("logged", "www.aaaabogus.lab.", "A", 1) == dns.rcode.NOERROR
    time.sleep(1.1)  # Unbound's stamps have whole seconds, and what is of doctor's own time does not count
    steps = ("--only", "fallback", "--only", "6", "--logs", str(scene.log))
    code, document, _ = scene.examine(Incident("", "www.aaaabogus.lab", None, resolver="logged", options=steps))
    assert code == 3 and document["most_likely"]["code"] == "DOC-43", document["causes"]
    assert "logs: 1 of 1 pairs of questions: A answered, AAAA failed; 0: both failed" in evidence(document, 5)
    network = "2001:db8:e:"
    assert any(row.startswith(f"networks: 1 of 2 source /56 and /24 affected: {network}") for row in evidence(document, 6))
    assert "types: 1 of 2 record types affected: AAAA (1 of 1 answers)" in evidence(document, 6)
    assert "resolvers in the logs: not observable from these logs" in evidence(document, 6)
    # Who is hit, without a step that says why: no cause, and no "nothing is broken".
    code, document, _ = scene.examine(Incident("", "www.aaaabogus.lab", None, options=("--only", "6", "--logs", str(scene.log))))
    assert (code, document["most_likely"], document["steps"][5]["state"]) == (3, None, "broken")
    # Other names of the log are no matter of this zone.
    _, document, _ = scene.examine(Incident("", "www.good.lab", None, resolver="logged", options=steps))
    assert any("no answer for these names" in row for row in evidence(document, 6))
    # A log without outcomes shows none.
    queries = scene.folder / "queries.log"
    queries.write_text("22-Nov-2026 03:26:45.870 queries: info: client @0x7f3c8c0a2d68 2001:db8:c::10#53293 (www.good.lab): query: www.good.lab "
                       "IN AAAA +E(0)K (2001:db8:f::1)\n")
    _, document, _ = scene.examine(Incident("", "www.good.lab", None, options=("--only", "6", "--logs", str(queries))))
    assert any("not observable from this source" in row for row in evidence(document, 6))


def test_bundle(scene):
    """I-07: one document for the ticket; the book in it is judged elsewhere without asking."""
    path = scene.folder / "bundle.json"
    _, document, _ = scene.examine(Incident("", "www.aaaabogus.lab", None, options=("--bundle", str(path))))
    bundle = json.loads(path.read_text())
    assert bundle["schema"] == "sextant.doctor-bundle/1"
    assert bundle["most_likely"] == document["most_likely"] and bundle["steps"] == document["steps"]
    assert scene.hosts["host"].ipv6 in {row["address"] for row in bundle["host"]["addresses"]}
    assert "::/0" in {row["to"] for row in bundle["host"]["routes"]} and "0.0.0.0/0" in {row["to"] for row in bundle["host"]["routes"]}
    assert scene.resolvers["good"][0] in bundle["host"]["resolv_conf"]["text"]
    assert {row["name"] for row in bundle["client"]["interfaces"]} >= {"eth0"}
    assert any(row["to"].endswith("@443") for row in bundle["connections"])
    asked = {(row["server"], row["cd"], row["rd"]) for row in bundle["facts"]["facts"] if row["name"] == "www.aaaabogus.lab."}
    resolver = scene.resolvers["good"][0] + "@53"
    assert {(resolver, False, True), (resolver, True, True)} <= asked and any(not rd for _, _, rd in asked)
    facts = scene.folder / "facts.json"
    facts.write_text(json.dumps(bundle["facts"]))
    done = subprocess.run([program("sextant"), "audit", "--json", "--hints", scene.internet.hints, "--anchor", scene.internet.anchor, "--from", facts,
                           "aaaabogus.lab"], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    assert json.loads(done.stdout)["zones"][0]["ipv6"]["resolvable"] == "yes"
