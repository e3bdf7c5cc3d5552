"""Rows about many versions: the same requests at ten thousand and at a million linked versions.

Both registries are served at the same time and asked by turns, so that both see the same weather. They are made by
load.py once for each schema, kept under bench/results/ and copied for each run.
"""
import base64
import hashlib
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import time

import harness
import load
import wire
from harness import Row, have, median, say

DOCUMENTS = harness.ROOT / "tests/graphql/client-documents/0.28.2"
PICKS = 20_000               # requests that differ; then they come again
PAGE = 100
FLOOR = harness.vitrined.BUILD / "bench/commit_floor"


# ---- the registries ------------------------------------------------------------------------


def make_template(registry):
    """A sequence of load.VERSIONS versions, all of them linked, as load.py wants it."""
    with registry.server() as server:
        member, owner = wire.Wire(server.url, registry.key), wire.Wire(server.url, registry.owner_key)
        for number in range(load.VERSIONS):
            artifact = member.log(harness.TEAM, harness.PROJECT, "model", {"weights": b"%d" % number}, f"v{number}")
            owner.graphql(wire.LINK, input={
                "artifactID": artifact["id"], "entityName": harness.ORG, "projectName": harness.REGISTRY,
                "artifactPortfolioName": harness.PORTFOLIO,
                "aliases": [{"artifactCollectionName": harness.PORTFOLIO, "alias": "production"}] if number == 42 else []})
        member.close()
        owner.close()


