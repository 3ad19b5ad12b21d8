"""The checkers that are compared: each run on one zone, and what it said beyond what it says of zones without a fault.

All begin at the root of the planted zones: audit and Zonemaster by their --hints, DNSViz by a hints file mounted over its own.
"""
import dataclasses
import json
import re
import subprocess
import sys
import time

from conftest import program

HINTS_OF_DNSVIZ = "/usr/share/dnsviz/hints/named.root"
# Debian 12's `dnsviz grok -t` looks for a member that Debian 12's pygraphviz no longer has.
DNSVIZ = """import runpy, sys, types, pygraphviz
pygraphviz.release = types.SimpleNamespace(version=pygraphviz.__version__)
sys.argv[0] = "dnsviz"
runpy.run_path("/usr/bin/dnsviz", run_name="__main__")"""
# True of healthy zones here, and no fault: they are not signed; they have documentation addresses, some servers one family; BIND's
# default lets everybody transfer them.
USUAL = {"NEITHER_DNSKEY_NOR_DS", "NOT_SIGNED", "AXFR_AVAILABLE", "S06", "A05", "D19"}


@dataclasses.dataclass
class Said:
    """messages: [(level, tag, text)]; verdicts: {family: can a resolver that has it alone resolve the zone}, None: not said."""

    messages: list
    seconds: float
    verdicts: dict = None
    seconds_alone: float = None


class Checker:
    def __init__(self, place, tree):
        self.place, self.tree = place, tree
        self.folder = tree.make_folder(type(self).__name__)

    def run(self, *words):
        return subprocess.run(["nsenter", f"--net=/run/netns/{self.place.namespace}", *map(str, words)], check=False, capture_output=True,
                              text=True)

    def timed(self, planted):
        began = time.monotonic()
        said = self.say(planted.name, *([f"www.{planted.name}"] if planted.is_signed else []))
        said.seconds = time.monotonic() - began
        return said


class Audit(Checker):
    title = "sextant audit"

    def version(self):
        return subprocess.run([program("sextant"), "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]

    def say(self, name, *_):
        done = self.run(program("sextant"), "audit", "--json", "--hints", self.tree.hints, "--anchor", self.tree.anchor, name)
        told = json.loads(done.stdout)
        zone = told["zones"][0]
        messages = [(row["severity"], row["code"], row["cause"]) for row in told["findings"]
                    if row["severity"] != "notice" or row["code"] not in USUAL]
        messages += [("error", "culprit", zone[family]["culprit"]) for family in ("ipv6", "ipv4") if "culprit" in zone[family]]
        return Said(messages, 0, {family: zone[family]["resolvable"] == "yes" for family in ("ipv6", "ipv4")})


class Zonemaster(Checker):
    """The verdict of a family is that of a run without the other."""

    title = "zonemaster-cli"

    def version(self):
        return re.search(r"v([\d.]+)", subprocess.run(["zonemaster-cli", "--version"], check=True, capture_output=True, text=True).stdout)[1]

    def messages(self, name, *options):
        done = self.run("zonemaster-cli", "--hints", self.tree.hints, "--level", "NOTICE", "--raw", "--show-level", *options, name)
        found = [re.match(r"\s*[\d.]+\s+([A-Z]+)\s+(\w+)\s*(.*)", line) for line in done.stdout.splitlines()]
        return [match.groups() for match in found if match and match[2] not in USUAL]

    def say(self, name, *_):
        return Said(self.messages(name), 0)

    def verdicts(self, name):
        return {family: not any(level == "CRITICAL" for level, _, _ in self.messages(name, f"--no-{without}"))
                for family, without in (("ipv6", "ipv4"), ("ipv4", "ipv6"))}


class Dnsviz(Checker):
    """From the root down, with trust anchor; the zone, and if it is signed www below it."""

    title = "dnsviz"

    def __init__(self, place, tree):
        super().__init__(place, tree)
        subprocess.run(["mount", "--bind", tree.hints, HINTS_OF_DNSVIZ], check=True)
        keys = [line for file in tree.files.keys("").glob("*.key") for line in file.read_text().splitlines() if line[0] != ";"]
        self.anchor = self.folder / "root.key"
        self.anchor.write_text("\n".join(keys) + "\n")

    def version(self):
        return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "dnsviz"], check=True, capture_output=True, text=True).stdout

    def say(self, name, *more):
        book = self.folder / f"{name}.json"
        probed = self.run("dnsviz", "probe", "-A", "-a", ".", "-d", "0", "-o", book, name, *more)
        done = self.run(sys.executable, "-c", DNSVIZ, "grok", "-l", "warning", "-t", self.anchor, "-r", book)
        if done.returncode or not book.exists():
            print(f"dnsviz {name}: {(probed.stderr + done.stderr).strip().splitlines()[-1:]}", file=sys.stderr)
            return Said([], 0)
        told = json.loads(done.stdout) if done.stdout.strip() else {}
        return Said([row for zone, value in told.items() for row in self.walk(value, "", zone.rstrip("."))], 0)

    def walk(self, value, level, zone):
        """Every error and warning, wherever below the zone it stands; the zone is part of what is said."""
        if isinstance(value, list):
            for one in value:
                yield from self.walk(one, level, zone)
        elif isinstance(value, dict) and "code" in value and "description" in value:
            yield level, value["code"], " ".join([f"{zone}, {value['description']}", *value.get("servers", [])])
        elif isinstance(value, dict):
            for key, one in value.items():
                yield from self.walk(one, {"errors": "error", "warnings": "warning"}.get(key, level), zone)


CHECKERS = {"audit": Audit, "zonemaster": Zonemaster, "dnsviz": Dnsviz}
