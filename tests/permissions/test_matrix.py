"""Every cell of matrix.txt, done for real."""
import actions
from vitrined import Server, folder, succeed, test
from world import COLUMNS, FILE, Refused, Registry, World, outcome, read_table

UPSERT_RUN = "mutation($input:UpsertBucketInput!){upsertBucket(input:$input){bucket{name}}}"


class Stage:
    """The server that all tests of this file share."""
    world = None
    held = []

    @classmethod
    def get(cls):
        if cls.world is None:
            place = folder()
            data = place.__enter__()
            server = Server(data)
            cls.held = [server, place]
            cls.world = world = World(data, server)
            world.run = world.root.graphql(UPSERT_RUN, input={
                "entityName": "src", "modelName": "p", "name": "run1"})["upsertBucket"]["bucket"]["name"]
            made, = world.root.graphql(
                "mutation($input:CreateRunFilesInput!){createRunFiles(input:$input){files{uploadUrl}}}",
                input={"entityName": "src", "projectName": "p", "runName": world.run, "files": ["config.yaml"]}
            )["createRunFiles"]["files"]
            world.root.put(made["uploadUrl"], b"a: 1")
            actions.post_file_stream(world.root, None, world)
            for actor in world.keys:
                world.wire(actor).sees_source = actor.endswith("+src") or actor == "instance"
        return cls.world

    @classmethod
    def close(cls):
        if cls.held:
            cls.held[0].__exit__(None, None, None)
            cls.held[1].__exit__(None, None, None)


def run_rows(functions, fresh):
    """The differences between what the table says and what the server does."""
    world, wrong, shared, cells = Stage.get(), [], {}, 0
    for name, visibility, cells_of_row in read_table("registry"):
        base, _, twin = name.partition("+")
        if base not in functions:
            continue
        if not fresh and visibility not in shared:
            shared[visibility] = Registry(world, visibility)
        for column, expected in cells_of_row.items():
            registry = Registry(world, visibility) if fresh else shared[visibility]
            wire = world.wire(column + ("+src" if twin else ""))
            got = outcome(lambda: functions[base](wire, registry, world))
            cells += 1
            if got != expected:
                wrong.append(f"{name} {visibility} {column}: the table says {expected}, the server {got}")
    assert cells >= len(functions) * 2 * len(COLUMNS), cells
    print(f"# {cells} cells")
    assert not wrong, "\n" + "\n".join(wrong)


@test
def the_table_is_whole():
    """Every action has a row for both visibilities, no row is without an action, no cell is missing."""
    rows = {}
    for name, visibility, cells in read_table("registry"):
        assert list(cells) == COLUMNS
        rows.setdefault(name, []).append(visibility)
    assert all(sorted(v) == ["organization", "restricted"] for v in rows.values()), rows
    assert {name.partition("+")[0] for name in rows} == set(actions.READING) | set(actions.WRITING)


@test
def reading_and_file_addresses():
    run_rows(actions.READING, fresh=False)


@test
def changing():
    run_rows(actions.WRITING, fresh=True)


@test
def signed_addresses_are_judged_when_they_are_fetched():
    world = Stage.get()
    registry = Registry(world, "restricted")
    viewer = world.wire("viewer")
    url = actions.list_files(viewer, registry, world)["edges"][0]["node"]["directUrl"]
    assert viewer.get(url) == FILE
    world.root.graphql(actions.SET, input={"projectId": registry.id, "userId": world.ids["viewer"],
                                           "userProjectRole": "restricted_viewer"})
    for wire in (viewer, world.root):
        assert outcome(lambda wire=wire: wire.get(url)) == "no"
    world.root.graphql(actions.REMOVE, input={"projectId": registry.id, "userIds": [world.ids["viewer"]]})
    assert outcome(lambda: viewer.get(url)) in ("no", "--")


@test
def a_link_opens_only_its_own_registry():
    """The same version in two registries: what one allows does not open the other."""
    world = Stage.get()
    open_one, shut = Registry(world, "restricted"), Registry(world, "restricted")
    viewer = world.wire("viewer")
    world.root.graphql(actions.SET, input={"projectId": shut.id, "userId": world.ids["viewer"],
                                           "userProjectRole": "restricted_viewer"})
    assert outcome(lambda: actions.get_v2_birth_hash(viewer, open_one, world)) == "yes"
    assert outcome(lambda: actions.get_v2_birth_hash(viewer, shut, world)) == "no"
    assert outcome(lambda: actions.list_files(viewer, open_one, world)) == "yes"
    assert outcome(lambda: actions.list_files(viewer, shut, world)) == "no"


@test
def leaving_a_team_takes_away_what_came_through_it():
    world = Stage.get()
    registry = Registry(world, "restricted")
    team = world.wire("team")
    assert outcome(lambda: actions.edit_collection(team, registry, world)) == "yes"
    url = actions.list_files(team, registry, world)["edges"][0]["node"]["directUrl"]
    actions_of = "mutation($input:DeleteInviteInput!){deleteInvite(input:$input){success}}"
    world.root.graphql(actions_of, input={"entityName": "lab", "id": world.ids["team"]})
    try:
        assert outcome(lambda: actions.view_collection(team, registry, world)) == "--"
        assert outcome(lambda: actions.edit_collection(team, registry, world)) == "--"
        assert outcome(lambda: team.get(url)) in ("no", "--")
    finally:
        world.root.graphql("mutation($input:CreateInviteInput!){createInvite(input:$input){invite{id}}}",
                           input={"entityName": "lab", "username": "team"})


