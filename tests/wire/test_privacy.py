"""Who knows another team's names, ids and digests gets neither its bytes nor a skipped upload,
whichever way is tried; and whoever lost a right has lost it at once.

alice has a secret in red/vault. eve administers another team and knows everything about it but the bytes.
"""
import base64
import itertools
import os
import urllib.parse

import pytest

import wire
from place import entry_of, manifest_of, md5_base64

SECRET = b"the secret weights " + os.urandom(64)
HEX = base64.b64decode(md5_base64(SECRET)).hex()
STRANGERS = ["eve", "zed", "carol", "loner"]


@pytest.fixture(scope="module")
def vault(place):
    """alice's artifact; what follows reads it and never changes it."""
    alice = place.caller("alice")
    return alice.make("red", "vault", "weights", {"secret.bin": SECRET, "dir/other.bin": b"other"},
                      clientID="alices-client-id", sequenceClientID="alices-sequence-id")


@pytest.fixture(scope="module")
def own(place, vault):
    """An artifact of eve's own, in places named like alice's."""
    return place.caller("eve").make("blue", "vault", "weights", {"mine.bin": b"mine"})


def refused(call, *arguments, **named):
    """The message with which a request was refused; none may speak of the secret's path."""
    with pytest.raises(wire.Refused) as caught:
        call(*arguments, **named)
    assert 400 <= caught.value.status < 500
    assert "secret.bin" not in caught.value.message
    return caught.value.message


# ---- a known digest

@pytest.mark.parametrize("name", STRANGERS)
def test_a_known_digest_does_not_skip_the_upload(place, vault, name):
    stranger = place.caller(name)
    mine = stranger.create(name, "p", "copy", "0" * 32)
    for spec in ({"name": "secret.bin", "md5": md5_base64(SECRET)},
                 {"name": "x", "md5": md5_base64(SECRET), "digest": md5_base64(SECRET)},
                 {"name": "x", "md5": md5_base64(b"wrong"), "digest": md5_base64(SECRET)}):
        [node] = stranger.files(mine["id"], [spec])
        assert node["uploadUrl"] is not None
        assert node["artifact"]["id"] == mine["id"]
        assert vault["id"] not in str(node)


def test_a_known_digest_skips_the_upload_for_those_who_may_read_it(place, vault):
    """Without this the test above would prove nothing."""
    for name, entity in (("alice", "red"), ("alice", "alice"), ("bob", "red"), ("vic", "vic")):
        caller = place.caller(name)
        mine = caller.create(entity, "elsewhere", f"copy-{name}-{entity}", "0" * 32)
        [node] = caller.files(mine["id"], [{"name": "x", "md5": md5_base64(SECRET)}])
        assert node["uploadUrl"] is None, name
        assert node["artifact"]["id"] == vault["id"]


def test_a_known_digest_in_parts_does_not_skip_the_upload(eve, vault):
    mine = eve.create("blue", "p", "parts", "0" * 32)
    [node] = eve.files(mine["id"], [{"name": "x", "md5": md5_base64(SECRET),
                                     "uploadPartsInput": [{"partNumber": 1, "hexMD5": HEX}]}])
    assert node["uploadUrl"] and len(node["uploadMultipartUrls"]["uploadUrlParts"]) == 1
    refused(eve.complete, node, [HEX])
    refused(eve.complete, node, ['"' + HEX + '"'])
    assert "secret" not in str(node["storagePath"]) or "x" == node["storagePath"].split("/")[-1]


