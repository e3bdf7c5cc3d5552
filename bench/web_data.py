#!/usr/bin/env python3
"""Makes the large registry that bench/web.mjs opens pages of.

usage: bench/web_data.py        prints the data directory; makes it once for each schema, in a minute or two

250 registries; 10,000 collections in one of them; 10,000 versions in one collection; a version of
100,000 files; versions and runs that hang together, 2,000 of them. Made with the requests
of clients, but for the 10,000 versions, which are load.py's. Kept under bench/results/.
"""
import hashlib
import pathlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import harness  # noqa: E402
import load  # noqa: E402
import rows_scale  # noqa: E402
import wire  # noqa: E402
from harness import ORG, PROJECT, REGISTRY, TEAM, say  # noqa: E402

REGISTRIES, COLLECTIONS, VERSIONS, FILES, LINEAGE = 250, 10_000, 10_000, 100_000, 2_000
FLAT = 20_000                # files of one folder; the others lie in folders of a hundred
PASSWORD = "correct horse battery"
REGISTRY_MUTATION = "mutation($i: UpsertModelInput!) { upsertModel(input: $i) { inserted } }"
COLLECTION = """mutation($i: CreateArtifactPortfolioInput!) { createArtifactPortfolio(input: $i) {
  artifactCollection { id } } }"""
RUN = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id } } }"
USE = "mutation($i: UseArtifactInput!) { useArtifact(input: $i) { artifact { id } } }"


def of_run(client, run, digest, client_id, collection):
    """A version that a run logs; the client's own steps would be the same."""
    return client.graphql(wire.CREATE, input={
        "entityName": TEAM, "projectName": PROJECT, "artifactTypeName": "model", "artifactCollectionName": collection,
        "digest": digest, "digestAlgorithm": "MANIFEST_MD5", "runName": run, "enableDigestDeduplication": True,
        "clientID": client_id, "aliases": []})["createArtifact"]["artifact"]


class RunWire(wire.Wire):
    """Logs as a run."""

    run = None

    def create_artifact(self, entity, project, collection, digest, client_id, type_name="model", aliases=("latest",)):
        if self.run is None:
            return super().create_artifact(entity, project, collection, digest, client_id, type_name, aliases)
        return of_run(self, self.run, digest, client_id, collection)


def in_threads(server, key, work, items):
    def share(items):
        client = RunWire(server.url, key)
        for item in items:
            work(client, item)
        client.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(share, [items[i::4] for i in range(4)]))


def add_registries(server, registry):
    def add(client, number):
        client.graphql(REGISTRY_MUTATION, i={
            "name": f"wandb-registry-Team {number:03}", "entityName": ORG, "access": "PRIVATE",
            "description": f"Models and data of team {number}.", "allowAllArtifactTypesInRegistry": True})

    in_threads(server, registry.owner_key, add, range(REGISTRIES - 2))


def add_collections(server, registry):
    def add(client, number):
        client.graphql(COLLECTION, i={"entityName": ORG, "projectName": REGISTRY, "artifactTypeName": "model",
                                      "name": f"Empty {number:05}", "description": "Nothing is linked yet."})

    in_threads(server, registry.owner_key, add, range(COLLECTIONS))


def add_files(server, registry):
    """One version; its files all have the same content, which is sent once."""
    client = wire.Wire(server.url, registry.key, timeout=300)
    content = b"the same everywhere"
    md5 = wire.md5_base64(content)
    paths = [f"images/{i:05}.png" for i in range(FLAT)]
    paths += [f"{i // 10_000}/{i // 100:03}/{i:05}.txt" for i in range(FLAT, FILES)]
    manifest, digest = wire.manifest_of({path: (md5, len(content)) for path in paths})
    artifact = client.create_artifact(TEAM, PROJECT, "files", digest, "f" * 64, "dataset")
    manifest_id, _ = client.create_manifest(TEAM, PROJECT, artifact["id"])
    node, = client.create_files(artifact["id"], manifest_id, {paths[0]: md5})
    if node["uploadUrl"]:
        client.put(node["uploadUrl"], content)
    _, url = client.create_manifest(TEAM, PROJECT, artifact["id"], wire.md5_base64(manifest))
    client.put(url, manifest)
    client.commit(artifact["id"])
    client.close()


def add_lineage(server, registry):
    """A tree of runs and what they logged: nine runs use each version, from the root on."""
    first = RunWire(server.url, registry.key)
    root = first.log(TEAM, PROJECT, "root", {"data": b"root"}, hashlib.sha256(b"root").hexdigest(), type_name="dataset")
    first.close()
    level, made, number = [root["id"]], 1, 0
    while made < LINEAGE:
        jobs, nexts = [], []
        for parent in level:
            for _ in range(9):
                if made < LINEAGE:
                    jobs.append((number, parent))
                    number, made = number + 1, made + 2

        def work(client, job):
            number, parent = job
            run = f"run{number:05}"
            client.graphql(RUN, i={"entityName": TEAM, "modelName": PROJECT, "name": run, "displayName": f"train {number}"})
            client.graphql(USE, i={"artifactID": parent, "entityName": TEAM, "projectName": PROJECT, "runName": run})
            client.run = run
            nexts.append(client.log(TEAM, PROJECT, "tree", {"weights": b"%d" % number},
                                    hashlib.sha256(run.encode()).hexdigest())["id"])

        in_threads(server, registry.key, work, jobs)
        level = nexts


def make(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    registry = harness.Registry(folder)
    rows_scale.make_template(registry)
    say(f"{VERSIONS} versions")
    load.load(registry.data, VERSIONS // load.VERSIONS, VERSIONS)
    with registry.server() as server:
        for work, what in [(add_registries, "registries"), (add_collections, "collections"), (add_files, "files"),
                           (add_lineage, "lineage")]:
            say(what)
            work(server, registry)
    harness.vitrined.succeed("user", "passwd", "owner", data=registry.data, stdin=f"{PASSWORD}\n")
    say("checking")
    subprocess.run([str(harness.vitrined.PROGRAM), "check", "--data", str(registry.data)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (folder / "made").touch()


def main():
    key = rows_scale.schema_key() + hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:6]
    folder = harness.ROOT / f"bench/results/web-{key}"
    for old in folder.parent.glob("web-*"):
        if old != folder and old.is_dir():
            shutil.rmtree(old)
    if not (folder / "made").exists():
        make(folder)
    print(folder / "data")


if __name__ == "__main__":
    main()