@test
def nobody_deletes_the_source_of_a_protected_link():
    world = Stage.get()
    registry = Registry(world, "organization")
    artifact = world.log(b"protected source")
    actions.link(world.root, registry, artifact, "prod")
    registry.protect("prod")
    delete = "mutation($input:DeleteArtifactInput!){deleteArtifact(input:$input){artifact{id}}}"
    for actor in ("instance", "admin+src", "orgadmin+src"):
        try:
            world.wire(actor).graphql(delete, input={"artifactID": artifact, "deleteAliases": True})
            raise AssertionError(f"{actor} deleted it")
        except Refused as refused:
            assert "protected alias 'prod'" in str(refused), refused
    actions.alias(world.wire("admin"), registry, "prod", "deleteAliases", artifact)
    world.root.graphql(delete, input={"artifactID": artifact, "deleteAliases": True})


@test
def latest_can_be_protected():
    """Linking by a member leaves it where it is; by an admin moves it."""
    world = Stage.get()
    registry = Registry(world, "organization")
    registry.protect("latest")

    def latest():
        query = """query($p:String!){project(entityName:"Acme",name:$p){artifactCollection(name:"c"){
          artifactMembership(aliasName:"latest"){versionIndex}}}}"""
        project = world.root.graphql(query, p=registry.project)["project"]
        return project["artifactCollection"]["artifactMembership"]["versionIndex"]

    actions.link(world.wire("member+src"), registry, world.spare)
    assert latest() == 0
    assert outcome(lambda: actions.alias(world.wire("member+src"), registry, "latest", artifact=world.spare)) == "no"
    actions.link(world.wire("admin+src"), registry, world.log(b"one more"))
    assert latest() == 2


@test
def administrators_of_the_server_add_anybody():
    """A user joins the organization as a viewer; a team of another one is a guest of this registry only."""
    world = Stage.get()
    world.user("zoe", "zoe")
    world.user("gus", "gus")
    succeed("team", "add", "guests", "--org", "Other", "--admin", "gus", data=world.data)
    guests = world.root.graphql('{entity(name:"guests"){id}}')["entity"]["id"]
    registry, next_door = Registry(world, "restricted"), Registry(world, "organization")
    for key, value in (("userIds", world.ids["zoe"]), ("teamIds", guests)):
        add = {"projectId": registry.id, key: [value]}
        assert outcome(lambda add=add: world.wire("orgadmin").graphql(actions.ADD, input=add)) == "--"
        world.root.graphql(actions.ADD, input=add)
    members = world.root.graphql('{organization(name:"Acme"){members{username role}}}')["organization"]["members"]
    assert {"username": "zoe", "role": "viewer"} in members and "gus" not in [m["username"] for m in members]
    world.root.graphql(actions.SET_TEAM, input={"projectId": registry.id, "teamId": guests, "teamProjectRole": "viewer"})
    for actor, files, beside in (("zoe", "no", "yes"), ("gus", "yes", "--")):
        wire = world.wire(actor)
        wire.sees_source = False
        assert outcome(lambda wire=wire: actions.view_version(wire, registry, world)) == "yes"
        assert outcome(lambda wire=wire: actions.get_signed_file(wire, registry, world)) == files
        assert outcome(lambda wire=wire: actions.view_version(wire, next_door, world)) == beside
    assert outcome(lambda: actions.search(world.wire("gus"), registry, world)) == "yes"


@test
def the_default_role_of_an_organization():
    world = Stage.get()
    registry = Registry(world, "organization")
    none = world.wire("none")
    setting = """mutation($input:UpdateOrganizationInput!){updateOrganization(input:$input){
      organization{defaultRegistryRole{name}}}}"""

    def set_role(actor, role):
        return world.wire(actor).graphql(setting, input={"organizationName": "Acme", "defaultRegistryRole": role})

    assert outcome(lambda: actions.get_signed_file(none, registry, world)) == "no"
    assert [outcome(lambda a=a: set_role(a, "viewer")) for a in ("none", "admin", "other", "service")] == ["no"] * 4
    try:
        assert set_role("orgadmin", "viewer")["updateOrganization"]["organization"]["defaultRegistryRole"]["name"] == "viewer"
        assert outcome(lambda: actions.get_signed_file(none, registry, world)) == "yes"
        succeed("org", "default-role", "Acme", "member", data=world.data)
        assert outcome(lambda: actions.edit_collection(none, registry, world)) == "yes"
        members = world.root.graphql('query($p:String){project(entityName:"Acme",name:$p){'
                                     'members{username role{name} inheritedRole{name}}}}', p=registry.project)
        found = {m["username"]: (m["role"]["name"], m["inheritedRole"]["name"]) for m in members["project"]["members"]}
        assert found["viewer"] == ("viewer", "member"), found
    finally:
        set_role("orgadmin", "restricted_viewer")
    assert outcome(lambda: actions.edit_collection(none, registry, world)) == "no"


@test
def the_operator_protects_aliases():
    world = Stage.get()
    registry = Registry(world, "organization")
    short = registry.project.removeprefix("wandb-registry-")
    succeed("registry", "protect", "Acme", short, "prod", data=world.data)
    assert [row["alias"] for row in succeed("registry", "protected", "Acme", short, "--json", data=world.data).json()] == ["prod"]
    assert outcome(lambda: actions.alias(world.wire("member"), registry, "prod")) == "no"
    succeed("registry", "unprotect", "Acme", registry.project, "prod", data=world.data)
    assert outcome(lambda: actions.alias(world.wire("member"), registry, "prod")) == "yes"