@pytest.mark.parametrize("birth", [None, "theirs", "mine"])
@pytest.mark.parametrize("kind", ["FULL", "INCREMENTAL", "PATCH"])
def test_a_manifest_cannot_name_bytes_of_others(eve, vault, birth, kind):
    entries = {"stolen.bin": entry_of(SECRET)}
    body, digest = manifest_of(entries)
    mine = eve.create("blue", "p", f"stolen-{kind}-{birth}", digest)
    if birth:
        entries["stolen.bin"]["birthArtifactID"] = vault["id"] if birth == "theirs" else mine["id"]
        body, _ = manifest_of(entries)
    eve.files(mine["id"], [{"name": "stolen.bin", "md5": md5_base64(SECRET)}])
    eve.put_manifest(mine["id"], body, kind=kind)
    refused(eve.commit, mine["id"])
    assert eve.version("blue", "p", f"stolen-{kind}-{birth}", "latest") == (None, [])
    for path in (f"/artifactsV2/default/blue/p/stolen-{kind}-{birth}/{mine['id']}/{HEX}/stolen.bin",
                 f"/artifactsV2/default/blue/{mine['id']}/{HEX}", f"/artifacts/blue/{HEX}"):
        reply = eve.fetch(path.replace("=", "%3D"))
        assert 400 <= reply.status < 500 and SECRET not in reply.body


@pytest.mark.parametrize("kind", ["FULL", "INCREMENTAL"])
def test_an_artifact_cannot_be_based_on_one_of_others(eve, vault, kind):
    body, digest = manifest_of({})
    for changed_later in (False, True):
        mine = eve.create("blue", "p", f"based-{kind}-{changed_later}", digest)
        node = eve.manifest(mine["id"], md5_base64(body), base=None if changed_later else vault["id"], kind=kind)
        if changed_later:
            node = eve.ask("""mutation M($input: UpdateArtifactManifestInput!) { updateArtifactManifest(input: $input) {
                artifactManifest { id file { uploadUrl } } } }""",
                           input={"artifactManifestID": node["id"], "digest": md5_base64(body),
                                  "baseArtifactID": vault["id"]})["updateArtifactManifest"]["artifactManifest"]
        eve.put(node["file"]["uploadUrl"], body)
        try:
            made = eve.commit(mine["id"])
        except wire.Refused as error:
            assert 400 <= error.status < 500
        else:
            # FULL manifests stand for themselves: the base is only a hint.
            assert kind == "FULL"
            assert eve.urls("blue", "p", f"based-{kind}-{changed_later}", f"v{made['versionIndex']}") == {}


def test_the_same_md5_of_other_bytes_stays_apart(place, alice, eve):
    """The first published pair of colliding messages."""
    one, two = (bytes.fromhex(text) for text in COLLISION)
    assert one != two and md5_base64(one) == md5_base64(two)
    alice.make("red", "collide", "x", {"f": one})
    eve.make("blue", "collide", "x", {"f": two})
    assert alice.get(alice.urls("red", "collide", "x")["f"]) == one
    assert eve.get(eve.urls("blue", "collide", "x")["f"]) == two


COLLISION = [
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a"
    "085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70",
    "d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f1415a"
    "085125e8f7cdc99fd91dbd7280373c5bd8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70"]


# ---- addresses that clients build

def handler_paths(entity, project, collection, artifact, birth, digest):
    name = "secret.bin"
    return [f"/artifacts/{entity}/{digest}",
            f"/artifactsV2/default/{entity}/{birth}/{digest}",
            f"/artifactsV2/default/{entity}/{project}/{collection}/{birth}/{digest}/{name}",
            f"/artifactsV2/default/{entity}/{project}/{collection}/{artifact}/{birth}/{digest}/{name}",
            f"/artifactsV2/default/{entity}/{project}/{collection}//{digest}/{name}"]


def test_handler_addresses_serve_the_owner(alice, vault):
    for path in handler_paths("red", "vault", "weights", vault["id"], vault["id"], HEX):
        reply = alice.fetch(path.replace("=", "%3D"))
        assert (reply.status, reply.body) == (200, SECRET), path
        assert alice.fetch(path.replace("=", "%3D"), method="HEAD").status == 200
        assert alice.fetch(path.replace("=", "%3D"), headers={"Range": "bytes=4-9"}).body == SECRET[4:10]


def test_handler_addresses_may_be_encoded_twice(alice):
    """The library below clients does that to the whole address when a file's name has a '%' that starts no escape."""
    made = alice.make("red", "my vault", "100% mine", {"100%": SECRET})
    for path in handler_paths("red", "my vault", "100% mine", made["id"], made["id"], HEX)[1:]:
        path = path.replace("secret.bin", "100%")
        once = urllib.parse.quote(path)
        assert "%" in once
        twice = urllib.parse.quote(once)
        assert alice.fetch(once).body == SECRET, once
        assert alice.fetch(twice).body == SECRET, twice
        assert alice.fetch(urllib.parse.quote(twice)).status in (400, 404)


