"""The rules about roles, P-01 to P-13, one test each. The cells of matrix.txt say the same for single actions."""
import base64
import itertools
import json

import actions
from actions import ADD, HASH, REMOVE, SET, SET_TEAM
from test_matrix import Stage
from vitrined import command, succeed, test
from world import FILE, GIVEN, Refused, Registry, outcome

MEMBERS = """query($p:String!){project(entityName:"Acme",name:$p){members{id username role{name} inheritedRole{name}}
  teamMembers{team{id name} role{name}}}}"""
numbers = itertools.count(1)


def members(world, registry):
    """-> {user name: role}, {team: role}, {user name: inherited role}"""
    found = world.root.graphql(MEMBERS, p=registry.project)["project"]
    return ({m["username"]: m["role"]["name"] for m in found["members"]},
            {m["team"]["name"]: m["role"]["name"] for m in found["teamMembers"]},
            {m["username"]: m["inheritedRole"] and m["inheritedRole"]["name"] for m in found["members"]})


def newcomer(world, role="member"):
    """A fresh member of the organization. -> its name"""
    name = f"new{next(numbers)}"
    world.user(name, name)
    succeed("org", "member", "set", "Acme", name, role, data=world.data)
    return name


def add(world, registry, actor="admin", **who):
    return world.wire(actor).graphql(ADD, input={"projectId": registry.id, **who})


def set_role(world, registry, user, role, actor="admin"):
    return world.wire(actor).graphql(SET, input={"projectId": registry.id, "userId": user, "userProjectRole": role})


def refusal(action, status):
    """The sentence of a refusal."""
    try:
        action()
    except Refused as refused:
        assert refused.status == status, refused
        return refused.message
    raise AssertionError("it was not refused")


@test
def p01_default_roles():
    """People and teams start as restricted viewers, service accounts as members, never below; admins of the organization."""
    world = Stage.get()
    registry = Registry(world, "restricted")
    name = newcomer(world)
    add(world, registry, userIds=[world.ids[name], world.ids["service"]], teamIds=[world.teams["ops"]])
    people, teams, _ = members(world, registry)
    service = next(u for u in people if u not in ("root", name) and not u.rstrip("2") in GIVEN and people[u] == "member")
    assert people[name] == "restricted_viewer" and teams["ops"] == "restricted_viewer", (people, teams)
    for role in ("viewer", "restricted_viewer"):
        assert "service account" in refusal(lambda role=role: set_role(world, registry, world.ids["service"], role), 400)
    assert members(world, registry)[0][service] == "member"
    assert outcome(lambda: actions.delete_registry(world.wire("orgadmin"), registry, world)) == "yes"


@test
def p02_the_highest_role_counts():
    """Of what the organization, the registry and teams give; the inherited one is shown beside the given one."""
    world = Stage.get()
    for own, team, wanted in (("viewer", "member", "yes"), ("member", "viewer", "yes"), ("viewer", "viewer", "no"),
                              (None, "member", "yes"), ("restricted_viewer", None, "no")):
        registry = Registry(world, "organization")
        if own:
            set_role(world, registry, world.ids["team"], own)
        if team:
            world.root.graphql(SET_TEAM, input={"projectId": registry.id, "teamId": world.teams["lab"], "teamProjectRole": team})
        else:
            world.root.graphql(REMOVE, input={"projectId": registry.id, "teamIds": [world.teams["lab"]]})
        assert outcome(lambda: actions.edit_collection(world.wire("team"), registry, world)) == wanted, (own, team)
        if own:
            people, _, inherited = members(world, registry)
            assert people["team"] == own and inherited["team"] == (team or "restricted_viewer"), (own, team, inherited)
    set_role(world, registry, world.ids["orgadmin"], "viewer")
    assert members(world, registry)[2]["boss"] == "admin"
    assert outcome(lambda: actions.change_visibility(world.wire("orgadmin"), registry, world)) == "yes"


@test
def p03_who_can_be_added():
    """Members of the organization, found by name or e-mail address, and its teams; nobody else."""
    world = Stage.get()
    registry = Registry(world, "restricted")
    name = newcomer(world)
    email = f"{name}@example.com"
    with_mail = f"mail{next(numbers)}"
    succeed("user", "add", with_mail, "--email", email, data=world.data)
    succeed("org", "member", "set", "Acme", with_mail, "member", data=world.data)
    for query, wanted in ((name, name), (email, with_mail)):
        found = world.wire("admin").graphql("query($q:String!){users(query:$q){edges{node{id username}}}}", q=query)["users"]["edges"]
        node = next(edge["node"] for edge in found if edge["node"]["username"] == wanted)
        add(world, registry, userIds=[node["id"]])
    assert {name, with_mail} <= set(members(world, registry)[0])
    guests = world.root.graphql('{entity(name:"olga"){id}}')["entity"]["id"]
    assert outcome(lambda: add(world, registry, userIds=[world.ids["other"]])) == "--"
    assert outcome(lambda: add(world, registry, teamIds=[guests])) == "--"   # a person's own space is no team
    # What came through a team goes with it; what was given stays.
    wire = world.wire(name)
    succeed("team", "member", "set", "lab", name, "viewer", data=world.data)
    assert outcome(lambda: actions.edit_collection(wire, registry, world)) == "yes"
    succeed("team", "member", "remove", "lab", name, data=world.data)
    assert outcome(lambda: actions.edit_collection(wire, registry, world)) == "no"
    assert outcome(lambda: actions.view_collection(wire, registry, world)) == "yes"


