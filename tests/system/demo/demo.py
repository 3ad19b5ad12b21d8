#!/usr/bin/python3
"""One thing breaks at a site; a timeline says who saw it when, and a table how long before the first user.

  demo.py [--short] [--keep FOLDER]    in a network namespace of its own, as root: ./run demo makes one
"""
import argparse
import collections
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from demo import faults as rows  # noqa: E402
from demo import segment, site as place  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Pace:
    ttl_s: int      # of all records
    every_s: int    # between probes
    per_s: int      # attempts of the desks and of the segment
    settle_s: int   # before something breaks
    after_s: int    # longest, once it is mended, until its signal clears
    linger_s: int   # after the first client, for what others see later
    together: bool  # all faults at once


LONG = Pace(ttl_s=90, every_s=10, per_s=40, settle_s=60, after_s=420, linger_s=45, together=False)
SHORT = Pace(ttl_s=24, every_s=3, per_s=25, settle_s=20, after_s=120, linger_s=0, together=True)


@dataclasses.dataclass
class Story:
    """When what became of one fault; seconds of the wall clock, None: it did not come about."""

    label: str
    is_cached: bool
    truth: str
    planted: float = None
    ends_in_cache: float = None
    signal: float = None
    signal_text: str = ""
    bind_signal: float = None
    doctor: float = None
    culprit: str = ""
    trouble: float = None
    trouble_text: str = ""
    mended: float = None
    cleared: float = None
    greens: dict = dataclasses.field(default_factory=dict)

    def lead_s(self):
        """None: no signal. Without trouble until it was mended: at least that long."""
        if self.signal is None:
            return None
        return (self.trouble or self.mended) - self.signal


# Large answers are rare: each is asked for twice, the second time over TCP.
NAMES = [f"www.{zone.name}" for zone in place.ZONES for _ in range(1 if zone == place.PATH else 4)]


