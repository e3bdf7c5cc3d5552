"""Runs by hand: what a client streams and uploads, repeated, late, wrong, or by somebody else."""
import concurrent.futures
import gzip
import hashlib
import json
import uuid

import pytest

import wire
from place import PROGRAM

UPSERT = """mutation UpsertBucket($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted
  bucket { id name displayName state project { name entity { name } } } } }"""
RUN = """query Run($entity: String!, $project: String!, $name: String!) { project(name: $project, entityName: $entity) {
  run(name: $name) { id state stopped config summaryMetrics historyKeys historyLineCount logLineCount fileCount tags
    user { username } history(samples: 10000) } } }"""
FILES = """query RunFiles($project: String!, $entity: String!, $name: String!, $names: [String], $upload: Boolean = false,
    $pattern: String, $first: Int, $after: String) { project(name: $project, entityName: $entity) { run(name: $name) {
  files(names: $names, pattern: $pattern, first: $first, after: $after) { pageInfo { endCursor hasNextPage }
    edges { cursor node { id name url(upload: $upload) directUrl sizeBytes mimetype updatedAt md5 } } } } } }"""
CREATE_FILES = """mutation CreateRunFiles($input: CreateRunFilesInput!) { createRunFiles(input: $input) {
  runID uploadHeaders files { name uploadUrl } } }"""
LOG = """query Log($project: String!, $entity: String!, $name: String!, $first: Int, $after: String, $last: Int) {
  project(name: $project, entityName: $entity) { run(name: $name) { logLineCount
    logLines(first: $first, after: $after, last: $last) { pageInfo { endCursor hasNextPage }
      edges { node { number timestamp level line } } } } } }"""


class Run:
    """A run of alice's team, seen by one caller or another."""

    def __init__(self, caller, project="runs", **more):
        self.entity, self.project, self.name = "red", project, uuid.uuid4().hex[:8]
        answer = caller.ask(UPSERT, input={"entityName": "red", "modelName": project, "name": self.name, **more})
        self.id = answer["upsertBucket"]["bucket"]["id"]
        self.where = {"entity": self.entity, "project": self.project, "name": self.name}

    def stream(self, caller, body, headers=None, name=None, **options):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return caller.fetch(f"/files/{self.entity}/{self.project}/{name or self.name}/file_stream",
                            {"Content-Type": "application/json", **(headers or {})}, "POST", data, **options)

    def look(self, caller):
        return caller.ask(RUN, **self.where)["project"]["run"]

    def files(self, caller, **more):
        return [edge["node"] for edge in caller.ask(FILES, **self.where, **more)["project"]["run"]["files"]["edges"]]

    def upload_urls(self, caller, *names):
        given = {"entityName": self.entity, "projectName": self.project, "runName": self.name, "files": names}
        return caller.ask(CREATE_FILES, input=given)["createRunFiles"]["files"]

    def put(self, caller, name, data):
        return caller.put(self.upload_urls(caller, name)[0]["uploadUrl"], data)


@pytest.fixture
def run(alice):
    return Run(alice)


def rows(*values, offset=0):
    return {"files": {"wandb-history.jsonl": {"offset": offset, "content": [json.dumps(v) for v in values]}}}


# ---- streams

def test_stream_keeps_what_was_sent(alice, run):
    lines = ['{"_step": 0, "loss": NaN, "text": "\\ud83d\\ude00 \\u0000"}', '{"_step":1,"loss":-Infinity}', "not JSON at all"]
    body = {"files": {"wandb-history.jsonl": {"offset": 0, "content": lines},
                      "wandb-summary.json": {"offset": 0, "content": ['{"loss": NaN}']}}}
    for _ in range(3):
        reply = run.stream(alice, body)
        assert (reply.status, reply.json()) == (200, {})
    seen = run.look(alice)
    assert seen["history"] == lines
    assert seen["historyLineCount"] == 3
    assert seen["summaryMetrics"] == '{"loss": NaN}'
    assert seen["historyKeys"]["keys"]["loss"]["typeCounts"] == [{"type": "number", "count": 2}]
    assert seen["historyKeys"]["keys"]["loss"]["previousValue"] == "-Infinity"
    assert seen["historyKeys"]["lastStep"] == 1


