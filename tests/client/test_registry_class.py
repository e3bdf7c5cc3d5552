"""The class Registry as its document describes it: every property and method, what raises, and the
chains of registries, collections and versions with filters, orders and cursors."""
import pytest

import machines

RESTRICTED, OPEN = "restricted", "organization"


def create(team, name, more="", **named):
    words = "".join(f", {key}={value!r}" for key, value in named.items())
    return f"""
api = wandb.Api()
made = api.create_registry({name!r}, organization={team.org!r}{words})
{more}
"""


LOOK = """
import json
def look(r):
    return dict(name=r.name, full_name=r.full_name, entity=r.entity, organization=r.organization, path=list(r.path),
                description=r.description, visibility=r.visibility, allow_all=r.allow_all_artifact_types,
                types=sorted(r.artifact_types), created=r.created_at, updated=r.updated_at)
"""


def test_properties_of_a_new_registry(machine, team):
    result = machine.run(LOOK + create(team, "props", """
result["made"] = look(made)
result["found"] = look(api.registry("props", organization=made.organization))
made.load()
result["loaded"] = look(made)
""", visibility=RESTRICTED, description="Said of it", artifact_types=["model", "dataset"])).result
    made = result["made"]
    assert made["name"] == "props" and made["full_name"] == "wandb-registry-props"
    assert made["entity"] == team.org_entity and made["organization"] == team.org
    assert made["path"] == [team.org_entity, "wandb-registry-props"]
    assert made["description"] == "Said of it" and made["visibility"] == RESTRICTED
    assert made["allow_all"] is False and made["types"] == ["dataset", "model"]
    assert made["created"].endswith("Z") and made["updated"].endswith("Z")
    assert result["found"] == made and result["loaded"] == made


def test_all_types_are_allowed_unless_some_are_named(machine, team):
    result = machine.run(LOOK + create(team, "anything", 'result.update(look(made))', visibility=OPEN)).result
    assert result["allow_all"] is True and result["types"] == [] and result["visibility"] == OPEN


def test_artifact_types_only_grow(machine, team):
    result = machine.run(LOOK + create(team, "types", """
made.artifact_types.append("model")
result["draft"] = list(made.artifact_types.draft)
made.save()
result["draft_after"] = list(made.artifact_types.draft)
made.artifact_types.append("accidentally_added")
made.artifact_types.remove("accidentally_added")
try:
    made.artifact_types.remove("model")
except ValueError as error:
    result["remove"] = str(error)
made.artifact_types.append("dataset")
made.save()
made.load()
result["types"] = sorted(made.artifact_types)
result["elsewhere"] = sorted(wandb.Api().registry("types", organization=made.organization).artifact_types)
""", visibility=OPEN, artifact_types=["first"])).result
    assert result["draft"] == ["model"] and result["draft_after"] == []
    assert result["remove"] == "Cannot remove artifact type: 'model' that has been saved to the registry"
    assert result["types"] == result["elsewhere"] == ["dataset", "first", "model"]


def test_types_cannot_be_named_while_all_are_allowed(machine, team):
    done = machine.run(create(team, "open-types", """
made.artifact_types.append("model")
try:
    made.save()
except ValueError as error:
    result["save"] = str(error)
made.allow_all_artifact_types = False
made.save()
made.load()
result["types"], result["allow_all"] = sorted(made.artifact_types), made.allow_all_artifact_types
""", visibility=OPEN)).result
    assert "Cannot update artifact types when `allows_all_artifact_types` is True. Set it to False first." in done["save"]
    assert done["types"] == ["model"] and done["allow_all"] is False