@test
def p04_who_made_a_registry_is_its_admin_until_somebody_takes_that_away():
    """There is no role of an owner: having made it gives nothing that lasts."""
    world = Stage.get()
    wire = world.wire("none")
    made = wire.graphql(actions.UPSERT, input={"entityName": "Acme", "name": f"wandb-registry-own{next(numbers)}",
                                               "access": "RESTRICTED"})["upsertModel"]["project"]
    registry = Registry.__new__(Registry)
    registry.project, registry.id = made["name"], made["id"]
    assert members(world, registry)[0] == {"none": "admin"}
    assert outcome(lambda: actions.define_protected_alias(wire, registry, world)) == "yes"
    set_role(world, registry, world.ids["none"], "viewer", actor="orgadmin")
    assert outcome(lambda: set_role(world, registry, world.ids["none"], "admin", actor="none")) == "no"
    world.wire("orgadmin").graphql(REMOVE, input={"projectId": registry.id, "userIds": [world.ids["none"]]})
    assert outcome(lambda: actions.view_members(wire, registry, world)) == "--"


@test
def p05_a_restricted_viewer_reads_metadata_and_no_bytes():
    world = Stage.get()
    for visibility in ("organization", "restricted"):
        registry = Registry(world, visibility)
        wire = world.wire("rviewer+src")   # what the source would give does not come through the registry
        for action in (actions.use_version, actions.list_files, actions.get_signed_file, actions.get_v2_birth_hash,
                       actions.get_v2_artifact_birth_hash):
            assert outcome(lambda action=action: action(wire, registry, world)) == "no", action
        manifest = json.loads(actions.get_signed_manifest(wire, registry, world))
        assert manifest["contents"]["w.bin"]["size"] == len(FILE)
        assert actions.view_version(world.wire("rviewer"), registry, world)["artifact"]["id"] == registry.artifact


@test
def p06_the_registry_that_is_asked_through_counts():
    """One version, linked into two registries, downloadable by one path only, whatever the other allows."""
    world = Stage.get()
    opened, shut = Registry(world, "restricted"), Registry(world, "organization")
    set_role(world, shut, world.ids["viewer"], "restricted_viewer")
    viewer = world.wire("viewer")
    for action in (actions.list_files, actions.get_signed_file, actions.get_v2_birth_hash, actions.get_v2_artifact_birth_hash,
                   actions.get_signed_file_without_login):
        assert outcome(lambda action=action: action(viewer, opened, world)) == "yes", action
        assert outcome(lambda action=action: action(viewer, shut, world)) == "no", action
    twin = world.wire("viewer+src")
    assert outcome(lambda: actions.use_version(twin, opened, world)) == "yes"
    set_role(world, shut, world.ids["viewer+src"], "restricted_viewer")
    assert outcome(lambda: actions.use_version(twin, shut, world)) == "no"


@test
def p07_members_are_added_changed_and_removed():
    """Twice is as good as once; ids are those of users and entities; the four roles have these names."""
    world = Stage.get()
    registry = Registry(world, "organization")
    name = newcomer(world)
    user, team = world.ids[name], world.teams["ops"]
    assert base64.b64decode(user).startswith(b"User:") and base64.b64decode(team).startswith(b"Entity:")
    for _ in range(2):
        add(world, registry, userIds=[user], teamIds=[team])
    for role in ("admin", "member", "viewer", "restricted_viewer"):
        for _ in range(2):
            set_role(world, registry, user, role)
            world.wire("admin").graphql(SET_TEAM, input={"projectId": registry.id, "teamId": team, "teamProjectRole": role})
        people, teams, _ = members(world, registry)
        assert people[name] == teams["ops"] == role
    add(world, registry, userIds=[user], teamIds=[team])   # adding does not take a role back
    assert members(world, registry)[0][name] == "restricted_viewer"
    for _ in range(2):
        world.wire("admin").graphql(REMOVE, input={"projectId": registry.id, "userIds": [user], "teamIds": [team]})
    people, teams, _ = members(world, registry)
    assert name not in people and "ops" not in teams


@test
def p08_there_are_no_custom_roles():
    world = Stage.get()
    registry = Registry(world, "organization")
    for role in ("release_manager", "owner", "Admin ", ""):
        said = refusal(lambda role=role: set_role(world, registry, world.ids["viewer"], role), 400)
        assert all(known in said for known in ("admin", "member", "viewer", "restricted_viewer")), said
    assert members(world, registry)[0]["viewer"] == "viewer"


