"""Input that is wrong: each gets one sentence that says what is wrong and what to do, nothing is half
written, and what follows works. (Broken HTTP framing is in tests/http, a full disk in tests/fault.)
"""
import base64
import hashlib
import json
import os
import socket
import struct

import pytest

import wire
from place import digest_of, entry_of, manifest_of, md5_base64

DATA = b"some bytes"
HEX = hashlib.md5(DATA).hexdigest()


def check_sentence(message):
    """One sentence for a person, without internals."""
    assert 10 < len(message) < 500, message
    assert "\n" not in message and message[-1] in ".!", message
    for word in ("SQL", "sqlite", "src/", ".c:", "errno", "NULL", "0x", "assert", "(null)"):
        assert word not in message, message
    return message


def refused(call, *arguments, status=(400, 401, 403, 404, 409, 413, 422), says="", **named):
    with pytest.raises(wire.Refused) as caught:
        call(*arguments, **named)
    message = check_sentence(caught.value.message)
    assert caught.value.status in ([status] if isinstance(status, int) else status), caught.value
    assert says in message, message
    return message


@pytest.fixture(autouse=True)
def still_answers(place):
    yield
    assert place.caller("alice").ask("{ viewer { username } }")["viewer"]["username"] == "alice"


@pytest.fixture
def pending(alice, request):
    """An artifact that waits for its manifest, its one file uploaded; a name of this test's own."""
    entries = {"file.bin": entry_of(DATA)}
    made = alice.create("red", "bad", collection_of(request), digest_of(entries))
    alice.put_files(made["id"], {"file.bin": DATA})
    return made["id"]


def collection_of(request):
    return "c-" + hashlib.md5(request.node.name.encode()).hexdigest()[:12]


# ---- keys

def test_wrong_keys_are_refused(place):
    good = place.keys["alice"]
    place.operate("user", "add", "leaver")
    key = place.operate("key", "add", "leaver")
    listed = json.loads(place.operate("key", "list", "leaver", "--json"))
    nobody = place.nobody()
    query = json.dumps({"query": "{ viewer { username } entity(name: \"red\") { id } }"})

    def ask(authorization):
        headers = {"Content-Type": "application/json"}
        if authorization is not None:
            headers["Authorization"] = authorization
        return nobody.fetch("/graphql", headers, "POST", query)

    assert ask(wire.basic(good)).status == 200
    assert ask("Bearer " + good).status in (200, 401)
    assert ask(wire.basic(key)).json()["data"]["viewer"]["username"] == "leaver"
    for row in listed:
        if row["hint"].endswith(key[-4:]):
            place.operate("key", "revoke", row["id"])
    for authorization in (None, "", "Basic", "Basic ", "Basic !!!", "Basic " + "A" * 8000, "Digest x", "Bearer",
                          wire.basic(key), wire.basic(good[:-1]), wire.basic(good + "x"), wire.basic(good.swapcase()),
                          wire.basic(""), wire.basic("x" * 40), wire.basic("x" * 4000), wire.basic("\u00e9" * 40),
                          wire.basic("' OR 1=1 --" + "x" * 40), wire.basic(good + "\0"),
                          "Basic " + base64.b64encode(good.encode()).decode(),
                          "Basic " + base64.b64encode(b"\xff" * 50).decode()):
        reply = ask(authorization)
        assert reply.status == 401, (authorization, reply)
        check_sentence(reply.message)
        assert good not in str(reply) and key not in str(reply)
        assert "Basic" in reply.headers["WWW-Authenticate"]
    # Without a key nobody is somebody; a wrong key is told so.
    anonymous = nobody.fetch("/graphql", {"Content-Type": "application/json"}, "POST", '{"query": "{ viewer { id } }"}')
    assert anonymous.json()["data"]["viewer"] is None or anonymous.status == 401


# ---- names

LONG = "x" * 129
BAD_NAMES = ["", " ", "a/b", "a:b", LONG, "nul\0", "new\nline", "tab\t", "\u202eevil", "\ufeffbom", "..", "."]