def schema_key():
    """Another schema or loader needs other data."""
    files = sorted((harness.ROOT / "src/store/migrations").glob("*.sql")) + [pathlib.Path(load.__file__)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


class Scale:
    """A registry with so many linked versions, and what requests about it need."""

    def __init__(self, folder, versions, long_links):
        of_schema = harness.ROOT / f"bench/results/scale-{schema_key()}"
        for old in of_schema.parent.glob("scale-*"):
            if old != of_schema:
                shutil.rmtree(old)
        kept = of_schema / str(versions)
        self.versions, self.copies = versions, versions // load.VERSIONS - 1
        if not (kept / "keys.json").exists():
            self.make(kept, long_links)
        say(f"copying {versions} versions")
        self.folder = folder / f"scale-{versions}"
        shutil.copytree(kept, self.folder)
        self.data = self.folder / "data"
        self.key, self.owner_key = json.loads((self.folder / "keys.json").read_text())

    def make(self, kept, long_links):
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        registry = harness.Registry(kept)
        make_template(registry)
        say(f"making {self.versions} versions")
        begun = time.monotonic()
        load.load(registry.data, self.copies, long_links)
        say(f"that took {time.monotonic() - begun:.0f} s; checking them")
        subprocess.run([str(harness.vitrined.PROGRAM), "check", "--data", str(registry.data)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (kept / "keys.json").write_text(json.dumps([registry.key, registry.owner_key]))

    def start(self):
        self.server = harness.Server(self).ready()
        self.first_id = int(base64.b64decode(self.graphql(
            "ArtifactMembershipByName", self.name_of(1, "v0"))["project"]["artifactCollectionMembership"]["artifact"]["id"]
        ).split(b":")[1])
        return self

    def name_of(self, k, version):
        return {"entity": harness.ORG, "project": harness.REGISTRY, "name": f"Model {k:05}:{version}"}

    def artifact_id(self, k, version):
        return base64.b64encode(b"Artifact:%d" % (self.first_id + version * self.copies + k - 1)).decode()

    def graphql(self, document, variables):
        client = wire.Wire(self.server.url, self.key)
        answer = client.graphql((DOCUMENTS / f"{document}.graphql").read_text(), **variables)
        client.close()
        return answer

    # ---- requests: each is a query and a list of variables to take by turns ----

    def script(self, name, query, choices, key=None):
        """wrk's script: the same query with each of the variables in turn, beginning anywhere."""
        body = json.dumps({"query": query, "operationName": "", "variables": "@"})
        before, after = body.split('"@"')
        path = self.folder / f"{name}.lua"
        lines = "\n".join(json.dumps(choice) for choice in choices)
        (self.folder / f"{name}.variables").write_text(lines + "\n")
        path.write_text(
            f"local before, after = {lua(before)}, {lua(after)}\n"
            "local headers = {}\nheaders['Content-Type'] = 'application/json'\n"
            f"headers['Authorization'] = {lua(wire.basic(key or self.key))}\n"
            "local bodies, at = {}, 0\n"
            "function init()\n"
            f"  for line in io.lines({lua(str(self.folder / f'{name}.variables'))}) do\n"
            "    bodies[#bodies + 1] = wrk.format('POST', nil, headers, before .. line .. after)\n  end\n"
            "  math.randomseed(os.time())\n  at = math.random(#bodies)\nend\n"
            "function request()\n  at = at % #bodies + 1\n  return bodies[at]\nend\n"
            "function response(status, _, body)\n"
            "  if status ~= 200 or body:find('\"errors\"', 1, true) then io.stderr:write(body) os.exit(1) end\nend\n")
        return path

    def document_script(self, name, document, choices):
        return self.script(name, (DOCUMENTS / f"{document}.graphql").read_text(), choices)

    def picks(self, make, count=PICKS):
        chance = random.Random(self.versions)
        return [make(chance) for _ in range(count)]

    def any_k(self, chance):
        return chance.randint(1, self.copies)

    def registry_variables(self, **more):
        return {"organization": harness.ORG, "registryFilter": json.dumps({"name": harness.REGISTRY}), "perPage": PAGE, **more}

    def last_cursor(self, per_page=1000):
        """Behind it is the last page of the registry's collections."""
        cursor, count = None, self.copies + 1
        while count > PAGE:
            few = min(per_page, count - PAGE)
            page = self.graphql("RegistryCollections", self.registry_variables(cursor=cursor) | {"perPage": few})[
                "organization"]["orgEntity"]["artifactCollections"]
            cursor, count = page["pageInfo"]["endCursor"], count - len(page["edges"])
        return cursor

    def reading(self):
        """-> {what: script}"""
        def filtered(value):
            return self.registry_variables(artifactFilter=json.dumps(value))

        return {
            "resolve an alias": self.document_script("resolve", "ArtifactMembershipByName", self.picks(
                lambda chance: self.name_of(self.any_k(chance), "production"))),
            "get a version": self.document_script("get", "ArtifactMembershipByName", self.picks(
                lambda chance: self.name_of(self.any_k(chance), f"v{chance.randrange(load.VERSIONS)}"))),
            "100 collections, first page": self.document_script("first", "RegistryCollections", [self.registry_variables()]),
            "100 collections, last page": self.document_script("last", "RegistryCollections", [
                self.registry_variables(cursor=self.last_cursor())]),
            "100 versions by metadata, one in 50 has it": self.document_script("often", "RegistryVersions", self.picks(
                lambda chance: filtered({"metadata.epochs": chance.randrange(50)}), 50)),
            "the version with a metadata value": self.document_script("rare", "RegistryVersions", self.picks(
                lambda chance: filtered({"metadata.serial": chance.randrange(1, self.versions - load.VERSIONS)}), 1000)),
        }

    def writing(self):
        def link(chance):
            portfolio = f"Model {self.any_k(chance):05}"
            return {"input": {"artifactID": self.artifact_id(self.any_k(chance), chance.randrange(load.VERSIONS)),
                              "entityName": harness.ORG, "projectName": harness.REGISTRY,
                              "artifactPortfolioName": portfolio,
                              "aliases": [{"artifactCollectionName": portfolio, "alias": "candidate"}]}}

        def alias(chance):
            k = self.any_k(chance)
            return {"input": {"artifactID": self.artifact_id(k, chance.randrange(load.VERSIONS)), "aliases": [
                {"entityName": harness.ORG, "projectName": harness.REGISTRY,
                 "artifactCollectionName": f"Model {k:05}", "alias": "production"}]}}

        return {"link a version": self.script("link", wire.LINK, self.picks(link), self.owner_key),
                "move an alias": self.script("alias", wire.ADD_ALIASES, self.picks(alias), self.owner_key)}


def lua(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


# ---- measuring -----------------------------------------------------------------------------


def measure(scales, scripts, connections, seconds, turns):
    """-> {versions: [Load]}; by turns."""
    loads = {scale.versions: [] for scale in scales}
    for _ in range(turns):
        for scale in scales:
            loads[scale.versions].append(harness.wrk(scale.server.url + "/graphql", scale.server.pid, connections, seconds,
                                                     scripts[scale.versions]))
    return loads


def middle(loads, field):
    return median([getattr(load, field) for load in loads])


def human(us):
    return f"{us:.0f} us" if us < 10_000 else f"{us / 1000:.0f} ms"


PROMISED = {"resolve an alias", "get a version", "link a version"}


def latency_row(what, small, large, loads):
    fields = {(scale.versions, field): middle(loads[scale.versions], field)
              for scale in (small, large) for field in ("p50_us", "p99_us")}
    ratio = fields[large.versions, "p99_us"] / fields[small.versions, "p99_us"]
    exponent = math.log(fields[large.versions, "p50_us"] / fields[small.versions, "p50_us"]) / \
        math.log(large.versions / small.versions)
    return Row(f"{what}, p99 at {large.versions}",
               f"wrk -t1 -c1, median of {len(loads[small.versions])} turns: p50 {human(fields[large.versions, 'p50_us'])}, "
               f"at {small.versions} {human(fields[small.versions, 'p50_us'])}; exponent {exponent:.2f}; "
               f"server CPU {middle(loads[large.versions], 'cpu_us'):.0f} us a request "
               f"(at {small.versions} {middle(loads[small.versions], 'cpu_us'):.0f})",
               human(fields[large.versions, "p99_us"]), f"{human(fields[small.versions, 'p99_us'])} at {small.versions}",
               f"{ratio:.2f}", "<= 1.5" if what in PROMISED else "-", ratio <= 1.5 if what in PROMISED else None)


def latency_rows(options, scales, scripts):
    rows = []
    for what in scripts[scales[0].versions]:
        say(f"{what}, 1 connection")
        # One in a hundred is a matter of what else the machine does just then: more turns where it counts.
        loads = measure(scales, {scale.versions: scripts[scale.versions][what] for scale in scales}, 1,
                        options.scale_seconds, options.scale_turns * (2 if what in PROMISED else 1))
        rows.append(latency_row(what, *scales, loads))
    return rows


def resolve_rate_rows(options, scales, scripts, folder):
    say("resolving at 64 connections")
    resolve = {versions: of["resolve an alias"] for versions, of in scripts.items()}
    with harness.nginx(folder / "nginx-scale", 1) as (process, port):
        floor = median([harness.wrk(f"http://127.0.0.1:{port}/ok", process.pid, 64, options.seconds).rate
                        for _ in range(options.turns)])
        loads = measure(scales, resolve, 64, options.seconds, options.turns)
        floor = median([floor, harness.wrk(f"http://127.0.0.1:{port}/ok", process.pid, 64, options.seconds).rate])
    return [Row(f"resolve any of {scale.versions // load.VERSIONS} aliases, 64 connections",
                f"wrk -t1 -c64: p50 {middle(loads[scale.versions], 'p50_us'):.0f} us, "
                f"p99 {middle(loads[scale.versions], 'p99_us') / 1000:.1f} ms, "
                f"server CPU {middle(loads[scale.versions], 'cpu_us'):.0f} us a request",
                f"{middle(loads[scale.versions], 'rate'):.0f} /s", f"{floor:.0f} /s nginx on one core",
                f"{middle(loads[scale.versions], 'rate') / floor:.2f}", ">= 0.3",
                middle(loads[scale.versions], "rate") >= 0.3 * floor) for scale in scales]


def write_rate_rows(options, scales, scripts):
    """Beside the rate at which SQLite alone commits the same rows to the same file, one by one."""
    rows = []
    for scale in scales:
        loads = {}
        for what, script in scripts[scale.versions].items():
            say(f"{what}, 64 connections, {scale.versions} versions")
            loads[what] = measure([scale], {scale.versions: script}, 64, options.seconds, options.turns)[scale.versions]
        scale.server.stop()
        out = subprocess.run([str(FLOOR), str(scale.data / "vitrine.db"),
                              str(options.seconds)], capture_output=True, text=True, check=True).stdout
        floor = float(out)
        for what, turns in loads.items():
            rate = middle(turns, "rate")
            rows.append(Row(f"{what}, 64 connections, {scale.versions}",
                            f"wrk -t1 -c64: p50 {middle(turns, 'p50_us') / 1000:.1f} ms, p99 {middle(turns, 'p99_us') / 1000:.1f} ms, "
                            f"server CPU {middle(turns, 'cpu_us'):.0f} us a request; commit_floor on the same file",
                            f"{rate:.0f} /s", f"{floor:.0f} /s SQLite, one by one", f"{rate / floor:.2f}",
                            ">= 2", rate >= 2 * floor))
    return rows


# ---- one long collection -------------------------------------------------------------------

WALK = """query Walk($cursor: String, $collection: String!) { project(entityName: "%s", name: "%s") {
  artifactCollection(name: $collection) { artifacts(after: $cursor, first: %d) { pageInfo { endCursor hasNextPage }
    edges { version node { id digest state versionIndex size createdAt } } } } } }""" % (harness.ORG, harness.REGISTRY, PAGE)


def walk_rows(options, scale, links):
    say(f"walking through a collection of {links} versions")
    client = wire.Wire(scale.server.url, scale.key)
    cursors, count, waited = [None], 0, 0.0
    while cursors[-1] is not None or count == 0:
        begun = time.monotonic()
        page = client.graphql(WALK, cursor=cursors[-1], collection=load.LONG)["project"]["artifactCollection"]["artifacts"]
        waited += time.monotonic() - begun
        count += len(page["edges"])
        cursors.append(page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None)
    client.close()
    assert count == links, (count, links)
    pages = len(cursors) - 1
    scripts = {name: scale.script(name, WALK, [{"cursor": cursor, "collection": load.LONG}])
               for name, cursor in (("walk-first", None), ("walk-last", cursors[pages - 1]))}
    turns = {name: [] for name in scripts}
    for _ in range(options.scale_turns):
        for name, script in scripts.items():
            turns[name].append(harness.wrk(scale.server.url + "/graphql", scale.server.pid, 1, options.scale_seconds, script))
    first, last = (middle(turns[name], "p50_us") for name in scripts)
    return [Row(f"page {pages} of {pages}, {links} versions in a collection",
                f"wrk -t1 -c1, p50; p99 {middle(turns['walk-last'], 'p99_us'):.0f} us (page 1: "
                f"{middle(turns['walk-first'], 'p99_us'):.0f}); all pages one after the other, read by Python: {waited:.1f} s",
                f"{last:.0f} us", f"{first:.0f} us page 1", f"{last / first:.2f}", "<= 1.1", last / first <= 1.1)]


def scale_rows(options, registry):
    if not have("nginx") or not have("wrk"):
        say("rows about scale are left out: nginx-light and wrk are not installed")
        return []
    if not FLOOR.exists():
        raise SystemExit(f"build the floor of the commits first: ninja -C {harness.vitrined.BUILD} bench/commit_floor")
    folder = registry.folder
    scales = [Scale(folder, options.scale[0], 0), Scale(folder, options.scale[1], options.scale_links)]
    os.sync()                # what was copied must not be written while commits are measured
    time.sleep(1)
    for scale in scales:
        scale.start()
    try:
        reading = {scale.versions: scale.reading() for scale in scales}
        writing = {scale.versions: scale.writing() for scale in scales}
        rows = latency_rows(options, scales, reading)
        rows += walk_rows(options, scales[1], options.scale_links)
        rows += resolve_rate_rows(options, scales, reading, folder)
        rows += latency_rows(options, scales, writing)
        rows += write_rate_rows(options, scales, writing)
    finally:
        for scale in scales:
            if scale.server.process.poll() is None:
                scale.server.stop()
    return rows