class Desks:
    """The clients' process and what it writes."""

    def __init__(self, site, pace):
        clients = []
        for number in place.DESKS:
            six, four = site.desk(number)
            for label, resolver in (("ours", place.OURS), ("bind", place.BIND)):
                clients.append({"kind": "dual stack", "label": label, "resolver": resolver, "ipv6": six, "ipv4": four})
        for number in (1, 4):
            for label, resolver in (("ours", place.LAN6), ("unbound", place.UNBOUND6)):
                clients.append({"kind": "IPv6 only", "label": label, "resolver": resolver, "ipv6": site.desk(number)[0], "ipv4": None})
        specification = site.folder / "clients.json"
        specification.write_text(json.dumps({"seed": 8106, "per_s": pace.per_s, "clients": clients,
                                             "names": NAMES}))
        self.path = site.folder / "attempts"
        self.output = open(self.path, "wb")
        self.process = subprocess.Popen(["nsenter", f"--net=/run/netns/{site.desks}", "/usr/bin/python3", HERE / "clients.py", specification],
                                        stdout=self.output, stderr=open(site.folder / "clients.err", "wb"))

    def attempts(self):
        return [json.loads(line) for line in self.path.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.output.close()


class Watch(threading.Thread):
    """Asks the daemon and, apart, BIND's log for signals, and notes when each was first there and when it was over."""

    def __init__(self, site):
        super().__init__()
        self.site, self.stopped = site, threading.Event()
        self.seen = {}  # (signal, scope, since): [first seen, cleared, document]
        self.bind_seen = {}

    def run(self):
        turn = 0
        while not self.stopped.wait(0.5):
            self.look(self.seen, self.site.sextant(self.site.room, "signals", "--json", "--config", self.site.config("sextant-room")))
            if turn % 4 == 0:
                self.look(self.bind_seen, self.site.sextant(self.site.room, "signals", "--json", self.site.daemons["bind-room"].folder / "queries.log"))
            turn += 1

    @staticmethod
    def look(seen, done):
        if done.returncode not in (0, 1):
            return
        for signal in json.loads(done.stdout)["signals"]:
            row = seen.setdefault((signal["signal"], signal["scope"], signal["since"]), [time.time(), None, signal])
            row[2] = signal
            if signal["cleared"] and not row[1]:
                row[1] = time.time()

    def of(self, zone, after, is_bind=False):
        """The first signal about the zone since then."""
        rows_of = self.bind_seen if is_bind else self.seen
        found = [row for row in list(rows_of.values()) if row[0] >= after and zone in json.dumps(row[2]["scope"]) + json.dumps(row[2]["evidence"])]
        return min(found, key=lambda row: row[0], default=None)

    def holding(self, zone):
        """Those of probes: what clients meet is calm for three minutes before it is over."""
        return [row for row in list(self.seen.values())
                if row[1] is None and row[2]["signal"] == "PROBE-FAILING" and zone in json.dumps(row[2]["scope"])]

    def close(self):
        self.stopped.set()
        self.join()


class Demo:
    def __init__(self, folder, pace, say):
        self.pace, self.say = pace, say
        self.site = place.Site(folder, pace.ttl_s, pace.every_s)
        self.desks = Desks(self.site, pace)
        self.watch = Watch(self.site)
        self.watch.start()
        self.host = segment.Host(self.site.segment, f"www.{place.NEWS.name}")

    def close(self):
        self.host.close()
        self.watch.close()
        self.desks.close()
        self.site.close()

    def tell(self, story, moment, text):
        self.say(f"  {moment - story.planted:+7.1f} s  {text}")

    # --- One fault, or several at once ---

    def play(self, faults):
        stories = {fault.label: Story(fault.label, fault.is_cached, fault.truth) for fault in faults}
        for fault in faults:
            self.plant(fault, stories[fault.label])
        deadline = time.time() + 3 * self.pace.ttl_s
        doctors = []
        while time.time() < deadline and not all(self.is_told(stories[fault.label]) for fault in faults):
            time.sleep(0.5)
            for fault in faults:
                self.look(fault, stories[fault.label], doctors)
        for thread in doctors:
            thread.join()
        self.mend(faults, stories)
        return list(stories.values())

    def plant(self, fault, story):
        """Just after the resolvers have fetched the records: a fault that hides in caches hides as long as it can."""
        self.site.flush_all(fault.zone.name)
        left = [self.site.ttl_left(fault.name, rrtype, resolver) for resolver in place.RESOLVERS for rrtype in ("AAAA", "A")]
        story.ends_in_cache = time.time() + min(left)
        fault.plant()
        story.planted = time.time()
        self.say(f"planted: {fault.label} ({fault.name}; the first cache that has it ends at {story.ends_in_cache - story.planted:+.1f} s)")

    def is_told(self, story):
        return story.signal and story.doctor and story.trouble and time.time() > story.trouble + self.pace.linger_s

    def look(self, fault, story, doctors):
        now = time.time()
        if story.signal is None:
            row = self.watch.of(fault.zone.name, story.planted)
            if row:
                story.signal, signal = row[0], row[2]
                story.signal_text = f"{signal['signal']} {signal['level']} {signal['scope']}: {signal['evidence']}"
                self.tell(story, story.signal, f"first signal   {fault.zone.name}: {story.signal_text}")
                doctors.append(threading.Thread(target=self.ask_doctor, args=(fault, story)))
                doctors[-1].start()
        if story.bind_signal is None:
            row = self.watch.of(fault.zone.name, story.planted, is_bind=True)
            if row:
                story.bind_signal = row[0]
                self.tell(story, row[0], f"BIND's log     {fault.zone.name}: {row[2]['signal']} {row[2]['scope']}: {row[2]['evidence']}")
        if story.trouble is None:
            hit = next((attempt for attempt in self.desks.attempts() if attempt["name"] == fault.name and attempt["t"] > story.planted and
                        rows.is_trouble(attempt)), None)
            if hit:
                story.trouble = hit["t"] + hit["ms"] / 1000
                outcomes = ", ".join(f"{rrtype} {outcome}" for rrtype, outcome in hit["outcomes"].items())
                story.trouble_text = f"{hit['kind']} by {hit['resolver']}: {outcomes}; connected over {hit['via'] or 'nothing'}, {hit['ms']} ms"
                self.tell(story, story.trouble, f"first client   {fault.zone.name}: {story.trouble_text}")
        if story.ends_in_cache and now > story.ends_in_cache and story.greens.get("expiry") is None:
            story.greens["expiry"] = True
            self.tell(story, story.ends_in_cache, f"cache ended    {fault.zone.name}")

    def ask_doctor(self, fault, story):
        done = self.site.sextant(self.site.room, "doctor", "--json", "--hints", self.site.hints, "--anchor", self.site.anchor, *fault.doctor, fault.name)
        if done.returncode in (0, 1, 3):
            document = json.loads(done.stdout)
            story.culprit = f"{document['most_likely']['code']} {document['most_likely']['cause']}" if document["most_likely"] else "no cause found"
        else:
            story.culprit = f"doctor ended with {done.returncode}: {done.stderr[-200:]}"
        story.doctor = time.time()
        self.tell(story, story.doctor, f"doctor         {fault.zone.name}: {story.culprit}")

    def mend(self, faults, stories):
        attempts = self.desks.attempts()
        for fault in faults:
            story = stories[fault.label]
            fault.mend()
            story.mended = time.time()
            story.greens = self.greens(attempts, story)
            self.tell(story, story.mended, f"mended         {fault.zone.name}; meanwhile {self.green_text(story)}")
        deadline = time.time() + self.pace.after_s
        waiting = [fault for fault in faults if stories[fault.label].signal]
        while waiting and time.time() < deadline:
            time.sleep(0.5)
            for fault in list(waiting):
                if not self.watch.holding(fault.zone.name):
                    story = stories[fault.label]
                    story.cleared = time.time()
                    self.tell(story, story.cleared, f"signal cleared {fault.zone.name}")
                    waiting.remove(fault)

    def greens(self, attempts, story):
        """What monitors that look at liveness and at sums see between planting and the first client (or mending)."""
        of = [one for one in attempts if story.planted <= one["t"] <= story.mended]
        a = [one["outcomes"]["A"] == "NOERROR" for one in of if "A" in one["outcomes"]]
        dual = [rows.is_well(one) for one in of if one["kind"] == "dual stack"]
        return {"A": share(a), "connected": share(dual), "all": share([outcome == "NOERROR" for one in of for outcome in one["outcomes"].values()])}

    @staticmethod
    def green_text(story):
        return (f"A answered {story.greens['A']}, all answers {story.greens['all']}, dual-stack hosts connected {story.greens['connected']}")

    # --- The resolver that the segment no longer hears of ---

    def play_advertisement(self):
        story = Story("RDNSS lost from router advertisements", True, "DSC-01")
        self.site.advertise(has_resolver=False)
        story.planted = time.time()
        story.ends_in_cache = max(self.host.until.values(), default=story.planted)
        self.say(f"planted: {story.label} (the segment's hosts keep the resolver until {story.ends_in_cache - story.planted:+.1f} s)")
        while story.trouble is None and time.time() < story.planted + 3 * self.pace.ttl_s:
            if story.signal is None:
                self.look_at_segment(story)
            story.trouble = next((one["t"] for one in self.host.attempts if one["t"] > story.planted and not one["ok"]), None)
            time.sleep(0.2)
        if story.trouble:
            self.tell(story, story.trouble, "first client   the host has no resolver left")
        self.site.advertise(has_resolver=True)
        story.mended = time.time()
        while story.cleared is None and time.time() < story.mended + 30:
            if self.segment_cause() is None:
                story.cleared = time.time()
                self.tell(story, story.cleared, "cleared        sextant doctor --client finds a resolver again")
        return story

    def segment_cause(self):
        done = self.site.sextant(self.site.segment, "doctor", "--client", "--iface", "eth0", "--json", "--timeout", "1s")
        document = json.loads(done.stdout)
        return next((finding for finding in document["findings"] if finding["severity"] == "error"), None)

    def look_at_segment(self, story):
        cause = self.segment_cause()
        if cause:
            story.signal = story.doctor = time.time()
            story.signal_text = story.culprit = f"{cause['code']} {cause['cause']}"
            self.tell(story, story.signal, f"first signal   sextant doctor --client: {story.signal_text}")


def share(values):
    return f"{100 * sum(values) / len(values):.1f} %" if values else "-"


def seconds(story, moment):
    return f"{moment - story.planted:.1f}" if moment else "-"


def table(stories):
    lines = ["| fault | first signal, s | BIND's log alone, s | doctor names it, s | first client hit, s | lead, s | cleared after mending, s |",
             "|---|---|---|---|---|---|---|"]
    for story in stories:
        lead = story.lead_s()
        lead = "-" if lead is None else f"{'' if story.trouble else 'over '}{lead:.1f}"
        cleared = f"{story.cleared - story.mended:.1f}" if story.cleared else "-"
        lines.append(f"| {story.label} | {seconds(story, story.signal)} | {seconds(story, story.bind_signal)} | {seconds(story, story.doctor)} | "
                     f"{seconds(story, story.trouble)} | {lead} | {cleared} |")
    return "\n".join(lines)


def run(folder, pace, say=print):
    """All stories, in the order of the table, and the signals that came before anything broke."""
    demo = Demo(pathlib.Path(folder), pace, say)
    try:
        faults = rows.all_faults(demo.site)
        say(f"a site with {len(place.ZONES)} zones, two resolvers, {len(place.DESKS)} desks and a segment with IPv6 alone; records live {pace.ttl_s} s, "
            f"probes come each {pace.every_s} s")
        time.sleep(pace.settle_s)
        quiet = [row[2] for row in demo.watch.seen.values()]
        for signal in quiet:
            say(f"  before anything broke: {signal['signal']} {signal['scope']}: {signal['evidence']}")
        stories = []
        for group in ([faults] if pace.together else [[fault] for fault in faults]):
            stories += demo.play(group)
        stories.append(demo.play_advertisement())
        say("\n" + table(stories))
        return stories, quiet
    finally:
        demo.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="all faults at once, short lifetimes: about two minutes")
    parser.add_argument("--keep", help="an empty folder for what the daemons wrote")
    options = parser.parse_args()
    pace = SHORT if options.short else LONG
    if options.keep:
        run(options.keep, pace)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(folder, pace)


if __name__ == "__main__":
    main()
