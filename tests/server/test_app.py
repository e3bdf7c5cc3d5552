"""What the Registry App asks beside what clients ask: stars, permissions, counts, the search bar, history, people."""
import pathlib
import sys

from vitrined import Server, folder, succeed, test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import wire  # noqa: E402

REGISTRIES = """query($o: String!) { organization(name: $o) { viewerRole orgEntity { name viewerRole projects { edges { node {
  id name starred isCore collectionCount permissions { download use log link unlink alias protectedAlias createCollection
  editCollection deleteCollection editVersion deleteVersion edit rename editTypes protectAliases manageMembers changeVisibility
  delete } } } } } } }"""
STAR = "mutation($id: ID!, $on: Boolean!) { starProject(input: {projectId: $id, starred: $on}) { success } }"
SEARCH = """query($o: String!, $t: String!, $n: Int) { search(organizationName: $o, text: $t, first: $n) { registries { name }
  collections { name project { name } } versions { versionIndex artifactCollection { name } } } }"""
HISTORY = """query($e: String!, $action: String, $user: String, $since: DateTime, $until: DateTime, $first: Int, $after: String) {
  project(name: "wandb-registry-model", entityName: $e) { artifactCollection(name: "Zoo") { versionCount
  history(action: $action, username: $user, since: $since, until: $until, first: $first, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { action alias createdAt user { username } } } } } } }"""
MEMBERS = """query($o: String!) { organization(name: $o) { members { username role } teams { name viewerRole members { username role } } } }"""


class World:
    def __init__(self, data):
        self.keys = {name: succeed("user", "add", name, data=data).out.strip() for name in ("alice", "carol", "mallory")}
        succeed("org", "add", "Acme Inc", "--admin", "alice", data=data)
        succeed("org", "member", "set", "Acme Inc", "carol", "member", data=data)
        succeed("team", "add", "team", "--org", "Acme Inc", "--admin", "alice", data=data)

    def on(self, server):
        """-> alice, carol, mallory and the name of the organization's entity"""
        people = [wire.Wire(server.url, key) for key in self.keys.values()]
        entity = people[0].graphql('{organization(name:"Acme Inc"){orgEntity{name}}}')["organization"]["orgEntity"]["name"]
        return *people, entity


def link(person, artifact, entity, collection, aliases=()):
    person.graphql("mutation($i: LinkArtifactInput!){linkArtifact(input:$i){versionIndex}}", i={
        "artifactID": artifact["id"], "artifactPortfolioName": collection, "entityName": entity,
        "projectName": "wandb-registry-model",
        "aliases": [{"artifactCollectionName": collection, "alias": alias} for alias in aliases]})


def refused(function, *arguments, **named):
    try:
        function(*arguments, **named)
    except wire.Refused as error:
        return str(error)
    raise AssertionError("it was not refused")


def registries(person):
    return {e["node"]["name"]: e["node"] for e in
            person.graphql(REGISTRIES, o="Acme Inc")["organization"]["orgEntity"]["projects"]["edges"]}


ICON = """mutation($i: UpsertModelInput!) { upsertModel(input: $i) { project { icon { name color } } } }"""


@test
def the_icon_of_a_registry_is_its_admins_choice():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, carol, _, entity = world.on(server)

            def choose(person, **icon):
                return person.graphql(ICON, i={"entityName": entity, "name": "wandb-registry-model", "icon": icon}
                                      )["upsertModel"]["project"]["icon"]

            assert choose(alice, name="flask", color="teal") == {"name": "flask", "color": "teal"}
            assert "You may not change the icon" in refused(choose, carol, name="cube", color="red")
            assert "lowercase letters" in refused(choose, alice, name="<svg onload=1>", color="red")
            assert "lowercase letters" in refused(choose, alice, name="cube", color="x" * 33)
            kept = alice.graphql(ICON, i={"entityName": entity, "name": "wandb-registry-model"})["upsertModel"]["project"]
            assert kept["icon"] == {"name": "flask", "color": "teal"}, "what is not given stays"
            assert choose(alice, name="", color="") is None, "back to what follows from its name"
            alice.graphql(ICON, i={"entityName": "team", "name": "plain"})
            assert "Only a registry" in refused(
                alice.graphql, ICON, i={"entityName": "team", "name": "plain", "icon": {"name": "cube"}})


