"""Fixtures of the tests with real clients; see machines.py. Every test that asks for `version`,
directly or through `server`, `team` or `machine`, runs once per client version, and each
version has a server of its own, so that several can run side by side.

    pytest tests/client --client 0.31.0 --client 0.19.11 -k name

With --preloaded snippets are forked off a process that has imported the client; what is run as a script or a
command is started as ever.
"""
import os
import pathlib
import subprocess

import pytest

import machines
import preloaded

VERSIONS = ["0.31.0", "0.19.11"]


def pytest_addoption(parser):
    parser.addoption("--client", action="append", metavar="VERSION", help="a client version to test with")
    parser.addoption("--preloaded", action="store_true", help="import each client once")


def pytest_generate_tests(metafunc):
    if "version" in metafunc.fixturenames:
        metafunc.parametrize("version", metafunc.config.getoption("client") or VERSIONS, scope="session")


@pytest.fixture(scope="session")
def client(version):
    """The version, its virtual environment made."""
    done = subprocess.run([machines.HERE / "make-venvs", version], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return version


@pytest.fixture(scope="session")
def forks(request, client):
    """A process that has imported the client, or None."""
    if not request.config.getoption("preloaded"):
        yield None
        return
    bare = machines.clean_environment() | {"WANDB_ERROR_REPORTING": "false", "PYTHONDONTWRITEBYTECODE": "1"}
    forks = preloaded.Preloaded(machines.ROOT / f".venv/client-{client}/bin/python", bare)
    yield forks
    forks.close()


@pytest.fixture(scope="session")
def server(client, tmp_path_factory):
    logs = pathlib.Path(os.environ.get("VITRINE_LOGS") or tmp_path_factory.getbasetemp())
    log = logs / f"client-server-{client}.log"
    log.unlink(missing_ok=True)
    server = machines.Server(tmp_path_factory.mktemp(f"server-{client}"), log)
    yield server
    assert server.stop() == 0, log.read_text()[-2000:]


@pytest.fixture(scope="module")
def team(request, server):
    """An organization with a team and a user of this module's own."""
    return machines.Team(server, request.module.__name__.removeprefix("test_").replace("_", "-"))


@pytest.fixture
def new_machine(client, server, forks, tmp_path):
    """new_machine(user): one more machine of that user."""
    count = iter(range(1, 1000))
    return lambda user=None: machines.Machine(client, tmp_path / f"machine-{next(count)}", server, user, forks)


@pytest.fixture
def machine(new_machine, team):
    """A machine of the team's user."""
    return new_machine(team.user)