@pytest.mark.parametrize("name", BAD_NAMES + ["\ud800"])
def test_bad_artifact_names_are_refused(alice, name):
    refused(alice.create, "red", "bad", name, "0" * 32, status=400)


@pytest.mark.parametrize("name", BAD_NAMES[1:] + ["a#b", "a%b", "a?b", "a\\b"])
def test_bad_project_names_are_refused(alice, name):
    refused(alice.create, "red", name, "x", "0" * 32, status=(400, 404))
    refused(alice.ask, "mutation M($input: UpsertModelInput!) { upsertModel(input: $input) { inserted } }",
            input={"entityName": "red", "name": name}, status=400)
    refused(alice.ask, "mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }",
            input={"entityName": "red", "modelName": name, "name": "run"}, status=(400, 404))


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_types_and_aliases_are_refused(alice, name, request):
    if name not in ("..", "."):
        refused(alice.create, "red", "bad", collection_of(request), "0" * 32, type_name=name, status=400)
        refused(alice.create, "red", "bad", collection_of(request), "0" * 32, aliases=[name], status=400)
        refused(alice.ask, wire.ADD_ALIASES, status=400, input={
            "artifactID": alice.make("red", "bad", "aliased", {"f": b"1"})["id"],
            "aliases": [{"entityName": "red", "projectName": "bad", "artifactCollectionName": "aliased", "alias": name}]})
    assert alice.version("red", "bad", collection_of(request), "latest") == (None, [])


@pytest.mark.parametrize("alias", ["v0", "v1", "v007", "v99999999999999999999"])
def test_version_numbers_are_no_aliases(alice, alias):
    refused(alice.create, "red", "bad", "numbers", "0" * 32, aliases=[alias], status=400, says="reserved for version")


@pytest.mark.parametrize("tag", ["", " a", "a ", "a/b", "a,b", LONG, "a\nb", "\0"])
def test_bad_tags_are_refused(alice, tag):
    made = alice.make("red", "bad", "tagged", {"f": b"1"})
    update = "mutation M($input: UpdateArtifactInput!) { updateArtifact(input: $input) { artifact { id } } }"
    refused(alice.ask, update, input={"artifactID": made["id"], "tagsToAdd": [{"tagName": tag}]}, status=400)
    refused(alice.create, "red", "bad", "tagged2", "0" * 32, tags=[{"tagName": tag}], status=400)
    refused(alice.ask, """mutation M($input: CreateArtifactCollectionTagAssignmentsInput!) {
        createArtifactCollectionTagAssignments(input: $input) { tags { name } } }""", status=400,
            input={"entityName": "red", "projectName": "bad", "artifactCollectionName": "tagged",
                   "tags": [{"tagName": tag}]})


def test_names_at_their_limits_are_taken(alice):
    longest = "\u00e9" * 128
    made = alice.make("red", "p" * 128, longest, {"f": b"1"}, type_name="t" * 128, aliases=["a" * 128, "latest"])
    assert made["versionIndex"] == 0
    assert alice.urls("red", "p" * 128, longest, "a" * 128)


@pytest.mark.parametrize("name", ["a/b", "a#b", "a\\b", "a%b", "a?b", "a:b", "x" * 114, "", "a\0b"])
def test_bad_registry_names_are_refused(alice, name):
    refused(alice.ask, "mutation M($input: UpsertModelInput!) { upsertModel(input: $input) { inserted } }", status=400,
            input={"entityName": "Acme", "name": "wandb-registry-" + name, "access": "PRIVATE",
                   "allowAllArtifactTypesInRegistry": True})


def test_unknown_places_are_refused(alice, place):
    made = alice.make("red", "bad", "linked", {"f": b"1"})
    refused(alice.create, "nowhere", "p", "x", "0" * 32, status=404)
    refused(alice.connect, made["id"], "Nowhere", "wandb-registry-model", "M", status=404)
    refused(alice.connect, made["id"], "Acme", "wandb-registry-Nothing", "M", status=404, says="Nothing")
    assert alice.ask('{ organization(name: "Nowhere") { id } }')["organization"] is None
    assert alice.ask('{ entity(name: "nowhere") { id } }')["entity"] is None
    assert alice.ask('{ project(name: "none", entityName: "red") { id } }')["project"] is None
    assert alice.ask('{ project(name: "bad", entityName: "red") { run(name: "none") { id } } }')["project"]["run"] is None
    refused(place.caller("loner").connect, made["id"], "loner", "wandb-registry-model", "M")


