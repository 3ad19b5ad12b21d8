"""Every command in the documentation runs, with the exit code that stands beside it (0 when none does)."""
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

from conftest import program

TOP = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [TOP / "README.md", *sorted((TOP / "docs").glob("how-to/*.md"))]
# These are this test run itself, or what it stands on.
ELSEWHERE = ("./run up", "./run test", "./run down", "./run demo", "./run demo --short")


def commands(path):
    for block in re.findall(r"^```sh\n(.*?)^```", path.read_text(), re.M | re.S):
        for line in block.splitlines():
            command, _, note = line.partition("#")
            if command.strip() and command.strip() not in ELSEWHERE:
                yield command.strip(), int(re.search(r"exit (\d)", note).group(1)) if "exit" in note else 0


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of what the commands touch, so that they may write; build/ is the build under test."""
    folder = tmp_path_factory.mktemp("tree")
    for name in ("examples", "packaging/prometheus", "tests/system/samples"):
        shutil.copytree(TOP / name, folder / name)
    (folder / "build").mkdir()
    for name in ("sextant", "sextantd"):
        (folder / "build" / name).symlink_to(program(name))
    log = open(folder / "log", "wb")
    daemon = subprocess.Popen(["build/sextantd", "--config", "examples/sextant.yaml"], cwd=folder, stderr=log)
    status = ["build/sextant", "status", "--config", "examples/sextant.yaml"]
    for _ in range(100):
        if subprocess.run(status, cwd=folder, capture_output=True).returncode == 0:
            break
        time.sleep(.1)
    yield folder
    daemon.terminate()
    assert daemon.wait(10) == 0, (folder / "log").read_text()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_run(tree, path):
    found = list(commands(path))
    assert found
    for command, code in found:
        done = subprocess.run(command, shell=True, cwd=tree, capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, NO_COLOR="1"))
        assert done.returncode == code, f"{command}\n{done.stdout}{done.stderr}"
