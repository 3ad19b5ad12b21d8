"""The counts of a published study on a synthetic tree: python3 tests/system/planted/study.py [--zones N] [--seed N] [--full]

F. Streibelt et al., "How Ready Is DNS for an IPv6-Only World?", PAM 2023: somewhat less than 40 % of zones cannot be resolved
over IPv6, next to none over IPv4; one operator's missing glue kept 20.3 % of all zones from it; a tenth of the operators
causes more than 97.5 % of the zones that cannot be resolved. Here these shares are planted, and an audit counts them again:
as they are, and after the one operator has had its glue added.
"""
import argparse
import collections
import pathlib
import random
import sys
import tempfile

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from internet.table import rows_of  # noqa: E402
from planted.alone import stay_alone  # noqa: E402
from planted.faults import FAMILIES, Maker, Planted, culprits, is_resolvable, of_family  # noqa: E402
from planted.seen import Seen  # noqa: E402
from planted.tree import Tree  # noqa: E402

TOPS = {"com": 46, "net": 14, "org": 12, "lab": 10, "dom": 8, "info": 6, "name": 4}  # weights
LARGEST, UNRESOLVABLE, WORST_HOLD = 0.203, 0.389, 0.98  # shares of zones; of the unresolvable ones a tenth of the operators has so many
KINDS = ("none", "zone", "dead", "above", "none", "none")  # of the operators that no IPv6-only resolver gets
SEED = 2023


def allot(total, count):
    """A heavy-tailed division: the r-th gets about total / r, each at least one."""
    weights = [1 / rank for rank in range(1, count + 1)]
    sizes = [max(1, int(total * weight / sum(weights))) for weight in weights]
    sizes[0] += total - sum(sizes)
    assert sizes[0] > 0 and sum(sizes) == total
    return sizes


