"""Writers that log, link, alias and delete versions, remember what was acknowledged, and repeat
whatever a dying server interrupted; and the checks that hold what the server shows against that.

A writer is a thread that lives through every death of the server: a request that breaks is
repeated, the same bytes, as soon as the gate opens again. While the gate is shut nobody
writes, so the checks see a quiet registry.
"""
import hashlib
import random
import threading

import vitrined
import wire

ENTITY, PROJECT = "team", "faults"
ORG, REGISTRY = "local", "wandb-registry-model"
COLLECTIONS = ["alpha", "beta", "gamma"]
PORTFOLIO = "Linked"
PART_SIZES = [70_000, 300_000]
POPULAR = 12  # contents that several writers log, so that they race for one digest


def prepare(data):
    """A registry with a team; -> the API key."""
    key = vitrined.succeed("user", "add", "worker", "--admin", data=data).out.strip()
    vitrined.succeed("org", "add", ORG, "--admin", "worker", data=data)
    vitrined.succeed("team", "add", ENTITY, "--org", ORG, "--admin", "worker", data=data)
    return key


class Gate:
    """Open while a server is there. Writers park in front of it when it is shut."""

    def __init__(self, writers):
        self.change = threading.Condition()  # guards all below
        self.writers, self.parked, self.is_open, self.generation, self.ending = writers, 0, False, 0, False

    def open(self):
        with self.change:
            self.is_open = True
            self.generation += 1
            self.change.notify_all()

    def shut(self):
        with self.change:
            self.is_open = False

    def end(self):
        with self.change:
            self.ending = True
            self.is_open = True
            self.change.notify_all()

    def park(self):
        """Returns when the gate is open; False: the end."""
        with self.change:
            self.parked += 1
            self.change.notify_all()
            self.change.wait_for(lambda: self.is_open)
            self.parked -= 1
            return not self.ending

    def wait_all_parked(self, seconds=30):
        with self.change:
            if not self.change.wait_for(lambda: self.parked == self.writers, seconds):
                raise AssertionError(f"only {self.parked} of {self.writers} writers noticed that the server is gone")


class Version:
    """What a writer knows of a version it logged."""

    def __init__(self, collection, files, digest):
        self.collection, self.files, self.digest = collection, files, digest
        self.artifact_id = self.index = None
        self.deleted = None  # None, "maybe" while it is being asked for, "yes"
        self.unique = True   # its content belongs to one writer


class Ledger:
    """What was acknowledged. Writers add under the lock; checks read while all are parked."""

    def __init__(self):
        self.lock = threading.Lock()
        self.versions = []     # acknowledged commits
        self.links = {}        # (artifact id): index in the portfolio
        self.aliases = {}      # (collection, alias): (acknowledged index, index being asked for or None)
        self.complaints = []   # what writers found wrong
        self.interrupted = 0
        self.requests = 0

    def complain(self, text):
        with self.lock:
            self.complaints.append(text)


class End(Exception):
    """The writer's work is over."""