def test_stream_takes_bare_nan_outside_of_lines(alice, run):
    assert run.stream(alice, b'{"files": {}, "uploaded": ["a"], "whatever": [NaN, {"x": Infinity}]}').status == 200


def test_stream_answers_stop_until_the_run_ends(alice, run):
    alice.ask("mutation Stop($id: ID!) { stopRun(input: {id: $id}) { success } }", id=run.id)
    assert run.stream(alice, {}).json() == {"stopped": True}
    assert run.look(alice)["stopped"] is True
    run.stream(alice, {"complete": True, "exitcode": 255})
    assert run.look(alice)["state"] == "killed"
    assert run.stream(alice, {}).json() == {}
    assert run.look(alice)["state"] == "running"


def test_stream_is_refused_for_good_only_when_it_stays_wrong(place, alice, run):
    assert run.stream(alice, {}, name="nosuch").status == 404
    assert run.stream(place.caller("eve"), {}).status == 404
    assert run.stream(place.caller("vic"), {}).status == 403
    assert run.stream(place.nobody(), {}, signed_in=False).status == 401
    assert run.stream(alice, b"{").status == 400
    assert run.stream(alice, b"[]").status == 400
    assert run.stream(alice, gzip.compress(b"{}"), {"Content-Encoding": "gzip"}).status == 400
    assert run.stream(alice, b" " * (12 * 1024 * 1024 + 1)).status == 413
    assert run.look(alice)["historyLineCount"] == 0


def test_stream_of_a_deleted_run_is_404(alice, run):
    alice.ask("mutation Delete($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }", id=run.id)
    assert run.stream(alice, {}).status == 404
    assert run.look(alice) is None
    reply = alice.post(UPSERT, {"input": {"entityName": "red", "modelName": "runs", "name": run.name}})
    assert reply.status == 404 and "deleted" in reply.message


def test_streams_at_once_all_land(place, alice, run):
    def send(number):
        caller = place.caller("alice")
        reply = run.stream(caller, rows({"_step": number, "x": number}, offset=number))
        caller.close()
        return reply.status

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(40)))
    # Several writers at once are nothing that clients do: some may be asked to come again, none is lost for good.
    for number, status in enumerate(statuses):
        assert status in (200, 503)
        if status == 503:
            assert send(number) == 200
    seen = run.look(alice)
    assert sorted(json.loads(line)["x"] for line in seen["history"]) == list(range(40))
    assert seen["historyLineCount"] == 40


def test_a_large_stream_takes_bounded_memory(place, alice, run):
    lines = [json.dumps({"_step": i, "a": i * 0.5, "b": "x" * 20}) for i in range(100_000)]
    place.forget_peak()
    before = place.memory_mib()
    body = json.dumps({"files": {"wandb-history.jsonl": {"offset": 0, "content": lines}}}).encode()
    assert 6_000_000 < len(body) < 12_000_000
    assert run.stream(alice, body).status == 200
    assert run.look(alice)["historyLineCount"] == 100_000
    grown = place.memory_mib("VmHWM") - before
    assert "asan" in str(PROGRAM) or grown < 96, grown


def test_a_silent_run_has_crashed(place_with_clock):
    place, later = place_with_clock
    alice = place.caller("alice")
    run = Run(alice)
    run.stream(alice, {})
    assert run.look(alice)["state"] == "running"
    later(6 * 60)
    assert run.look(alice)["state"] == "crashed"
    listed = alice.ask("""{ project(name: "runs", entityName: "red") { runCount(filters: "{\\"state\\": \\"crashed\\"}") } }""")
    assert listed["project"]["runCount"] == 1
    run.stream(alice, {})
    assert run.look(alice)["state"] == "running"


# ---- console