@pytest.mark.parametrize("name", STRANGERS + ["nobody", "wrong key"])
def test_handler_addresses_serve_nobody_else(place, vault, own, name):
    if name == "nobody":
        stranger = place.nobody()
    elif name == "wrong key":
        stranger = place.nobody()
        stranger.headers = {"Authorization": wire.basic("local-" + "0" * 40)}
    else:
        stranger = place.caller(name)
    ids = [vault["id"], own["id"], ""]
    wanted = 401 if name in ("nobody", "wrong key") else 404
    for entity, project, collection, artifact, birth in itertools.product(
            ["red", "blue", "Acme", name.replace(" ", "-")], ["vault", "other"], ["weights"], ids, ids):
        for path in handler_paths(entity, project, collection, artifact, birth, HEX):
            reply = stranger.fetch(path.replace("=", "%3D"))
            assert reply.status == wanted or name not in ("nobody", "wrong key") and reply.status in (400, 403), path
            assert SECRET not in reply.body
            assert stranger.fetch(path.replace("=", "%3D"), method="HEAD").status == reply.status
            assert SECRET not in stranger.fetch(urllib.parse.quote(urllib.parse.quote(path))).body


def test_handler_addresses_do_not_tell_what_exists(eve, vault):
    """What is there and what is not look the same to a stranger."""
    def answers(entity, project, collection, digest):
        return [(r.status, r.body) for r in (eve.fetch(p.replace("=", "%3D")) for p in handler_paths(
            entity, project, collection, vault["id"], vault["id"], digest))]

    there = answers("red", "vault", "weights", HEX)
    for digest in ("0" * 32,):
        assert answers("red", "vault", "weights", digest) == there
    assert [status for status, _ in answers("red", "vault", "nothing", HEX)] == [status for status, _ in there]
    assert [status for status, _ in answers("red", "nothing", "weights", HEX)] == [status for status, _ in there]


# ---- signed addresses

def test_a_signed_address_serves_without_credentials(place, alice, vault):
    url = alice.urls("red", "vault", "weights")["secret.bin"]
    reply = place.nobody().fetch(url)
    assert reply.body == SECRET
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    # Clients add credentials of their own, or wrong ones.
    assert place.caller("eve").fetch(url).body == SECRET
    assert place.nobody().fetch(url, headers={"Authorization": wire.basic("rubbish", )}).body == SECRET


def test_an_altered_signed_address_serves_nothing(place, alice, vault):
    url = alice.urls("red", "vault", "weights")["secret.bin"]
    nobody = place.nobody()
    head, token = url.split("/download/")
    token, name = token.split("/")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    tried = 0
    for at, letter in enumerate(token):
        # The last letter of each half carries bits that mean nothing: any of them may differ.
        for other in {letters[(letters.find(letter) + step) % 64] for step in (1, 16, 32)} - {letter}:
            changed = token[:at] + other + token[at + 1:]
            reply = nobody.fetch(f"{head}/download/{changed}/{name}")
            assert reply.status in (400, 403, 404), (at, reply)
            assert SECRET not in reply.body
            tried += 1
    assert tried > 100
    for changed in (token[:-1], token + "A", token.split(".")[0], token.split(".")[0] + ".", "." + token.split(".")[1],
                    token.replace(".", ""), token + ".", token + "%00", "", ".", "A" * 5000):
        reply = nobody.fetch(f"{head}/download/{changed}/{name}")
        assert 400 <= reply.status < 500 and SECRET not in reply.body, changed[:50]
    # The name at the end is for people.
    assert nobody.fetch(f"{head}/download/{token}/another.name").body == SECRET


