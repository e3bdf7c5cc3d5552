"""What the pages on people change: full names, service accounts and their keys, who owns a registry."""
import pathlib
import sys

from vitrined import Server, folder, succeed, test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import wire  # noqa: E402

MAKE = "mutation($i: CreateServiceAccountInput!) { createServiceAccount(input: $i) { user { id username name apiKeys { edges { node { id } } } } } }"
KEY = "mutation($i: GenerateApiKeyInput!) { generateApiKey(input: $i) { apiKey { id name } } }"
REVOKE = "mutation($i: String!) { deleteApiKey(input: {id: $i}) { success } }"
LEAVE_TEAM = 'mutation($i: String!) { deleteInvite(input: {id: $i, entityName: "team"}) { success } }'
LEAVE = "mutation($i: RemoveOrganizationMemberInput!) { removeOrganizationMember(input: $i) { success } }"
NAME = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { user { name username } } }"
OWN = "mutation($i: SetProjectOwnerInput!) { setProjectOwner(input: $i) { success } }"
OWNER = 'query($e: String!) { project(entityName: $e, name: "wandb-registry-zoo") { id owner { id username } } }'
PEOPLE = """{ organization(name: "Acme Inc") { people { members { username scope } } teams { people { members { username scope } } }
  orgEntity { name } } }"""


class World:
    """alice administers the organization, carol the team, dave is a member, mallory is elsewhere; root runs the server."""

    def __init__(self, data):
        self.keys = {name: succeed("user", "add", name, data=data).out.strip() for name in ("alice", "carol", "dave", "mallory")}
        self.keys["root"] = succeed("user", "add", "root1", "--admin", data=data).out.strip()
        succeed("org", "add", "Acme Inc", "--admin", "alice", data=data)
        succeed("org", "add", "Elsewhere", "--admin", "mallory", data=data)
        for name in ("carol", "dave"):
            succeed("org", "member", "set", "Acme Inc", name, "member", data=data)
        succeed("team", "add", "team", "--org", "Acme Inc", "--admin", "carol", data=data)

    def on(self, server):
        return {name: wire.Wire(server.url, key) for name, key in self.keys.items()}


def refused(person, document, **variables):
    try:
        person.graphql(document, **variables)
    except wire.Refused as error:
        return str(error)
    raise AssertionError("it was not refused")


def lives(server, key):
    return server.graphql("{viewer{username}}", key).status == 200


@test
def a_full_name_is_ones_own_and_one_line():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            people = world.on(server)
            named = people["dave"].graphql(NAME, i={"name": "  Dave Bowman "})["updateUser"]["user"]
            assert named == {"name": "Dave Bowman", "username": "dave"}
            seen = people["alice"].graphql('{organization(name:"Acme Inc"){people(text:"bowman"){members{username name}}}}')
            assert seen["organization"]["people"]["members"] == [{"username": "dave", "name": "Dave Bowman"}]
            for wrong in ("a\nb", "x" * 201):
                assert "one line" in refused(people["dave"], NAME, i={"name": wrong})
            people["dave"].graphql(NAME, i={"defaultEntity": "dave"})
            assert people["dave"].graphql("{viewer{name}}")["viewer"]["name"] == "Dave Bowman", "not given: stays"
            assert people["dave"].graphql(NAME, i={"name": ""})["updateUser"]["user"]["name"] == "dave"


@test
def service_accounts_of_teams_and_of_organizations():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            people = world.on(server)
            entity = people["alice"].graphql(PEOPLE)["organization"]["orgEntity"]["name"]
            of_team = people["carol"].graphql(MAKE, i={"entityName": "team", "description": "nightly"})["createServiceAccount"]["user"]
            of_org = people["alice"].graphql(MAKE, i={"entityName": entity, "description": "mirror"})["createServiceAccount"]["user"]
            assert of_org["apiKeys"]["edges"] == [] and of_org["name"] == "mirror"
            for who, owner in (("carol", entity), ("dave", "team"), ("mallory", entity), ("mallory", "team")):
                assert "40" in refused(people[who], MAKE, i={"entityName": owner, "description": "x"}), (who, owner)
            assert "There is no" in refused(people["alice"], MAKE, i={"entityName": "alice", "description": "x"})
            found = people["dave"].graphql(PEOPLE)["organization"]
            scopes = {m["username"]: m["scope"] for m in found["people"]["members"]}
            assert scopes == {"alice": None, "carol": None, "dave": None, of_team["username"]: "team", of_org["username"]: entity}
            assert [m["scope"] for m in found["teams"][0]["people"]["members"]] == [None, "team"]
            key = people["alice"].graphql(KEY, i={"username": of_org["username"]})["generateApiKey"]["apiKey"]["name"]
            robot = wire.Wire(server.url, key)
            role = robot.graphql('query($e:String!){project(entityName:$e,name:"wandb-registry-model"){viewerRole{name}}}', e=entity)
            assert role["project"]["viewerRole"]["name"] == "member"
            assert robot.graphql('{project(entityName:"team",name:"nothing"){id}}')["project"] is None


