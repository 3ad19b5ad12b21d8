"""What an audit said of zones: one run of `sextant audit --json`."""
import collections
import json
import subprocess
import time

from conftest import program

GRAVE = ("error", "warning")


class Seen:
    def __init__(self, place, tree, names, *options, timeout_ms=1500):
        began = time.monotonic()
        done = subprocess.run(["nsenter", f"--net=/run/netns/{place.namespace}", program("sextant"), "audit", "--json", "--timeout",
                               f"{timeout_ms}ms", "--hints", tree.hints, "--anchor", tree.anchor, *options, *names], check=False,
                              capture_output=True, text=True)
        self.seconds = time.monotonic() - began
        assert done.stderr == "" and done.returncode in (0, 1, 3), f"{done.returncode} {done.stderr}"
        told = json.loads(done.stdout)
        self.told = told
        self.zones = {row["zone"]: row for row in told.get("zones", [])}
        self.findings = collections.defaultdict(list)
        for row in told.get("findings", []):
            self.findings[self.zone_of(row["subject"].split()[-1])].append(row)

    def zone_of(self, name):
        """Findings are of zones, or of names in them."""
        while name not in self.zones and "." in name:
            name = name.split(".", 1)[1]
        return name

    def join(self, other):
        self.zones |= other.zones
        self.findings |= other.findings
        return self

    def zone(self, name):
        return self.zones[name]

    def missed(self, name, expected):
        """Those of (code, what it names) that no finding is like."""
        return {(code, culprit) for code, culprit in expected
                if not any(row["code"] == code and any(word in row["cause"] for word in culprit.split(" or "))
                           for row in self.findings[name])}

    def beyond(self, name, expected):
        """Findings of codes that nobody planted."""
        codes = {code for code, _ in expected}
        return [(row["code"], row["cause"]) for row in self.findings[name]
                if row["severity"] in GRAVE and row["code"] not in codes]
