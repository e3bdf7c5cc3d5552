"""A place to test in: vitrined on a fresh data directory, the people on it, and requests that no
client would send, made by hand (tests/lib/wire.py, with more freedom).

Nobody here is an administrator of the server: those may do everything.

    organization Acme     team red: alice (admin), bob (member), vic (viewer)
                          carol: only in the organization, which alice administers
    organization Rivals   team blue: eve (admin), zed (member); eve administers it
    loner                 in no organization
"""
import collections
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("VITRINE_BUILD") or ROOT / "build").resolve() / "vitrined"
PEOPLE = ["alice", "bob", "vic", "carol", "eve", "zed", "loner"]

sys.path.insert(0, str(ROOT / "tests/lib"))

import wire  # noqa: E402
from wire import md5_base64  # noqa: E402


def manifest_of(entries, **more):
    """The text of a manifest and the artifact's digest, for {path: {"digest": ..., ...}}."""
    contents = {path: {k: v for k, v in entry.items() if v is not None} for path, entry in entries.items()}
    manifest = {"version": 1, "storagePolicy": "wandb-storage-policy-v1",
                "storagePolicyConfig": {"storageLayout": "V2"}, "contents": contents, **more}
    return json.dumps(manifest).encode(), digest_of(entries)


def digest_of(entries):
    digest = hashlib.md5(b"wandb-artifact-manifest-v1\n")
    for path in sorted(entries, key=os.fsencode):
        digest.update(os.fsencode(f"{path}:{entries[path]['digest']}\n"))
    return digest.hexdigest()


def entry_of(data, **more):
    return {"digest": md5_base64(data), "size": len(data), **more}