@test
def stars_are_ones_own():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, carol, mallory, _ = world.on(server)
            model = registries(alice)["wandb-registry-model"]
            assert model["starred"] is False and model["isCore"] is True
            for _ in range(2):
                alice.graphql(STAR, id=model["id"], on=True)
            assert registries(alice)["wandb-registry-model"]["starred"] is True
            assert registries(alice)["wandb-registry-dataset"]["starred"] is False
            assert registries(carol)["wandb-registry-model"]["starred"] is False
            assert "may not see it" in refused(mallory.graphql, STAR, id=model["id"], on=True)
            alice.graphql(STAR, id=model["id"], on=False)
            assert registries(alice)["wandb-registry-model"]["starred"] is False


@test
def permissions_say_what_the_server_will_allow():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, carol, _, entity = world.on(server)
            mine, hers = registries(alice)["wandb-registry-model"], registries(carol)["wandb-registry-model"]
            assert {k for k, v in mine["permissions"].items() if not v} == {"delete", "rename"}
            assert not any(hers["permissions"].values()), hers  # a restricted viewer looks, and nothing else
            answer = alice.graphql(REGISTRIES, o="Acme Inc")["organization"]
            assert answer["viewerRole"] == answer["orgEntity"]["viewerRole"] == "admin"
            assert carol.graphql(REGISTRIES, o="Acme Inc")["organization"]["viewerRole"] == "member"
            alice.graphql('mutation{updateOrganization(input:{organizationName:"Acme Inc",defaultRegistryRole:"member"}){organization{id}}}')
            hers = registries(carol)["wandb-registry-model"]["permissions"]
            assert hers["link"] and hers["createCollection"] and hers["download"] and not hers["manageMembers"] and not hers["protectedAlias"]
            carol.graphql("""mutation($e: String!){createArtifactPortfolio(input:{entityName:$e,projectName:"wandb-registry-model",
                artifactTypeName:"model",name:"Zoo"}){artifactCollection{id}}}""", e=entity)
            assert registries(carol)["wandb-registry-model"]["collectionCount"] == 1


@test
def the_search_bar_finds_what_may_be_seen():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, carol, mallory, entity = world.on(server)
            artifact = alice.log("team", "p", "c", {"f": b"1"}, "client-1")
            link(alice, artifact, entity, "Zoo of Animals", ["prod-eu"])
            link(alice, artifact, entity, "Other")
            alice.graphql("""mutation($e: String!){createArtifactCollectionTagAssignments(input:{entityName:$e,
                projectName:"wandb-registry-model",artifactCollectionName:"Other",tags:[{tagName:"Animals 2"}]}){tags{id}}}""", e=entity)
            alice.graphql("""mutation($e: String!){upsertModel(input:{name:"wandb-registry-Secret Zoo",entityName:$e,access:"RESTRICTED",
                allowAllArtifactTypesInRegistry:true}){model{id}}}""", e=entity)

            def found(person, text, **more):
                got = person.graphql(SEARCH, o="Acme Inc", t=text, **more)["search"]
                return ([r["name"] for r in got["registries"]], sorted(c["name"] for c in got["collections"]),
                        sorted(v["artifactCollection"]["name"] for v in got["versions"]))

            assert found(alice, "zoo") == (["wandb-registry-Secret Zoo"], ["Zoo of Animals"], [])
            assert found(carol, "ZOO") == ([], ["Zoo of Animals"], [])
            assert found(carol, "animals") == ([], ["Other", "Zoo of Animals"], [])
            assert found(carol, "prod-eu") == ([], [], ["Zoo of Animals"])
            assert found(carol, "MODEL") == (["wandb-registry-model"], [], [])
            assert found(carol, "registry")[0] == [] and found(carol, "wandb")[0] == []
            assert found(carol, "") == found(carol, "  ") == found(carol, ".*") == found(carol, "(") == ([], [], [])
            assert found(mallory, "zoo") == ([], [], [])
            assert len(found(carol, "o", n=1)[1]) == 1
            assert "at most" in refused(carol.graphql, SEARCH, o="Acme Inc", t="x" * 300)