def test_a_signed_address_is_good_for_one_purpose(place, alice, vault):
    nobody = place.nobody()
    down = alice.urls("red", "vault", "weights")["secret.bin"].split("/download/")[1].split("/")[0]
    mine = alice.create("red", "purposes", "x", "0" * 32)
    up = alice.files(mine["id"], [{"name": "f", "md5": md5_base64(b"new")}])[0]["uploadUrl"].split("/upload/")[1]
    assert nobody.send(f"/upload/{down}", SECRET).status == 403
    for path in (f"/download/{up}/f", f"/download/{up}"):
        assert nobody.fetch(path).status in (403, 404)
    assert nobody.fetch(f"/upload/{up}").status in (404, 405)
    assert nobody.send(f"/upload/{up}", b"new").status == 200


def test_an_expired_signed_address_serves_nothing(place_with_clock):
    place, later = place_with_clock
    alice = place.caller("alice")
    alice.make("red", "vault", "weights", {"secret.bin": SECRET})
    url = alice.urls("red", "vault", "weights")["secret.bin"]
    mine = alice.create("red", "vault", "more", "0" * 32)
    [node] = alice.files(mine["id"], [{"name": "f", "md5": md5_base64(b"new")}])
    later(350 * 60)
    assert place.nobody().fetch(url).body == SECRET
    later(370 * 60)
    reply = place.nobody().fetch(url)
    assert reply.status == 403 and "expired" in reply.message
    later(23 * 3600)
    assert place.nobody().send(node["uploadUrl"], b"new").status == 200
    later(25 * 3600)
    reply = place.nobody().send(node["uploadUrl"], b"new")
    assert reply.status == 403 and "expired" in reply.message


def test_membership_that_was_lost_takes_addresses_along(place, vault):
    bob = place.caller("bob")
    url = bob.urls("red", "vault", "weights")["secret.bin"]
    manifest = bob.ask("query Q($id: ID!) { artifact(id: $id) { currentManifest { file { directUrl } } } }",
                       id=vault["id"])["artifact"]["currentManifest"]["file"]["directUrl"]
    mine = bob.create("red", "vault", "bobs", "0" * 32)
    [node] = bob.files(mine["id"], [{"name": "f", "md5": md5_base64(b"from bob")}])
    assert place.nobody().fetch(url).body == SECRET
    assert b"secret.bin" in place.nobody().fetch(manifest).body
    place.operate("team", "member", "remove", "red", "bob")
    try:
        for address in (url, manifest):
            reply = place.nobody().fetch(address)
            assert reply.status in (403, 404) and SECRET not in reply.body and b"dir/other" not in reply.body
        assert place.nobody().send(node["uploadUrl"], b"from bob").status in (403, 404)
        assert bob.version("red", "vault", "weights", "latest") == (None, [])
        refused(bob.commit, mine["id"])
    finally:
        place.operate("team", "member", "set", "red", "bob", "member")
    assert place.nobody().fetch(url).body == SECRET


def test_an_account_that_is_gone_takes_addresses_along(place, vault):
    place.operate("user", "add", "temp", "--no-key")
    key = place.operate("key", "add", "temp")
    place.operate("org", "member", "set", "Acme", "temp", "member")
    place.operate("team", "member", "set", "red", "temp", "viewer")
    place.keys["temp"] = key
    url = place.caller("temp").urls("red", "vault", "weights")["secret.bin"]
    assert place.nobody().fetch(url).body == SECRET
    place.operate("user", "delete", "temp")
    assert place.nobody().fetch(url).status in (401, 403, 404)


def test_an_address_of_a_version_that_was_deleted_serves_nothing(place, alice):
    made = alice.make("red", "gone", "x", {"f": b"gone soon"})
    url = alice.urls("red", "gone", "x")["f"]
    alice.ask(wire.DELETE, input={"artifactID": made["id"], "deleteAliases": True})
    assert place.nobody().fetch(url).status == 404
    hex_digest = base64.b64decode(md5_base64(b"gone soon")).hex()
    for path in handler_paths("red", "gone", "x", made["id"], made["id"], hex_digest)[1:]:
        assert alice.fetch(path.replace("=", "%3D")).status == 404, path


# ---- references, links, uses

