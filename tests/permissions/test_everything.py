"""Generated from the schema and the tables of routes: each root field and each route, asked without a
login, with a revoked key, and by somebody of another organization, with arguments that name real things.
"""
import base64
import json
import pathlib
import re

from test_matrix import Stage
from vitrined import succeed, test
from world import Registry

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = re.sub(r'"""[\s\S]*?"""|"[^"\n]*"|#[^\n]*', "", (ROOT / "src/api/schema.graphql").read_text())

SCALARS = {"Int": 1, "Int64": 1, "Float": 1.0, "Boolean": False, "Duration": 1, "JSONString": "{}",
           "DateTime": "2026-01-01T00:00:00Z"}
# Other people may do these, but only to what is their own.
OWN = {"viewer", "serverInfo", "generateApiKey", "updateUser", "createTeam"}


def wire_id(kind, number=1):
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def blocks(kind):
    return {m[1]: m[2] for m in re.finditer(kind + r"\s+(\w+)[^{\n]*\{([^}]*)\}", SCHEMA)}


TYPES, INPUTS, ENUMS = blocks("type"), blocks("input"), blocks("enum")


def arguments(text):
    """[(name, type, is list, is required)] of `name: [Type!]!` pairs."""
    return [(m[1], m[3], bool(m[2]), bool(m[5] if m[2] else m[4])) for m in
            re.finditer(r"(\w+)\s*:\s*(\[)?(\w+)(!)?(?:\](!)?)?", text)]


def root_fields(type_name):
    return [(m[1], m[2] or "", m[3], m[4]) for m in
            re.finditer(r"(\w+)(?:\(([^)]*)\))?:\s*\[?(\w+)!?\]?!?\s*@access\(level:\s*(\w+)\)", TYPES[type_name])]


class Facts:
    """Names and ids of things of Acme, by the argument that wants them."""

    def __init__(self, world):
        registry = Registry(world, "restricted")
        self.by_name = {
            "entityName": "Acme", "projectName": registry.project, "modelName": registry.project, "projectId": registry.id,
            "projectID": registry.id, "artifactID": registry.artifact, "artifactIDs": registry.artifact, "artifactSequenceID": None, "artifactPortfolioID":
            registry.collection, "artifactCollectionName": "c", "artifactPortfolioName": "c", "alias": "good", "artifactCollectionID": registry.collection,
            "runName": world.run, "userId": world.ids["viewer"], "userIds": world.ids["viewer"],
            "teamId": world.teams["lab"], "teamIds": world.teams["lab"], "teamName": "stolen", "name": registry.project,
            "oldProjectName": registry.project, "newProjectName": "wandb-registry-stolen", "artifactEntityName": "Acme",
            "artifactProjectName": registry.project, "userProjectRole": "admin", "teamProjectRole": "admin",
            "username": "olga", "role": "admin", "digest": "d" * 32, "config": "method: grid\nparameters: {a: {values: [1]}}", "metadata": "{}", "query": "boss",
            "defaultEntity": "Acme", "destinationArtifactTypeName": "model", "artifactTypeName": "model",
            "organizationName": "Acme", "defaultRegistryRole": "member", "state": "finished", "metricName": "_step", "files": wire_id("File", 1 << 32), "uploadID": wire_id("Upload")}
        self.by_name["artifactSequenceID"] = world.root.graphql(
            '{project(entityName:"src",name:"p"){artifactCollection(name:"m"){id}}}')["project"]["artifactCollection"]["id"]
        pending = world.root.create_artifact("src", "p", "m", "e" * 32, "pending-" + registry.project)["id"]
        self.by_name["artifactManifestID"] = world.root.create_manifest("src", "p", pending)[0]
        run = world.root.graphql('query($r:String!){project(entityName:"src",name:"p"){id run(name:$r){id}}}', r=world.run)
        deleted = Registry(world, "restricted")
        world.root.graphql("mutation($i:String!){deleteModel(input:{id:$i}){success}}", i=deleted.id)
        self.deleted_project = deleted.id
        job = world.root.graphql("mutation{reclaimStorage(input:{dryRun:true}){job{id}}}")["reclaimStorage"]["job"]["id"]
        self.ids = {"Job": job, "Run": run["project"]["run"]["id"], "Project": registry.id, "Artifact": registry.artifact,
                    "Collection": registry.collection, "User": world.ids["viewer"]}

    def of_field(self, field):
        for kind in ("ApiKey", "Sweep"):
            if kind in field:
                return wire_id(kind)
        if "agent" in field:
            return wire_id("Agent")
        if "job" in field.lower():
            return self.ids["Job"]
        if "Run" in field or "Bucket" in field:
            return self.ids["Run"]
        if "Invite" in field:
            return self.ids["User"]
        if "Model" in field:
            return self.ids["Project"]
        return self.ids["Collection"] if "Collection" in field else self.ids["Artifact"]

    def value(self, field, name, type_name, is_list, depth=0):
        if type_name in INPUTS:
            value = {n: self.value(field, n, t, many, depth + 1) for n, t, many, required in arguments(INPUTS[type_name])
                     if depth < 3 and (required or n in self.by_name or n in ("artifactID", "id"))}
        elif type_name in ENUMS:
            value = ENUMS[type_name].split()[0]
        elif field == "restoreProject" and name == "projectID":
            value = self.deleted_project
        elif name in ("id", "i"):
            value = self.of_field(field)
        elif type_name in SCALARS:
            value = SCALARS[type_name]
        else:
            value = self.by_name.get(name, "x")
        return [value] if is_list else value


