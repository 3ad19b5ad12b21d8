"""Alerts: the rules on logs, and their delivery by the daemon."""
import json
import subprocess

import log_site
from conftest import PATIENCE_S, program
from log_site import Site
from test_signals import MINUTES, ONSET, zone_fails

RULES = """\
version: 1
rules:
- {signal: TC-SHARE, off: yes}
- {signal: "AAAA-*", deliver: [log, webhook]}
thresholds:
- name: zone-fails
  where: rcode=SERVFAIL
  share: above 20%
  of: qtype=AAAA
  by: zone
  for: 1m
  level: critical
  text: More than a fifth of AAAA fails.
"""


def signals(tmp_path, log, rules, *words, check):
    (tmp_path / "log").write_text(log)
    (tmp_path / "rules.yaml").write_text(rules)
    done = subprocess.run([program("sextant"), "signals", tmp_path / "log", "--rules", tmp_path / "rules.yaml", *words],
                          capture_output=True, text=True, timeout=3 * PATIENCE_S, check=False)
    assert done.returncode == check, done.stdout + done.stderr
    return done.stdout


def failing_site():
    return Site(seed=1, rate=50).events(MINUTES, zone_fails)


def test_rules_on_a_log(tmp_path):
    """One fault, two sensors that see it: one message; and the operator's own threshold, of the same zone alone."""
    said = json.loads(signals(tmp_path, log_site.coredns(failing_site()), RULES, "--json", check=1))
    own = [one for one in said["alerts"] if one["title"].startswith("zone-fails")]
    built_in = [one for one in said["alerts"] if one not in own]
    # The sensor of pairs is the first to see it; half a minute later the other says how grave it is.
    assert [(one["id"], one["change"], one["level"], one["to"]) for one in built_in] == [
        (1, "raised", "warning", "log,webhook"), (1, "worsened", "critical", "log,webhook")], built_in
    assert built_in[-1]["title"] == "AAAA-SERVFAIL zone zone7.test and 1 more" and built_in[-1]["count"] == 2
    assert [(one["change"], one["title"], one["level"], one["to"]) for one in own] == [
        ("raised", "zone-fails zone zone7.test", "critical", "log,exec,webhook")]
    for one in own + built_in:
        assert log_site.stamp(ONSET * 60) < one["time"] < log_site.stamp((ONSET + 3) * 60)


def test_rules_are_the_same_on_each_form_of_log(tmp_path):
    """BIND tells a failure on a line of its own: the share of the threshold is the same."""
    titles = []
    for write in (log_site.bind, log_site.coredns, log_site.own):
        said = json.loads(signals(tmp_path, write(failing_site()), RULES, "--json", check=1))
        titles.append(sorted({one["title"].replace("rec ", "") for one in said["alerts"] if "zone-fails" in one["title"]}))
    assert titles == [["zone-fails zone zone7.test"]] * 3


def test_bad_rules_are_told_with_their_place(tmp_path):
    rules = RULES.replace("where: rcode=SERVFAIL", "where: rcode=SERVFIAL")
    said = signals(tmp_path, "", rules, check=2)
    assert "ALR-01" in said and "rules.yaml:7:16" in said, said
