"""Which organization a path means: for a team's member, for a personal entity in one, several or no
organization, named and not named, right and wrong; with the client's own words when it cannot be told.

The client decides, from what the server says of an entity; so each case here is an answer of the server.
"""
import re

import pytest

import machines

VERSION = b"one version\n"


@pytest.fixture(scope="module")
def people(client, server, team, forks, tmp_path_factory):
    """Two organizations with a collection each, and users who belong to none, one and both."""
    other = machines.Team(server, "resolve-other")
    people = {"none": server.user("resolve-none")}
    people["one"] = team.member("resolve-one", team_role=None)
    people["both"] = team.member("resolve-both", team_role=None)
    server.operate("org", "member", "set", other.org, people["both"].name, "member")
    people["other"] = other

    machine = machines.Machine(client, tmp_path_factory.mktemp("resolve"), server, preloaded=forks)
    (machine.work / "f.txt").write_bytes(VERSION)
    for place in [team, other]:
        machine.run(f"""
            with wandb.init(entity={place.team!r}, project="resolve") as run:
                artifact = wandb.Artifact("thing", type="model")
                artifact.add_file("f.txt")
                run.link_artifact(artifact, "wandb-registry-model/things", aliases=["mine"])
        """, place.user)
    return people


ASK = """
for entity, path in {cases!r}:
    try:
        api = wandb.Api(overrides={{"entity": entity}} if entity else None)
        artifact = api.artifact(path)
        answer = [artifact.entity, artifact.qualified_name, artifact.source_entity]
    except (ValueError, wandb.errors.CommError) as error:
        answer = str(error)
    result[f"{{entity}} {{path}}"] = answer
"""


def ask(machine, user, *cases):
    """What the client makes of each (entity, path)."""
    return list(machine.run(ASK.format(cases=cases), user).result.values())


def found(team, source=None):
    """The collection's version; who may not see the team's project is not told where it came from."""
    return [team.org_entity, f"{team.org_entity}/wandb-registry-model/things:mine", team.team if source is None else source]


NAME = "wandb-registry-model/things:mine"


def test_a_team_means_its_organization(machine, team, people):
    other = people["other"]
    right = [(None, NAME), (team.team, NAME), (None, f"{team.org}/{NAME}"), (team.team, f"{team.org_entity}/{NAME}")]
    assert ask(machine, team.user, *right) == [found(team)] * 4

    wrong = ask(machine, team.user, (None, f"Nobody Inc/{NAME}"), (team.team, f"{other.org}/{NAME}"))
    if machine.release < (0, 25):
        assert wrong == [f"Expecting the organization name or entity name to match {team.org!r} and cannot be linked/fetched "
                         f"with {name!r}. Please update the target path with the correct organization name."
                         for name in ["Nobody Inc", other.org]]
    else:
        assert wrong == [f"Unable to find organization for entity {team.team!r}."] * 2


def test_a_personal_entity_in_one_organization(machine, team, people):
    one, other = people["one"], people["other"]
    right = [(None, NAME), (one.name, NAME), (None, f"{team.org}/{NAME}"), (one.name, f"{team.org_entity}/{NAME}")]
    assert ask(machine, one, *right) == [found(team, "")] * 4

    assert ask(machine, one, (None, f"Nobody Inc/{NAME}"), (one.name, f"{other.org_entity}/{NAME}")) == [
        f"Expecting the organization name or entity name to match {team.org!r} and cannot be linked/fetched with {name!r}. "
        "Please update the target path with the correct organization name." for name in ["Nobody Inc", other.org_entity]]


def test_a_personal_entity_in_two_organizations(machine, team, people):
    both, other = people["both"], people["other"]
    assert ask(machine, both, (both.name, f"{team.org}/{NAME}"), (both.name, f"{team.org_entity}/{NAME}")) == [found(team, "")] * 2
    assert ask(machine, both, (None, f"{other.org}/{NAME}"), (None, f"{other.org_entity}/{NAME}")) == [found(other, "")] * 2
    # The documented way round: overrides with a team, whether a member of it or not.
    assert ask(machine, both, (team.team, NAME), (other.team, NAME)) == [found(team, ""), found(other, "")]

    assert ask(machine, both, (both.name, NAME), (None, NAME), (None, f"Nobody Inc/{NAME}")) == [
        *[f"Personal entity {both.name!r} belongs to multiple organizations and cannot be used without specifying the "
          "organization name. Please specify the organization in the Registry path or use a team entity in the entity "
          "settings."] * 2,
        "Personal entity belongs to multiple organizations and cannot be linked/fetched with 'Nobody Inc'. Please update "
        "the target path with the correct organization name or use a team entity in the entity settings."]


def test_a_personal_entity_in_no_organization(machine, team, people):
    none = people["none"]
    without = (f"Unable to resolve an organization associated with personal entity: {none.name!r}. This could be because its a "
               "personal entity that doesn't belong to any organizations. Please specify the organization in the "
               "Registry path or use a team entity in the entity settings.")
    nothing = f"Unable to find organization for entity {none.name!r}."
    assert ask(machine, none, (None, NAME), (none.name, f"{team.org}/{NAME}")) == \
        [without if machine.release < (0, 25) else nothing] * 2


def test_a_stranger_learns_nothing_of_a_registry(machine, team, people):
    """With a team's name even a stranger gets past the client; the server answers as if nothing were there."""
    unknown, hidden = ask(machine, people["none"], (team.team, "wandb-registry-nowhere/things:mine"), (team.team, NAME))
    assert isinstance(hidden, str), "a stranger got the artifact"
    assert hidden.replace("wandb-registry-model", "wandb-registry-nowhere") == unknown


