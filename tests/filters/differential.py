#!/usr/bin/env python3
"""Random filters over random data, through GraphQL, against plainly.py.

usage: tests/filters/differential.py [SEED [ROUNDS]]

Prints TAP and its seed. Each round draws filters for registries, collections and versions, an
order and a page size, walks the list page by page, and compares names, order, totals and what
somebody may see who is not in the restricted registries.
"""
import datetime
import json
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib"), str(HERE.parent / "server")]
sys.dont_write_bytecode = True

import plainly  # noqa: E402
import wire  # noqa: E402
from vitrined import Server, folder, succeed  # noqa: E402

ORG = "Search Org"
WORDS = ["alpha", "beta", "gamma", "delta", "a b", "x.y", "50% off", "it's", "größe", "日本", "B", "b", "10", "9"]
TAGS = ["prod", "test", "old", "größe"]
ALIASES = ["best", "prod", "candidate", "stable"]
KEYS = ["lr", "name", "flag", "list", "deep.a", "deep.b.c", "none", "never", "dot.ted", "brack[0]"]
LONG = ["y" * 100 + "1", "y" * 100 + "2"]  # the index of metadata knows the first hundred characters

UPSERT = "mutation($i:UpsertModelInput!){upsertModel(input:$i){project{id internalId}}}"
EDIT = "mutation($i:UpdateArtifactInput!){updateArtifact(input:$i){artifact{id}}}"
TAG = "mutation($i:CreateArtifactCollectionTagAssignmentsInput!){createArtifactCollectionTagAssignments(input:$i){tags{id}}}"
DESCRIBE = "mutation($i:UpdateArtifactPortfolioInput!){updateArtifactPortfolio(input:$i){artifactCollection{id}}}"
REGISTRIES = """query($o:String!,$p:JSONString,$n:Int,$a:String,$s:String){organization(name:$o){orgEntity{
  page:projects(filters:$p,first:$n,after:$a,order:$s){pageInfo{endCursor hasNextPage}
    edges{node{internalId name description createdAt updatedAt}}}}}}"""
COLLECTIONS = """query($o:String!,$p:JSONString,$c:JSONString,$n:Int,$a:String,$s:String){organization(name:$o){orgEntity{
  page:artifactCollections(projectFilters:$p,filters:$c,collectionTypes:[PORTFOLIO],first:$n,after:$a,order:$s){
    totalCount pageInfo{endCursor hasNextPage} edges{node{id name description createdAt updatedAt
      tags{edges{node{name}}} project{internalId}}}}}}}"""
VERSIONS = """query($o:String!,$p:JSONString,$c:JSONString,$f:JSONString,$n:Int,$a:String,$s:String){organization(name:$o){orgEntity{
  page:artifactMemberships(projectFilters:$p,collectionFilters:$c,filters:$f,first:$n,after:$a,order:$s){
    pageInfo{endCursor hasNextPage} edges{node{versionIndex createdAt aliases{alias} artifactCollection{id project{internalId}}
      artifact{id size metadata createdAt updatedAt tags{name}}}}}}}}"""
INSIDE = """query($e:String!,$p:String!,$c:String!,$f:JSONString,$n:Int,$a:String,$s:String){project(name:$p,entityName:$e){
  artifactCollection(name:$c){page:artifacts(filters:$f,first:$n,after:$a,order:$s){totalCount
    pageInfo{endCursor hasNextPage} edges{version node{id}}}}}}"""


def number_of(wire_id):
    import base64
    return int(base64.b64decode(wire_id).decode().rpartition(":")[2])


def moment(text):
    return datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")


def dig(data):
    while "page" not in data:
        data = next(iter(data.values()))
    return data["page"]


