"""`sextant doctor` in incidents that were planted in the test internet: is the cause that it names the true one?

I-01 to I-08. `-s` prints the table: incident, right or wrong, seconds, what doctor said.
"""
import pytest

from .incidents import INCIDENTS, Scene, is_right, table


@pytest.fixture(scope="module")
def scene(internet, tmp_path_factory):
    made = Scene(internet, tmp_path_factory.mktemp("incidents"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def seen(scene):
    found = scene.examine_all(INCIDENTS)
    print("\n" + table(INCIDENTS, found))
    return found


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.label)
def test_the_true_cause_is_named_first(incident, seen):
    code, document, _ = seen[incident.label]
    assert is_right(incident, document), table([incident], seen)
    # Host and resolvers see everything but routers here: nobody advertises on most links.
    is_error = incident.truth and document["most_likely"]["severity"] == "error"
    assert code == (1 if is_error else 3 if document["undetermined"] else 0)
    assert [step["step"] for step in document["steps"]] == [1, 2, 3, 4, 5, 6]
    if document["most_likely"]:
        assert document["most_likely"]["next"]