@test
def keys_of_service_accounts_are_made_by_who_administers_them():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            people = world.on(server)
            robot = people["carol"].graphql(MAKE, i={"entityName": "team", "description": "nightly"})["createServiceAccount"]["user"]["username"]
            made = {who: people[who].graphql(KEY, i={"username": robot, "description": who})["generateApiKey"]["apiKey"]
                    for who in ("carol", "alice", "root")}
            assert all(server.graphql("{viewer{username}}", k["name"]).status == 200 for k in made.values())
            for who in ("dave", "mallory"):
                assert "403" in refused(people[who], KEY, i={"username": robot}), who
                assert "404" in refused(people[who], REVOKE, i=made["carol"]["id"]), who
            for who, other in (("root", "dave"), ("alice", "dave"), ("dave", "alice")):
                assert "403" in refused(people[who], KEY, i={"username": other}), (who, other)
            assert people["dave"].graphql(KEY, i={"username": "dave"})["generateApiKey"]["apiKey"]["name"]
            people["alice"].graphql(REVOKE, i=made["carol"]["id"])
            assert not lives(server, made["carol"]["name"]) and lives(server, made["alice"]["name"])


@test
def a_service_account_ends_with_what_it_was_made_for():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            people = world.on(server)
            entity = people["alice"].graphql(PEOPLE)["organization"]["orgEntity"]["name"]

            def robot(owner):
                user = people["alice"].graphql(MAKE, i={"entityName": owner, "description": "r"})["createServiceAccount"]["user"]
                key = people["alice"].graphql(KEY, i={"username": user["username"]})["generateApiKey"]["apiKey"]["name"]
                assert lives(server, key)
                return user, key

            def leave_organization(user):
                people["alice"].graphql(LEAVE, i={"organizationName": "Acme Inc", "username": user["username"]})

            user, key = robot("team")
            people["carol"].graphql(LEAVE_TEAM, i=user["id"])
            assert not lives(server, key)
            user, key = robot("team")
            leave_organization(user)
            assert not lives(server, key)
            user, key = robot(entity)
            people["carol"].graphql("mutation($u:String!){createInvite(input:{entityName:\"team\",username:$u}){invite{id}}}",
                                    u=user["username"])
            people["carol"].graphql(LEAVE_TEAM, i=user["id"])
            assert lives(server, key), "a guest in the team leaves the team alone"
            leave_organization(user)
            assert not lives(server, key)
            left = people["alice"].graphql(PEOPLE)["organization"]
            assert not any(m["scope"] for m in left["people"]["members"] + left["teams"][0]["people"]["members"])
            user, key = robot(entity)
            succeed("org", "delete", "Acme Inc", "--force", data=data)
            assert not lives(server, key), "the organization is gone"


@test
def people_are_added_by_name_or_e_mail_address():
    with folder() as data:
        world = World(data)
        succeed("user", "add", "erin", "--email", "Erin@Example.com", data=data)
        with Server(data) as server:
            people = world.on(server)
            to_team = "mutation($i:SetTeamMemberRoleInput!){setTeamMemberRole(input:$i){success}}"
            to_org = "mutation($i:SetOrganizationMemberRoleInput!){setOrganizationMemberRole(input:$i){success}}"
            people["alice"].graphql(to_org, i={"organizationName": "Acme Inc", "username": "erin@example.com", "role": "viewer"})
            people["carol"].graphql(to_team, i={"entityName": "team", "username": "erin@example.com", "role": "viewer"})
            found = people["dave"].graphql('{entity(name:"team"){people(text:"erin"){members{username role}}}}')["entity"]["people"]
            assert found["members"] == [{"username": "erin", "role": "viewer"}]
            for name in ("nobody@example.com", "nobody"):
                assert "There is no user" in refused(people["carol"], to_team,
                                                     i={"entityName": "team", "username": name, "role": "viewer"})