class World:
    """The random data, written through the wire, and read back without filters."""

    def __init__(self, server, admin, stranger, chance):
        self.server, self.admin, self.stranger, self.chance = server, admin, stranger, chance

    def metadata(self):
        pick = self.chance.choice
        scalars = [0, 1, 2, -1, 1.0, 1.5, 10 ** 12, "1", "", "alpha", "größe", "true", True, False, None, *LONG]
        made = {}
        for key in ("lr", "name", "flag"):
            if self.chance.random() < 0.7:
                made[key] = pick(scalars)
        if self.chance.random() < 0.6:
            made["list"] = [pick(scalars) for _ in range(self.chance.randrange(4))]
        if self.chance.random() < 0.6:
            made["deep"] = pick([1, "x", {"a": pick(scalars)}, {"a": 1, "b": {"c": pick(scalars)}}, {"b": []}])
        if self.chance.random() < 0.3:
            made["none"] = None
        for key in ("dot.ted", "brack[0]"):
            if self.chance.random() < 0.3:
                made[key] = pick(scalars)
        if self.chance.random() < 0.3:
            made["padding"] = "x" * 9000    # more than the index looks into
        return made

    def fill(self, org_entity, team):
        chance, send = self.chance, self.admin.graphql
        sources = []
        for number in range(24):
            a = self.admin.log(team, "sources", f"source-{number % 5}", {"f": os.urandom(chance.randrange(1, 4)) + b"%d" % number},
                               f"client-{number}", type_name="model")
            send(EDIT, i={"artifactID": a["id"], "metadata": json.dumps(self.metadata())})  # the index must forget these
            send(EDIT, i={"artifactID": a["id"], "metadata": json.dumps(self.metadata()),
                          "tagsToAdd": [{"tagName": t} for t in chance.sample(TAGS, chance.randrange(3))]})
            sources.append(a["id"])
        for r in range(5):
            registry = f"wandb-registry-{chance.choice(['red', 'blue'])}-{r}"
            send(UPSERT, i={"entityName": org_entity, "name": registry, "description": chance.choice(WORDS),
                            "access": "RESTRICTED" if r == 3 else "PRIVATE", "allowAllArtifactTypesInRegistry": True})
            for name in chance.sample(["alpha", "beta", "gamma", "B", "b", "size 10", "größe"], 4):
                self.fill_collection(org_entity, registry, name, chance.sample(sources, chance.randrange(1, 7)))

    def fill_collection(self, entity, registry, name, sources):
        chance, send = self.chance, self.admin.graphql
        for source in sources:
            aliases = chance.sample(ALIASES, chance.randrange(3))
            send(wire.LINK, input={"artifactID": source, "entityName": entity, "projectName": registry,
                                   "artifactPortfolioName": name,
                                   "aliases": [{"artifactCollectionName": name, "alias": a} for a in aliases]})
        tags = chance.sample(TAGS, chance.randrange(3))
        if tags:
            send(TAG, i={"entityName": entity, "projectName": registry, "artifactCollectionName": name,
                         "tags": [{"tagName": t} for t in tags]})

    def read(self):
        self.registries = [self.registry(n) for n in self.walk(self.admin, REGISTRIES, 100)[0]]
        self.collections = [self.collection(n) for n in self.walk(self.admin, COLLECTIONS, 100)[0]]
        self.versions = [self.version(n) for n in self.walk(self.admin, VERSIONS, 1000)[0]]
        assert len(self.versions) > 20 and len(self.collections) == 20, "the data is not what was written"

    def walk(self, who, query, per_page, **variables):
        """-> (nodes, the total of the first page)"""
        nodes, after, total = [], None, None
        while True:
            page = dig(who.graphql(query, o=ORG, n=per_page, a=after, **variables))
            total = page.get("totalCount") if total is None else total
            nodes += [edge["node"] for edge in page["edges"]]
            assert len(page["edges"]) <= per_page
            if not page["pageInfo"]["hasNextPage"]:
                return nodes, total
            assert len(page["edges"]) == per_page, "a page that is not the last one is short"
            after = page["pageInfo"]["endCursor"]

    @staticmethod
    def registry(n):
        return {"id": number_of(n["internalId"]), "name": n["name"], "description": n["description"] or "",
                "created_at": moment(n["createdAt"]), "updated_at": moment(n["updatedAt"])}

    @staticmethod
    def collection(n):
        return {"id": number_of(n["id"]), "name": n["name"], "description": n["description"] or "",
                "created_at": moment(n["createdAt"]), "updated_at": moment(n["updatedAt"]),
                "tag": [e["node"]["name"] for e in n["tags"]["edges"]], "registry": number_of(n["project"]["internalId"])}

    @staticmethod
    def version(n):
        a = n["artifact"]
        return {"id": number_of(a["id"]), "version": n["versionIndex"], "alias": [x["alias"] for x in n["aliases"] if x["alias"] != f'v{n["versionIndex"]}'],
                "tag": [t["name"] for t in a["tags"]], "metadata": json.loads(a["metadata"] or "{}"),
                "created_at": moment(a["createdAt"]), "updated_at": moment(a["updatedAt"]),
                "linked_at": moment(n["createdAt"]), "artifact_size": a["size"],
                "collection": number_of(n["artifactCollection"]["id"]),
                "registry": number_of(n["artifactCollection"]["project"]["internalId"])}


