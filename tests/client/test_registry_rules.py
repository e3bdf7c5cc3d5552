"""What holds for registries and what is linked to them: names, types, links through renaming and deleting;
what is locked in the two that every organization starts with; who sees them. The class Registry by itself
is in test_registry_class.py.

Clients before 0.22 print why a link was refused and raise nothing, so link_refused() looks at both.
"""
FIELDS = """
def fields(registry):
    return dict(name=registry.name, full_name=registry.full_name, entity=registry.entity,
                organization=registry.organization, description=registry.description, visibility=registry.visibility,
                allow_all=registry.allow_all_artifact_types, types=sorted(registry.artifact_types),
                created_at=registry.created_at)

def name_of(registry):
    return registry.name.removeprefix("wandb-registry-")  # clients before 0.22 keep it in listings

def log(entity, name, type="model", content="content"):
    with wandb.init(entity=entity, project="registry") as run:
        with open("file.txt", "w") as file:
            file.write(content)
        artifact = run.log_artifact("file.txt", name, type=type)
        artifact.wait()
        return artifact
"""


def snippet(text):
    return FIELDS + text


def link_refused(machine, team, path, type_name="model", user=None):
    """Logs an artifact and links it to where it is not taken; -> what the client said."""
    said = machine.run(snippet(f"""
artifact = log({team.team!r}, "refused-{machine.server.number()}", {type_name!r})
try:
    result["linked"] = bool(artifact.link({path!r}))
except (ValueError, wandb.errors.CommError) as error:
    result["text"] = text_of(error)
"""), user)
    if machine.release >= (0, 22):
        assert "text" in said.result, f"no error:\n{said.out}"
    return said.result.get("text", "") + said.out


def test_links_survive_a_new_name_and_sources_a_deletion(machine, new_machine, team):
    path = f"{team.org_entity}/wandb-registry-After/things"
    machine.run(snippet(f"""
api = wandb.Api()
made = api.create_registry("Before", "organization", organization={team.org!r})
log({team.team!r}, "renamed").link("{team.org_entity}/wandb-registry-Before/things", aliases=["kept"])
made.name = "After"
made.save()
"""))
    seen = new_machine(team.user).run(snippet(f"""
api = wandb.Api()
result["old name"] = attempt(api.artifact, "{team.org_entity}/wandb-registry-Before/things:kept")
artifact = api.artifact("{path}:kept")
result["version"] = [artifact.version, sorted(artifact.aliases), artifact.source_name]
result["content"] = open(artifact.file()).read()
api.registry("After", {team.org!r}).delete()
result["gone"] = attempt(api.artifact, "{path}:kept")
"""))
    assert (seen["version"], seen["content"]) == (["v0", ["kept", "latest"], "renamed:v0"], "content")
    assert seen["old name"] and seen["gone"]

    after = new_machine(team.user).run(snippet(f"""
source = wandb.Api().artifact("{team.team}/registry/renamed:v0")
result["source"] = [source.state, sorted(source.aliases), open(source.file()).read()]
again = wandb.Api().create_registry("After", "organization", organization={team.org!r})
result["again"] = [c.name for c in again.collections()]
result["gone"] = attempt(wandb.Api().artifact, "{path}:kept")
"""))
    assert after["source"] == ["COMMITTED", ["latest"], "content"]
    assert after["again"] == [] and after["gone"]


def test_names(machine, team):
    said = machine.run(snippet(f"""
api = wandb.Api()
longest = "n" * 113
for name in [longest, longest + "n", "with/slash", "with:colon", "", "Ünïcode & (odd) [name]+'~", "Round Trip of names"]:
    result[name] = attempt(api.create_registry, name, "organization", organization={team.org!r})
result["read"] = api.registry("Ünïcode & (odd) [name]+'~", {team.org!r}).name
result["case"] = attempt(api.create_registry, "ROUND trip OF names", "organization", organization={team.org!r})
"""))
    assert [said["n" * 113], said["Ünïcode & (odd) [name]+'~"], said["Round Trip of names"]] == [None] * 3
    assert "113 characters or less" in said["n" * 114] or "128" in said["n" * 114]
    for name in ["with/slash", "with:colon"]:
        assert "cannot contain" in said[name], said[name]
    assert said[""] is not None
    assert said["read"] == "Ünïcode & (odd) [name]+'~"
    assert "please use a different name" in said["case"]


def test_a_team_cannot_take_the_prefix(machine, team):
    said = machine.run(f"""
        try:
            wandb.init(entity={team.team!r}, project="wandb-registry-mine").finish()
        except Exception as error:
            result["text"] = text_of(error)
        result["projects"] = [project.name for project in wandb.Api().projects({team.team!r})]
    """)
    assert "wandb-registry-" in said["text"]
    assert "wandb-registry-mine" not in said["projects"]