def test_console_lines_page_and_download(alice, run):
    content = [f"2026-01-02T03:04:{i:02}.5 line {i}" for i in range(20)] + ["ERROR 2026-01-02T03:05:00.5 oh no", "bare"]
    run.stream(alice, {"files": {"output.log": {"offset": 0, "content": content}}})
    run.stream(alice, {"files": {"output.log": {"offset": 5, "content": ["2026-01-02T03:04:05.5 again"]}}})
    got, cursor = [], None
    while True:
        page = alice.ask(LOG, **run.where, first=7, after=cursor)["project"]["run"]["logLines"]
        got += [edge["node"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert [line["number"] for line in got] == list(range(22))
    assert got[5]["line"] == "again"
    assert got[20] == {"number": 20, "timestamp": "2026-01-02T03:05:00Z", "level": "error", "line": "oh no"}
    assert got[21] == {"number": 21, "timestamp": None, "level": None, "line": "bare"}
    last = alice.ask(LOG, **run.where, last=2)["project"]["run"]["logLines"]["edges"]
    assert [edge["node"]["number"] for edge in last] == [20, 21]

    node = run.files(alice, names=["output.log"])[0]
    content[5] = "2026-01-02T03:04:05.5 again"
    text = "".join(line + "\n" for line in content)
    assert node["sizeBytes"] == len(text)
    assert alice.get(node["url"]).decode() == text
    assert [n["name"] for n in run.files(alice)] == ["output.log"]
    run.put(alice, "output.log", b"the real one")
    assert alice.get(run.files(alice, names=["output.log"])[0]["url"]) == b"the real one"


# ---- files

NAMES = ["a.txt", "media/images/x 1%20#?.png", "deep/" * 20 + "x", "\u00e9\u6f22.json", "a.txt ", "'\"<b>&;", "100%"]


def test_files_come_back_byte_for_byte(place, alice, run):
    created = run.upload_urls(alice, *NAMES)
    assert [f["name"] for f in created] == NAMES
    for number, file in enumerate(created):
        data = f"content {number}".encode() * number
        tag = alice.put(file["uploadUrl"], data, {"Authorization": "Basic bm90Omdvb2Q="})
        assert tag == f'"{hashlib.md5(data).hexdigest()}"'
    nodes = {node["name"]: node for node in run.files(alice)}
    assert sorted(nodes) == sorted(NAMES)
    assert run.look(alice)["fileCount"] == len(NAMES)
    for number, name in enumerate(NAMES):
        data = f"content {number}".encode() * number
        node = nodes[name]
        assert node["sizeBytes"] == len(data) and node["md5"] == wire.md5_base64(data)
        for signed_in in (True, False):
            reply = place.caller("alice").fetch(node["url"], signed_in=signed_in)
            assert (reply.status, reply.body) == (200, data)
            assert reply.headers["Content-Disposition"].startswith("attachment")
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
    part = alice.fetch(nodes["100%"]["url"], {"Range": "bytes=2-5"}, signed_in=False)
    assert (part.status, part.body) == (206, b"nten")
    head = alice.fetch(nodes["100%"]["url"], method="HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(b"content 6") * 6))


def test_a_file_sent_again_is_the_new_one(alice, run):
    run.put(alice, "f", b"old")
    url = run.files(alice)[0]["url"]
    run.put(alice, "f", b"newer")
    assert alice.get(url) == b"newer"
    assert [node["sizeBytes"] for node in run.files(alice)] == [5]


def test_files_by_name_have_placeholders(alice, run):
    run.put(alice, "there.txt", b"x")
    nodes = run.files(alice, names=["./there.txt", "not yet.txt"], upload=True)
    assert [node["name"] for node in nodes] == ["there.txt", "not yet.txt"]
    assert (nodes[1]["updatedAt"], nodes[1]["sizeBytes"]) == (None, 0)
    alice.put(nodes[1]["url"], b"now")
    assert alice.get(run.files(alice, names=["not yet.txt"])[0]["url"]) == b"now"


def test_file_lists_page_and_match(alice, run):
    for i in range(5):
        run.put(alice, f"m_{i}.bin", b"x")
    seen, after = [], None
    while True:
        page = alice.ask(FILES, **run.where, first=2, after=after)["project"]["run"]["files"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        after = page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [f"m_{i}.bin" for i in range(5)]
    assert [n["name"] for n in run.files(alice, pattern="m\\_3%")] == ["m_3.bin"]
    assert run.files(alice, pattern="M%") == []


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/../../b", "", "a\\b", "x\u0000y", "."])
def test_file_names_that_leave_the_run_are_refused(alice, run, name):
    with pytest.raises(wire.Refused) as caught:
        run.upload_urls(alice, name)
    assert caught.value.status == 400
    # Beside good ones they only get no address.
    created = run.upload_urls(alice, "good", name)
    assert created[0]["uploadUrl"] and created[1]["uploadUrl"] is None


def test_files_of_others_stay_theirs(place, alice, run):
    run.put(alice, "secret", b"for the team")
    url = run.files(alice)[0]["url"]
    eve, vic = place.caller("eve"), place.caller("vic")
    assert eve.ask(FILES, **run.where)["project"] is None
    with pytest.raises(wire.Refused) as caught:
        run.upload_urls(eve, "x")
    assert caught.value.status == 404
    # A viewer reads, and gets no address to write to.
    node = run.files(vic, upload=True)[0]
    assert node["url"] is None
    assert vic.get(run.files(vic)[0]["url"]) == b"for the team"
    with pytest.raises(wire.Refused) as caught:
        run.upload_urls(vic, "x")
    assert caught.value.status == 403
    # An address is no good once its owner may not read any more.
    place.operate("user", "add", "gone")
    place.operate("org", "member", "set", "Acme", "gone", "member")
    place.operate("team", "member", "set", "red", "gone", "member")
    gone = wire.Wire(place.url, place.operate("key", "add", "gone"))
    mine = gone.graphql(FILES, **run.where)["project"]["run"]["files"]["edges"][0]["node"]["url"]
    upload = gone.graphql(FILES, **run.where, names=["n"], upload=True)["project"]["run"]["files"]["edges"][0]["node"]["url"]
    assert place.nobody().get(mine) == b"for the team"
    place.operate("team", "member", "remove", "red", "gone")
    place.operate("org", "member", "remove", "Acme", "gone")
    assert place.nobody().fetch(mine, signed_in=False).status in (403, 404)
    assert place.nobody().send(upload, b"x").status in (403, 404)
    assert place.nobody().get(url) == b"for the team"


def test_altered_addresses_are_refused(place, alice, run):
    run.put(alice, "f", b"x")
    url = run.files(alice)[0]["url"]
    head, token, name = url.rsplit("/", 2)
    for altered in (token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-5], "x", token.replace(".", "..")):
        assert place.nobody().fetch(f"{head}/{altered}/{name}", signed_in=False).status == 403
    upload = run.upload_urls(alice, "g")[0]["uploadUrl"]
    assert place.nobody().send(upload.replace("/upload/", "/download/") + "/g", b"x").status == 404
    assert place.nobody().fetch(f"{head}/{upload.rsplit('/', 1)[1]}/g", signed_in=False).status == 403


def test_deleted_files_are_gone(alice, run):
    run.put(alice, "f", b"x")
    node = run.files(alice)[0]
    delete = "mutation Delete($ids: [ID!]!) { deleteFiles(input: {files: $ids}) { success } }"
    assert alice.ask(delete, ids=[node["id"]])["deleteFiles"]["success"]
    assert run.files(alice) == []
    assert alice.fetch(node["url"], signed_in=False).status == 404
    with pytest.raises(wire.Refused) as caught:
        alice.ask(delete, ids=[node["id"]])
    assert caught.value.status == 404


# ---- what runs are found by

def test_filters_that_make_no_sense_say_so(alice, run):
    ask = """query Runs($f: JSONString, $o: String) { project(name: "runs", entityName: "red") {
      runs(filters: $f, order: $o) { edges { node { name } } } } }"""
    for filters, order, says in (('{"bogus": 1}', None, "bogus"), ("{", None, "filter"), ('{"state": {"$foo": 1}}', None, "$foo"),
                                 ('{"name": {"$regex": "("}}', None, "regular expression"), ("[]", None, "object"),
                                 (None, "-bogus", "bogus"), (None, "a,b", "one field")):
        reply = alice.post(ask, {"f": filters, "o": order})
        assert reply.status == 400 and says in reply.message, reply


def test_alerts_and_unknown_runs(alice, run):
    alert = """mutation Alert($input: NotifyScriptableRunAlertInput!) { notifyScriptableRunAlert(input: $input) { success } }"""
    given = {"entityName": "red", "projectName": "runs", "runName": run.name, "title": "T", "text": "x", "waitDuration": 60000}
    assert alice.ask(alert, input=given)["notifyScriptableRunAlert"]["success"]
    reply = alice.post(alert, {"input": {**given, "runName": "nosuch"}})
    assert reply.status == 404
    assert alice.ask(RUN, entity="red", project="runs", name="nosuch")["project"]["run"] is None
    assert alice.ask(RUN, entity="red", project="nosuch", name="x")["project"] is None
