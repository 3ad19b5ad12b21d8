"""Planted faults, and which checker finds them: python3 tests/system/planted/compare.py [--pairs N] [--seed N] [CHECKER...]

Prints Markdown. Needs zonemaster-cli, dnsviz and python3-pygraphviz beside what the tests need, and the rights for namespaces.
A fault is found when a checker says more than it says of zones without a fault, be it a notice (DNSViz has warnings at least);
the culprit is named when such a message has the server, its address, or the zone that is to be mended in it.
"""
import argparse
import concurrent.futures
import pathlib
import re
import sys
import tempfile
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from internet.table import rows_of  # noqa: E402
from planted.alone import stay_alone  # noqa: E402
from planted.cases import SEED, World  # noqa: E402
from planted.checkers import CHECKERS, USUAL, Zonemaster  # noqa: E402
from planted.faults import FAMILIES, TITLES, culprits, findings, is_resolvable  # noqa: E402
from planted.seen import Seen  # noqa: E402
from planted.tree import Tree  # noqa: E402

AT_ONCE = 10  # most of a run is waiting for servers that do not answer
ALONE = 7  # healthy zones whose time is taken while nothing else runs


def is_in(word, text):
    """As a name or an address of its own, not as the end of another name."""
    return re.search(rf"(?<![\w.:-]){re.escape(word)}(?![\w:-]|\.\w)", text, re.I) is not None


def words_of(planted, fault):
    """What names the culprit of one fault."""
    if fault.number == 5:
        return culprits(planted.parent, fault.family) | {planted.parent.name}
    if fault.number == 4:
        return {carrier.name for carrier in planted.carriers.values() if not is_resolvable(carrier, fault.family)}
    hosts = [host for host in [*planted.hosts, *planted.servers()]]
    return {word for host in hosts for word in (host.name, *host.child, *host.at_parent())} | {planted.name}


def is_named(planted, said):
    texts = [text for _, _, text in said.messages]
    if planted.faults:
        # "None of your servers has an address" names nobody, and who is meant is clear.
        return all(any(is_in(word, text) for word in words_of(planted, fault) for text in texts) or
                   (fault.number == 1 and fault.form == "missing" and bool(texts)) for fault in planted.faults)
    needles = [needle for code, needle in findings(planted) if needle and code not in USUAL]
    return bool(texts) and all(any(word in text for word in needle.split(" or ") for text in texts) for needle in needles)


def is_right(planted, verdicts):
    return all(verdicts[family] == is_resolvable(planted, family) for family in FAMILIES)


def measure(checker, targets):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        said = dict(zip((planted.name for planted in targets), pool.map(checker.timed, targets)))
        if isinstance(checker, Zonemaster):
            for planted, verdicts in zip(targets, pool.map(lambda planted: checker.verdicts(planted.name), targets)):
                said[planted.name].verdicts = verdicts
    for planted in [planted for planted in targets if planted.is_healthy][:ALONE]:
        said[planted.name].seconds_alone = checker.timed(planted).seconds
    return said


def cell(planted, said):
    if not said.messages:
        return "-"
    return "culprit" if is_named(planted, said) else "found"


def group_of(planted):
    if planted.is_healthy:
        return "healthy"
    if planted.is_prop:
        return "props"
    if len(planted.faults) == 2:
        return "pairs"
    return "single" if planted.faults else "other"


def median(values):
    found = sorted(values)
    return found[len(found) // 2]


def table_of_singles(groups, results):
    rows = []
    for planted in sorted(groups["single"], key=lambda planted: (planted.faults[0].number, planted.faults[0].form, planted.name)):
        fault = planted.faults[0]
        rows.append([fault.title, fault.form, TITLES[fault.family], planted.name,
                     *(cell(planted, said[planted.name]) for said in results.values())])
    return rows_of(["misconfiguration", "form", "family", "zone", *(CHECKERS[name].title for name in results)], rows)


def table_of_sums(groups, results):
    rows = []
    for name, said in results.items():
        row = [CHECKERS[name].title]
        for group in ("single", "pairs", "other"):
            cells = [cell(planted, said[planted.name]) for planted in groups[group]]
            row.append(f"{sum(one != '-' for one in cells)} / {cells.count('culprit')} of {len(cells)}")
        known = [planted for group in groups.values() for planted in group if said[planted.name].verdicts is not None]
        row.append(f"{sum(is_right(planted, said[planted.name].verdicts) for planted in known)} of {len(known)}" if known else "not said")
        levels = [level.lower() for planted in groups["healthy"] for level, _, _ in said[planted.name].messages]
        row.append(f"{len(levels) - levels.count('notice')} / {levels.count('notice')} in {len(groups['healthy'])}")
        row.append(f"{median(one.seconds_alone for one in said.values() if one.seconds_alone):.2f}")
        row.append(f"{max(one.seconds for one in said.values()):.0f}")
        rows.append(row)
    return rows_of(["checker", "single faults: found / culprit", "pairs: found / both culprits", "other checks: found / culprit",
                    "verdict of each family", "on healthy zones: warnings / notices", "a healthy zone, s", "longest, s"], rows)


def details(groups, results):
    """What the tables count, for whoever doubts them."""
    for name, said in results.items():
        for group, members in groups.items():
            for planted in members:
                one = said[planted.name]
                tags = sorted({tag for _, tag, _ in one.messages})
                yield f"{name} {group} {planted.name} {cell(planted, one)} verdicts={one.verdicts} {one.seconds:.2f}s {' '.join(tags)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--details", metavar="FILE")
    parser.add_argument("checkers", nargs="*", metavar="CHECKER", choices=[[], *CHECKERS])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(pathlib.Path(folder), World(asked.pairs, asked.seed))
        try:
            compare(tree, asked)
        finally:
            tree.close()


def compare(tree, asked):
    place = tree.place("dual")
    targets = [planted for planted in tree.world.zones.values() if planted.is_target and not planted.is_prop]
    groups = {group: [planted for planted in targets if group_of(planted) == group] for group in ("single", "pairs", "other", "healthy")}
    results, versions = {}, []
    for name in asked.checkers or CHECKERS:
        checker = CHECKERS[name](place, tree)
        versions.append(f"{checker.title} {checker.version()}")
        results[name] = measure(checker, targets)
    print(f"{', '.join(versions)}; {len(targets)} zones, pairs drawn with seed {asked.seed}. culprit: found, and who is to blame is named.\n")
    print(table_of_singles(groups, results))
    print(table_of_sums(groups, results))
    if "audit" in results:
        began = time.monotonic()
        Seen(place, tree, [planted.name for planted in targets])
        seconds = time.monotonic() - began
        print(f"All {len(targets)} zones in one run of sextant audit: {seconds:.1f} s, {len(targets) / seconds * 60:.0f} zones a minute.")
    if asked.details:
        pathlib.Path(asked.details).write_text("\n".join(details(groups, results)) + "\n")


if __name__ == "__main__":
    stay_alone()
    main()