def test_a_reference_to_others_gives_nothing(eve, vault):
    hex_id = base64.b64decode(vault["id"]).hex()
    entries = {"ref": entry_of(SECRET, ref=f"wandb-artifact://{hex_id}/secret.bin"),
               "client": entry_of(SECRET, ref="wandb-client-artifact://alices-client-id/secret.bin"),
               "born": entry_of(SECRET, ref=f"wandb-artifact://{hex_id}/secret.bin", birthArtifactID=vault["id"]),
               "file": entry_of(SECRET, ref="file:///etc/passwd"),
               "loop": entry_of(SECRET, ref="http://127.0.0.1:1/")}
    made = eve.make("blue", "refs", "x", {}, entries)
    assert made["state"] == "COMMITTED"
    urls = eve.urls("blue", "refs", "x")
    assert urls == {path: entry["ref"] for path, entry in entries.items()}
    for birth in (made["id"], vault["id"]):
        for path in handler_paths("blue", "refs", "x", made["id"], birth, HEX):
            assert eve.fetch(path.replace("=", "%3D")).status in (400, 403, 404), path
    copy = eve.create("blue", "refs", "copy", "0" * 32)
    assert eve.files(copy["id"], [{"name": "x", "md5": md5_base64(SECRET)}])[0]["uploadUrl"]


def test_artifacts_of_others_are_not_linked_or_used(eve, vault):
    eve.ask("""mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }""",
            input={"name": "evesrun", "entityName": "blue", "modelName": "p"})
    by_id = {"artifactID": vault["id"], "entityName": "blue", "projectName": "p", "artifactPortfolioName": "loot"}
    by_client = {**by_id, "clientID": "alices-client-id"}
    del by_client["artifactID"]
    registry = {**by_id, "entityName": "Rivals", "projectName": "wandb-registry-model"}
    for given in (by_id, by_client, registry):
        message = refused(eve.ask, wire.LINK, input=given)
        assert "no such artifact" in message
    refused(eve.ask, "mutation M($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id metadata } } }",
            input={"artifactID": vault["id"], "entityName": "blue", "projectName": "p", "runName": "evesrun"})
    refused(eve.ask, "mutation M($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id metadata } } }",
            input={"artifactID": vault["id"], "entityName": "blue", "projectName": "p", "runName": "evesrun",
                   "artifactEntityName": "blue", "artifactProjectName": "vault"})
    assert eve.ask('{ project(name: "p", entityName: "blue") { run(name: "evesrun") { inputArtifacts { totalCount } } } }'
                   )["project"]["run"]["inputArtifacts"]["totalCount"] == 0


def test_client_ids_of_others_lead_nowhere(alice, eve, vault):
    query = "query Q($id: ID!) { clientIDMapping(clientID: $id) { serverID } }"
    assert alice.ask(query, id="alices-client-id")["clientIDMapping"]["serverID"] == vault["id"]
    assert eve.ask(query, id="alices-client-id")["clientIDMapping"] is None
    assert eve.ask(query, id="nobodys")["clientIDMapping"] is None
    mine = eve.create("blue", "vault", "weights", vault["digest"], clientID="alices-client-id",
                      sequenceClientID="alices-sequence-id")
    assert mine["id"] != vault["id"] and mine["state"] == "PENDING"
    assert alice.ask(query, id="alices-client-id")["clientIDMapping"]["serverID"] == vault["id"]


# ---- ids

def encode(kind, number):
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def test_ids_of_others_show_nothing(alice, eve, vault, own):
    query = "query Q($id: ID!) { artifact(id: $id) { id digest artifactSequence { name project { entityName } } } }"
    assert alice.ask(query, id=vault["id"])["artifact"]["digest"] == vault["digest"]
    assert eve.ask(query, id=vault["id"])["artifact"] is None
    mine = 0
    for number in range(1, 60):
        found = eve.ask(query, id=encode("Artifact", number))["artifact"]
        if found:
            mine += 1
            assert found["artifactSequence"]["project"]["entityName"] in ("blue", "eve"), found
        for kind in ("ArtifactCollection", "ArtifactSequence", "ArtifactPortfolio"):
            reply = eve.post("query Q($id: ID!) { artifactCollection(id: $id) { name project { entityName } } }",
                             {"id": encode(kind, number)})
            data = reply.json().get("data")
            shown = data and data["artifactCollection"]
            assert not shown or shown["project"]["entityName"] in ("blue", "eve", "Rivals"), shown
    assert mine > 0