@test
def history_is_filtered_by_action_user_and_time():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, carol, _, entity = world.on(server)
            artifact = alice.log("team", "p", "c", {"f": b"1"}, "client-1")
            link(alice, artifact, entity, "Zoo", ["a", "b"])
            alice.graphql('mutation{updateOrganization(input:{organizationName:"Acme Inc",defaultRegistryRole:"member"}){organization{id}}}')
            carol.graphql("""mutation($id: ID!, $e: String!){deleteAliases(input:{artifactID:$id,aliases:[{entityName:$e,
                projectName:"wandb-registry-model",artifactCollectionName:"Zoo",alias:"a"}]}){success}}""", id=artifact["id"], e=entity)

            def events(**filters):
                collection = alice.graphql(HISTORY, e=entity, **filters)["project"]["artifactCollection"]
                assert collection["versionCount"] == 1
                return [(e["node"]["action"], e["node"]["user"]["username"], e["node"]["alias"]) for e in collection["history"]["edges"]]

            everything = events()
            assert ("alias_removed", "carol", "a") in everything and ("version_linked", "alice", None) in everything
            assert events(user="carol") == [("alias_removed", "carol", "a")]
            assert events(action="alias_removed") == [("alias_removed", "carol", "a")]
            assert events(user="nobody") == events(action="nothing") == events(since="2999-01-01T00:00:00Z") == []
            assert events(until="2999-01-01T00:00:00Z") == events(since="2000-01-01T00:00:00Z") == everything
            added = [e for e in everything if e[0] == "alias_added"]
            assert events(action="alias_added", user="alice", first=1) == added[:1] and len(added) >= 2
            assert "'since'" in refused(events, since="yesterday")


@test
def admins_change_roles_and_members_may_not():
    change_team = 'mutation($u: String!, $r: String!){setTeamMemberRole(input:{entityName:"team",username:$u,role:$r}){success}}'
    change_org = 'mutation($u: String!, $r: String!){setOrganizationMemberRole(input:{organizationName:"Acme Inc",username:$u,role:$r}){success}}'
    remove = 'mutation($u: String!){removeOrganizationMember(input:{organizationName:"Acme Inc",username:$u}){success}}'
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, carol, _, _ = world.on(server)
            alice.graphql(change_team, u="carol", r="viewer")
            team = carol.graphql(MEMBERS, o="Acme Inc")["organization"]["teams"][0]
            assert team["viewerRole"] == "viewer" and {"username": "carol", "role": "viewer"} in team["members"]
            for document, variables in ((change_team, {"u": "carol", "r": "admin"}), (change_org, {"u": "carol", "r": "admin"}),
                                        (remove, {"u": "alice"})):
                assert "403" in refused(carol.graphql, document, **variables), document
            assert "role" in refused(alice.graphql, change_team, u="carol", r="king")
            alice.graphql(change_org, u="carol", r="admin")
            assert {"username": "carol", "role": "admin"} in alice.graphql(MEMBERS, o="Acme Inc")["organization"]["members"]
            alice.graphql(remove, u="carol")
            organization = alice.graphql(MEMBERS, o="Acme Inc")["organization"]
            assert [m["username"] for m in organization["members"]] == ["alice"]
            assert [m["username"] for m in organization["teams"][0]["members"]] == ["alice"]
            assert refused(alice.graphql, remove, u="alice")  # somebody must be left


@test
def keys_say_when_they_were_made_and_used():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            alice, *_ = world.on(server)
            query = "{viewer{apiKeys{edges{node{name description createdAt lastUsedAt}}}}}"
            (key,) = alice.graphql(query)["viewer"]["apiKeys"]["edges"]
            assert key["node"]["createdAt"].endswith("Z") and key["node"]["lastUsedAt"] is None
        with Server(data) as server:
            alice, *_ = world.on(server)
            (key,) = alice.graphql(query)["viewer"]["apiKeys"]["edges"]
            assert key["node"]["lastUsedAt"].endswith("Z")