def test_save_and_load(machine, team):
    result = machine.run(LOOK + create(team, "before", """
import time
result["first"] = look(made)
other = wandb.Api().registry("before", organization=made.organization)
time.sleep(1.1)
made.description = "New words"
made.visibility = "restricted"
made.save()
result["saved"] = look(made)
result["stale"] = other.description
other.load()
result["fresh"] = look(other)
made.name = "after"
made.save()
result["renamed"] = look(made)
result["found"] = look(wandb.Api().registry("after", organization=made.organization))
try:
    wandb.Api().registry("before", organization=made.organization)
except Exception as error:
    result["gone"] = type(error).__name__ + ": " + str(error)
""", visibility=OPEN, description="Old words")).result
    first, saved, fresh, renamed = (result[k] for k in ("first", "saved", "fresh", "renamed"))
    assert result["stale"] == "Old words"
    assert saved["description"] == fresh["description"] == "New words"
    assert saved["visibility"] == fresh["visibility"] == RESTRICTED
    assert fresh["updated"] > first["updated"] and fresh["created"] == first["created"]
    assert renamed["full_name"] == "wandb-registry-after" and renamed["description"] == "New words"
    assert result["found"]["created"] == first["created"]
    assert result["gone"].startswith("ValueError: Failed to load registry 'before'")


def test_create_raises(machine, team):
    result = machine.run(create(team, "taken", f"""
def refused(key, *words, **named):
    try:
        api.create_registry(*words, **named)
    except Exception as error:
        result[key] = type(error).__name__ + ": " + str(error)
org = {team.org!r}
refused("twice", "taken", "organization", organization=org)
refused("case", "TAKEN", "organization", organization=org)
refused("visibility", "v", "nowhere", organization=org)
refused("org", "o", "organization", organization="No Such Org")
refused("slash", "a/b", "organization", organization=org)
refused("long", "x" * 114, "organization", organization=org)
api.create_registry("y" * 113, "organization", organization=org).delete()
""", visibility=OPEN)).result
    assert result["twice"].startswith("ValueError") and "already exists" in result["twice"]
    assert result["case"].startswith("ValueError")
    assert result["visibility"].startswith("ValueError: Invalid visibility") and "nowhere" in result["visibility"]
    assert "No Such Org" in result["org"]
    assert result["slash"].startswith("ValueError") and result["long"].startswith("ValueError")


def test_delete_is_for_good(machine, team):
    result = machine.run(create(team, "doomed", """
def refused(key, function):
    try:
        function()
    except Exception as error:
        result[key] = type(error).__name__ + ": " + str(error)
made.delete()
refused("delete", made.delete)
refused("load", made.load)
refused("find", lambda: wandb.Api().registry("doomed", organization=made.organization))
result["left"] = [r.name for r in api.registries(organization=made.organization) if r.name == "doomed"]
again = api.create_registry("doomed", visibility="organization", organization=made.organization)
result["again"] = again.name
again.delete()
""", visibility=OPEN)).result
    assert result["delete"].startswith("ValueError: Failed to delete registry")
    assert result["load"].startswith("ValueError: Failed to load registry 'doomed'")
    assert result["find"].startswith("ValueError: Failed to load registry 'doomed'")
    assert result["left"] == [] and result["again"] == "doomed"


def test_an_object_made_by_hand_is_filled_by_load(machine, team):
    """Registry(client, organization, entity, name): nothing is asked of the server before load()."""
    result = machine.run(LOOK + create(team, "by-hand", """
client = getattr(made, "_service_api", None) or made.client
mine = type(made)(client, made.organization, made.entity, "by-hand")
result["before"] = [mine.name, mine.full_name, mine.entity, mine.organization, list(mine.path)]
result["load"] = mine.load()
result["after"], result["made"] = look(mine), look(made)
nobody = type(made)(client, made.organization, made.entity, "by-nobody")
try:
    nobody.load()
except Exception as error:
    result["nobody"] = type(error).__name__ + ": " + str(error)
""", visibility=OPEN, description="By hand")).result
    assert result["before"] == ["by-hand", "wandb-registry-by-hand", team.org_entity, team.org,
                                [team.org_entity, "wandb-registry-by-hand"]]
    assert result["load"] is None and result["after"] == result["made"]
    assert result["nobody"].startswith("ValueError: Failed to load registry 'by-nobody'")


