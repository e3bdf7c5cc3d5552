"""Action history, aliases at a time, and the audit log."""
import base64
import concurrent.futures
import hashlib
import json
import re
import time

import actions
from test_matrix import Stage
from vitrined import basic, test
from wire import Wire
from world import Registry, outcome

HISTORY = """query($p:String!,$after:String,$first:Int){project(entityName:"Acme",name:$p){artifactCollection(name:"c"){
  history(first:$first,after:$after){pageInfo{endCursor hasNextPage} edges{cursor node{id createdAt action alias versionIndex
  user{username}}}}}}}"""
AT = """query($p:String!,$a:String!,$t:DateTime!){project(entityName:"Acme",name:$p){artifactCollection(name:"c"){
  artifactMembershipAt(aliasName:$a,at:$t){versionIndex artifact{id}}}}}"""


def history(wire, registry, first=50):
    events, after = [], None
    while True:
        page = wire.graphql(HISTORY, p=registry.project, after=after, first=first)["project"]["artifactCollection"]["history"]
        events += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return events
        after = page["pageInfo"]["endCursor"]


def now():
    time.sleep(1.1)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@test
def an_alias_at_a_time():
    world = Stage.get()
    registry = Registry(world, "organization")
    wire = world.wire("member+src")

    def at(moment, alias="prod"):
        found = world.root.graphql(AT, p=registry.project, a=alias, t=moment)["project"]["artifactCollection"]
        return found["artifactMembershipAt"]

    before = now()
    actions.alias(wire, registry, "prod")
    first = now()
    actions.link(wire, registry, world.spare, "prod")
    second = now()
    actions.alias(wire, registry, "prod", "deleteAliases", world.spare)
    removed = now()
    assert at(before) is None and at(removed) is None
    assert at(first) == {"versionIndex": 0, "artifact": {"id": registry.artifact}}
    assert at(second) == {"versionIndex": 1, "artifact": {"id": world.spare}}
    actions.unlink_version(wire, registry, world)
    assert at(first) == {"versionIndex": 0, "artifact": None}   # who it was is history, what it held is not shown
    assert at(removed, "latest")["versionIndex"] == 1 and at(second, "v1")["versionIndex"] == 1
    assert at(first, "v1") is None


@test
def action_history_tells_what_was_done_and_by_whom():
    world = Stage.get()
    registry = Registry(world, "organization")
    wire = world.wire("member+src")
    actions.link(wire, registry, world.spare, "prod")
    actions.alias(wire, registry, "prod")
    actions.unlink_version(wire, registry, world)
    done = [(e["action"], e["alias"], e["versionIndex"], e["user"]["username"])
            for e in reversed(history(world.wire("rviewer"), registry)) if e["user"]["username"] == "member2"]
    assert done == [("version_linked", None, 1, "member2"), ("alias_removed", "latest", 0, "member2"),
                    ("alias_added", "latest", 1, "member2"), ("alias_added", "prod", 1, "member2"),
                    ("alias_removed", "prod", 1, "member2"), ("alias_added", "prod", 0, "member2"),
                    ("alias_removed", "good", 0, "member2"), ("alias_removed", "prod", 0, "member2"),
                    ("version_unlinked", None, 0, "member2")], done
    assert history(wire, registry, first=2) == history(wire, registry)


def audit(world, actor, query=""):
    reply = world.server.request("GET", "/admin/audit_logs" + query, headers={
        "Authorization": basic(world.keys[actor], actor)} if actor else {})
    return reply


@test
def the_audit_log_is_for_administrators_of_the_server():
    world = Stage.get()
    assert audit(world, None).status == 401
    for actor in ("orgadmin", "admin", "service", "other"):
        assert audit(world, actor).status == 403, actor
    for query in ("?limit=0", "?limit=20001", "?startDate=yesterday", "?numDays=x", "?cursor=x"):
        assert audit(world, "instance", query).status == 400, query