class Writer(threading.Thread):
    def __init__(self, number, seed, url, key, gate, ledger):
        super().__init__(daemon=True)
        self.number, self.gate, self.ledger = number, gate, ledger
        self.random = random.Random(f"{seed}/{number}")
        self.seed = seed
        self.wire = wire.Wire(url, key)
        self.count = 0
        self.mine = []

    def do(self, step, *arguments, **named):
        """One request, repeated until it is answered."""
        while True:
            generation = self.gate.generation
            if not self.gate.is_open and not self.gate.park():
                raise End
            if self.gate.ending:
                raise End
            try:
                answer = step(*arguments, **named)
                with self.ledger.lock:
                    self.ledger.requests += 1
                return answer
            except wire.Interrupted:
                with self.ledger.lock:
                    self.ledger.interrupted += 1
                if self.gate.generation == generation and not self.gate.park():
                    raise End from None

    def run(self):
        try:
            while True:
                choice = self.random.random()
                if choice < 0.55 or not self.mine:
                    self.log()
                elif choice < 0.75:
                    self.link()
                elif choice < 0.93:
                    self.alias()
                else:
                    self.delete()
        except End:
            pass
        except Exception as error:  # the check shows it
            self.ledger.complain(f"writer {self.number}: {error!r}")
            while self.gate.park():
                pass

    # ---- what writers do ----

    def new_files(self, popular):
        """{path: bytes}; a popular content is the same whoever makes it."""
        r = random.Random(f"{self.seed}/popular/{self.random.randrange(POPULAR)}") if popular else self.random
        files = {}
        for i in range(r.randint(1, 5)):
            size = r.choice([0, 10, 3000, 3000, 65_536, 65_537, 200_000])
            files[f"dir {r.randint(0, 2)}/file%{i}"] = r.randbytes(size)
        if r.random() < 0.3:
            files["shared"] = random.Random(r.randrange(3)).randbytes(4096)  # many versions hold it
        return files

    def log(self):
        popular = self.random.random() < 0.2
        files = self.new_files(popular)
        in_parts = {}
        if self.random.random() < 0.3:
            size = self.random.choice(PART_SIZES)
            in_parts["weights.bin"] = [self.random.randbytes(size) for _ in range(self.random.randint(2, 3))]
            files["weights.bin"] = b"".join(in_parts["weights.bin"])
            popular = False
        if not popular:
            files["own"] = f"{self.number}/{self.count}".encode()
        described = {path: (wire.md5_base64(data), len(data)) for path, data in files.items()}
        manifest, digest = wire.manifest_of(described)
        version = Version(self.random.choice(COLLECTIONS), described, digest)
        version.unique = not popular
        self.count += 1
        client_id = f"w{self.number}n{self.count}".ljust(128, "x")
        made = self.do(self.wire.create_artifact, ENTITY, PROJECT, version.collection, digest, client_id)
        version.artifact_id, version.index = made["id"], made["versionIndex"]
        if made["state"] != "COMMITTED":
            self.upload(version, files, in_parts, manifest)
        self.committed(version)

    def upload(self, version, files, in_parts, manifest):
        manifest_id, _ = self.do(self.wire.create_manifest, ENTITY, PROJECT, version.artifact_id)
        parts = {path: [hashlib.md5(part).hexdigest() for part in pieces] for path, pieces in in_parts.items()}
        try:
            nodes = self.do(self.wire.create_files, version.artifact_id, manifest_id,
                            {path: md5 for path, (md5, _) in version.files.items()}, parts)
            for path, node in zip(version.files, nodes):
                if node["uploadUrl"] is None:
                    continue
                if path in in_parts and node["uploadMultipartUrls"]:
                    self.upload_parts(node, in_parts[path])
                else:
                    self.do(self.wire.put, node["uploadUrl"], files[path])
            _, url = self.do(self.wire.create_manifest, ENTITY, PROJECT, version.artifact_id, wire.md5_base64(manifest))
            self.do(self.wire.put, url, manifest)
            committed = self.do(self.wire.commit, version.artifact_id)
        except wire.Refused as error:
            # Another writer was first with the same content, and this artifact has become that one.
            if version.unique or error.status != 409:
                raise
            committed = self.do(self.wire.commit, version.artifact_id)
        if committed["state"] != "COMMITTED" or committed["digest"] != version.digest:
            self.ledger.complain(f"commit of {version.digest} answered {committed}")
        version.artifact_id, version.index = committed["id"], committed["versionIndex"]

    def upload_parts(self, node, pieces):
        etags = [None] * len(pieces)
        order = list(range(len(pieces)))
        self.random.shuffle(order)
        for i in order:
            etags[i] = self.do(self.wire.put, node["uploadMultipartUrls"]["uploadUrlParts"][i]["uploadUrl"], pieces[i])
        self.do(self.wire.complete, node, etags)

    def committed(self, version):
        with self.ledger.lock:
            self.ledger.versions.append(version)
        if version.unique:
            self.mine.append(version)

    def link(self):
        version = self.random.choice(self.mine)
        answer = self.do(self.wire.graphql, wire.LINK, input={
            "artifactID": version.artifact_id, "entityName": ORG, "projectName": REGISTRY,
            "artifactPortfolioName": PORTFOLIO, "aliases": []})["linkArtifact"]
        with self.ledger.lock:
            before = self.ledger.links.setdefault(version.artifact_id, answer["versionIndex"])
        if before != answer["versionIndex"]:
            self.ledger.complain(f"{version.digest} was linked as v{before} and again as v{answer['versionIndex']}")

    def alias(self):
        version = self.random.choice(self.mine)
        place = (version.collection, f"writer-{self.number}")
        with self.ledger.lock:
            was = self.ledger.aliases.get(place, (None, None))[0]
            self.ledger.aliases[place] = (was, version.index)
        self.do(self.wire.graphql, wire.ADD_ALIASES, input={"artifactID": version.artifact_id, "aliases": [{
            "entityName": ENTITY, "projectName": PROJECT, "artifactCollectionName": place[0], "alias": place[1]}]})
        with self.ledger.lock:
            self.ledger.aliases[place] = (version.index, None)

    def delete(self):
        version = self.random.choice(self.mine)
        held = self.ledger.aliases.get((version.collection, f"writer-{self.number}"))
        if len(self.mine) < 4 or (held and held[0] == version.index) or version.artifact_id in self.ledger.links:
            return
        self.mine.remove(version)
        version.deleted = "maybe"
        try:
            self.do(self.wire.graphql, wire.DELETE, input={"artifactID": version.artifact_id, "deleteAliases": True})
        except wire.Refused as error:
            if "NOT_FOUND" not in error.body:  # done before the answer was lost
                raise
        version.deleted = "yes"