class Filters:
    """Random filters over records of one kind."""

    def __init__(self, chance, records, fields):
        self.chance, self.records, self.fields = chance, records, fields

    def draw(self, depth=2):
        pick = self.chance.choice
        if self.chance.random() < 0.15:
            return {}
        made = {}
        for _ in range(pick([1, 1, 1, 2])):
            if depth and self.chance.random() < 0.4:
                word = pick(["$and", "$or", "$nor", "$not"])
                made[word] = self.draw(depth - 1) if word == "$not" else [self.draw(depth - 1) for _ in range(pick([1, 2, 3]))]
            else:
                name = pick(self.fields)
                if name.endswith("metadata"):
                    name += "." + pick(KEYS)
                made[name] = self.condition(name)
        return made

    def value(self, name):
        held = [plainly.read(r, name) for r in self.records]
        held = [v for v in held if v is not plainly.MISSING]
        flat = [x for v in held for x in (v if isinstance(v, list) else [v]) if not isinstance(x, (dict, list))]
        if "metadata" in name and (not flat or self.chance.random() < 0.4):
            return self.chance.choice([0, 1, 1.5, "1", "alpha", True, False, None, 2])
        if not flat or (name in plainly.LISTS and self.chance.random() < 0.2):
            return self.chance.choice(TAGS)
        value = self.chance.choice(flat)
        if isinstance(value, datetime.datetime):
            value += datetime.timedelta(seconds=self.chance.choice([0, 0, 0, 1, -1, 3600]))
            return value.strftime(self.chance.choice(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]))
        if name.startswith("version") and self.chance.random() < 0.5:
            return f"v{value}"
        return value

    def condition(self, name):
        if self.chance.random() < 0.25:
            return self.value(name)
        made = {}
        for _ in range(self.chance.choice([1, 1, 2])):
            operator = self.chance.choice(self.operators(name))
            made[operator] = self.operand(operator, name)
        return made

    @staticmethod
    def operators(name):
        known = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$not"]
        if name in plainly.LISTS or "metadata" in name:
            known += ["$size", "$all"]
        if name in plainly.LISTS or "metadata" in name or name in ("name", "description", "version"):
            known += ["$regex", "$contains"]
        return known

    def operand(self, operator, name):
        if operator == "$not":
            return {"$eq": self.value(name)} if self.chance.random() < 0.5 else self.condition(name)
        if operator == "$exists":
            return self.chance.random() < 0.5
        if operator == "$size":
            return self.chance.randrange(4)
        if operator in ("$in", "$nin", "$all"):
            return [self.value(name) for _ in range(self.chance.randrange(1, 4))]
        if operator == "$regex":
            return self.chance.choice(["^a", "a$", "[0-9]+", "r.d|blue", "ö", "x\\.y", "^$", "(al|be)+", "v[0-3]$"])
        if operator == "$contains":
            return self.chance.choice(["a", "10", "ö", "-", "%", "_", "pro", "v1", ""])
        value = self.value(name)
        if operator in plainly.SIZES and value is None:
            return 1
        return value


def fix(condition):
    """$not of a bare value is spelled with an operator."""
    if isinstance(condition, dict):
        return {k: ({"$eq": fix(v)} if k == "$not" and not isinstance(v, dict) else fix(v)) for k, v in condition.items()}
    return [fix(v) for v in condition] if isinstance(condition, list) else condition


