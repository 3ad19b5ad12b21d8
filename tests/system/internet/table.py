"""Who resolves what on which network, expected against seen: a table for people. As a program it prints it as Markdown.

`unshare --net --mount`, as tools/test-all does, gives it the rights and keeps it off the machine's own network.
"""
import concurrent.futures
import pathlib
import sys
import tempfile

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from internet import plan  # noqa: E402
from internet.measure import TYPES, measure  # noqa: E402
from internet.resolvers import RESOLVERS, TITLES, Resolver, version_of  # noqa: E402
from internet.world import Internet  # noqa: E402

NETWORK_TITLES = {"ipv6": "IPv6 only", "ipv4": "IPv4 only", "dual": "dual stack", "nat64": "IPv6 only with NAT64"}


def measure_all(internet, names, networks=plan.NETWORKS):
    """{(resolver, network): Measured}, each in a place of its own, all at once."""
    running = {(name, network): Resolver(internet, name, internet.place(network)) for network in networks for name in names}
    try:
        for resolver in running.values():
            resolver.wait()
        with concurrent.futures.ThreadPoolExecutor(len(running)) as pool:
            return dict(zip(running, pool.map(measure, running.values())))
    finally:
        for resolver in running.values():
            resolver.stop()


def is_as_expected(row, rrtype, network, outcome):
    return outcome.is_ok == (network in row.where[rrtype])


def outcome_text(outcome):
    return outcome.kind if outcome.ms is None else f"{outcome.kind} {outcome.ms:.0f} ms"


def expected_text(row, network):
    there = [rrtype for rrtype in TYPES if network in row.where[rrtype]]
    return {0: "fails", 1: f"{there[0] if there else ''} alone", 2: "resolves"}[len(there)]


def cell(row, network, measured):
    """Both types in one word where they went alike; the slower's time; the questions to the zone's own servers."""
    outcomes = [measured.outcomes[row.name, rrtype] for rrtype in TYPES]
    slowest = max(outcomes, key=lambda outcome: float("inf") if outcome.ms is None else outcome.ms)
    if len({outcome.kind for outcome in outcomes}) == 1:
        text = outcome_text(slowest)
    else:
        text = ", ".join(f"{rrtype} {outcome_text(outcome)}" for rrtype, outcome in zip(TYPES, outcomes))
    fair = all(is_as_expected(row, rrtype, network, outcome) for rrtype, outcome in zip(TYPES, outcomes))
    return f"{text} / {measured.of_zone(row)}" + ("" if fair else " !")


def summary(network, measured):
    """(answered of those that can be, answered that cannot be, slowest in ms, questions)"""
    good = [(row, rrtype) for row in plan.ROWS for rrtype in TYPES if network in row.where[rrtype]]
    bad = [(row, rrtype) for row in plan.ROWS for rrtype in TYPES if network not in row.where[rrtype]]
    answered = [measured.outcomes[row.name, rrtype] for row, rrtype in good if measured.outcomes[row.name, rrtype].is_ok]
    excess = sum(measured.outcomes[row.name, rrtype].is_ok for row, rrtype in bad)
    return len(answered), len(good), excess, max((outcome.ms for outcome in answered), default=0), measured.total


def rows_of(heads, rows):
    """A Markdown table with aligned columns."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(word.ljust(width) for word, width in zip(line, widths)) + " |" for line in lines) + "\n"


def render(results):
    names = [name for name in RESOLVERS if any(key[0] == name for key in results)]
    titles = [TITLES[name] + " " + version_of(name) for name in names]
    text = ("Each cell: what came for AAAA and A, when the later of both came, and after the stroke the questions sent to the "
            "zone's own servers. `!`: not as expected.\n")
    for network in plan.NETWORKS:
        if not any(key[1] == network for key in results):
            continue
        text += f"\n### {NETWORK_TITLES[network]}\n\n"
        rows = [[row.label, row.name, expected_text(row, network), *(cell(row, network, results[name, network]) for name in names)]
                for row in plan.ROWS]
        text += rows_of(["zone", "name", "expected", *titles], rows)
    text += "\n### Sums\n\n"
    rows = []
    for network in plan.NETWORKS:
        for name, title in zip(names, titles):
            if (name, network) in results:
                answered, good, excess, slowest, total = summary(network, results[name, network])
                rows.append([NETWORK_TITLES[network], title, f"{answered} of {good}", str(excess), f"{slowest:.0f}", str(total)])
    for name, title in zip(names, titles):
        parts = [summary(network, measured) for (one, network), measured in results.items() if one == name]
        rows.append(["all", title, f"{sum(p[0] for p in parts)} of {sum(p[1] for p in parts)}", str(sum(p[2] for p in parts)),
                     f"{max(p[3] for p in parts):.0f}", str(sum(p[4] for p in parts))])
    heads = ["network", "resolver", "answered", "answered that cannot be", "slowest answer, ms", "questions sent"]
    return text + rows_of(heads, rows)


def main(words):
    names = words or list(RESOLVERS)
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(pathlib.Path(folder))
        try:
            print(render(measure_all(internet, names)))
        finally:
            internet.close()


if __name__ == "__main__":
    main(sys.argv[1:])