def test_a_type_that_is_not_accepted_is_refused(alice):
    made = alice.make("red", "bad", "typed", {"f": b"1"}, type_name="dataset")
    message = refused(alice.connect, made["id"], "Acme", "wandb-registry-model", "M", status=400, says="dataset")
    assert "model" in message
    alice.ask("mutation M($input: UpsertModelInput!) { upsertModel(input: $input) { inserted } }",
              input={"entityName": "Acme", "name": "wandb-registry-Picky", "access": "PRIVATE",
                     "allowAllArtifactTypesInRegistry": False, "artifactTypes": [{"name": "only this"}]})
    refused(alice.connect, made["id"], "Acme", "wandb-registry-Picky", "M", status=400, says="dataset")
    refused(alice.create, "red", "bad", "typed", "0" * 32, type_name="model", says="dataset")


@pytest.mark.parametrize("given", [
    {"metadata": "not json"}, {"metadata": "[]"}, {"metadata": '"text"'}, {"metadata": '{"a": 1} x'},
    {"metadata": '{"a": ' + "[" * 200 + "]" * 200 + "}"}, {"metadata": json.dumps({str(i): i for i in range(101)})},
    {"digest": ""}, {"digest": "0" * 129},
    {"description": "x" * (4 << 20)}, {"description": "a\0b"}, {"ttlDurationSeconds": -3}, {"clientID": "x" * 513},
    {"sequenceClientID": "x" * 513}, {"distributedID": "x" * 513},
    {"storageRegion": "moon"}], ids=lambda g: str(g)[:40])
def test_bad_values_of_an_artifact_are_refused(alice, given, request):
    digest = given.pop("digest", "0" * 32)
    refused(alice.create, "red", "bad", collection_of(request), digest, **given)
    assert alice.ask('query Q($n: String!) { project(name: "bad", entityName: "red") { artifactCollection(name: $n) {'
                     ' id } } }', n=collection_of(request))["project"]["artifactCollection"] is None


@pytest.mark.parametrize("text", ["", "x", "!", "QXJ0aWZhY3Q6", "QXJ0aWZhY3Q6MA==", "QXJ0aWZhY3Q6LTE=", "UnVuOjE=",
                                  "QXJ0aWZhY3Q6MQ", "QXJ0aWZhY3Q6MSA=", base64.b64encode(b"Artifact:99999999999999999999").decode(),
                                  base64.b64encode(b"Artifact:123456").decode(), "x" * 5000, "\0"])
def test_bad_ids_are_refused(alice, text):
    reply = alice.post("query Q($id: ID!) { artifact(id: $id) { id } }", {"id": text})
    if reply.status == 200:
        assert reply.json() == {"data": {"artifact": None}}
    else:
        check_sentence(reply.message)
        assert reply.status in (400, 404)
    for mutation, type_name in (("commitArtifact", "CommitArtifactInput"), ("deleteArtifact", "DeleteArtifactInput"),
                                ("updateArtifact", "UpdateArtifactInput")):
        refused(alice.ask, f"mutation M($input: {type_name}!) {{ {mutation}(input: $input) {{ artifact {{ id }} }} }}",
                input={"artifactID": text}, status=(400, 404))


# ---- paths in manifests

BAD_PATHS = ["", "/", "/etc/passwd", "../x", "a/../x", "a/..", "..", ".", "./x", "a//b", "a/", "a\\b", "..\\x", "C:/x",
             "nul\0", "a/./b", "x" * 4097, "%2e%2e/\0"]


