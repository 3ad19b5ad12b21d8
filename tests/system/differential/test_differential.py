"""Every answer beside those of NSD, Knot and BIND: what all three agree on and we do not is a bug, unless an RFC
says otherwise. There is one such rule, RFC 9471's, and compare.drops_glue tests it case by case."""
import multiprocessing
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from compare import Tally, view  # noqa: E402
from peers import Client, Peer  # noqa: E402
from questions import questions  # noqa: E402
from zones import make_zones  # noqa: E402

PEERS = ("nsd", "knot", "bind")
QUERIES = int(os.environ.get("SEXTANT_DIFFERENTIAL", "52000"))
SHARES = {"names": .85, "root": .15}
PORT = 21000
PROCESSES = os.cpu_count() or 1


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zones")
    return folder, make_zones(folder)


def ask_share(ports, asked):
    """One process's share of the questions; its tally."""
    clients = {name: Client(port) for name, port in ports.items()}
    tally = Tally(PEERS)
    for case, wire, family, tcp in asked:
        replies = {name: view(client.ask(wire, family, tcp)) for name, client in clients.items()}
        tally.add(case, replies.pop("sextant"), replies, lambda: view(clients["sextant"].ask(wire, family, True)))
    for client in clients.values():
        client.close()
    return tally


def run_group(folder, zones, count, port):
    running = []
    try:
        for i, name in enumerate(("sextant",) + PEERS):
            running.append(Peer(name, folder, port + i, zones))
        ports = {peer.name: peer.port for peer in running}
        asked = list(questions(zones, count))
        with multiprocessing.Pool(PROCESSES) as pool:
            shares = pool.starmap(ask_share, [(ports, asked[i::PROCESSES]) for i in range(PROCESSES)])
        for share in shares[1:]:
            shares[0].merge(share)
        return shares[0]
    finally:
        for peer in running:
            peer.stop()


@pytest.mark.parametrize("group", ("names", "root"))
def test_answers_are_those_of_the_peers(groups, tmp_path, group, capsys):
    folder, zones = groups
    tally = run_group(tmp_path, zones[group], int(QUERIES * SHARES[group]), PORT + 10 * list(SHARES).index(group))
    with capsys.disabled():
        print(f"\n{group}: {len(zones[group])} zones\n{tally.table()}")
        show(tally.alone, "like none of the three")
        show(tally.against_all, "against all three")
    unexpected = [(part, case) for (part,), cases in tally.against_all.items() for case, mine, others in cases]
    assert not unexpected, unexpected[:20]
    assert tally.queries > 0


def show(differences, title, most=int(os.environ.get("SEXTANT_SHOW", "3"))):
    for (part,), cases in differences.items():
        print(f"-- {title}: {part}, {len(cases)} times")
        for case, mine, others in cases[:most]:
            print(f"   {case}\n     ours   {str(mine)[:200]}")
            for peer, other in zip(PEERS, others):
                print(f"     {peer:6s} {str(other)[:200]}")