def literal(value):
    """As GraphQL text; words in capitals that are enum values stay bare."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{k}:{literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(literal, value)) + "]"
    if isinstance(value, str) and any(value in body.split() for body in ENUMS.values()):
        return value
    return json.dumps(value)


def requests(world):
    facts = Facts(world)
    for kind, type_name in (("query", "Query"), ("mutation", "Mutation")):
        for field, args, result, level in root_fields(type_name):
            given = {n: facts.value(field, n, t, many) for n, t, many, required in arguments(args)
                     if required or n in facts.by_name}
            text = ",".join(f"{n}:{literal(v)}" for n, v in given.items())
            yield field, level, f"{kind}{{{field}{'(' + text + ')' if text else ''}{{__typename}}}}"


def ask(world, document, key=None):
    reply = world.server.graphql(document, key)
    return reply.status, json.loads(reply.body)


@test
def fields_without_a_login():
    world = Stage.get()
    count = 0
    for field, level, document in requests(world):
        status, answer = ask(world, document)
        count += 1
        if level == "PUBLIC":
            assert status == 200, (field, status, answer)
        else:
            assert status == 401, (field, status, answer)
            assert not (answer.get("data") or {}).get(field), (field, answer)
    assert count > 50, count


@test
def fields_with_a_revoked_key():
    world = Stage.get()
    world.user("gone", "gone")
    number = next(k["id"] for k in succeed("key", "list", "gone", "--json", data=world.data).json())
    succeed("key", "revoke", str(number), data=world.data)
    for field, _, document in requests(world):
        status, answer = ask(world, document, world.keys["gone"])
        assert status == 401, (field, status, answer)


@test
def fields_asked_from_another_organization():
    world = Stage.get()
    asked = list(requests(world))
    before = snapshot(world)
    for field, level, document in asked:
        status, answer = ask(world, document, world.keys["other"])
        if field in OWN:
            continue
        got = (answer.get("data") or {}).get(field)
        if level == "ADMIN":
            assert status == 403, (field, status, answer)
        elif document.startswith("mutation"):
            assert status in (403, 404) and not got, (field, document, status, answer)
        else:
            assert status in (200, 403, 404), (field, status, answer)
            assert not got or field in ("users", "entity", "models", "search"), (field, document, answer)
    assert snapshot(world) == before


def snapshot(world):
    """What Acme has, in words."""
    return world.root.graphql("""{organization(name:"Acme"){members{username role} teams{name members{username role}}
      orgEntity{projects(first:5000){edges{node{name access members{username role{name}} teamMembers{team{name} role{name}}
        protectedAliases artifactCollections{edges{node{name aliases{edges{node{alias}}}}}}}}}}}}""")["organization"]


@test
def names_of_another_organization_show_nothing_behind_them():
    world = Stage.get()
    other = world.wire("other")
    fields = ("members{username} people{members{username}} viewerRole organization{id} storageBytes "
              "projects{edges{node{name}}}")
    found = other.graphql('{users(query:"boss"){edges{node{username}}} organization(name:"Acme"){id} '
                          'a:entity(name:"Acme"){%s} b:entity(name:"src"){%s} '
                          's:search(organizationName:"Acme",text:"a"){registries{name} collections{name} versions{id}} '
                          'm:models(entityName:"src"){edges{node{name}}}}' % (fields, fields))
    assert not any(found["s"].values()), found
    assert found["users"]["edges"] == [] and found["organization"] is None
    for name in ("a", "b"):
        entity = found[name]
        assert not entity or (entity["members"] == [] and not (entity["people"] and entity["people"]["members"]) and
                              entity["viewerRole"] is None and entity["organization"] is None and
                              entity["storageBytes"] == 0 and entity["projects"]["edges"] == []), found
    assert found["m"]["edges"] == []


# ---- routes ----

def routes():
    """(method, pattern, access) of every table of routes in the sources."""
    found = []
    for source in sorted((ROOT / "src").glob("*/*.c")):
        text = source.read_text().replace("\\\n", "")
        macros = {m[1]: (m[2].split(","), m[3]) for m in re.finditer(r"#define (\w+)\(([^)]*)\)(.*\.method.*)", text)}
        text = re.sub(r"#define.*", "", text)
        for name, (parameters, body) in macros.items():
            for use in re.findall(r"^\s+%s\(([^;]*?)\),$" % name, text, re.M):
                entry = body
                for parameter, value in zip(parameters, use.split(",")):
                    entry = entry.replace(f"({parameter.strip()})", value.strip())
                text += entry
        for entry in re.findall(r"\{\s*\.method\s*=[\s\S]*?\.access\s*=\s*\"\w+\"", text):
            found.append(tuple(re.search(r'\.%s\s*=\s*"([^"]*)"' % part, entry)[1] for part in ("method", "pattern", "access")))
    return found


@test
def routes_are_closed():
    world = Stage.get()
    table = routes()
    assert {"/graphql", "/upload/{token}", "/download/{token}/{name...}", "/artifacts/{entity}/{hash}", "/-/session", "/login",
            "/healthz"} <= {r[1] for r in table}, table
    digest = "0" * 32
    fill = {"{token}": "x.y", "{name...}": "w.bin", "{entity}": "src", "{hash}": digest, "{region}": "default",
            "{rest...}": f"src/p/m/{world.artifact}/{world.artifact}/{digest}/w.bin", "{project}": "p", "{run}": world.run, "{path...}": "nothing"}
    revoked = succeed("user", "add", "gone2", data=world.data).out.strip()
    number = next(k["id"] for k in succeed("key", "list", "gone2", "--json", data=world.data).json())
    succeed("key", "revoke", str(number), data=world.data)
    from wire import basic
    for method, pattern, access in table:
        path = pattern
        for name, value in fill.items():
            path = path.replace(name, value)
        if access in ("public", "schema", "page") or "{" in path:
            assert "{" not in path, pattern
            continue
        for who, key in (("anonymous", None), ("revoked", revoked), ("other", world.keys["other"])):
            headers = {"Authorization": basic(key)} if key else {}
            reply = world.server.request(method, path, b"{}" if method in ("POST", "PUT") else None, headers)
            if access == "session":   # a browser's: an API key is nobody there
                assert reply.status in (400, 401) or reply.json().get("user") is None, (method, path, who, reply.text())
                continue
            wanted = (401,) if access in ("key", "admin") and who != "other" else (400, 401, 403, 404)
            assert reply.status in wanted, (method, path, who, reply.status, reply.text())
