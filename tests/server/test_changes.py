"""Have these changed? The marks that pages ask for once a second."""
import pathlib
import sys
import time

from vitrined import Server, basic, folder, succeed, test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import wire  # noqa: E402

LINK = "mutation($i: LinkArtifactInput!){linkArtifact(input:$i){versionIndex artifactMembership{artifactCollection{id}}}}"


class World:
    def __init__(self, data):
        self.keys = {name: succeed("user", "add", name, data=data).out.strip() for name in ("alice", "carol", "mallory")}
        succeed("org", "add", "acme", "--admin", "alice", data=data)
        succeed("org", "member", "set", "acme", "carol", "viewer", data=data)
        succeed("team", "add", "team", "--org", "acme", "--admin", "alice", data=data)


def ask(server, key, ids, tag=None, more=""):
    headers = {"Authorization": basic(key)} if key else {}
    if tag:
        headers["If-None-Match"] = tag
    return server.request("GET", "/-/changes?of=" + ",".join(ids) + more, headers=headers)


def setup(data):
    """-> world, server, alice, ids of what there is"""
    world = World(data)
    server = Server(data, "--log-requests", "no")
    alice = wire.Wire(server.url, world.keys["alice"])
    organization = alice.graphql('{organization(name:"acme"){id orgEntity{id name project(name:"wandb-registry-model"){id}}}}')["organization"]
    artifact = alice.log("team", "p", "c", {"f": b"1"}, "client-1")
    linked = alice.graphql(LINK, i={"artifactID": artifact["id"], "artifactPortfolioName": "Zoo", "aliases": [],
                                    "entityName": organization["orgEntity"]["name"], "projectName": "wandb-registry-model"})
    alice.graphql('mutation{upsertBucket(input:{name:"r1",modelName:"p",entityName:"team"}){bucket{id}}}')
    home = alice.graphql('{project(name:"p",entityName:"team"){id run(name:"r1"){id} artifactCollection(name:"c"){id} entity{id}}}')["project"]
    return world, server, alice, {
        "organization": organization["id"], "entity": organization["orgEntity"]["id"],
        "registry": organization["orgEntity"]["project"]["id"], "artifact": artifact["id"], "project": home["id"],
        "zoo": linked["linkArtifact"]["artifactMembership"]["artifactCollection"]["id"], "collection": home["artifactCollection"]["id"],
        "run": home["run"]["id"], "team": home["entity"]["id"], "name": organization["orgEntity"]["name"]}


@test
def each_change_moves_the_marks_of_what_it_is_in_and_no_others():
    with folder() as data:
        world, server, alice, ids = setup(data)
        name = ids.pop("name")
        path = f'{{entityName:"{name}",projectName:"wandb-registry-model",artifactCollectionName:"Zoo",alias:"prod"}}'
        steps = [
            (f'mutation{{addAliases(input:{{artifactID:"{ids["artifact"]}",aliases:[{path}]}}){{success}}}}',
             {"organization", "entity", "registry", "zoo"}),
            (f'mutation{{createProtectedAlias(input:{{projectId:"{ids["registry"]}",alias:"gold"}}){{success}}}}',
             {"organization", "entity", "registry"}),
            (f'mutation{{updateArtifactPortfolio(input:{{artifactPortfolioID:"{ids["zoo"]}",description:"animals"}}){{artifactCollection{{id}}}}}}',
             {"organization", "entity", "registry", "zoo"}),
            (f'mutation{{updateArtifact(input:{{artifactID:"{ids["artifact"]}",description:"new"}}){{artifact{{id}}}}}}',
             {"artifact", "project", "team", "collection"}),
            (f'mutation{{upsertBucket(input:{{id:"{ids["run"]}",displayName:"renamed"}}){{bucket{{id}}}}}}', {"run"}),
            ('mutation{upsertBucket(input:{name:"r2",modelName:"p",entityName:"team"}){bucket{id}}}', {"project", "team"}),
            (f'mutation{{useArtifact(input:{{artifactID:"{ids["artifact"]}",entityName:"team",projectName:"p",runName:"r1"}}){{artifact{{id}}}}}}',
             {"artifact", "run", "project", "team"}),
            ('mutation{setTeamMemberRole(input:{entityName:"team",username:"carol",role:"viewer"}){success}}', {"team", "organization", "entity"}),
            ("{viewer{id}}", set()),
        ]
        with server:
            def marks():
                reply = ask(server, world.keys["alice"], ids.values())
                assert reply.status == 200, reply.text()
                found = reply.json()["changes"]
                return {name: found[i] for name, i in ids.items()}

            before = marks()
            assert None not in before.values() and len(set(before.values())) >= 7
            for document, wanted in steps:
                alice.graphql(document)
                after = marks()
                moved = {name for name in ids if before[name] != after[name]}
                assert moved == wanted, (document, moved, wanted)
                before = after


