"""People: members of a registry and their roles, what a role lets the client do, users, teams, keys."""
import pytest

HELP = """
def log(entity, name, content="content", type="model"):
    with wandb.init(entity=entity, project="people") as run:
        artifact = wandb.Artifact(name, type=type)
        with artifact.new_file("file.txt") as file:
            file.write(content)
        run.log_artifact(artifact).wait()
        return artifact
"""
# Older releases put words of their own in place of the server's.
ADD = ("You do not have permission to add", "only an admin of the registry may add it")
DELETE = ("You do not have permission to delete", "only an admin of the registry may add it, move it or delete it")
UNLINK = ("You do not have permission to unlink the artifact", "You may not unlink versions in")
PROTECT = "mutation($i: ProtectedAliasInput!) { createProtectedAlias(input: $i) { success } }"


def registry_with(machine, team, name, link="things", **aliases):
    """A restricted registry with one linked version."""
    machine.run(HELP + f"""
wandb.Api().create_registry({name!r}, "restricted", organization={team.org!r})
log({team.team!r}, {name.lower().replace(" ", "-")!r}).link("{team.org_entity}/wandb-registry-{name}/{link}", aliases=["kept"])
""")
    return f"{team.org_entity}/wandb-registry-{name}/{link}"


def test_members_of_a_registry(machine, team):
    if machine.release < (0, 25):
        pytest.skip("this release knows no members")
    other, third = team.member("member-other", team_role=None), team.member("member-third", team_role=None)
    lab = team.server.team(f"lab-{team.server.number()}", team.org, team.user)
    said = machine.run(HELP + f"""
api = wandb.Api()
made = api.create_registry("Members", "restricted", organization={team.org!r})
def people():
    return [sorted([m.user.username, str(getattr(m.role, "value", m.role))] for m in made.user_members()),
            sorted([m.team.name, str(getattr(m.role, "value", m.role))] for m in made.team_members())]
result["first"] = people()
other, third, lab = api.user({other.name!r}), api.user({third.name!r}), api.team({lab!r})
result["same"] = made.add_members(other, third.id, lab) is made
result["added"] = people()
result["together"] = len(made.members())
made.add_members(other)   # again
made.update_member(other, "admin")
made.update_member(lab, role="viewer")
result["updated"] = people()
made.remove_members(third, lab.id)
made.remove_members(third)   # again
result["removed"] = people()
result["role"] = attempt(made.update_member, other, "emperor")
made.update_member(third, "viewer")   # who is no member becomes one
result["kind"] = attempt(made.add_members, 5)
result["nothing"] = attempt(made.add_members)
result["end"] = people()
""").result
    me = [team.user.name, "admin"]
    assert said["first"] == [[me], []]
    assert said["same"] and said["added"] == [sorted([me, [other.name, "restricted_viewer"], [third.name, "restricted_viewer"]]),
                                              [[lab, "restricted_viewer"]]]
    assert said["together"] == 4
    assert said["updated"] == [sorted([me, [other.name, "admin"], [third.name, "restricted_viewer"]]), [[lab, "viewer"]]]
    assert said["removed"] == [sorted([me, [other.name, "admin"]]), []]
    assert said["end"] == [sorted([me, [other.name, "admin"], [third.name, "viewer"]]), []]
    assert said["role"] and said["kind"] and said["nothing"]