def test_create_as_a_class_method(machine, team):
    """What api.create_registry() calls, with all that may be left out left out."""
    asks = "api" if machine.release >= (0, 26) else "api.client"
    result = machine.run(LOOK + f"""
api = wandb.Api()
cls = type(api.registry("model", organization={team.org!r}))
made = cls.create({asks}, {team.org!r}, "class-made", "organization")
result.update(look(made))
result["class"] = cls.__name__
result["types_class"] = type(made.artifact_types).__name__
result["again"] = api.registry("class-made", organization={team.org!r}).created_at == made.created_at
try:
    cls.create({asks}, {team.org!r}, "class-made", "organization")
except Exception as error:
    result["twice"] = type(error).__name__
""").result
    assert result["class"] == "Registry" and result["name"] == "class-made" and result["again"]
    assert not result["description"] and result["allow_all"] is True and result["types"] == []
    assert result["visibility"] == OPEN and result["twice"] == "ValueError"
    assert result["types_class"] == "AddOnlyArtifactTypesList"


def test_what_is_saved_and_what_is_not(machine, team):
    """Changes stay local until save(); load() drops them; saving nothing changes nothing."""
    clears = machine.release[:2] != (0, 22)  # which refuses an empty description by itself
    result = machine.run(LOOK + create(team, "draft", """
import time
made.description = "never saved"
made.artifact_types.append("never-saved")
made.allow_all_artifact_types = True
made.load()
result["loaded"] = look(made)
time.sleep(1.1)
result["save"] = made.save()
result["saved"] = look(made)
if CLEARS:
    made.description = ""
    made.save()
result["empty"] = look(api.registry("draft", organization=made.organization))
result["delete"] = made.delete()
""".replace("CLEARS", str(clears)), visibility=RESTRICTED, description="As made", artifact_types=["model"])).result
    assert result["loaded"]["description"] == "As made" and result["loaded"]["types"] == ["model"]
    assert result["loaded"]["allow_all"] is False
    assert result["save"] is None and result["saved"] == result["loaded"]
    assert (result["empty"]["description"] or None) == (None if clears else "As made")
    assert result["delete"] is None


def test_saved_types_outlive_allowing_all(machine, team):
    """With all types allowed, artifact_types says which were saved before or are in use."""
    result = machine.run(LOOK + create(team, "outlive", f"""
made.allow_all_artifact_types = True
made.save()
made.load()
result["allowed"] = look(made)
with wandb.init(entity={team.team!r}, project="outlive") as run:
    artifact = wandb.Artifact("any", type="something else")
    artifact.metadata = {{"n": 1}}
    run.log_artifact(artifact).wait()
    artifact.link("{team.org_entity}/wandb-registry-outlive/things")
made.load()
result["used"] = look(made)
made.allow_all_artifact_types = False
made.save()
result["named"] = look(api.registry("outlive", organization=made.organization))
""", visibility=OPEN, artifact_types=["model", "dataset"])).result
    assert result["allowed"]["allow_all"] is True and result["allowed"]["types"] == ["dataset", "model"]
    assert result["used"]["types"] == result["named"]["types"] == ["dataset", "model", "something else"]
    assert result["named"]["allow_all"] is False


def test_save_raises(machine, team):
    result = machine.run(LOOK + create(team, "raises", """
api.create_registry("raises-taken", visibility="organization", organization=made.organization)
def refused(key, **changes):
    mine = wandb.Api().registry("raises", organization=made.organization)
    try:
        for name, value in changes.items():
            setattr(mine, name, value)
        mine.save()
    except Exception as error:
        result[key] = type(error).__name__ + ": " + str(error)
refused("taken", name="raises-taken")
refused("slash", name="a/b")
refused("long", name="x" * 114)
refused("empty", name="")
refused("visibility", visibility="nowhere")
result["same"] = look(made) == look(api.registry("raises", organization=made.organization))
""", visibility=OPEN)).result
    # Clients before 0.26 put words of their own in place of what a 409 says.
    assert "please use a different name" in result["taken"] or machine.release < (0, 26), result
    # Newer clients take a word that they do not know for "organization", which it is already.
    assert "nowhere" in result.get("visibility", "" if machine.release < (0, 26) else "nowhere"), result
    for key in ("slash", "long"):
        assert result[key].startswith("ValueError"), result
    assert "empty" in result and result["same"], result


