"""A published study's counts on a small synthetic tree: what was planted is counted again, zone by zone and operator by operator.

Z-11, Z-12; requirements part 6.
"""
import subprocess

import pytest

from .study import LARGEST, Study, audited, truth


@pytest.mark.parametrize("is_mended", [False, True], ids=["before", "after the glue was added"])
def test_every_count_is_as_planted(is_mended, tmp_path):
    study = Study(300, is_mended=is_mended)
    try:
        told, seen = audited(study, tmp_path, "--quick")
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"no network namespaces here: {getattr(error, 'stderr', error)}")
    planted = truth(study)
    assert told == planted
    # The plan is what it says it is.
    share = planted["ipv6"]["unresolvable"] / planted["zones"]
    assert (0.38 < share < 0.40) if not is_mended else (share < 0.40 - LARGEST)
    assert planted["ipv4"]["unresolvable"] == 1
    assert {"D04", "D08", "D09", "D10", "D11"} == set(planted["ipv6"]["causes"])
    if not is_mended:
        concentration = planted["ipv6"]["concentration"]
        assert concentration["zones"] / planted["ipv6"]["unresolvable"] > 0.975
        assert seen.told["summary"]["ipv6"]["concentration"]["share"] > 0.975
