"""What the tests with real clients stand on: a server, the people on it, and machines on which a
client of one version runs.

A Machine is a home folder with a cache and a working folder of its own; nothing that a client keeps
is seen by another machine, so what a second machine downloads came from the server. Snippets run as
processes of that client's virtual environment. They reach 127.0.0.1 and nothing else: any
other address goes to a proxy that is not there.
"""
import base64
import fcntl
import itertools
import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import textwrap
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("VITRINE_BUILD") or ROOT / "build").resolve()
PROGRAM = BUILD / "vitrined"
SNIPPET_TIMEOUT_S = 120

# For tests that need requests which the client cannot be made to send: import wire.
sys.path.insert(0, str(ROOT / "tests/lib"))


def clean_environment():
    """Nothing of the caller's settings of client or server."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("VITRINE_", "WANDB_"))}


class User:
    def __init__(self, name, key):
        self.name, self.key = name, key


class Server:
    """vitrined on a free port, and the operator's commands on its data directory."""

    def __init__(self, folder, log, *options):
        self.data = folder / "data"
        self.log = log
        self.numbers = itertools.count(1)
        self.operate("init")
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(PROGRAM), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", *options],
                stdout=subprocess.PIPE, stderr=output, text=True, env=clean_environment())
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("listening on "):
                self.url = line.split()[2]
                return
        raise AssertionError(f"serve ended with {self.process.wait()}: {said} {log.read_text()}")

    def stop(self):
        """The exit status of a graceful stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.process.stdout.close()
        return status

    def operate(self, *words, stdin=""):
        """An operator's command; -> what it printed."""
        words = [str(PROGRAM), *words, "--data", str(self.data)]
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60, env=clean_environment())
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        return done.stdout

    def user(self, name, *options):
        return User(name, self.operate("user", "add", name, *options).strip())

    def org(self, name, admin, *options):
        """-> the organization's name in paths"""
        self.operate("org", "add", name, "--admin", admin.name, *options)
        return self.org_entity(name)

    def org_entity(self, name):
        return next(o["entity"] for o in json.loads(self.operate("org", "list", "--json")) if o["name"] == name)

    def team(self, name, org, admin):
        self.operate("team", "add", name, "--org", org, "--admin", admin.name)
        return name

    def number(self):
        """For names that nobody else has."""
        return next(self.numbers)

    def graphql(self, user, query, **variables):
        """What the server says, without a client between: (status, body)."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url + "/graphql", body, {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(f"api:{user.key}".encode()).decode()})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


class Team:
    """An organization with one team in it and one user, its administrator."""

    def __init__(self, server, word):
        number = server.number()
        self.server = server
        self.user = server.user(f"{word}-user-{number}")
        self.org = f"{word} Org {number}"
        self.org_entity = server.org(self.org, self.user)
        self.team = server.team(f"{word}-team-{number}", self.org, self.user)

    def member(self, word, role="member", team_role="member"):
        """Another user of the organization and, unless team_role is None, of the team."""
        user = self.server.user(f"{word}-{self.server.number()}")
        self.server.operate("org", "member", "set", self.org, user.name, role)
        if team_role:
            self.server.operate("team", "member", "set", self.team, user.name, team_role)
        return user

    def give_role(self, user, registry, role):
        """A role in a registry, for a member of the organization."""
        ask = self.server.graphql
        _, body = ask(self.user, """query($entity: String!, $name: String!, $who: String!) {
            project(name: $name, entityName: $entity) { id }  users(query: $who) { edges { node { id username } } } }""",
                      entity=self.org_entity, name=f"wandb-registry-{registry}", who=user.name)
        project = body["data"]["project"]["id"]
        account = next(e["node"]["id"] for e in body["data"]["users"]["edges"] if e["node"]["username"] == user.name)
        status, body = ask(self.user, """mutation($add: CreateProjectMembersInput!, $set: UpdateProjectMemberInput!) {
            createProjectMembers(input: $add) { success }  updateProjectMember(input: $set) { success } }""",
                           add={"projectId": project, "userIds": [account], "teamIds": []},
                           set={"projectId": project, "userId": account, "userProjectRole": role})
        assert status == 200 and "errors" not in body, body


class Outcome:
    """How a process ended."""

    def __init__(self, status, out, result):
        self.status, self.out, self.result = status, out, result

    def __getitem__(self, name):
        return self.result[name]

    @property
    def error(self):
        """The text of the exception that the snippet raised."""
        assert "error" in self.result, f"no error: {self.result}\n{self.out}"
        return self.result["error"]["text"]


class StillRunning(AssertionError):
    """A process did not end in time."""


class Machine:
    def __init__(self, version, folder, server, user=None, preloaded=None):
        self.version, self.folder, self.server, self.user = version, folder, server, user
        self.preloaded = preloaded
        self.bin = ROOT / f".venv/client-{version}/bin"
        self.work = folder / "work"
        self.netrc = folder / "home/.netrc"
        self.numbers = itertools.count(1)
        for name in ["home", "cache", "config", "data", "runs", "work"]:
            (folder / name).mkdir(parents=True)
        # Short: the client makes sockets there, whose paths may have 108 bytes; else there are no system metrics.
        self.temporary = tempfile.TemporaryDirectory(prefix="vt-", ignore_cleanup_errors=True)

    @property
    def release(self):
        return tuple(map(int, self.version.split(".")))

    def environment(self, user=None, **more):
        user = user or self.user
        environment = clean_environment() | {
            "HOME": str(self.folder / "home"), "NETRC": str(self.netrc), "TMPDIR": self.temporary.name,
            "WANDB_CACHE_DIR": str(self.folder / "cache"), "WANDB_CONFIG_DIR": str(self.folder / "config"),
            "WANDB_DATA_DIR": str(self.folder / "data"), "WANDB_DIR": str(self.folder / "runs"),
            "WANDB_BASE_URL": self.server.url, "WANDB_ERROR_REPORTING": "false",
            "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost",
            "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1,localhost",
            "PYTHONDONTWRITEBYTECODE": "1"}
        if user:
            environment["WANDB_API_KEY"] = user.key
        environment |= more
        return {name: value for name, value in environment.items() if value is not None}

    def start(self, words, user=None, stdin=subprocess.DEVNULL, **environment):
        """A process that goes on by itself; its output is one stream."""
        return subprocess.Popen([str(word) for word in words], cwd=self.work, stdin=stdin, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                env=self.environment(user, **environment))

    def finish(self, process, stdin=None, timeout=SNIPPET_TIMEOUT_S):
        """-> (status, output); when the time is up everything that it started is killed."""
        try:
            out, _ = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, _ = process.communicate()
            raise StillRunning(f"still running after {timeout} s:\n{out}") from None
        return process.returncode, out

    def execute(self, words, user=None, stdin=None, timeout=SNIPPET_TIMEOUT_S, **environment):
        process = self.start(words, user, subprocess.PIPE if stdin is not None else subprocess.DEVNULL, **environment)
        status, out = self.finish(process, stdin, timeout)
        return Outcome(status, out, {})

    def wandb(self, *words, user=None, stdin=None, ok=True, timeout=SNIPPET_TIMEOUT_S, **environment):
        """The command line tool."""
        outcome = self.execute([self.bin / "wandb", *words], user, stdin, timeout, **environment)
        assert not ok or outcome.status == 0, f"wandb {words} ended with {outcome.status}:\n{outcome.out}"
        return outcome

    def in_terminal(self, words, answers, user=None, **environment):
        """The command line tool at a terminal: answers = [(what it asks for, what is typed then)]."""
        ours, its = pty.openpty()

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = subprocess.Popen([str(self.bin / "wandb"), *words], cwd=self.work, stdin=its, stdout=its, stderr=its,
                                   env=self.environment(user, TERM="xterm", **environment), preexec_fn=own_terminal)
        os.close(its)
        out = b""
        answers = list(answers)
        end = time.monotonic() + SNIPPET_TIMEOUT_S
        while time.monotonic() < end:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                out += os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if answers and answers[0][0].encode() in out:
                os.write(ours, answers.pop(0)[1].encode() + b"\n")
        else:
            process.kill()
        os.close(ours)
        return Outcome(process.wait(), out.decode(errors="replace"), {})

    def write(self, code):
        file = self.folder / f"snippet-{next(self.numbers)}.py"
        file.write_text(textwrap.dedent(code))
        return file

    def script(self, text, user=None, **environment):
        """A script of somebody else's, run as it is."""
        outcome = self.execute([self.bin / "python", self.write(text)], user, **environment)
        assert outcome.status == 0, f"ended with {outcome.status}:\n{text}\n{outcome.out}"
        return outcome

    def run(self, code, user=None, ok=True, timeout=SNIPPET_TIMEOUT_S, **environment):
        """A snippet of ours: what it puts into `result` comes back. With ok=None it may also raise;
        with ok=False it has to."""
        return self.collect(self.begin(code, user, **environment), ok, timeout)

    def begin(self, code, user=None, **environment):
        """The same in the background; give what it returns to collect()."""
        file = self.write("import wandb\n" + textwrap.dedent(code))
        outcome = file.with_suffix(".json")
        if self.preloaded:
            return self.preloaded.run(file, outcome, self.work, self.environment(user, **environment)), outcome
        return self.start([self.bin / "python", HERE / "inside/snippet.py", file, outcome], user, **environment), outcome

    def collect(self, begun, ok=True, timeout=SNIPPET_TIMEOUT_S):
        process, file = begun
        status, out = self.finish(process, timeout=timeout)
        outcome = Outcome(status, out, json.loads(file.read_text()) if file.exists() else {})
        if ok is not None:
            assert ok == (status == 0), f"ended with {status}:\n{file.with_suffix('.py').read_text()}\n{out}"
        return outcome