def test_a_restricted_viewer_reads_metadata_only(machine, new_machine, team):
    path = registry_with(machine, team, "Shown")
    viewer = team.member("people-viewer", team_role=None)
    team.give_role(viewer, "Shown", "restricted_viewer")
    look = HELP + f"""
import os
api = wandb.Api()
artifact = api.artifact("{path}:kept")
result["seen"] = [artifact.version, sorted(artifact.aliases), sorted(artifact.manifest.entries), artifact.size]
result["entry"] = artifact.get_entry("file.txt").digest
result["files"] = attempt(lambda: [file.name for file in artifact.files()])
result["download"] = attempt(artifact.download, skip_cache=True)
with wandb.init(entity={viewer.name!r}, project="own") as run:
    result["use"] = attempt(run.use_artifact, "{path}:kept")
"""
    said = new_machine(viewer).run(look).result
    assert said["seen"][:2] == ["v0", ["kept", "latest"]] and said["seen"][2] == ["file.txt"] and said["seen"][3] > 0
    assert said["entry"] and said["files"] and said["download"] and said["use"]
    team.give_role(viewer, "Shown", "viewer")
    said = new_machine(viewer).run(look).result
    assert [said[key] for key in ("files", "download", "use")] == [None, None, None], said


def test_aliases_are_edited_without_access_to_the_source(machine, new_machine, team):
    path = registry_with(machine, team, "Edited")
    member = team.member("people-member", team_role=None)
    team.give_role(member, "Edited", "member")
    done = new_machine(member).run(f"""
artifact = wandb.Api().artifact("{path}:kept")
artifact.aliases.append("best")
artifact.aliases.remove("kept")
artifact.description = "not theirs to change"
try:
    artifact.save()
except Exception as error:
    result["error"] = text_of(error)
again = wandb.Api().artifact("{path}:best")
result["seen"] = [again.version, sorted(again.aliases), again.description]
""", ok=None)
    # Clients before 0.26 or so do not ask first whether the rest may be changed.
    if machine.release >= (0, 28):
        assert "Skipping non-alias updates due to insufficient permissions on the source artifact." in done.out
    assert done["seen"][0] == "v0" and "best" in done["seen"][1] and not done["seen"][2], done.result


def test_protected_aliases(machine, new_machine, team):
    path = registry_with(machine, team, "Protected")
    member = team.member("people-protected", team_role="member")
    team.give_role(member, "Protected", "member")
    ask = team.server.graphql
    _, body = ask(team.user, "query($e: String!) { project(name: \"wandb-registry-Protected\", entityName: $e) { id } }",
                  e=team.org_entity)
    status, body = ask(team.user, PROTECT, i={"projectId": body["data"]["project"]["id"], "alias": "production"})
    assert status == 200 and "errors" not in body, body
    member_does = HELP + f"""
def change(put=(), take=()):
    artifact = wandb.Api().artifact("{path}:v0")
    artifact.aliases = sorted(set(artifact.aliases) - set(take) | set(put))
    artifact.save()
result["put"] = attempt(change, put=["production"])
result["take"] = attempt(change, take=["production"])
result["move"] = attempt(change, put=["mine"])
result["unlink"] = attempt(wandb.Api().artifact("{path}:v0").unlink)
result["collection"] = attempt(wandb.Api().artifact_collection("model", "{path}").delete)
result["source"] = attempt(wandb.Api().artifact("{team.team}/people/protected:v0").delete, delete_aliases=True)
result["aliases"] = sorted(wandb.Api().artifact("{path}:v0").aliases)
"""
    before = new_machine(member).run(member_does.replace('"unlink"', '"-"').split('result["-"]')[0]).result
    newer = machine.release >= (0, 28)
    assert ADD[newer] in before["put"] and "production" in before["put"]
    assert before["take"] is None and before["move"] is None
    machine.run(f"""
artifact = wandb.Api().artifact("{path}:v0")
artifact.aliases.append("production")
artifact.save()
""")
    said = new_machine(member).run(member_does).result
    assert DELETE[newer] in said["take"] and "production" in said["take"]
    assert said["unlink"]
    assert said["collection"] and said["source"]
    assert said["aliases"] == ["kept", "latest", "mine", "production"]
    end = machine.run(HELP + f"""
artifact = wandb.Api().artifact("{path}:v0")
result["source"] = attempt(wandb.Api().artifact("{team.team}/people/protected:v0").delete, delete_aliases=True)
artifact.aliases.remove("production")
artifact.save()
artifact.unlink()
result["after"] = attempt(wandb.Api().artifact("{team.team}/people/protected:v0").delete, delete_aliases=True)
""").result
    assert end["source"] and end["after"] is None, "even an admin takes the alias off first"


