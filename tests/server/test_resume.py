"""Uploads in parts that were broken off: what arrived is told, to those who may know, and need not be sent again."""
import hashlib
import pathlib
import sys

from vitrined import Server, folder, succeed, test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import wire  # noqa: E402

FILES = wire.CREATE_FILES.replace("partNumber uploadUrl", "partNumber uploadUrl arrived")
FEATURES = "{ serverInfo { features { name isEnabled } } }"
PARTS = [bytes([65 + i]) * 70_000 for i in range(3)]
HEX = [hashlib.md5(part).hexdigest() for part in PARTS]
WHOLE = b"".join(PARTS)


def begin(person, project="resume", hexes=HEX):
    """-> artifact id, manifest id, the node of the file"""
    manifest, digest = wire.manifest_of({"large.bin": (wire.md5_base64(WHOLE), len(WHOLE))})
    artifact = person.create_artifact("team", project, "thing", digest, f"client-{begin.count}")
    begin.count += 1
    manifest_id, _ = person.create_manifest("team", project, artifact["id"])
    spec = {"artifactID": artifact["id"], "artifactManifestID": manifest_id, "name": "large.bin", "md5": wire.md5_base64(WHOLE),
            "uploadPartsInput": [{"partNumber": n, "hexMD5": h} for n, h in enumerate(hexes, 1)]}
    made = person.graphql(FILES, input={"artifactFiles": [spec], "storageLayout": "V2"})
    return artifact["id"], manifest_id, made["createArtifactFiles"]["files"]["edges"][0]["node"]


begin.count = 0


def arrived(node):
    return [part["arrived"] for part in node["uploadMultipartUrls"]["uploadUrlParts"]]


def send(person, node, *numbers):
    for number in numbers:
        person.put(node["uploadMultipartUrls"]["uploadUrlParts"][number - 1]["uploadUrl"], PARTS[number - 1])


def upload_id(node):
    return node["uploadMultipartUrls"]["uploadID"]


@test
def resume_tells_which_parts_arrived():
    with folder() as data:
        key = succeed("user", "add", "alice", data=data).out.strip()
        colleague = succeed("user", "add", "bob", data=data).out.strip()
        outsider = succeed("user", "add", "mallory", data=data).out.strip()
        succeed("org", "add", "acme", "--admin", "alice", data=data)
        succeed("team", "add", "team", "--org", "acme", "--admin", "alice", data=data)
        succeed("team", "member", "set", "team", "bob", "member", data=data)
        with Server(data) as server:
            alice, bob, mallory = (wire.Wire(server.url, each) for each in (key, colleague, outsider))
            assert {"name": "VITRINE_UPLOAD_RESUME", "isEnabled": True} in \
                alice.graphql(FEATURES)["serverInfo"]["features"]
            first = begin(alice)[2]
            assert arrived(first) == [False] * 3
            send(alice, first, 1, 3)

            artifact, _, node = begin(alice)
            assert arrived(node) == [True, False, True]
            # Who logs the same beside her is not told what she has sent.
            assert arrived(begin(bob)[2]) == [False] * 3
            # Cut in another place, it is another upload; and so it is in another project.
            assert arrived(begin(alice, hexes=[HEX[1], HEX[0], HEX[2]])[2]) == [False] * 3
            assert arrived(begin(alice, project="elsewhere")[2]) == [False] * 3
            try:
                begin(mallory)
                raise AssertionError("who may not write there is told nothing")
            except wire.Refused:
                pass

            send(alice, node, 2)
            alice.complete(node, HEX)
            manifest, _ = wire.manifest_of({"large.bin": (wire.md5_base64(WHOLE), len(WHOLE))})
            _, url = alice.create_manifest("team", "resume", artifact, wire.md5_base64(manifest))
            alice.put(url, manifest)
            assert alice.commit(artifact)["state"] == "COMMITTED"


@test
def resume_survives_a_server_that_was_killed():
    with folder() as data:
        key = succeed("user", "add", "alice", data=data).out.strip()
        succeed("org", "add", "acme", "--admin", "alice", data=data)
        succeed("team", "add", "team", "--org", "acme", "--admin", "alice", data=data)
        with Server(data) as server:
            alice = wire.Wire(server.url, key)
            send(alice, begin(alice)[2], 2)
        with Server(data) as server:
            alice = wire.Wire(server.url, key)
            _, _, node = begin(alice)
            assert arrived(node) == [False, True, False]
            send(alice, node, 1, 3)
            alice.complete(node, HEX)