@test
def p09_roles_in_the_organization():
    """Admins are admins of every registry, members see what all see and may make registries, viewers only see."""
    world = Stage.get()
    registry = Registry(world, "organization")
    wanted = {"admin": ("yes", "yes", "yes"), "member": ("yes", "yes", "no"), "viewer": ("yes", "no", "no")}
    for role, cells in wanted.items():
        wire = world.wire(newcomer(world, role))
        got = tuple(outcome(lambda action=action: action(wire, registry, world))
                    for action in (actions.view_collection, actions.create_registry, actions.define_protected_alias))
        assert got == cells, (role, got)
    assert command("org", "member", "set", "Acme", "none", "owner", data=world.data).status != 0


@test
def p10_roles_in_a_team():
    """Every role reads and downloads; logging and editing take a member. All cells: the table [team] in matrix.txt."""
    world = Stage.get()
    viewer, member = newcomer(world), newcomer(world)
    succeed("team", "member", "set", "src", viewer, "viewer", data=world.data)
    succeed("team", "member", "set", "src", member, "member", data=world.data)
    registry = Registry(world, "restricted")
    for name, wanted in ((viewer, "no"), (member, "yes")):
        wire = world.wire(name)
        assert wire.get(f"/artifacts/src/{HASH}", {"Authorization": wire.headers["Authorization"]}) == FILE
        for action in (actions.upload_to_source, actions.edit_version, actions.edit_version_tags, actions.post_file_stream):
            assert outcome(lambda action=action: action(wire, registry, world)) == wanted, (name, action)


@test
def p11_service_accounts():
    """Keys of their own, shown once, a hundred at most; protected aliases only with the role admin."""
    world = Stage.get()
    registry = Registry(world, "organization")
    for actor, wanted in (("service", "no"), ("svcadmin", "yes")):
        for action in (actions.add_protected_alias, actions.define_protected_alias):
            assert outcome(lambda action=action: action(world.wire(actor), registry, world)) == wanted, (actor, action)
    made = world.wire("orgadmin").graphql(
        "mutation($input:CreateServiceAccountInput!){createServiceAccount(input:$input){user{id username}}}",
        input={"entityName": "ops", "description": "many keys"})["createServiceAccount"]["user"]["username"]
    key = succeed("key", "add", made, data=world.data).out.strip()
    listed = succeed("key", "list", made, "--json", data=world.data)
    assert key not in listed.out and key[-4:] in listed.out
    first = len(listed.json())
    for _ in range(100 - first):
        succeed("key", "add", made, data=world.data)
    refused = command("key", "add", made, data=world.data)
    assert refused.status != 0 and "100 API keys" in refused.err, refused.err


@test
def p12_roles_are_given_by_graphql_and_commands_alone():
    """There is no SCIM: its addresses are nothing, not even to an administrator, and do not become a web page."""
    world = Stage.get()
    wire = world.wire("instance")
    for method, path, body in (("GET", "/scim/Users", None), ("GET", "/scim/v2/Groups", None), ("POST", "/scim/Users", "{}")):
        status, _, _ = wire.request(method, path, body, {**wire.headers, "Accept": "application/scim+json"})
        assert status in (404, 405), (method, path, status)


@test
def p13_every_file_address_asks_for_membership():
    """Each form, in the hands of somebody who has lost the role: whole, in part, by HEAD, with and without a login."""
    world = Stage.get()
    registry = Registry(world, "restricted")
    viewer = world.wire("viewer")
    key = {"Authorization": viewer.headers["Authorization"]}
    own = registry.own(world)
    by_id = viewer.graphql("query($i:ID!){artifact(id:$i){files(first:1){edges{node{directUrl}}} currentManifest{file{directUrl}}}}",
                           i=own)["artifact"]
    place = f"/artifactsV2/default/Acme/{registry.project}/c/{registry.artifact}"
    addresses = {
        "signed": actions.list_files(viewer, registry, world)["edges"][0]["node"]["directUrl"],
        "signed, by id": by_id["files"]["edges"][0]["node"]["directUrl"],
        "manifest": actions.view_manifest(viewer, registry, world)["file"]["directUrl"],
        "manifest, by id": by_id["currentManifest"]["file"]["directUrl"],
        "artifactsV2, seven parts": f"{place}/{registry.artifact}/{HASH}/w.bin",
        "artifactsV2, six parts": f"{place}/{HASH}/w.bin",
    }
    ways = [("GET", {}, (200,)), ("GET", {"Range": "bytes=0-3"}, (206,)), ("HEAD", {}, (200,))]

    def statuses(name, headers):
        return [viewer.request(method, addresses[name], None, {**headers, **more})[0] for method, more, _ in ways]

    for name in addresses:
        assert statuses(name, key) == [200, 206, 200], name
        assert statuses(name, {}) == ([200, 206, 200] if "signed" in name or "manifest" in name else [401] * 3), name
    world.root.graphql(REMOVE, input={"projectId": registry.id, "userIds": [world.ids["viewer"]]})
    for name in addresses:
        assert set(statuses(name, key)) <= {403, 404}, (name, statuses(name, key))
        assert set(statuses(name, {})) <= {401, 403, 404}, (name, statuses(name, {}))