# ---- checks --------------------------------------------------------------------------------


class Check:
    """Reads everything through the API and collects what is wrong."""

    def __init__(self, url, key, ledger):
        self.wire = wire.Wire(url, key)
        self.ledger = ledger
        self.wrong = []
        self.versions = self.files = 0

    def expect(self, condition, text):
        if not condition:
            self.wrong.append(text)

    def run(self, is_chosen):
        """is_chosen(collection, index): download this version's files?"""
        self.wrong += self.ledger.complaints
        self.ledger.complaints = []
        try:
            for collection in COLLECTIONS:
                self.collection(collection, is_chosen)
            self.portfolio()
        except (wire.Refused, wire.Interrupted) as error:
            self.wrong.append(repr(error))
        self.wire.close()
        return self.wrong

    def collection(self, name, is_chosen):
        listed, aliases = self.wire.versions(ENTITY, PROJECT, name)
        shown = dict(listed)
        known = [v for v in self.ledger.versions if v.collection == name]
        gone = {v.index for v in known if v.deleted}
        self.expect(len(shown) == len(listed), f"{name}: a version number is shown twice")
        self.expect(set(range(max(shown, default=-1) + 1)) <= set(shown) | gone,
                    f"{name}: numbers are missing: {sorted(set(range(max(shown, default=0))) - set(shown) - gone)}")
        digests = [artifact["digest"] for _, artifact in listed]
        self.expect(len(set(digests)) == len(digests), f"{name}: one content has two versions")
        for version in known:
            artifact = shown.get(version.index)
            if version.deleted == "yes":
                self.expect(artifact is None, f"{name}:v{version.index} was deleted and is back")
            elif version.deleted is None:
                self.expect(artifact is not None and artifact["id"] == version.artifact_id,
                            f"{name}:v{version.index} was acknowledged and is gone: {artifact}")
        expected = {v.index: v for v in known}
        for index, artifact in listed:
            self.expect(artifact["state"] == "COMMITTED", f"{name}:v{index} is shown and {artifact['state']}")
            if index not in expected or is_chosen(name, index):
                self.version(name, index, expected.get(index))
        self.aliases(name, set(shown), aliases)

    def version(self, name, index, expected):
        membership, nodes = self.wire.version(ENTITY, PROJECT, name, f"v{index}")
        if membership is None:
            self.wrong.append(f"{name}:v{index} is listed and cannot be found")
            return
        files = {node["name"]: (node["md5"], node["sizeBytes"]) for node in nodes}
        self.versions += 1
        self.expect(wire.manifest_of(files)[1] == membership["artifact"]["digest"],
                    f"{name}:v{index}: its files do not make its digest")
        self.expect(expected is None or expected.files == files, f"{name}:v{index} has other files than were sent")
        for node in nodes:
            data = self.wire.get(node["directUrl"])
            self.files += 1
            self.expect((wire.md5_base64(data), len(data)) == files[node["name"]],
                        f"{name}:v{index}/{node['name']} has other bytes than its digest says")

    def aliases(self, name, shown, aliases):
        self.expect(len(set(aliases)) == len(aliases), f"{name}: an alias is there twice: {aliases}")
        self.expect("latest" in aliases or not shown, f"{name} has no 'latest'")
        for alias in aliases:
            membership, _ = self.wire.version(ENTITY, PROJECT, name, alias, per_page=1) if alias == "latest" else \
                self.wire.version(ENTITY, PROJECT, name, alias)
            self.expect(membership and membership["versionIndex"] in shown, f"{name}:{alias} points nowhere")
            held = self.ledger.aliases.get((name, alias))
            self.expect(held is None or membership["versionIndex"] in [v for v in held if v is not None],
                        f"{name}:{alias} points at v{membership and membership['versionIndex']}, expected {held}")
        for (collection, alias), (acknowledged, _) in self.ledger.aliases.items():
            self.expect(collection != name or acknowledged is None or alias in aliases, f"{name}:{alias} is gone")

    def portfolio(self):
        listed, _ = self.wire.versions(ORG, REGISTRY, PORTFOLIO)
        shown = {artifact["id"]: index for index, artifact in listed}
        self.expect(len(set(shown.values())) == len(listed) == len(shown), "the portfolio shows a version twice")
        self.expect(sorted(shown.values()) == list(range(len(shown))), "the portfolio's numbers are not dense")
        for artifact_id, index in self.ledger.links.items():
            self.expect(shown.get(artifact_id) == index, f"the link v{index} was acknowledged and is {shown.get(artifact_id)}")