@pytest.mark.parametrize("path", BAD_PATHS, ids=lambda p: ascii(p)[:20])
def test_paths_that_escape_are_refused(alice, pending, path, request):
    refused(alice.files, pending, [{"name": path, "md5": md5_base64(DATA)}], status=400)
    entries = {path: entry_of(DATA)}
    body, digest = manifest_of(entries)
    made = alice.create("red", "bad", collection_of(request) + "-path", digest)
    alice.put_files(made["id"], {"file.bin": DATA})
    alice.put_manifest(made["id"], body)
    refused(alice.commit, made["id"], status=400)
    reference = {path: {"digest": "http://x/", "ref": "http://x/"}}
    body, digest = manifest_of(reference)
    made = alice.create("red", "bad", collection_of(request) + "-ref", digest)
    alice.put_manifest(made["id"], body)
    refused(alice.commit, made["id"], status=400)
    refused(alice.manifest, pending, name=path, status=400)


@pytest.mark.parametrize("path", ["a b", "a%20b", "%2e%2e/x", "a#b?c=d&e", "\u00fc\u4e2d/\U0001f600", "...", "a/..b", ".hidden",
                                  "a:b", "x" * 200 + "/" + "y" * 200, "-", "~", "'\"<>|*", "a\nb", "con", "a;b", "\u202e.txt"])
def test_odd_paths_come_back_as_they_went(alice, path):
    made = alice.make("red", "odd", "names", {path: path.encode()})
    urls = alice.urls("red", "odd", "names", f"v{made['versionIndex']}")
    assert list(urls) == [path]
    reply = alice.fetch(urls[path])
    assert reply.body == path.encode() and "\n" not in reply.headers["Content-Disposition"]


# ---- manifests that do not hold

