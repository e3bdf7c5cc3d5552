"""Fixtures of the tests of `vitrine`; see command.py. One server for all; each module has an organization, a
team and users of its own, each test places of its own.

    pytest tests/cli -k mistakes
"""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import command  # noqa: E402
import machines  # noqa: E402

CLIENT = "0.31.0"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    logs = pathlib.Path(os.environ.get("VITRINE_LOGS") or tmp_path_factory.getbasetemp())
    log = logs / f"cli-server-{os.getpid()}.log"
    server = machines.Server(tmp_path_factory.mktemp("server"), log)
    yield server
    assert server.stop() == 0, log.read_text()[-2000:]


@pytest.fixture(scope="module")
def team(request, server):
    return machines.Team(server, request.module.__name__.removeprefix("test_").replace("_", "-"))


@pytest.fixture
def project(request):
    """A name that no other test has."""
    return request.node.name.partition("[")[0].removeprefix("test_").replace("_", "-")[:60]


@pytest.fixture
def new_place(server, team, tmp_path, project):
    """new_place(user): one more place; of the team's user by default."""
    count = iter(range(1, 1000))
    return lambda user=None: command.Place(tmp_path / f"place-{next(count)}", server, user or team.user, team.team, project)


@pytest.fixture
def place(new_place):
    return new_place()


@pytest.fixture(scope="session")
def wandb_client():
    done = subprocess.run([machines.HERE / "make-venvs", CLIENT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return CLIENT


@pytest.fixture
def machine(wandb_client, server, team, tmp_path):
    """A machine with the wandb client, of the team's user."""
    return machines.Machine(wandb_client, tmp_path / "machine", server, team.user)