class Reply:
    def __init__(self, status, body, headers):
        self.status, self.body, self.headers = status, body, headers

    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        """The one sentence of an error."""
        return wire.message_of(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Place:
    """vitrined on a data directory of its own."""

    def __init__(self, folder, *options, people=True, environment=None):
        self.data = folder / "data"
        self.log_path = folder / "server.log"
        self.options = options
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("VITRINE_", "WANDB_"))}
        self.server_environment = self.environment | (environment or {})
        self.keys = {}
        if people:
            self.add_people()
        self.start()

    # ---- the operator

    def operate(self, *words, stdin=""):
        done = subprocess.run([str(PROGRAM), *map(str, words), "--data", str(self.data)], input=stdin,
                              capture_output=True, text=True, timeout=60, env=self.environment)
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        return done.stdout.strip()

    def add_people(self):
        for name in PEOPLE:
            self.keys[name] = self.operate("user", "add", name)
        for org, team, admin, members in (("Acme", "red", "alice", {"bob": "member", "vic": "viewer", "carol": None}),
                                          ("Rivals", "blue", "eve", {"zed": "member"})):
            self.operate("org", "add", org, "--admin", admin)
            self.operate("team", "add", team, "--org", org, "--admin", admin)
            for name, role in members.items():
                self.operate("org", "member", "set", org, name, "member")
                if role:
                    self.operate("team", "member", "set", team, name, role)

    # ---- the process

    def start(self):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen([str(PROGRAM), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0",
                                             *self.options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log, text=True, env=self.server_environment)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[2]
                return
        raise AssertionError(f"serve ended with {self.process.wait()}: {self.log_path.read_text()[-2000:]}")

    def stop(self):
        """The exit status of a graceful stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status

    def memory_mib(self, what="VmRSS"):
        """Zero for a sanitized build: it keeps freed memory, so its size says nothing of the server's."""
        if os.environ.get("VITRINE_SANITIZED"):
            return 0
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(what + r":\s+(\d+)", status)[1]) / 1024

    def forget_peak(self):
        """From now on VmHWM is the peak since now."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def mark(self):
        return self.log_path.stat().st_size

    def requests(self, since):
        """How often each "METHOD route" was answered since a mark()."""
        seen = collections.Counter()
        for line in self.log_path.read_bytes()[since:].decode().splitlines():
            if "event=request" in line:
                fields = dict(re.findall(r'(\w+)="?([^" ]+)', line))
                seen[f"{fields['method']} {fields['route']}"] += 1
        return seen

    def failures(self):
        """Log lines of errors that are the server's own, not a caller's."""
        return [line for line in self.log_path.read_text(errors="replace").splitlines() if "event=failure" in line]

    def caller(self, name):
        return Caller(self, self.keys[name])

    def nobody(self):
        """Without credentials."""
        caller = Caller(self, "")
        caller.headers = {"Content-Type": "application/json"}
        return caller


class Caller(wire.Wire):
    """Somebody who sends requests by hand. `ask` raises wire.Refused; `post` and `fetch` return any answer."""

    def __init__(self, place, key):
        super().__init__(place.url, key)
        self.place = place

    def ask(self, query, **variables):
        return self.graphql(query, **variables)

    def post(self, query, variables=None, **more):
        return Reply(*self.request("POST", "/graphql", json.dumps({"query": query, "variables": variables, **more}),
                                   self.headers))

    def fetch(self, path, headers=None, method="GET", body=None, signed_in=True):
        """Any request; a path or a whole address."""
        mine = {"Authorization": self.headers["Authorization"]} if signed_in and "Authorization" in self.headers else {}
        return Reply(*self.request(method, path, body, {**mine, **(headers or {})}))

    def send(self, url, data, headers=None):
        """A PUT whose answer may be a refusal."""
        return Reply(*self.request("PUT", url, data, headers))

    # ---- an artifact, step by step; anything may be wrong

    def create(self, entity, project, name, digest, type_name="dataset", aliases=("latest",), **more):
        given = {"entityName": entity, "projectName": project, "artifactCollectionName": name,
                 "artifactTypeName": type_name, "digest": digest, "digestAlgorithm": "MANIFEST_MD5",
                 "aliases": [{"artifactCollectionName": name, "alias": a} for a in aliases],
                 "enableDigestDeduplication": True, **more}
        return self.ask(wire.CREATE, input=given)["createArtifact"]["artifact"]

    def manifest(self, artifact, digest="", base=None, kind="FULL", name=wire.MANIFEST_NAME):
        given = {"artifactID": artifact, "digest": digest, "baseArtifactID": base, "name": name, "type": kind,
                 "entityName": "x", "projectName": "x", "runName": "x"}
        return self.ask(wire.CREATE_MANIFEST, input=given)["createArtifactManifest"]["artifactManifest"]

    def files(self, artifact, specs, **more):
        """specs: [{"name", "md5", ...}]; -> the nodes of the answer."""
        given = {"artifactFiles": [{"artifactID": artifact, **spec} for spec in specs], "storageLayout": "V2", **more}
        answer = self.ask(wire.CREATE_FILES, input=given)
        return [edge["node"] for edge in answer["createArtifactFiles"]["files"]["edges"]]

    def put_files(self, artifact, contents):
        """Uploads what the server wants; -> how many files it wanted."""
        nodes = self.files(artifact, [{"name": path, "md5": md5_base64(data)} for path, data in contents.items()])
        for node, data in zip(nodes, contents.values()):
            if node["uploadUrl"]:
                self.put(node["uploadUrl"], data)
        return sum(node["uploadUrl"] is not None for node in nodes)

    def put_manifest(self, artifact, body, **more):
        self.put(self.manifest(artifact, md5_base64(body), **more)["file"]["uploadUrl"], body)

    def make(self, entity, project, name, contents, entries=None, manifest=None, **more):
        """All steps for contents {path: bytes}, with further entries in the manifest, or another manifest."""
        described = {path: entry_of(data) for path, data in contents.items()} | (entries or {})
        body, digest = manifest_of(described)
        artifact = self.create(entity, project, name, digest, **more)
        if artifact["state"] == "COMMITTED":
            return artifact
        if contents:
            self.put_files(artifact["id"], contents)
        self.put_manifest(artifact["id"], manifest or body)
        return self.commit(artifact["id"])

    def connect(self, artifact, entity, project, name, aliases=()):
        """Links an artifact."""
        given = {"artifactID": artifact, "entityName": entity, "projectName": project, "artifactPortfolioName": name,
                 "aliases": [{"artifactCollectionName": name, "alias": a} for a in aliases]}
        return self.ask(wire.LINK, input=given)["linkArtifact"]

    def urls(self, entity, project, collection, alias="latest"):
        """{path: directUrl}"""
        _, nodes = self.version(entity, project, collection, alias)
        return {node["name"]: node["directUrl"] for node in nodes}