def test_a_registry_takes_its_types_only(machine, team):
    said = link_refused(machine, team, f"{team.org_entity}/wandb-registry-model/datasets", "dataset")
    assert ("The registry 'wandb-registry-model' does not accept artifacts of type 'dataset': link a version of an accepted "
            "type, or add the type to the registry.") in said
    after = machine.run(snippet(f"""
api = wandb.Api()
result["collections"] = [c.name for c in api.registry("model", {team.org!r}).collections()]
made = api.create_registry("Typed", "organization", organization={team.org!r}, artifact_types=["model"])
made.artifact_types.append("dataset")
made.save()
log({team.team!r}, "typed", "dataset").link("{team.org_entity}/wandb-registry-Typed/data")
artifact = api.artifact("{team.org_entity}/wandb-registry-Typed/data:latest")
result["linked"] = [artifact.type, artifact.version]
made = api.create_registry("Untyped", "organization", organization={team.org!r})
log({team.team!r}, "untyped", "some type").link("{team.org_entity}/wandb-registry-Untyped/first")
made.load()
result["in use"] = [made.allow_all_artifact_types, list(made.artifact_types)]
made.allow_all_artifact_types = False
made.save()
"""))
    assert "datasets" not in after["collections"]
    assert after["linked"] == ["dataset", "v0"]
    assert after["in use"] == [True, ["some type"]]
    assert "does not accept artifacts of type 'model'" in \
        link_refused(machine, team, f"{team.org_entity}/wandb-registry-Untyped/second", "model")


def test_a_collection_takes_its_type_only(machine, team):
    machine.run(snippet(f"""
wandb.Api().create_registry("Mixed", "organization", organization={team.org!r})
log({team.team!r}, "mixed").link("{team.org_entity}/wandb-registry-Mixed/models")
"""))
    said = link_refused(machine, team, f"{team.org_entity}/wandb-registry-Mixed/models", "dataset")
    assert "The collection 'models' holds artifacts of type 'model', not 'dataset': link to another collection." in said


def test_a_missing_registry_is_not_made(machine, team):
    said = link_refused(machine, team, "wandb-registry-Never Made/things")
    assert (f"There is no registry 'wandb-registry-Never Made' in {team.org_entity!r}, or you may not see it: create it "
            "first.") in said
    after = machine.run(snippet(f"""
api = wandb.Api()
result["registries"] = [name_of(registry) for registry in api.registries({team.org!r})]
result["get"] = attempt(api.artifact, "wandb-registry-Never Made/things:v0")
with wandb.init(entity={team.team!r}, project="registry") as run:
    result["use"] = attempt(run.use_artifact, "wandb-registry-Never Made/things:v0")
    result["use collection"] = attempt(run.use_artifact, "wandb-registry-model/never-made:v0")
"""))
    assert "Never Made" not in after["registries"]
    for key in ["get", "use"]:
        assert "wandb-registry-Never Made" in after[key] and "not found" in after[key]
    assert "never-made:v0" in after["use collection"] and "not found" in after["use collection"]


def test_core_registries_are_locked(machine, team):
    said = machine.run(snippet(f"""
def change(**attributes):
    registry = wandb.Api().registry("dataset", {team.org!r})
    for name, value in attributes.items():
        setattr(registry, name, value)
    return attempt(registry.save)

before = fields(wandb.Api().registry("dataset", {team.org!r}))
result["description"] = change(description="mine")
result["visibility"] = change(visibility="restricted")
result["all types"] = change(allow_all_artifact_types=True)
result["name"] = change(name="renamed")
result["delete"] = attempt(wandb.Api().registry("dataset", {team.org!r}).delete)
result["same"] = before == fields(wandb.Api().registry("dataset", {team.org!r}))
core = wandb.Api().registry("dataset", {team.org!r})
result["types before"] = list(core.artifact_types)
core.artifact_types.append("table")
core.save()
result["types after"] = sorted(wandb.Api().registry("dataset", {team.org!r}).artifact_types)
"""))
    for change in ["description", "visibility", "all types", "name", "delete"]:
        # Clients before 0.26 put words of their own in place of what a 403 says.
        wanted = "core registry" if machine.release >= (0, 26) else "403"
        assert wanted in said[change], (change, said[change])
    assert said["same"]
    assert (said["types before"], said["types after"]) == (["dataset"], ["dataset", "table"])


def test_restricted_registries_are_hidden(machine, new_machine, team):
    """Who was not invited sees a restricted registry nowhere, and hears what he would hear of none."""
    machine.run(snippet(f"""
wandb.Api().create_registry("Secret Plans", "restricted", organization={team.org!r})
log({team.team!r}, "planned").link("{team.org_entity}/wandb-registry-Secret Plans/plans")
result["here"] = wandb.Api().artifact("wandb-registry-Secret Plans/plans").version
"""))
    other = team.member("registry-other", team_role=None)
    seen = new_machine(other).run(snippet(f"""
api = wandb.Api()
result["all"] = [name_of(registry) for registry in api.registries({team.org!r})]
for name in ["Secret Plans", "Secret Clans"]:
    result[name] = [attempt(api.registry, name, {team.org!r}), attempt(api.artifact, f"wandb-registry-{{name}}/plans:v0")]
"""))
    assert "model" in seen["all"] and "Secret Plans" not in seen["all"]
    assert None not in seen["Secret Plans"]
    assert [text.replace("Plans", "Clans") for text in seen["Secret Plans"]] == seen["Secret Clans"]


def test_creating_is_for_members(machine, new_machine, team):
    viewer = team.member("registry-viewer", role="viewer", team_role="viewer")
    said = new_machine(viewer).run(snippet(f"""
result["text"] = attempt(wandb.Api().create_registry, "By A Viewer", "organization", organization={team.org!r})
result["all"] = [name_of(registry) for registry in wandb.Api().registries({team.org!r})]
"""))
    assert f"Failed to create registry 'By A Viewer' in organization {team.org!r}" in said["text"]
    assert "By A Viewer" not in said["all"]