def test_visibility_decides_who_sees_it(machine, new_machine, team):
    """organization: everybody in it; restricted: who was invited, until it is opened again."""
    machine.run(create(team, "curtain", visibility=OPEN))
    other = team.member("audience", "member", None)
    ask = f"""
try:
    result["seen"] = wandb.Api().registry("curtain", organization={team.org!r}).visibility
except ValueError as error:
    result["seen"] = str(error)
"""
    seen = [new_machine(other).run(ask)["seen"]]
    for visibility in (RESTRICTED, OPEN):
        machine.run(f"""
mine = wandb.Api().registry("curtain", organization={team.org!r})
mine.visibility = {visibility!r}
mine.save()
""")
        seen.append(new_machine(other).run(ask)["seen"])
    assert seen[0] == seen[2] == OPEN and "Failed to load registry 'curtain'" in seen[1], seen


# ---- chains --------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def scene(team, server, client, forks, tmp_path_factory):
    """Registries chain-a and chain-b with collections one, two, three; chain-c is restricted and empty."""
    machine = machines.Machine(client, tmp_path_factory.mktemp("scene"), server, team.user, forks)
    machine.run(f"""
        import os
        api = wandb.Api()
        for name, visibility in (("chain-b", "organization"), ("chain-a", "organization"), ("chain-c", "restricted")):
            api.create_registry(name, visibility=visibility, organization={team.org!r}, description="of " + name)
        with wandb.init(entity={team.team!r}, project="chains") as run:
            for number in range(4):
                with open("file.txt", "w") as file:
                    file.write("x" * (10 * number + 1))
                artifact = wandb.Artifact("thing", type="model", metadata={{
                    "number": number, "text": str(number), "deep": {{"flag": number % 2 == 0}},
                    **({{"even": None}} if number % 2 == 0 else {{}})}})
                artifact.add_file("file.txt")
                run.log_artifact(artifact).wait()
                for registry, collections in (("chain-b", ("two", "one")), ("chain-a", ("three",))):
                    for collection in collections:
                        if number < 2 or collection == "two":
                            run.link_artifact(artifact, {team.org_entity!r} + f"/wandb-registry-{{registry}}/{{collection}}",
                                              aliases=["best"] if number == 1 else [f"n{{number}}"])
        collection = api.artifact_collection("model", {team.org_entity!r} + "/wandb-registry-chain-b/two")
        collection.description = "the second"
        if hasattr(collection, "tags"):
            collection.tags = ["checked"]
        collection.save()
        """)
    return machine


CHAIN = """
def registries(**named): return api.registries(organization=org, **named)
def names(paginator): return [x.name.removeprefix("wandb-registry-") for x in paginator] # old releases keep the prefix
def versions(paginator): return [f"{v.project[15:]}/{v.name}" for v in paginator]
def refused(function):
    try:
        return list(function())
    except Exception as error:
        return type(error).__name__ + ": " + str(error)
mine = {"name": {"$contains": "chain-"}}
"""


def chain(scene, team, text):
    return scene.run(f"api = wandb.Api()\norg = {team.org!r}\n{CHAIN}\n{text}").result


def names_it(scene, said, word):
    """The list raised and said why; old releases show of the server's answer only the status."""
    assert isinstance(said, str), said
    return word in said or (scene.release < (0, 26) and "400 Client Error" in said)