class Study(Maker):
    """count zones with an operator each. is_mended: the largest operator has its glue."""

    def __init__(self, count=5000, operator_count=None, seed=SEED, is_mended=False):
        super().__init__()
        self.rng = random.Random(seed)
        self.root = self.zone("", None, is_signed=True)
        self.root.hosts = [self.host(f"{letter}.root-servers.net") for letter in "ab"]
        self.tops = {name: self.zone(name, self.root, is_signed=True, operator=("nsd", "knot")[number % 2])
                     for number, name in enumerate(TOPS)}
        self.tops["net"].records = "".join(f"{host.name}. {'AAAA' if ':' in one else 'A'} {one}\n"
                                           for host in self.root.hosts for one in host.child)
        self.above = self.zone("old.lab", self.tops["lab"], [{"ipv6": "absent"}] * 2)
        self.members = []
        self.serve(self.sizes(count, operator_count or max(80, count // 25)), is_mended)

    @staticmethod
    def sizes(count, operators):
        """[(kind, zones)]: the worst tenth, those with few such zones, one of IPv6 alone, and the good ones."""
        tenth = (operators + 9) // 10
        largest, unresolvable = round(count * LARGEST), round(count * UNRESOLVABLE)
        held = round(unresolvable * WORST_HOLD)
        worst = allot(held - largest, tenth - 1)
        few = [1] * (unresolvable - held)
        assert largest > worst[0] and min(worst) >= 1 and len(few) < operators - tenth - 1
        found = [("glue", largest)] + [(KINDS[rank % len(KINDS)], size) for rank, size in enumerate(worst)]
        found += [("none", size) for size in few] + [("ipv6", max(1, count // 1250))]
        good = count - sum(size for _, size in found)
        return found + [("good", size) for size in allot(good, operators - len(found))]

    def serve(self, sizes, is_mended):
        for number, (kind, size) in enumerate(sizes):
            top = self.tops["com"] if number == 0 else self.draw_top()
            states = {"glue": {} if is_mended else {"ipv6": "glue-absent"}, "none": {"ipv6": "absent"}, "dead": {"ipv6": "dead"},
                      "ipv6": {"ipv4": "absent"}}.get(kind, {})
            home = self.zone(f"op{number}.{top.name}", top, [states] * 2)
            hosts = home.hosts
            if kind == "above":
                home.level = 3  # with its customers' zones
            if kind == "zone":  # its zone is served by others than its customers' zones
                hosts = [self.host(f"cust{one}.{home.name}") for one in (1, 2)]
                home.records = "".join(f"{host.name}. {'AAAA' if ':' in one else 'A'} {one}\n" for host in hosts for one in host.child)
                home.hosts = [self.host(f"ns{one}.{home.name}", ipv6="absent") for one in (1, 2)]
            for index in range(size):
                parent = self.above if kind == "above" else self.draw_top()
                name = f"z{number}-{index}.{parent.name}"
                self.zones[name] = Planted(name, parent, hosts=hosts, carriers={host.name: home for host in hosts}, label=home.name)
                self.members.append(self.zones[name])

    def draw_top(self):
        return self.tops[self.rng.choices(list(TOPS), TOPS.values())[0]]


# --- What is true ---


def is_meant(planted, family):
    return any(of_family((*host.child, *host.at_parent()), family) for host in planted.servers())


def cause(planted, family):
    """Which misconfiguration of RFC 10001 3.1 stands in the way, as the finding's code. No zone of the study has two."""
    if not is_resolvable(planted.parent, family):
        return "D10"
    if not is_meant(planted, family):
        return "D04"
    broken = [carrier for carrier in planted.carriers.values() if not is_resolvable(carrier, family)]
    siblings = [carrier for carrier in broken if carrier.parent is planted.parent]
    if any(of_family(host.at_parent(), family) for carrier in siblings for host in carrier.hosts if host in planted.hosts):
        return "D11"  # the parent has the address as glue of that zone, and gives it here, too
    if any(planted.parent.holds(carrier.name) for carrier in broken):
        return "D08"
    if broken and culprits(broken[0], family) == {broken[0].name}:
        return "D09"
    return "D11"


def truth(study):
    """The members of an audit's summary that the plan determines."""
    members = study.members
    fate = {planted.name: tuple(is_resolvable(planted, family) for family in FAMILIES) for planted in members}
    kinds = collections.Counter({(True, True): "both", (True, False): "ipv6_only", (False, True): "ipv4_only",
                                 (False, False): "none"}[one] for one in fate.values())
    told = {"zones": len(members), "verdicts": dict(kinds), "operators": {}}
    for index, family in enumerate(FAMILIES):
        broken = [planted for planted in members if not fate[planted.name][index]]
        by_operator = collections.Counter(planted.label for planted in broken)
        tenth = (len({planted.label for planted in members}) + 9) // 10
        told[family] = {"unresolvable": len(broken), "broken": sum(is_meant(planted, family) for planted in broken),
                        "not_meant": sum(not is_meant(planted, family) for planted in broken),
                        "causes": dict(collections.Counter(cause(planted, family) for planted in broken)),
                        "concentration": {"operators": tenth, "zones": sum(size for _, size in by_operator.most_common(tenth))}}
        told["operators"][family] = dict(by_operator)
    return told


def counted(summary):
    """The same members of what was told."""
    told = {"zones": summary["zones"], "verdicts": {kind: count for kind, count in summary["verdicts"].items() if count},
            "operators": {family: {row["operator"]: row[f"{family}_unresolvable"] for row in summary["operators"]
                                   if row[f"{family}_unresolvable"]} for family in FAMILIES}}
    for family in FAMILIES:
        side = summary[family]
        told[family] = {key: side[key] for key in ("unresolvable", "broken", "not_meant", "causes")}
        told[family]["concentration"] = {key: side["concentration"][key] for key in ("operators", "zones")}
    return told


def audited(study, folder, *options):
    """(what the audit counted, its run)"""
    tree = Tree(folder, study)
    try:
        names = tree.folder / "names"
        names.write_text("".join(f"{planted.name}\n" for planted in study.members))
        seen = Seen(tree.place("dual"), tree, (), "--list", names, "--brief", *options)
    finally:
        tree.close()
    return counted(seen.told["summary"]), seen


# --- As a program ---


def percent(part, whole):
    return f"{part / whole * 100:.1f} %"


def rows_told(told):
    zones, six, four = told["zones"], told["ipv6"], told["ipv4"]
    largest = max(told["operators"]["ipv6"].values())
    yield "zones", str(zones)
    yield "not resolvable over IPv6 alone", f"{six['unresolvable']} ({percent(six['unresolvable'], zones)})"
    yield "of them broken / no IPv6 meant", f"{six['broken']} / {six['not_meant']}"
    yield "of them by cause", ", ".join(f"{code} {count}" for code, count in sorted(six["causes"].items()))
    yield "not resolvable over IPv4 alone", f"{four['unresolvable']} ({percent(four['unresolvable'], zones)})"
    yield "largest operator of such zones holds", f"{largest} ({percent(largest, zones)} of all zones)"
    yield (f"{six['concentration']['operators']} operators (10 %) hold of them",
           percent(six["concentration"]["zones"], six["unresolvable"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zones", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--full", action="store_true", help="every check, not --quick")
    asked = parser.parse_args()
    options = ("--rate", "1000000", *(() if asked.full else ("--quick",)))
    columns, is_right = [], True
    for is_mended in (False, True):
        study = Study(asked.zones, seed=asked.seed, is_mended=is_mended)
        with tempfile.TemporaryDirectory() as folder:
            told, seen = audited(study, pathlib.Path(folder), *options)
        planted = truth(study)
        is_right = is_right and told == planted
        columns += [dict(rows_told(planted)), dict(rows_told(told))]
        print(f"{'after' if is_mended else 'before'}: {seen.seconds:.1f} s, {asked.zones / seen.seconds * 60:.0f} zones a minute; "
              f"every count as planted: {'yes' if told == planted else 'NO'}")
    heads = ["", "planted", "audit", "planted, glue added", "audit, glue added"]
    print("\n" + rows_of(heads, [[label, *(column.get(label, "") for column in columns)] for label in columns[0]]))
    return 0 if is_right else 1


if __name__ == "__main__":
    stay_alone()
    sys.exit(main())