def manifests():
    """(what is wrong, text, the digest that was announced or None: that of the uploaded file)"""
    good = entry_of(DATA)
    text, _ = manifest_of({"file.bin": good})

    def changed(**more):
        return manifest_of({"file.bin": good | more})

    yield "another digest", *manifest_of({"file.bin": entry_of(b"never uploaded")})
    yield "a file more", *manifest_of({"file.bin": good, "more.bin": entry_of(b"never uploaded")})
    yield "a smaller size", *changed(size=len(DATA) - 1)
    yield "a larger size", *changed(size=len(DATA) + 1)
    yield "a size of 0", *changed(size=0)
    yield "a negative size", *changed(size=-5)
    yield "a huge size", *changed(size=2**63)
    yield "a fractional size", *changed(size=10.5)
    yield "a size as text", *changed(size="10")
    yield "no digest", *manifest_of({"file.bin": {"digest": "", "size": 10}})
    yield "a digest in hexadecimal", *changed(digest=HEX)
    yield "a digest without padding", *changed(digest=md5_base64(DATA).rstrip("="))
    yield "a longer digest", *changed(digest=base64.b64encode(b"x" * 17).decode())
    yield "a number as digest", text.replace(json.dumps(md5_base64(DATA)).encode(), b"5"), None
    yield "another algorithm", *changed(extra={"alg": "XXH128"})
    yield "an unknown birth", *changed(birthArtifactID=base64.b64encode(b"Artifact:987654").decode() + "x")
    yield "a birth that is no id", *changed(birthArtifactID="../../x")
    yield "a reference that is no text", *changed(ref=5)
    yield "the digest of other contents", text, "1" * 32
    yield "no JSON", b"rubbish", None
    yield "nothing", b"", None
    yield "half of it", text[:len(text) // 2], None
    yield "something behind it", text + b"x", None
    yield "two documents", text + text, None
    yield "a list", b"[]", None
    yield "null", b"null", None
    yield "no contents", b'{"version": 1, "storagePolicy": "wandb-storage-policy-v1"}', None
    yield "contents that are a list", text.replace(b'"contents": {', b'"other": {').replace(b"{", b'{"contents": [], ', 1), None
    yield "an entry that is a list", b'{"version": 1, "storagePolicy": "wandb-storage-policy-v1", "contents": {"a": []}}', None
    yield "another version", text.replace(b'"version": 1', b'"version": 2'), None
    yield "another policy", text.replace(b"wandb-storage-policy-v1", b"my-policy"), None
    yield "a path twice", text.replace(b'"contents": {', b'"contents": {"file.bin": %s, ' % json.dumps(good).encode()), None
    yield "contents twice", text.replace(b'"version": 1', b'"contents": {}, "version": 1'), None
    yield "bad UTF-8", text.replace(b"file.bin", b"fil\xff.bin"), None
    yield "half a character", text.replace(b"file.bin", b"file\\ud800.bin"), None
    yield "a NUL in a path", text.replace(b"file.bin", b"file\\u0000.bin"), None
    yield "deep nesting", text.replace(b'"size": 10', b'"size": 10, "extra": ' + b"[" * 100000 + b"]" * 100000), None
    yield "deep nesting without an end", b'{"contents": ' * 50000, None
    yield "a long path", text.replace(b"file.bin", b"x" * 5000), None
    yield "a byte order mark", b"\xef\xbb\xbf" + text, None
    yield "UTF-16", text.decode().encode("utf-16"), None


CASES = list(manifests())


@pytest.mark.parametrize("text, digest", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_manifest_that_does_not_hold_is_refused(alice, text, digest, request):
    name = collection_of(request)
    good = {"file.bin": entry_of(DATA)}
    made = alice.create("red", "bad", name, digest or digest_of(good))
    alice.put_files(made["id"], {"file.bin": DATA})
    alice.put_manifest(made["id"], text)
    message = refused(alice.commit, made["id"], status=(400, 413))
    assert "xxxxxxxxxx" * 20 not in message
    # Nothing became of it, and the same artifact can still become good.
    assert alice.version("red", "bad", name, "latest") == (None, [])
    assert alice.ask("query Q($id: ID!) { artifact(id: $id) { state versionIndex } }",
                     id=made["id"])["artifact"] == {"state": "PENDING", "versionIndex": None}
    right = alice.create("red", "bad", name, digest_of(good))
    alice.put_files(right["id"], {"file.bin": DATA})
    alice.put_manifest(right["id"], manifest_of(good)[0])
    assert alice.commit(right["id"])["versionIndex"] == 0
    assert alice.get(alice.urls("red", "bad", name)["file.bin"]) == DATA


def test_commit_needs_a_manifest(alice):
    made = alice.create("red", "bad", "manifestless", "0" * 32)
    refused(alice.commit, made["id"], says="manifest")
    alice.manifest(made["id"])
    refused(alice.commit, made["id"], says="manifest")
    alice.manifest(made["id"], md5_base64(b"never sent"))
    refused(alice.commit, made["id"], says="manifest")


def test_a_manifest_other_than_announced_is_refused(alice, pending):
    node = alice.manifest(pending, md5_base64(b"announced"))
    reply = alice.send(node["file"]["uploadUrl"], b"another")
    assert reply.status == 400
    check_sentence(reply.message)
    refused(alice.commit, pending, says="manifest")


# ---- uploads

def data_of(request):
    """Bytes that no other test uploads."""
    return b"bytes of " + request.node.name.encode()


def upload_url(alice, request, data, **more):
    made = alice.create("red", "uploads", collection_of(request), digest_of({"f": entry_of(data)}))
    [node] = alice.files(made["id"], [{"name": "f", "md5": md5_base64(data), **more}])
    return made["id"], node["uploadUrl"]


def commit(alice, artifact, data):
    alice.put_manifest(artifact, manifest_of({"f": entry_of(data)})[0])
    return alice.commit(artifact)


@pytest.mark.parametrize("change", [lambda data: b"other", lambda data: b"x" * len(data), lambda data: data + b"more",
                                    lambda data: data[:-1], lambda data: data * 100_000],
                         ids=["other", "same length", "longer", "shorter", "much longer"])
def test_bytes_other_than_announced_are_refused(alice, request, change):
    data = data_of(request)
    sent = change(data)
    made, url = upload_url(alice, request, data)
    reply = alice.send(url, sent)
    assert reply.status == 400, reply
    check_sentence(reply.message)
    alice.put_manifest(made, manifest_of({"f": entry_of(data)})[0])
    refused(alice.commit, made, says="never uploaded")
    # Not stored under its own digest either.
    assert alice.fetch(f"/artifacts/red/{hashlib.md5(sent).hexdigest()}").status == 404
    # The same address is good for another try.
    assert alice.send(url, data).status == 200
    assert alice.send(url, data).status == 200
    assert alice.commit(made)["state"] == "COMMITTED"


def raw(place, text, body=b"", cut=False):
    """Sends bytes as they are; with cut, closes then. -> the answer so far"""
    host, port = place.url.split("//")[1].split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(text.encode() + body)
        if cut == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        if cut:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
            if b"\r\n\r\n" in answer and not cut:
                break
        return answer


def head_of(place, url, **fields):
    path = url[len(place.url):]
    host = place.url.split("//")[1]
    lines = [f"PUT {path} HTTP/1.1", f"Host: {host}"] + [f"{k.replace('_', '-')}: {v}" for k, v in fields.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


@pytest.mark.parametrize("cut", ["reset", "half-close"])
@pytest.mark.parametrize("size", [0, 1, 5, 999_999])
def test_truncated_uploads_leave_nothing(place, alice, request, cut, size):
    data = os.urandom(1_000_000)
    made, url = upload_url(alice, request, data)
    answer = raw(place, head_of(place, url, Content_Length=len(data)), data[:size], cut)
    assert b" 200 " not in answer
    alice.put_manifest(made, manifest_of({"f": entry_of(data)})[0])
    refused(alice.commit, made, says="never uploaded")
    assert alice.send(url, data).status == 200
    alice.commit(made)
    assert alice.get(alice.urls("red", "uploads", collection_of(request))["f"]) == data


def test_uploads_need_a_length(place, alice, request):
    data = data_of(request)
    made, url = upload_url(alice, request, data)
    for fields, body in (({}, b""), ({"Transfer_Encoding": "chunked"}, b"a\r\nsome bytes\r\n0\r\n\r\n")):
        answer = raw(place, head_of(place, url, **fields), body)
        assert answer.startswith(b"HTTP/1.1 411 "), answer
        check_sentence(json.loads(answer.split(b"\r\n\r\n")[1])["error"])
    reply = alice.send(url, data, {"Expect": "100-continue"})
    assert reply.status == 200
    assert commit(alice, made, data)["state"] == "COMMITTED"


def test_an_upload_may_be_empty(alice, request):
    made, url = upload_url(alice, request, b"")
    assert alice.send(url, b"").status == 200
    assert commit(alice, made, b"")["state"] == "COMMITTED"
    assert alice.get(alice.urls("red", "uploads", collection_of(request))["f"]) == b""


def test_uploads_to_what_was_deleted_are_refused(alice, request):
    data = data_of(request)
    made, url = upload_url(alice, request, data)
    assert alice.send(url, data).status == 200
    commit(alice, made, data)
    alice.ask(wire.DELETE, input={"artifactID": made, "deleteAliases": True})
    reply = alice.send(url, data)
    assert reply.status in (404, 409)
    check_sentence(reply.message)
    refused(alice.files, made, [{"name": "f", "md5": md5_base64(data)}])
    refused(alice.commit, made)


def test_a_committed_version_does_not_change(alice, request):
    """Late repetitions of an upload are answered and change nothing."""
    data = data_of(request)
    made, url = upload_url(alice, request, data)
    assert alice.send(url, data).status == 200
    manifest = alice.manifest(made, "")["file"]["uploadUrl"]
    commit(alice, made, data)
    other = manifest_of({"g": entry_of(data)})[0]
    alice.send(manifest, other)
    try:
        alice.put_manifest(made, other)
        alice.commit(made)
    except wire.Refused as error:
        assert error.status in (400, 409)
    assert list(alice.urls("red", "uploads", collection_of(request))) == ["f"]
    shown = alice.ask("query Q($id: ID!) { artifact(id: $id) { currentManifest { file { directUrl } } } }", id=made)
    assert list(json.loads(alice.get(shown["artifact"]["currentManifest"]["file"]["directUrl"]))["contents"]) == ["f"]


def md5_hex(data):
    return hashlib.md5(data).hexdigest()


def test_parts_that_do_not_fit_are_refused(alice, request):
    parts = [b"a" * 1000, b"b" * 1000, b"c" * 10]
    data = b"".join(parts)
    announced = [{"partNumber": n, "hexMD5": md5_hex(p)} for n, p in enumerate(parts, 1)]
    made = alice.create("red", "uploads", collection_of(request), digest_of({"f": entry_of(data)}))
    for bad in ([{"partNumber": 0, "hexMD5": HEX}], [{"partNumber": 10001, "hexMD5": HEX}], [{"partNumber": -1, "hexMD5": HEX}],
                [{"partNumber": n, "hexMD5": HEX} for n in range(1, 10_002)]):
        refused(alice.files, made["id"], [{"name": "f", "md5": md5_base64(data), "uploadPartsInput": bad}], status=(400, 413))
    [node] = alice.files(made["id"], [{"name": "f", "md5": md5_base64(data), "uploadPartsInput": announced}])
    urls = [part["uploadUrl"] for part in node["uploadMultipartUrls"]["uploadUrlParts"]]
    assert alice.send(urls[0], b"wrong").status == 400
    assert alice.send(urls[0], parts[1]).status == 400
    etags = [alice.put(urls[2], parts[2]), alice.put(urls[0], parts[0])]
    refused(alice.complete, node, [etags[1], HEX, etags[0]], says="2 of 3 parts")
    etags = [etags[1], alice.put(urls[1], parts[1]), etags[0]]
    refused(alice.complete, node, etags[:2])
    refused(alice.complete, node, [etags[1], etags[0], etags[2]])
    refused(alice.complete, node, etags + etags)
    refused(alice.complete, node, ["", "", ""])
    refused(alice.complete, {**node, "artifact": {"id": base64.b64encode(b"Artifact:987654").decode()}}, etags)
    refused(alice.complete, {**node, "uploadMultipartUrls": {"uploadID": "x"}}, etags)
    alice.complete(node, etags)
    alice.complete(node, etags)
    commit(alice, made["id"], data)
    assert alice.get(alice.urls("red", "uploads", collection_of(request))["f"]) == data


def test_parts_of_another_whole_are_refused(alice, request):
    """Each part arrived as announced, but together they are not the announced file."""
    parts = [b"a" * 1000, b"b" * 1000]
    data = b"the whole that was announced"
    made = alice.create("red", "uploads", collection_of(request), digest_of({"f": entry_of(data)}))
    [node] = alice.files(made["id"], [{"name": "f", "md5": md5_base64(data), "uploadPartsInput": [
        {"partNumber": n, "hexMD5": md5_hex(p)} for n, p in enumerate(parts, 1)]}])
    etags = [alice.put(part["uploadUrl"], p) for part, p in zip(node["uploadMultipartUrls"]["uploadUrlParts"], parts)]
    refused(alice.complete, node, etags, status=400)
    alice.put_manifest(made["id"], manifest_of({"f": entry_of(data)})[0])
    refused(alice.commit, made["id"], says="never uploaded")


@pytest.mark.parametrize("md5", ["", "x", HEX, base64.b64encode(b"x" * 15).decode(), "=" * 24, "\0"])
def test_files_need_a_digest(alice, pending, md5):
    refused(alice.files, pending, [{"name": "f", "md5": md5}], status=400)
    if md5:
        refused(alice.files, pending, [{"name": "f", "md5": md5_base64(DATA), "digest": md5}], status=400)


# ---- runs

def stream(caller, body, run="streamed", **headers):
    return caller.fetch(f"/files/red/bad/{run}/file_stream", {"Content-Type": "application/json", **headers}, "POST", body)


def test_bad_file_streams_are_refused(place, alice):
    alice.ask("mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }",
              input={"entityName": "red", "modelName": "bad", "name": "streamed"})
    assert stream(alice, "{}").status == 200
    for body in ("", "x", "[]", "null", '{"files": []}', '{"files": {"wandb-history.jsonl": []}}', '{"exitcode": "x"}',
                 '{"files": {"wandb-history.jsonl": {"offset": -1, "content": ["{}"]}}}',
                 '{"files": {"wandb-history.jsonl": {"offset": 1e30, "content": ["{}"]}}}',
                 '{"files": {"wandb-history.jsonl": {"offset": 0, "content": "{}"}}}',
                 '{"files": {"wandb-history.jsonl": {"offset": 0, "content": [5]}}}',
                 "[" * 100_000, '{"a":' * 100_000, b"\xff\xfe", b'{"files": {"x": "\xff"}}'):
        reply = stream(alice, body)
        assert reply.status in (400, 413), (body[:80], reply)
        check_sentence(reply.message)
    for status, reply in ((404, stream(alice, "{}", "none")), (401, stream(place.nobody(), "{}"))):
        assert reply.status == status
        check_sentence(reply.message)
    assert stream(alice, b"x" * 30_000_000).status == 413
    gzipped = stream(alice, b"\x1f\x8b\x08", **{"Content-Encoding": "gzip"})
    assert gzipped.status in (400, 415)
    shown = alice.ask('{ project(name: "bad", entityName: "red") { run(name: "streamed") { historyLineCount state } } }')
    assert shown["project"]["run"] == {"historyLineCount": 0, "state": "running"}


@pytest.mark.parametrize("path", [p for p in BAD_PATHS if p != "./x"], ids=lambda p: ascii(p)[:20])
def test_bad_names_of_run_files_are_refused(alice, path):
    """One of them does not keep the others of the call from being sent."""
    create = "mutation M($input: CreateRunFilesInput!) { createRunFiles(input: $input) { files { name uploadUrl } } }"
    alice.ask("mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }",
              input={"entityName": "red", "modelName": "bad", "name": "filed"})
    given = {"entityName": "red", "projectName": "bad", "runName": "filed"}
    refused(alice.ask, create, status=400, input={**given, "files": [path]})
    files = alice.ask(create, input={**given, "files": ["good", path]})["createRunFiles"]["files"]
    assert [file["name"] for file in files] == ["good", path]
    assert files[0]["uploadUrl"] and files[1]["uploadUrl"] is None


@pytest.mark.parametrize("given", [{"config": "x"}, {"config": "[]"}, {"summaryMetrics": "["}, {"tags": ["x" * 100_000]},
                                   {"name": "a/b"}, {"name": "x" * 129}, {"state": "flying"}], ids=lambda g: str(g)[:40])
def test_bad_values_of_a_run_are_refused(alice, given):
    refused(alice.ask, "mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }",
            status=(400, 413), input={"entityName": "red", "modelName": "bad", "name": "valued", **given})


# ---- lists

@pytest.mark.parametrize("given", [
    'runs(filters: "x")', 'runs(filters: "[]")', 'runs(filters: "{\\"$where\\": 1}")', 'runs(filters: "{\\"nothing\\": 1}")',
    'runs(order: "nothing")', 'runs(after: "x")', 'runs(first: -1)', 'artifactCollections(after: "!")',
    'artifactTypes(first: -5)', 'artifactCollections(first: -1)'], ids=str)
def test_bad_arguments_of_lists_are_refused(alice, given):
    alice.make("red", "bad", "listed", {"f": b"1"})
    refused(alice.ask, f'{{ project(name: "bad", entityName: "red") {{ {given} {{ edges {{ cursor }} }} }} }}', status=400)


def test_huge_pages_are_cut_or_refused(place, alice):
    alice.make("red", "bad", "listed", {"f": b"1"})
    for number in (10_000, 100_000, 2**31 - 1):
        for field in ("artifactCollections", "runs", "artifactTypes"):
            reply = alice.post(f'{{ project(name: "bad", entityName: "red") {{ {field}(first: {number}) {{'
                               ' edges { cursor } } } }')
            assert reply.status in (200, 400), reply
    assert place.memory_mib() < 100