@test
def people_are_listed_in_pages():
    page = "people(text: $t, after: $a, first: $n) { members { username role email } pageInfo { endCursor hasNextPage } }"
    query = f"query($t: String, $a: String, $n: Int) {{ organization(name: \"Acme Inc\") {{ {page} teams {{ {page} }} }} }}"
    everybody = f"query($t: String, $a: String, $n: Int) {{ {page} }}"
    with folder() as data:
        world = World(data)
        for i in range(12):
            succeed("user", "add", f"user{i:02}", "--email", f"U{i}@Example.com", "--no-key", data=data)
            succeed("org", "member", "set", "Acme Inc", f"user{i:02}", "viewer", data=data)
        admin = succeed("user", "add", "root1", "--admin", data=data).out.strip()
        with Server(data) as server:
            alice, carol, mallory, _ = world.on(server)

            def names(person, document, pick, **variables):
                found, after = [], None
                while True:
                    got = pick(person.graphql(document, a=after, **variables))
                    assert len(got["members"]) <= variables.get("n", 100)
                    found += [m["username"] for m in got["members"]]
                    after = got["pageInfo"]["endCursor"]
                    if not got["pageInfo"]["hasNextPage"]:
                        return found

            organization = lambda answer: answer["organization"]["people"]
            members = ["alice", "carol"] + [f"user{i:02}" for i in range(12)]
            for n in (100, 1, 5):
                assert names(carol, query, organization, n=n) == members
            assert names(carol, query, organization, t="USER1") == ["user10", "user11"]
            assert names(carol, query, organization, t="u3@example") == ["user03"]
            assert names(carol, query, organization, t="%") == names(carol, query, organization, t="mallory") == []
            assert names(alice, query, lambda answer: answer["organization"]["teams"][0]["people"]) == ["alice"]
            assert mallory.graphql(query)["organization"] is None
            assert "403" in refused(alice.graphql, everybody)
            root = wire.Wire(server.url, admin)
            assert sorted(names(root, everybody, lambda answer: answer["people"], n=4)) == sorted(members + ["mallory", "root1"])
            assert "'first'" in refused(root.graphql, everybody, n=5000)


@test
def members_of_a_registry_are_listed_in_pages():
    page = ("people(text: $t, after: $a, first: $n) { members { id username role { name } inheritedRole { name } } "
            "pageInfo { endCursor hasNextPage } }")
    query = (f"query($t: String, $a: String, $n: Int) {{ project(entityName: \"Acme-Inc\", name: \"wandb-registry-model\") "
             f"{{ id {page} }} }}")
    with folder() as data:
        world = World(data)
        for i in range(12):
            succeed("user", "add", f"user{i:02}", "--email", f"U{i}@Example.com", "--no-key", data=data)
            succeed("org", "member", "set", "Acme Inc", f"user{i:02}", "viewer", data=data)
        with Server(data) as server:
            alice, carol, mallory, _ = world.on(server)
            project = alice.graphql(query)["project"]
            before = [m["username"] for m in project["people"]["members"]]
            people = alice.graphql('{organization(name:"Acme Inc"){people(text:"user"){members{id}}}}')["organization"]["people"]
            alice.graphql("mutation($i: CreateProjectMembersInput!) { createProjectMembers(input: $i) { success } }",
                          i={"projectId": project["id"], "userIds": [m["id"] for m in people["members"]], "teamIds": []})

            def names(person, **variables):
                found, after = [], None
                while True:
                    got = person.graphql(query, a=after, **variables)["project"]["people"]
                    assert len(got["members"]) <= variables.get("n", 100)
                    found += [m["username"] for m in got["members"]]
                    after = got["pageInfo"]["endCursor"]
                    if not got["pageInfo"]["hasNextPage"]:
                        return found

            added = [f"user{i:02}" for i in range(12)]
            for n in (100, 1, 5, 12):
                assert sorted(names(carol, n=n)) == sorted(before + added)
            assert names(carol, t="USER1") == ["user10", "user11"]
            assert names(carol, t="u3@example", n=1) == ["user03"]
            assert names(carol, t="%") == names(carol, t="mallory") == []
            one = carol.graphql(query, t="user07")["project"]["people"]["members"][0]
            assert one["role"]["name"] == "restricted_viewer" and one["inheritedRole"]["name"]
            assert mallory.graphql(query)["project"] is None
            assert "'first'" in refused(alice.graphql, query, n=1001)
            assert "'first'" in refused(alice.graphql, query, n=0)