@test
def unchanged_is_304():
    with folder() as data:
        world, server, alice, ids = setup(data)
        with server:
            first = ask(server, world.keys["alice"], [ids["registry"], ids["run"]])
            assert first.headers["Cache-Control"] == "private, no-cache"
            for _ in range(3):
                again = ask(server, world.keys["alice"], [ids["registry"], ids["run"]], first.headers["ETag"])
                assert again.status == 304 and again.body == b""
            alice.graphql(f'mutation{{createProtectedAlias(input:{{projectId:"{ids["registry"]}",alias:"gold"}}){{success}}}}')
            started = time.monotonic()
            while ask(server, world.keys["alice"], [ids["registry"], ids["run"]], first.headers["ETag"]).status == 304:
                assert time.monotonic() - started < 2


@test
def ages_say_what_changed_since_a_page_was_read():
    with folder() as data:
        world, server, alice, ids = setup(data)
        ids.pop("name")
        with server:
            def ages(key="alice"):
                reply = ask(server, world.keys[key], ids.values(), more="&ages=1")
                assert reply.status == 200, reply.text()
                return reply.headers["ETag"], reply.json()["changes"], reply.json()["ages"]

            tag, marks, before = ages()
            assert set(before) == set(ids.values()) and min(before.values()) >= 0
            plain = ask(server, world.keys["alice"], ids.values())
            assert "ages" not in plain.json() and plain.json()["changes"] == marks
            # One tag for both forms, and ages that grow are no change.
            assert plain.headers["ETag"] == tag
            time.sleep(0.3)
            again, _, later = ages()
            assert again == tag and all(later[i] >= before[i] + 300 for i in before), (before, later)
            assert ask(server, world.keys["alice"], ids.values(), tag, more="&ages=1").status == 304
            changed = time.monotonic()
            alice.graphql(f'mutation{{createProtectedAlias(input:{{projectId:"{ids["registry"]}",alias:"gold"}}){{success}}}}')
            tag, _, after = ages()
            since = (time.monotonic() - changed) * 1000 + 1
            assert tag != again
            for name, i in ids.items():
                if name in ("registry", "organization", "entity"):
                    assert after[i] <= since, name
                else:
                    assert after[i] >= later[i], name
            assert ages("mallory")[2] == {}


@test
def only_what_may_be_seen_has_a_mark():
    with folder() as data:
        world, server, alice, ids = setup(data)
        ids.pop("name")
        with server:
            def seen(key):
                found = ask(server, world.keys[key], ids.values()).json()["changes"]
                return {name for name, i in ids.items() if found[i]}

            assert seen("alice") == set(ids)
            assert seen("carol") == {"organization", "entity", "registry", "zoo", "artifact", "team"}
            assert seen("mallory") == set()
            alice.graphql("""mutation($e: String!){upsertModel(input:{name:"wandb-registry-Secret",entityName:$e,access:"RESTRICTED",
                allowAllArtifactTypesInRegistry:true}){model{id}}}""", e="acme")
            before = {key: ask(server, world.keys[key], [ids["organization"]]).json() for key in ("alice", "carol")}
            secret = alice.graphql('{organization(name:"acme"){orgEntity{project(name:"wandb-registry-Secret"){id}}}}')
            secret = secret["organization"]["orgEntity"]["project"]["id"]
            alice.graphql(f'mutation{{createProtectedAlias(input:{{projectId:"{secret}",alias:"gold"}}){{success}}}}')
            after = {key: ask(server, world.keys[key], [ids["organization"]]).json() for key in ("alice", "carol")}
            assert before["alice"] != after["alice"] and before["carol"] == after["carol"]
            assert ask(server, None, [ids["registry"]]).status == 401
            for wrong in ([], ["x"], ["VXNlcjox"], [ids["run"]] * 17):
                assert ask(server, world.keys["alice"], wrong).status == 400, wrong