def test_names_of_others_show_nothing(eve, vault):
    for query in ('{ project(name: "vault", entityName: "red") { id } }', '{ model(name: "vault", entityName: "red") { id } }',
                  '{ entity(name: "red") { project(name: "vault") { id } } }'):
        data = eve.ask(query)
        assert "UHJvamVjd" not in str(data), data
    listed = eve.ask('{ models(entityName: "red") { edges { node { name } } } }')["models"]
    assert not listed or listed["edges"] == []


MUTATIONS = [
    ("updateArtifact", "UpdateArtifactInput", {"description": "eve was here"}, "artifact { id }"),
    ("deleteArtifact", "DeleteArtifactInput", {"deleteAliases": True}, "artifact { id }"),
    ("commitArtifact", "CommitArtifactInput", {}, "artifact { id }"),
    ("addAliases", "AddAliasesInput", {"aliases": [{"entityName": "red", "projectName": "vault",
                                                    "artifactCollectionName": "weights", "alias": "evil"}]}, "success"),
    ("deleteAliases", "DeleteAliasesInput", {"aliases": [{"entityName": "red", "projectName": "vault",
                                                          "artifactCollectionName": "weights", "alias": "latest"}]}, "success"),
    ("createArtifactManifest", "CreateArtifactManifestInput",
     {"name": "wandb_manifest.json", "digest": "", "entityName": "red", "projectName": "vault", "runName": ""},
     "artifactManifest { id }"),
    ("unlinkArtifact", "UnlinkArtifactInput", {"artifactPortfolioID": encode("ArtifactCollection", 1)}, "success"),
]


@pytest.mark.parametrize("name", STRANGERS + ["vic"])
@pytest.mark.parametrize("mutation, type_name, given, selected", MUTATIONS, ids=[m[0] for m in MUTATIONS])
def test_artifacts_of_others_are_not_changed(place, alice, vault, name, mutation, type_name, given, selected):
    """vic may read and nothing else."""
    caller = place.caller(name)

    def state():
        return alice.ask("query Q($id: ID!) { artifact(id: $id) { description state updatedAt aliases { alias } } }",
                         id=vault["id"])

    before = state()
    refused(caller.ask, f"mutation M($input: {type_name}!) {{ {mutation}(input: $input) {{ {selected} }} }}",
            input={"artifactID": vault["id"], **given})
    assert state() == before


def test_places_of_others_take_nothing(place, vault):
    for name in STRANGERS + ["vic"]:
        caller = place.caller(name)
        refused(caller.create, "red", "vault", "weights", "0" * 32)
        refused(caller.create, "red", f"new-{name}", "weights", "0" * 32)
        refused(caller.ask, "mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }",
                input={"name": "run", "entityName": "red", "modelName": "vault"})
        refused(caller.files, vault["id"], [{"name": "x", "md5": md5_base64(SECRET)}])


# ---- runs