def test_who_may_not_unlink_is_told(machine, new_machine, team):
    path = registry_with(machine, team, "Kept")
    viewer = team.member("people-unlink", team_role=None)
    team.give_role(viewer, "Kept", "viewer")
    said = new_machine(viewer).run(HELP + f"""
result["unlink"] = attempt(wandb.Api().artifact("{path}:v0").unlink)
result["left"] = wandb.Api().artifact("{path}:v0").version
""").result
    assert UNLINK[machine.release >= (0, 28)] in said["unlink"] and said["left"] == "v0"


def test_users_teams_and_keys(machine, new_machine, server, team):
    admin = server.user(f"people-admin-{server.number()}", "--admin", "--email", f"admin{server.number()}@example.com")
    server.operate("org", "member", "set", team.org, admin.name, "admin")
    other = team.member("people-found", team_role=None)
    name, mail = f"made-{server.number()}", f"new{server.number()}@example.com"
    said = new_machine(admin).run(HELP + f"""
api = wandb.Api()
result["viewer"] = [api.viewer.username, api.viewer.admin, api.default_entity]
found = api.user({other.name!r})
result["user"] = [found.username, found.admin, sorted(found.teams)]
result["nobody"] = api.user("nobody-of-that-name")
result["users"] = [user.username for user in api.users({other.name!r})]
made = api.create_team({name!r}, {team.user.name!r})
result["team"] = [made.name, sorted(member.username for member in made.members)]
result["again"] = [member.username for member in api.team({name!r}).members]
""").result
    assert said["viewer"] == [admin.name, True, admin.name]
    assert said["user"] == [other.name, False, []] and said["nobody"] is None and said["users"] == [other.name]
    assert said["team"] == [name, [team.user.name]] and said["again"] == [team.user.name]
    said = machine.run(HELP + f"""
api = wandb.Api()
made = api.team({name!r})
result["invited"] = [made.invite({other.name!r}), made.invite("nobody-of-that-name"), made.invite({other.name!r}, admin=True)]
made.load(force=True)
result["members"] = sorted(member.username for member in made.members)
service = made.create_service_account("a robot")
result["service"] = service.account_type
made.load(force=True)
result["removed"] = next(m for m in made.members if m.username == {other.name!r}).delete()
made.load(force=True)
result["left"] = sorted(m.username for m in made.members if m.account_type != "SERVICE")
if {machine.release >= (0, 28)}:   # before, clients signed in with the names of keys, which are no secrets here
    me = api.viewer
    before = set(me.api_keys)
    key = me.generate_api_key()
    result["key"] = [bool(key), len(set(wandb.Api().viewer.api_keys)) - len(before)]
    result["deleted"] = me.delete_api_key(key)
    result["keys"] = len(wandb.Api().viewer.api_keys) - len(before)
result["projects"] = [attempt(api.create_project, "by-hand", {name!r}), [p.name for p in api.projects({name!r})]]
result["none"] = attempt(api.create_user, {mail!r})
""").result
    assert said["invited"][:2] == [True, False] and said["members"] == sorted([team.user.name, other.name]), said
    assert said["service"] == "SERVICE", said
    assert said["removed"] is True and said["left"] == [team.user.name], said
    if machine.release >= (0, 28):
        assert said["key"] == [True, 1] and said["deleted"] is True and said["keys"] == 0, said
    assert said["projects"] == [None, ["by-hand"]]
    assert said["none"], "only an administrator of the server makes users"
    made = new_machine(admin).run(f"""
made = wandb.Api().create_user({mail!r})
result["made"] = [made.email, made.admin]
""").result
    assert made["made"] == [mail, False]
