"""The short form of ./run demo: the daemon that watches tells of each fault before a cache ends and a client is hit.

M-15, M-18. `-s` prints the timelines and the table.
"""
import re

import pytest

from conftest import Networks

from . import demo


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    probe = Networks()
    try:
        probe.add("probe")
    except Exception as error:  # as the fixture `networks` does
        pytest.skip(f"no network namespaces here: {error}")
    finally:
        probe.close()
    stories, quiet = demo.run(tmp_path_factory.mktemp("demo"), demo.SHORT)
    return {story.label: story for story in stories}, quiet


def test_nothing_is_told_before_anything_breaks(told):
    assert not told[1], told[1]


def test_each_fault_is_told_and_mended(told):
    for story in told[0].values():
        assert story.signal and story.trouble, demo.table(told[0].values())
        assert story.cleared, f"{story.label}: {story.signal_text}"


def test_lead(told):
    """Whatever caches delay is known before the first client meets it."""
    for story in told[0].values():
        if story.is_cached:
            assert story.lead_s() > 0, demo.table(told[0].values())


def test_doctor_names_the_cause(told):
    for story in told[0].values():
        assert story.culprit.startswith(story.truth), f"{story.label}: {story.culprit}"


def test_what_monitors_of_liveness_see_stays_green(told):
    for story in told[0].values():
        for what in ("A", "connected"):
            if story.greens:
                assert float(re.match(r"[0-9.]+", story.greens[what])[0]) >= 99, f"{story.label}: {what} {story.greens[what]}"