def test_registries_are_found_by_filter(scene, team):
    found = chain(scene, team, """
result["all"] = sorted(names(registries()))
result["contains"] = sorted(names(registries(filter={"name": {"$contains": "chain-"}})))
result["equal"] = names(registries(filter={"name": "chain-a"}))
result["regex"] = sorted(names(registries(filter={"name": {"$regex": "chain-[ab]$"}})))
result["in"] = sorted(names(registries(filter={"name": {"$in": ["chain-a", "chain-c", "chain-x"]}})))
result["or"] = sorted(names(registries(filter={"$or": [{"name": "chain-a"}, {"description": "of chain-c"}]})))
result["not"] = sorted(names(registries(filter={"$and": [mine, {"$nor": [{"description": "of chain-b"}]}]})))
result["date"] = names(registries(filter={"$and": [mine, {"created_at": {"$lt": "2020-01-01 00:00:00"}}]}))
result["since"] = sorted(names(registries(filter={"$and": [mine, {"created_at": {"$gt": "2020-01-01 00:00:00"}}]})))
result["bad"] = refused(lambda: registries(filter={"name": {"$regex": "("}}))
result["unknown"] = refused(lambda: registries(filter={"nonsense": 1}))
""")
    three = ["chain-a", "chain-b", "chain-c"]
    assert set(three) < set(found["all"]) and {"model", "dataset"} <= set(found["all"])
    assert found["contains"] == three and found["equal"] == ["chain-a"] and found["regex"] == ["chain-a", "chain-b"]
    assert found["in"] == ["chain-a", "chain-c"] and found["or"] == ["chain-a", "chain-c"]
    assert found["not"] == ["chain-a", "chain-c"] and found["date"] == [] and found["since"] == three
    assert names_it(scene, found["unknown"], "nonsense")
    assert isinstance(found["bad"], str)


def test_collections_are_found_by_filter(scene, team):
    found = chain(scene, team, """
r = registries(filter=mine)
result["all"] = sorted(names(r.collections()))
result["equal"] = names(registries(filter=mine).collections(filter={"name": "two"}))
result["tag"] = names(registries(filter=mine).collections(filter={"tag": "checked"}))
result["description"] = names(registries(filter=mine).collections(filter={"description": {"$regex": "second$"}}))
result["one"] = sorted(names(api.registry("chain-b", organization=org).collections()))
result["inside"] = names(api.registry("chain-b", organization=org).collections(filter={"name": {"$in": ["one", "three"]}}))
found = api.registry("chain-b", organization=org).collections()
result["length"] = len(found) if hasattr(found, "__len__") else 2 # old releases do not count
result["unknown"] = refused(lambda: registries(filter=mine).collections(filter={"nonsense": 1}))
""")
    assert found["all"] == ["one", "three", "two"] and found["equal"] == ["two"]
    assert found["tag"] == ["two"] and found["description"] == ["two"]
    assert found["one"] == ["one", "two"] and found["inside"] == ["one"] and found["length"] == 2
    assert names_it(scene, found["unknown"], "nonsense")


def test_versions_are_found_by_filter(scene, team):
    found = chain(scene, team, """
def find(f): return sorted(versions(registries(filter=mine).collections().versions(filter=f)))
two = {"name": "two"}
def in_two(f): return sorted(versions(registries(filter=mine).collections(filter=two).versions(filter=f)))
result["all"] = sorted(versions(registries(filter=mine).versions()))
result["alias"] = find({"alias": "best"})
result["latest"] = find({"alias": "latest"})
result["number"] = in_two({"metadata.number": 3})
result["text"] = in_two({"metadata.text": "3"})
result["types"] = in_two({"metadata.number": "3"})
result["nested"] = in_two({"metadata.deep.flag": True})
result["null"] = in_two({"metadata.even": None})
result["exists"] = in_two({"metadata.even": {"$exists": False}})
result["version"] = in_two({"version": "v1"}) + in_two({"version": 2})
result["range"] = in_two({"$and": [{"metadata.number": {"$gte": 1}}, {"metadata.number": {"$lt": 3}}]})
result["registry"] = sorted(versions(api.registry("chain-a", organization=org).versions(filter={"alias": "best"})))
result["unknown"] = refused(lambda: registries(filter=mine).versions(filter={"nonsense": 1}))
""")
    two = [f"chain-b/two:v{n}" for n in range(4)]
    assert found["all"] == sorted(two + ["chain-b/one:v0", "chain-b/one:v1", "chain-a/three:v0", "chain-a/three:v1"])
    assert found["alias"] == ["chain-a/three:v1", "chain-b/one:v1", "chain-b/two:v1"]
    assert found["latest"] == ["chain-a/three:v1", "chain-b/one:v1", "chain-b/two:v3"]
    assert found["number"] == found["text"] == [two[3]] and found["types"] == []
    assert found["nested"] == found["null"] == [two[0], two[2]]
    assert found["exists"] == [two[1], two[3]]
    assert found["version"] == [two[1], two[2]] and found["range"] == [two[1], two[2]]
    assert found["registry"] == ["chain-a/three:v1"]
    assert names_it(scene, found["unknown"], "nonsense")


