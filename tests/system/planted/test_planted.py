"""`sextant audit` on zones with planted faults; what is true of them is known here, and never read by the audit.

Z-04 to Z-12, Z-17, Z-20; RFC 10001 3.1. SEXTANT_SEED draws other pairs, SEXTANT_PAIRS more of them.
"""
import concurrent.futures
import os
import subprocess

import pytest

from internet.operators import OPERATORS

from .cases import SEED, World
from .faults import FAMILIES, culprits, findings, is_resolvable
from .seen import Seen
from .tree import Tree


@pytest.fixture(scope="module")
def world():
    seed = int(os.environ.get("SEXTANT_SEED", SEED))
    print(f"seed {seed}")
    return World(int(os.environ.get("SEXTANT_PAIRS", 24)), seed)


@pytest.fixture(scope="module")
def tree(world, tmp_path_factory):
    try:
        made = Tree(tmp_path_factory.mktemp("planted"), world)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"no network namespaces here: {getattr(error, 'stderr', error)}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def targets(world):
    return [planted for planted in world.zones.values() if planted.is_target]


@pytest.fixture(scope="module")
def seen(tree, targets):
    """A run over all of them, but for those of a server in Python, which is slow and must not be taken for silent."""
    place = tree.place("dual")
    slow = {planted.name for planted in targets for one in (planted, planted.parent) if one.operator not in OPERATORS}
    quick = [planted.name for planted in targets if planted.name not in slow]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        patient = pool.submit(Seen, place, tree, sorted(slow), "--rate", "250", timeout_ms=4000)
        return Seen(place, tree, quick).join(patient.result())


def test_every_family_gets_its_verdict(seen, targets):
    wrong = {}
    for planted in targets:
        told = {family: seen.zone(planted.name)[family]["resolvable"] for family in FAMILIES}
        true = {family: "yes" if is_resolvable(planted, family) else "no" for family in FAMILIES}
        if told != true:
            wrong[planted.name] = (told, true)
    assert not wrong


def test_the_zone_to_be_mended_first_is_named(seen, targets):
    wrong = {}
    for planted in targets:
        for family in FAMILIES:
            told = seen.zone(planted.name)[family].get("culprit")
            if not is_resolvable(planted, family) and planted.stated is None and told not in culprits(planted, family):
                wrong[planted.name, family] = (told, culprits(planted, family))
    assert not wrong


def test_every_fault_is_found_and_names_what_is_at_fault(seen, targets):
    missed = {planted.name: rest for planted in targets if (rest := seen.missed(planted.name, findings(planted)))}
    assert not missed


def test_nothing_else_is_found(seen, targets):
    """Least of all in healthy zones."""
    more = {planted.name: rest for planted in targets if (rest := seen.beyond(planted.name, findings(planted)))}
    assert not more
    assert sum(planted.is_healthy for planted in targets) >= 20