def test_runs_of_others_show_and_take_nothing(place, alice, vault):
    run = alice.ask("mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }",
                    input={"name": "alicerun", "entityName": "red", "modelName": "vault",
                           "config": '{"lr": {"value": 1}}'})["upsertBucket"]["bucket"]["id"]
    made = alice.ask("""mutation M($input: CreateRunFilesInput!) { createRunFiles(input: $input) {
        files { name uploadUrl } } }""", input={"entityName": "red", "projectName": "vault", "runName": "alicerun",
                                                "files": ["secret.txt"]})["createRunFiles"]["files"]
    alice.put(made[0]["uploadUrl"], SECRET)
    url = alice.ask("""{ project(name: "vault", entityName: "red") { run(name: "alicerun") {
        files { edges { node { id directUrl url } } } } } }""")["project"]["run"]["files"]["edges"][0]["node"]
    assert place.nobody().fetch(url["directUrl"]).body == SECRET
    for name in STRANGERS:
        stranger = place.caller(name)
        stream = stranger.fetch("/files/red/vault/alicerun/file_stream", method="POST", body='{"exitcode": 1}',
                                headers={"Content-Type": "application/json"})
        assert stream.status in (403, 404)
        for mutation, type_name, given in (
                ("deleteRun", "DeleteRunInput", {"id": run}), ("stopRun", "StopRunInput", {"id": run}),
                ("updateRunState", "UpdateRunStateInput", {"id": run, "state": "failed"}),
                ("upsertBucket", "UpsertBucketInput", {"id": run, "notes": "eve"}),
                ("deleteFiles", "DeleteFilesInput", {"files": [url["id"]]}),
                ("createRunFiles", "CreateRunFilesInput", {"entityName": "red", "projectName": "vault",
                                                           "runName": "alicerun", "files": ["secret.txt"]})):
            selected = {"deleteRun": "clientMutationId", "upsertBucket": "inserted",
                        "createRunFiles": "runID"}.get(mutation, "success")
            refused(stranger.ask, f"mutation M($input: {type_name}!) {{ {mutation}(input: $input) {{ {selected} }} }}",
                    input=given)
    now = alice.ask("""{ project(name: "vault", entityName: "red") { run(name: "alicerun") { state notes stopped
        fileCount } } }""")["project"]["run"]
    assert now == {"state": "running", "notes": now["notes"], "stopped": False, "fileCount": 1} and now["notes"] != "eve"
    for path in (f"/files/red/vault/alicerun/secret.txt", "/files/red/vault/alicerun/file_stream"):
        assert place.nobody().fetch(path, method="POST", body="{}").status in (401, 404)


# ---- registries

@pytest.fixture(scope="module")
def registry(place, vault):
    """A registry that only its members see, with alice's secret in it; carol is its restricted viewer."""
    alice = place.caller("alice")
    made = alice.ask("mutation M($input: UpsertModelInput!) { upsertModel(input: $input) { inserted project { id } } }",
                     input={"entityName": "Acme", "name": "wandb-registry-Safe", "access": "RESTRICTED",
                            "allowAllArtifactTypesInRegistry": True})["upsertModel"]["project"]["id"]
    alice.connect(vault["id"], "Acme", "wandb-registry-Safe", "Model", ["approved"])
    carol = place.caller("carol").ask("{ viewer { id } }")["viewer"]["id"]
    alice.ask("mutation M($input: CreateProjectMembersInput!) { createProjectMembers(input: $input) { success } }",
              input={"projectId": made, "userIds": [carol]})

    def role(name):
        alice.ask("mutation M($input: UpdateProjectMemberInput!) { updateProjectMember(input: $input) { success } }",
                  input={"projectId": made, "userId": carol, "userProjectRole": name})
    role("restricted_viewer")
    return role