def test_orders_and_cursors(scene, team):
    if scene.release < (0, 28):
        pytest.skip("this client sends no orders and no cursors")
    orders_versions = scene.release >= (0, 29)
    found = chain(scene, team, """
result["up"] = names(registries(filter=mine, order="name"))
result["down"] = names(registries(filter=mine, order="-name", per_page=1))
result["created"] = names(registries(filter=mine, order="+created_at", per_page=1))
result["collections"] = [f"{c.project[15:]}/{c.name}" for c in registries(filter=mine, order="name").collections(order="-name", per_page=1)]
result["versions"] = versions(registries(filter=mine, order="-name").collections(order="name").versions(per_page=1))
if ORDERS_VERSIONS:
    result["size"] = [v.size for v in registries(filter=mine).collections(filter={"name": "two"}).versions(order="-artifact_size", per_page=1)]
result["large"] = sorted(versions(registries(filter=mine).versions(filter={"artifact_size": {"$gt": 15}})))
b = api.registry("chain-b", organization=org)
first = registries(filter={"name": "chain-b"}).collections(per_page=1)
one = next(first)
result["rest"] = [one.name] + names(b.collections(start=first.cursor, per_page=1))
result["whole"] = names(b.collections())
pages = b.versions(per_page=1)
head = [next(pages) for _ in range(3)]
result["tail"] = versions(head) + versions(registries(filter={"name": "chain-b"}).versions(start=pages.cursor))
result["all"] = versions(b.versions())
result["bad"] = refused(lambda: registries(filter=mine, order="nonsense"))
""".replace("ORDERS_VERSIONS", str(orders_versions)))
    assert found["up"] == ["chain-a", "chain-b", "chain-c"] and found["down"] == found["up"][::-1]
    assert found["created"] == ["chain-b", "chain-a", "chain-c"]
    assert found["collections"] == ["chain-a/three", "chain-b/two", "chain-b/one"]
    two = [f"chain-b/two:v{n}" for n in range(4)]
    assert found["versions"] == ["chain-b/one:v0", "chain-b/one:v1", *two, "chain-a/three:v0", "chain-a/three:v1"]
    assert found["large"] == two[2:]
    if orders_versions:
        assert found["size"] == [31, 21, 11, 1]
    assert found["rest"] == found["whole"] and len(found["whole"]) == 2
    assert found["tail"] == found["all"] and len(found["all"]) == 6
    assert isinstance(found["bad"], str) and "nonsense" in found["bad"]


def test_restricted_registries_are_not_listed_for_others(scene, team):
    other = team.member("onlooker", "viewer", "viewer")
    seen = scene.run(f"""
        api = wandb.Api()
        found = api.registries(organization={team.org!r}, filter={{"name": {{"$contains": "chain-"}}}})
        result["registries"] = sorted(r.name.removeprefix("wandb-registry-") for r in found)
        """, user=other).result
    assert seen["registries"] == ["chain-a", "chain-b"]