INFER = """
api = wandb.Api(overrides={overrides!r})
try:
    registry = api.registry("model")
    result["registry"] = [registry.organization, registry.entity, registry.full_name]
except (ValueError, wandb.errors.CommError) as error:
    result["registry"] = str(error)
"""


def infer(machine, user, **overrides):
    return machine.run(INFER.format(overrides=overrides or None), user)["registry"]


def test_the_organization_of_a_registry_is_inferred(machine, team, people):
    own = [team.org, team.org_entity, "wandb-registry-model"]
    one, both, none = people["one"], people["both"], people["none"]
    assert infer(machine, team.user) == own
    assert infer(machine, one) == own
    assert infer(machine, both, entity=team.team) == own
    assert infer(machine, both) == \
        "Multiple organizations found for entity. Please specify an organization in the settings."
    message = infer(machine, none)
    if machine.release < (0, 30):
        assert message.startswith(f"Unable to resolve an organization associated with personal entity: {none.name!r}.")
    else:
        assert message == "No organizations found for entity. Please specify an organization in the settings."


def test_an_unknown_organization_is_named(machine, team):
    said = machine.run("""
        for name in ["registry", "create_registry"]:
            try:
                getattr(wandb.Api(), name)("model", organization="Nobody Inc", **({} if name == "registry" else
                                           {"visibility": "organization"}))
            except (ValueError, wandb.errors.CommError) as error:
                result[name] = str(error)
        try:
            list(wandb.Api().registries(organization="Nobody Inc"))
        except (ValueError, wandb.errors.CommError) as error:
            result["registries"] = str(error)
    """).result
    wanted = "error fetching org entity for organization: nobody inc" if machine.release < (0, 22) else \
        "organization.*'nobody inc' not found"
    assert re.search(wanted, said["registry"].lower())
    assert re.search(wanted, said["create_registry"].lower())
    assert said["registries"].startswith("Organization 'Nobody Inc' not found. Please verify the organization name is correct")


LINK = """
with wandb.init(entity={entity!r}, project="resolve-link") as run:
    artifact = run.log_artifact("f.txt", "linked-thing", type="model")
    artifact.wait()
    for path in {paths!r}:
        try:
            linked = artifact.link(path)
            result[path] = linked.qualified_name if linked else wandb.Api().artifact(path + ":latest").qualified_name
        except (ValueError, wandb.errors.CommError) as error:
            result[path] = str(error)
"""


def link(machine, user, entity, *paths):
    """-> (what each path gave, everything that the client printed)"""
    (machine.work / "f.txt").write_bytes(b"linked\n")
    done = machine.run(LINK.format(entity=entity, paths=paths), user)
    return list(done.result.values()), done.out


def test_linking_goes_by_the_entity_of_the_source(machine, team, people):
    (short, by_name, by_entity, wrong), out = link(
        machine, team.user, team.team, "wandb-registry-model/linked", f"{team.org}/wandb-registry-model/linked",
        f"{team.org_entity}/wandb-registry-model/linked", f"{people['other'].org}/wandb-registry-model/linked")
    assert short.startswith(f"{team.org_entity}/wandb-registry-model/linked:")
    assert by_name == by_entity == short
    if machine.release < (0, 22):
        assert f"cannot be linked/fetched with {people['other'].org!r}" in wrong
    else:
        assert wrong == f"Unable to find organization for entity {team.team!r}."


def test_an_artifact_of_a_personal_entity_is_not_linked(machine, team, people):
    """The client resolves the organization; it is the server that refuses, and says what to do."""
    user = team.member("resolve-personal", role="admin", team_role=None)
    for path in ["wandb-registry-model/personal", f"{team.org}/wandb-registry-model/personal"]:
        (said,), out = link(machine, user, user.name, path)
        if machine.release < (0, 22):  # refuses by itself, and only prints why
            assert f"unable to resolve an organization associated with the entity: {user.name}" in out
            continue
        assert said.removeprefix("HTTP 400: ") == (
            "linking is only allowed within the same team or to a collection in your organization's registry: "
            f"'{user.name}' is a personal entity, log the artifact in a project of one of the organization's teams and link "
            "that.")
    gone, = ask(machine, user, (None, "wandb-registry-model/personal:latest"))
    assert isinstance(gone, str), "it was linked all the same"


def test_another_organizations_registry_takes_no_artifact_of_ours(machine, server, team, people):
    """Somebody who may write in both organizations still cannot carry a version from one to the other."""
    other = people["other"]
    user = team.member("resolve-carrier")
    server.operate("org", "member", "set", other.org, user.name, "admin")
    (machine.work / "f.txt").write_bytes(b"carried\n")
    source = machine.run(f"""
        with wandb.init(entity={team.team!r}, project="carry") as run:
            result["id"] = run.log_artifact("f.txt", "carried", type="model").wait().id
    """, user)["id"]
    status, body = server.graphql(user, """mutation($input: LinkArtifactInput!) {
        linkArtifact(input: $input) { versionIndex } }""", input={
        "artifactID": source, "artifactPortfolioName": "carried", "entityName": other.org_entity,
        "projectName": "wandb-registry-model", "aliases": []})
    assert 400 <= status < 500
    assert "linking is only allowed within the same team or to a collection in your organization's registry" in \
        body["errors"][0]["message"]