def test_a_restricted_viewer_sees_metadata_and_no_bytes(place, vault, registry):
    carol = place.caller("carol")
    registry("restricted_viewer")
    seen = carol.ask("""{ project(name: "wandb-registry-Safe", entityName: "Acme") {
        artifactCollectionMembership(name: "Model:approved") { versionIndex artifact { id digest size metadata
        artifactSequence { name project { name } } currentManifest { file { directUrl } } } } } }""")
    artifact = seen["project"]["artifactCollectionMembership"]["artifact"]
    assert artifact["digest"] == vault["digest"] and artifact["artifactSequence"]["project"] is None
    manifest = place.nobody().fetch(artifact["currentManifest"]["file"]["directUrl"])
    assert manifest.status == 200 and "secret.bin" in manifest.json()["contents"]
    for call in (lambda: carol.version("Acme", "wandb-registry-Safe", "Model", "approved"),
                 lambda: carol.ask("query Q($id: ID!) { artifact(id: $id) { files { edges { node { directUrl } } } } }",
                                   id=vault["id"]),
                 lambda: carol.ask("""query Q($id: ID!, $entries: [ArtifactManifestEntryInput!]) { artifact(id: $id) {
                     filesByManifestEntries(entries: $entries, storageLayout: "V2", manifestVersion: "1") {
                     edges { node { directUrl } } } } }""", id=vault["id"],
                                   entries=[{"name": "secret.bin", "digest": md5_base64(SECRET)}])):
        with pytest.raises(wire.Refused) as caught:
            call()
        assert caught.value.status == 403
    for path in handler_paths("Acme", "wandb-registry-Safe", "Model", vault["id"], vault["id"], HEX):
        assert carol.fetch(path.replace("=", "%3D")).status in (403, 404)
    mine = carol.create("carol", "p", "copy", "0" * 32)
    assert carol.files(mine["id"], [{"name": "x", "md5": md5_base64(SECRET)}])[0]["uploadUrl"]
    carol.ask("mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }",
              input={"name": "carolrun", "entityName": "carol", "modelName": "p"})
    refused(carol.ask, "mutation M($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id } } }",
            input={"artifactID": vault["id"], "entityName": "carol", "projectName": "p", "runName": "carolrun",
                   "artifactEntityName": "Acme", "artifactProjectName": "wandb-registry-Safe"})
    refused(carol.connect, vault["id"], "carol", "p", "loot")
    entries = {"stolen.bin": entry_of(SECRET, birthArtifactID=vault["id"])}
    refused(carol.make, "carol", "p", "stolen", {}, entries)
    refused(carol.make, "carol", "p", "stolen", {}, {"stolen.bin": entry_of(SECRET)})


def test_a_viewer_reads_through_the_registry_and_no_other_way(place, vault, registry):
    carol = place.caller("carol")
    registry("viewer")
    try:
        url = carol.urls("Acme", "wandb-registry-Safe", "Model", "approved")["secret.bin"]
        assert place.nobody().fetch(url).body == SECRET
        through = handler_paths("Acme", "wandb-registry-Safe", "Model", vault["id"], vault["id"], HEX)[2:4]
        for path in through:
            assert carol.fetch(path.replace("=", "%3D")).body == SECRET
        for path in handler_paths("red", "vault", "weights", vault["id"], vault["id"], HEX):
            assert carol.fetch(path.replace("=", "%3D")).status in (403, 404)
    finally:
        registry("restricted_viewer")
    assert place.nobody().fetch(url).status == 403
    for path in through:
        assert carol.fetch(path.replace("=", "%3D")).status in (403, 404)


def test_members_of_the_organization_do_not_see_a_restricted_registry(place, registry):
    for name in ("vic", "eve", "loner"):
        seen = place.caller(name).ask("""{ project(name: "wandb-registry-Safe", entityName: "Acme") { id }
            organization(name: "Acme") { orgEntity { projects { edges { node { name } } } } } }""")
        assert seen["project"] is None
        assert "Safe" not in str(seen["organization"])


def test_unlinking_closes_the_way_through_the_registry(place, alice, registry):
    made = alice.make("red", "vault", "passing", {"f": b"passing through"})
    link = alice.ask("""mutation M($input: LinkArtifactInput!) { linkArtifact(input: $input) { artifactMembership {
        artifactCollection { id } } } }""", input={"artifactID": made["id"], "entityName": "Acme",
                                                   "projectName": "wandb-registry-Safe", "artifactPortfolioName": "Pass"})
    portfolio = link["linkArtifact"]["artifactMembership"]["artifactCollection"]["id"]
    registry("viewer")
    try:
        url = place.caller("carol").urls("Acme", "wandb-registry-Safe", "Pass")["f"]
        assert place.nobody().fetch(url).body == b"passing through"
        alice.ask("mutation M($input: UnlinkArtifactInput!) { unlinkArtifact(input: $input) { success } }",
                  input={"artifactID": made["id"], "artifactPortfolioID": portfolio})
        assert place.nobody().fetch(url).status in (403, 404)
        assert place.caller("carol").ask("query Q($id: ID!) { artifact(id: $id) { id } }", id=made["id"])["artifact"] is None
    finally:
        registry("restricted_viewer")