@test
def the_audit_log_as_a_stream_and_as_pages():
    world = Stage.get()
    registry = Registry(world, "organization")
    actions.link(world.wire("member+src"), registry, world.spare, "prod")
    actions.change_role(world.wire("admin"), registry, world)
    actions.use_version(world.wire("viewer+src"), registry, world)
    reply = audit(world, "instance")
    assert reply.status == 200 and reply.headers["Content-Type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in reply.text().splitlines()]
    assert lines == sorted(lines, key=lambda line: line["timestamp"])
    mine = [line for line in lines if line.get("project_name") == registry.project]
    linked = next(line for line in mine if line["action"] == "version_linked" and line["actor_username"] == "member2")
    assert linked["artifact_qualified_name"] == f"Acme/{registry.project}/c:v1" and linked["response_code"] == 200
    assert any(line["action"] == "alias_added" and line["alias"] == "prod" for line in mine)
    role = next(line for line in mine if line["action"] == "registry_member_set" and line["actor_username"] == "admin")
    assert role["detail"] == {"member": "viewer2", "role": "member"} and role["user_username"] == "viewer2"
    assert any(line["action"] == "artifact:read" and line["actor_username"] == "viewer2" for line in lines)

    back, cursor = [], ""
    while cursor is not None:
        page = audit(world, "instance", f"?order=desc&limit=70&cursor={cursor}").json()
        assert len(page["audit_logs"]) == page["count"] <= 70
        back += page["audit_logs"]
        cursor = page["next_cursor"]
    # What was read meanwhile leaves no record: both ways tell the same.
    assert back[::-1] == lines
    assert audit(world, "instance", "?order=desc&limit=1").json()["audit_logs"] == lines[-1:]
    for order in ("up", "DESC"):
        assert audit(world, "instance", f"?order={order}").status == 400

    pages, cursor = [], ""
    while cursor is not None:
        page = audit(world, "instance", f"?limit=300&cursor={cursor}").json()
        assert page["count"] == len(page["audit_logs"]) <= 300 and page["range_start_time"] < page["range_end_time"]
        pages += page["audit_logs"]
        cursor = page["next_cursor"]
    assert pages == lines
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert len(audit(world, "instance", f"?startDate={today}&endDate={today}").text().splitlines()) == len(lines)
    assert audit(world, "instance", "?startDate=2020-01-01&numDays=3").text() == ""
    hidden = audit(world, "instance", "?anonymize=true").text()
    assert "member2" not in hidden and "actor_email" not in hidden and "viewer2" not in hidden
    assert "actor_ip" not in hidden and "user_email" not in hidden
    assert len(hidden.splitlines()) == len(lines), (len(hidden.splitlines()), len(lines), hidden[-300:])


def account_number(wire_id):
    return int(base64.b64decode(wire_id).decode().partition(":")[2])


@test
def the_audit_log_names_everything_about_a_change():
    """Field by field: who, from where, by which program and request; what, whose, to whom; and how it ended."""
    world = Stage.get()
    registry = Registry(world, "organization")
    admin, member = world.wire("admin+src"), world.wire("member+src")
    for wire, program, call in (
            (member, "W&B Public Client 0.31.0", lambda: actions.link(member, registry, world.spare, "prod")),
            (admin, "wandb-core", lambda: actions.change_role(admin, registry, world)),
            (member, "curl/8.0 (caf\xe9)", lambda: actions.edit_version(member, registry, world)),
            (member, "x" * 1000, lambda: actions.use_version(member, registry, world))):
        wire.headers.update({"User-Agent": program, "X-Request-Id": "seen-" + program[:3].replace("&", "-")})
        try:
            call()
        finally:
            del wire.headers["User-Agent"], wire.headers["X-Request-Id"]
    lines = [json.loads(line) for line in audit(world, "instance").text().splitlines()]
    found = {line["action"]: line for line in lines if line.get("request_id", "").startswith("seen-")}
    linked, role, read = found["version_linked"], found["registry_member_set"], found["artifact:read"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", linked["timestamp"])
    expected = {
        "action": "version_linked", "actor_user_id": account_number(world.ids["member+src"]), "actor_username": "member2",
        "actor_ip": "127.0.0.1", "actor_user_agent": "W&B Public Client 0.31.0", "cli_version": "0.31.0", "request_id": "seen-W-B",
        "organization_name": "Acme", "entity_name": "Acme", "project_name": registry.project,
        "project_asset": account_number(registry.id), "artifact_asset": account_number(world.spare),
        "artifact_sequence_asset": account_number(registry.collection), "artifact_collection_name": "c",
        "artifact_version_index": 1, "artifact_qualified_name": f"Acme/{registry.project}/c:v1", "response_code": 200}
    assert {key: linked.get(key) for key in expected} == expected, linked
    assert set(linked) - set(expected) == {"timestamp", "entity_asset", "organization_asset", "artifact_digest"}, linked
    assert role["user_asset"] == account_number(world.ids["viewer+src"]) and role["user_username"] == "viewer2"
    assert role["actor_user_agent"] == "wandb-core" and "cli_version" not in role
    assert role["request_id"] == "seen-wan" and role["actor_ip"] == "127.0.0.1"
    assert found["version_edited"]["actor_user_agent"].startswith("curl/8.0 (caf")
    assert read["actor_user_agent"] == "x" * 200 and read["run_asset"], read
    keys = [line for line in lines if line["action"] == "key_created" and "actor_user_id" not in line]
    assert keys and all("actor_ip" not in line and "request_id" not in line for line in keys)   # an operator's command


@test
def what_is_refused_or_changes_nothing_leaves_no_record():
    world = Stage.get()
    registry = Registry(world, "organization")
    before = len(audit(world, "instance").text().splitlines())
    assert outcome(lambda: actions.alias(world.wire("viewer"), registry, "prod")) == "no"
    assert outcome(lambda: actions.unlink_version(world.wire("other"), registry, world)) == "--"
    assert outcome(lambda: actions.alias(world.wire("member"), registry, "good")) == "yes"   # it is there already
    assert len(audit(world, "instance").text().splitlines()) == before
    assert outcome(lambda: actions.alias(world.wire("member"), registry, "new")) == "yes"
    assert len(audit(world, "instance").text().splitlines()) == before + 1


def downloads(world, artifact):
    """[(who, through which collection)] of the version's downloads."""
    lines = [json.loads(line) for line in audit(world, "instance").text().splitlines()]
    return [(line["actor_username"], f"{line['project_name']}/{line['artifact_collection_name']}") for line in lines
            if line["action"] == "artifact:read" and line.get("artifact_asset") == account_number(artifact)
            and "run_asset" not in line]


@test
def downloads_are_in_the_audit_log():
    """Once an hour for each account, version and path, whatever form of address was fetched; refused ones never."""
    world = Stage.get()
    registry = Registry(world, "organization")
    artifact = registry.own(world)
    place, key = f"{registry.project}/own", hashlib.md5(registry.own_file).hexdigest()
    viewer = world.wire("viewer")
    headers = {"Authorization": viewer.headers["Authorization"]}
    assert downloads(world, artifact) == []
    actions.get_signed_manifest_of_artifact(viewer, registry, world)      # looking is not downloading
    actions.list_files(viewer, registry, world)
    assert outcome(lambda: actions.get_signed_file_of_artifact(world.wire("rviewer"), registry, world)) == "no"
    assert downloads(world, artifact) == []
    address = f"/artifactsV2/default/Acme/{registry.project}/own/{artifact}/{artifact}/{key}/w.bin"
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        fetch = lambda _: Wire(world.server.url, world.keys["viewer"]).get(address, headers)
        assert set(threads.map(fetch, range(24))) == {registry.own_file}
    assert downloads(world, artifact) == [("viewer", place)]
    actions.get_signed_file_of_artifact(world.wire("member"), registry, world)
    assert downloads(world, artifact) == [("viewer", place), ("member", "p/m")]   # by its id: no registry was named
    member = world.wire("member+src")
    assert member.get(f"/artifacts/src/{key}", {"Authorization": member.headers["Authorization"]}) == registry.own_file
    tar = member.graphql("query($i:ID!){artifact(id:$i){archiveUrl}}", i=artifact)["artifact"]["archiveUrl"]
    assert registry.own_file in member.get(tar)
    assert downloads(world, artifact)[2:] == [("member2", "p/m")]
    assert [e["action"] for e in history(world.root, registry)].count("version_downloaded") == 0