@test
def the_first_role_in_a_registry_depends_on_who_it_is():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            people = world.on(server)
            entity = people["alice"].graphql(PEOPLE)["organization"]["orgEntity"]["name"]
            made = people["dave"].graphql("mutation($i:UpsertModelInput!){upsertModel(input:$i){project{id}}}",
                                          i={"entityName": entity, "name": "wandb-registry-zoo"})["upsertModel"]["project"]
            robot = people["alice"].graphql(MAKE, i={"entityName": entity, "description": "r"})["createServiceAccount"]["user"]
            ids = [people[who].graphql("{viewer{id}}")["viewer"]["id"] for who in ("alice", "carol")] + [robot["id"]]
            team = people["dave"].graphql('{entity(name:"team"){id}}')["entity"]["id"]
            people["alice"].graphql("mutation($i:CreateProjectMembersInput!){createProjectMembers(input:$i){success}}",
                                    i={"projectId": made["id"], "userIds": ids, "teamIds": [team]})
            listed = people["dave"].graphql("""query($e:String!){project(entityName:$e,name:"wandb-registry-zoo"){
              members{username accountType role{name}} teamMembers{role{name}}}}""", e=entity)["project"]
            assert {m["username"]: (m["role"]["name"], m["accountType"]) for m in listed["members"]} == {
                "dave": ("admin", "MEMBER"), "alice": ("admin", "MEMBER"), "carol": ("restricted_viewer", "MEMBER"), robot["username"]: ("member", "SERVICE")}
            assert listed["teamMembers"] == [{"role": {"name": "restricted_viewer"}}]


@test
def a_team_is_made_in_the_organization_that_is_named():
    with folder() as data:
        world = World(data)
        succeed("org", "member", "set", "Elsewhere", "dave", "member", data=data)
        with Server(data) as server:
            people = world.on(server)
            make = "mutation($i:CreateTeamInput!){createTeam(input:$i){entity{organization{name}}}}"
            for organization in ("Elsewhere", "Acme Inc"):
                made = people["dave"].graphql(make, i={"teamName": f"of-{organization[:4]}", "organizationName": organization})
                assert made["createTeam"]["entity"]["organization"]["name"] == organization
            assert "403" in refused(people["carol"], make, i={"teamName": "none", "organizationName": "Elsewhere"})


@test
def the_owner_of_a_registry_is_a_person_in_it():
    with folder() as data:
        world = World(data)
        with Server(data) as server:
            people = world.on(server)
            entity = people["alice"].graphql(PEOPLE)["organization"]["orgEntity"]["name"]
            people["dave"].graphql("mutation($i:UpsertModelInput!){upsertModel(input:$i){inserted}}",
                                   i={"entityName": entity, "name": "wandb-registry-zoo", "access": "RESTRICTED"})
            project = people["dave"].graphql(OWNER, e=entity)["project"]
            assert project["owner"]["username"] == "dave", "whoever made it"
            ids = {who: person.graphql("{viewer{id}}")["viewer"]["id"] for who, person in people.items()}
            own = lambda who, whom: people[who].graphql(OWN, i={"projectId": project["id"], "userId": ids[whom]})
            assert "404" in refused(people["dave"], OWN, i={"projectId": project["id"], "userId": ids["carol"]}), "not in it"
            people["dave"].graphql("mutation($i:CreateProjectMembersInput!){createProjectMembers(input:$i){success}}",
                                   i={"projectId": project["id"], "userIds": [ids["carol"]]})
            assert "403" in refused(people["carol"], OWN, i={"projectId": project["id"], "userId": ids["carol"]})
            assert "404" in refused(people["mallory"], OWN, i={"projectId": project["id"], "userId": ids["mallory"]})
            own("dave", "carol")
            assert people["carol"].graphql(OWNER, e=entity)["project"]["owner"]["username"] == "carol"
            assert "403" in refused(people["carol"], OWN, i={"projectId": project["id"], "userId": ids["dave"]}), "no right comes with it"
            own("alice", "alice")
            robot = people["alice"].graphql(MAKE, i={"entityName": entity, "description": "r"})["createServiceAccount"]["user"]["id"]
            people["alice"].graphql("mutation($i:CreateProjectMembersInput!){createProjectMembers(input:$i){success}}",
                                    i={"projectId": project["id"], "userIds": [robot]})
            assert "400" in refused(people["alice"], OWN, i={"projectId": project["id"], "userId": robot})
            log = [line for line in server.request("GET", "/admin/audit_logs", headers=wire.Wire(server.url, world.keys["root"]).headers)
                   .body.decode().splitlines() if "registry_owner_set" in line]
            assert len(log) == 2 and '"owner":"carol"' in log[0], log