class Round:
    def __init__(self, world, chance):
        self.world, self.chance = world, chance
        registries = ["name", "description", "created_at", "updated_at", "id", "project_id"]
        collections = ["name", "tag", "description", "created_at", "updated_at", "id", "collection_id", "tags", "collection_name"]
        versions = ["version", "tag", "alias", "metadata", "metadata", "artifact_metadata", "created_at", "updated_at", "id",
                    "artifact_size", "acm_created_at", "artifact_created_at", "aliases", "version_index"]
        draw = [fix(Filters(chance, *of).draw()) for of in ((world.registries, registries), (world.collections, collections),
                                                            (world.versions, versions))]
        if chance.random() < 0.5:
            draw[0] = {}
        if chance.random() < 0.5:
            draw[1] = {}
        self.p, self.c, self.f = draw
        self.visible = {r["id"] for r in world.registries}

    def check(self):
        who, hidden = self.chance.choice([(self.world.admin, False), (self.world.stranger, True)])
        seen = [r for r in self.world.registries if not (hidden and r["name"].endswith("-3"))]
        registries = [r for r in seen if plainly.matches(self.p, r)]
        inside = {r["id"] for r in registries}
        collections = [c for c in self.world.collections if c["registry"] in inside and plainly.matches(self.c, c)]
        inside = {c["id"] for c in collections}
        versions = [v for v in self.world.versions if v["collection"] in inside and plainly.matches(self.f, v)]
        p, c, f = (json.dumps(x) if x else None for x in (self.p, self.c, self.f))
        self.compare(who, REGISTRIES, self.world.registry, registries, ["name", "created_at", "updated_at"], dict(p=p))
        self.compare(who, COLLECTIONS, self.world.collection, collections, ["name", "created_at", "updated_at"], dict(p=p, c=c))
        self.compare(who, VERSIONS, self.world.version, versions, ["artifact_size", "acm_created_at", "version"],
                     dict(p=p, c=c, f=f))

    def compare(self, who, query, read, wanted, orders, variables):
        order = self.chance.choice([None, None, *orders])
        sign = self.chance.choice(["+", "-", ""])
        per_page = self.chance.choice([1, 2, 3, 100])
        nodes, total = self.world.walk(who, query, per_page, s=order and sign + order, **variables)
        got = [read(n) for n in nodes]
        name = plainly.NAMES.get(order, order)

        def place(r):
            return r.get("registry", 0), r.get("collection", 0), r["id"] if "version" not in r else r["version"]

        def value(r):
            return r[name].encode() if isinstance(r[name], str) else r[name]
        assert sorted(map(place, got)) == sorted(map(place, wanted)), (
            f"{variables} order {order}: got {[place(r) for r in got]}, wanted {[place(r) for r in wanted]}")
        assert total is None or total == len(wanted), f"{variables}: total {total} of {len(wanted)}"
        if order:
            values = [value(r) for r in got]
            assert values == sorted(values, reverse=sign == "-"), f"{variables}: not in the order {sign}{order}: {values}"
        else:
            assert list(map(place, got)) == sorted(map(place, wanted)), f"{variables}: not by place"


REFUSED = [
    ({"f": {"nonsense": 1}}, "nonsense"), ({"f": {"version": {"$near": 1}}}, "$near"), ({"c": {"metadata.a": 1}}, "metadata"),
    ({"p": {"tag": "x"}}, "tag"), ({"c": {"name": {"$regex": "("}}}, "("), ({"f": {"created_at": {"$gt": "yesterday"}}}, "created_at"),
    ({"f": {"$xor": []}}, "$xor"), ({"p": {"name": 5}}, "name"), ({"f": {"version": "latest"}}, "version"),
    ({"f": {"tag": {"$in": "x"}}}, "$in"), ({"f": {"metadata": 1}}, "metadata"), ({"s": "+nonsense"}, "nonsense"),
    ({"a": "nonsense"}, "cursor"), ({"a": "MS4yLjMuNA"}, None),
]


