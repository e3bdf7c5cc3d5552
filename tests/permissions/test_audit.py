"""Action history, aliases at a time, and the audit log."""
import json
import time

import actions
from test_matrix import Stage
from vitrined import basic, test
from world import Registry

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
    assert role["detail"] == {"member": "viewer2", "role": "member"}
    assert any(line["action"] == "artifact:read" and line["actor_username"] == "viewer2" for line in lines)

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
    assert "member2" not in hidden and "actor_email" not in hidden
    assert len(hidden.splitlines()) == len(lines), (len(hidden.splitlines()), len(lines), hidden[-300:])
