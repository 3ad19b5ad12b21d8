"""The test internet, made once for all tests of this folder, and resolvers that end with the test."""
import subprocess

import pytest

from .resolvers import Resolver
from .world import Internet


@pytest.fixture(scope="session")
def internet(tmp_path_factory):
    try:
        made = Internet(tmp_path_factory.mktemp("internet"))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"no network namespaces here: {getattr(error, 'stderr', error)}")
    yield made
    made.close()


@pytest.fixture
def resolvers(internet):
    """Starts resolvers; ours must end well."""
    made = []

    def make(name, place, **more):
        made.append(Resolver(internet, name, place, label=f"-{len(made)}", **more))
        return made[-1].wait()

    yield make
    for resolver in made:
        resolver.stop()