def refusals(world):
    for variables, word in REFUSED:
        sent = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in variables.items()}
        try:
            world.admin.graphql(VERSIONS, o=ORG, n=10, **{"a": None, **sent})
        except wire.Refused as refused:
            assert word and word in refused.message, (variables, refused.message)
            assert json.loads(refused.body)["errors"][0]["extensions"]["code"] == "INVALID", refused.body
        else:
            assert word is None, f"{variables} was taken"


def cursors(world):
    """A cursor of one spelling goes on in another."""
    r = next(r for r in world.registries if any(c["registry"] == r["id"] for c in world.collections))
    by_name, by_id = json.dumps({"name": r["name"]}), json.dumps({"id": r["id"]})
    for order in (None, "+name", "-updated_at"):
        first = dig(world.admin.graphql(COLLECTIONS, o=ORG, n=1, p=by_name, s=order))
        rest = dig(world.admin.graphql(COLLECTIONS, o=ORG, n=100, p=by_id, s=order, a=first["pageInfo"]["endCursor"]))
        whole = dig(world.admin.graphql(COLLECTIONS, o=ORG, n=100, p=by_id, s=order))
        assert [e["node"]["id"] for e in first["edges"] + rest["edges"]] == [e["node"]["id"] for e in whole["edges"]], order


def inside(world, entity):
    """The versions of one collection, filtered and ordered."""
    names = {r["id"]: r["name"] for r in world.registries}
    for c in world.collections:
        of = [v for v in world.versions if v["collection"] == c["id"]]
        for condition in ({"state": "COMMITTED"}, {"alias": "best"}, {"version": {"$gte": "v1"}}, {"metadata.lr": {"$exists": True}}):
            wanted = [v["version"] for v in of if "state" in condition or plainly.matches(condition, v)]
            for order, flip in ((None, True), ("+version_index", False), ("-created_at", True)):
                got, after = [], None
                while True:
                    page = dig(world.admin.graphql(INSIDE, e=entity, p=names[c["registry"]], c=c["name"], f=json.dumps(condition),
                                                   n=2, a=after, s=order))
                    got += [int(e["version"][1:]) for e in page["edges"]]
                    assert page["totalCount"] == len(wanted), (condition, page["totalCount"], wanted)
                    if not page["pageInfo"]["hasNextPage"]:
                        break
                    after = page["pageInfo"]["endCursor"]
                assert got == sorted(wanted, reverse=flip), (condition, order, got, wanted)


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("VITRINE_SEED") or random.SystemRandom().randrange(10 ** 9))
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    chance = random.Random(seed)
    print(f"TAP version 13\n# seed {seed}", flush=True)
    failed = 0
    with folder() as data:
        keys = {name: succeed("user", "add", name, data=data).out.strip() for name in ("keeper", "stranger")}
        succeed("org", "add", ORG, "--admin", "keeper", data=data)
        succeed("org", "member", "set", ORG, "stranger", "viewer", data=data)
        succeed("team", "add", "searchers", "--org", ORG, "--admin", "keeper", data=data)
        entity = next(o["entity"] for o in succeed("org", "list", "--json", data=data).json() if o["name"] == ORG)
        with Server(data) as server:
            world = World(server, wire.Wire(server.url, keys["keeper"]), wire.Wire(server.url, keys["stranger"]), chance)
            world.fill(entity, "searchers")
            world.read()

            def draw_and_compare():
                for number in range(rounds):
                    try:
                        Round(world, chance).check()
                    except (AssertionError, wire.Refused) as error:
                        raise AssertionError(f"round {number} of seed {seed}: {error}") from error
            tests = [("what is wrong is refused by its name", lambda: refusals(world)), ("cursors are shared", lambda: cursors(world)),
                     ("versions of one collection", lambda: inside(world, entity)),
                     (f"{rounds} rounds of random filters", draw_and_compare)]
            for number, (name, function) in enumerate(tests, 1):
                try:
                    function()
                    print(f"ok {number} - {name}", flush=True)
                except (AssertionError, wire.Refused) as error:
                    failed += 1
                    print(f"not ok {number} - {name}\n# seed {seed}: {str(error)[:3000]}", flush=True)
    print(f"1..{len(tests)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
