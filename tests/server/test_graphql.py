"""/graphql over HTTP: who may ask, which status says what, accounts and teams."""
import json
import urllib.parse

from vitrined import Server, basic, folder, succeed, test


def world(data):
    """Users alice (administrator of the server), bob and eve; alice's organization with a team that bob is in."""
    keys = {name: succeed("user", "add", name, *more, data=data).out.strip()
            for name, *more in (("alice", "--admin", "--email", "alice@example.com"), ("bob",), ("eve",))}
    succeed("org", "add", "Acme", "--admin", "bob", data=data)
    succeed("team", "add", "core", "--org", "Acme", "--admin", "bob", data=data)
    return keys


def data_of(reply):
    assert reply.status == 200, (reply.status, reply.text())
    answer = reply.json()
    assert set(answer) == {"data"}, answer
    return answer["data"]


def refused(reply, status, code):
    assert reply.status == status, (reply.status, reply.text())
    errors = reply.json()["errors"]
    assert errors[0]["extensions"]["code"] == code, errors
    assert errors[0]["message"] and not errors[0]["message"].startswith("{")
    return errors[0]["message"]


@test
def anonymous_gets_public_fields_only():
    with folder() as data, Server(data) as server:
        answer = data_of(server.graphql("{viewer{id} serverInfo{features{name isEnabled} cliVersionInfo latestLocalVersionInfo{outOfDate}}}"))
        assert answer["viewer"] is None
        assert answer["serverInfo"]["cliVersionInfo"] == {"max_cli_version": "99.0.0", "min_cli_version": "0.0.1"}
        assert {"name": "ARTIFACT_REGISTRY_SEARCH", "isEnabled": True} in answer["serverInfo"]["features"]
        refused(server.graphql('{entity(name:"core"){id}}'), 401, "UNAUTHENTICATED")
        refused(server.graphql('mutation{generateApiKey(input:{}){apiKey{name}}}'), 401, "UNAUTHENTICATED")


@test
def wrong_keys_are_401_everywhere():
    with folder() as data, Server(data) as server:
        for header in (basic("x" * 40), "Basic !!!", "Bearer nothing", "Token x"):
            reply = server.graphql("{viewer{id}}", headers={"Authorization": header})
            assert refused(reply, 401, "UNAUTHENTICATED")
            assert reply.headers["WWW-Authenticate"].startswith("Basic ")


@test
def operators_and_headers_give_no_rights():
    with folder() as data:
        keys = world(data)
        with Server(data) as server:
            reply = server.graphql('mutation{createUser(input:{email:"x@example.com"}){user{id}}}', keys["bob"],
                                   headers={"Use-Admin-Privileges": "true"})
            refused(reply, 403, "DENIED")
            user = data_of(server.graphql('mutation{createUser(input:{email:"new.one@example.com", admin:true})'
                                          '{user{id name username email admin}}}', keys["alice"]))["createUser"]["user"]
            assert user["username"] == "new.one" and user["admin"] is True


@test
def viewer_and_organization_look_ups():
    with folder() as data:
        keys = world(data)
        with Server(data) as server:
            viewer = data_of(server.graphql("{viewer{id entity username email flags teams{edges{node{name}}}"
                                            " organizations{name orgEntity{name}}}}", keys["bob"]))["viewer"]
            assert viewer["entity"] == "core" and viewer["teams"]["edges"] == [{"node": {"name": "core"}}]
            assert json.loads(viewer["flags"])["code_saving_enabled"] is True
            look = "query($e:String!){entity(name:$e){organization{name orgEntity{name}} user{organizations{name orgEntity{name}}}}}"
            acme = {"name": "Acme", "orgEntity": {"name": "Acme"}}
            for who, name, expected in (
                    ("bob", "core", {"organization": acme, "user": None}),
                    ("bob", "Acme", {"organization": acme, "user": None}),
                    ("bob", "bob", {"organization": None, "user": {"organizations": [acme]}}),
                    ("eve", "eve", {"organization": None, "user": {"organizations": []}}),
                    ("eve", "core", {"organization": None, "user": None}),
                    ("eve", "bob", {"organization": None, "user": None}),
                    ("bob", "nobody", None)):
                assert data_of(server.graphql(look, keys[who], {"e": name}))["entity"] == expected, (who, name)
            ask = "query($n:String!){organization(name:$n){name members{username} teams{name members{username role}}}}"
            org = data_of(server.graphql(ask, keys["bob"], {"n": "ACME"}))["organization"]
            assert org == {"name": "Acme", "members": [{"username": "bob"}],
                           "teams": [{"name": "core", "members": [{"username": "bob", "role": "admin"}]}]}
            assert data_of(server.graphql(ask, keys["eve"], {"n": "Acme"}))["organization"] is None


@test
def strangers_do_not_see_people():
    with folder() as data:
        keys = world(data)
        with Server(data) as server:
            find = "query($q:String){users(query:$q){edges{node{username email}}}}"

            def found(who, query):
                return [edge["node"] for edge in data_of(server.graphql(find, keys[who], {"q": query}))["users"]["edges"]]

            assert found("eve", "alice@example.com") == []
            assert found("eve", "bob") == []
            assert found("eve", "eve") == [{"username": "eve", "email": None}]
            assert found("alice", "alice@example.com") == [{"username": "alice", "email": "alice@example.com"}]
            members = data_of(server.graphql('{entity(name:"core"){members{username}}}', keys["eve"]))["entity"]["members"]
            assert members == []


@test
def api_keys_are_made_shown_once_and_deleted():
    with folder() as data:
        keys = world(data)
        with Server(data) as server:
            made = data_of(server.graphql('mutation($d:String){generateApiKey(input:{description:$d}){apiKey{id name description}}}',
                                          keys["eve"], {"d": "laptop"}))["generateApiKey"]["apiKey"]
            assert len(made["name"]) == 40 and made["description"] == "laptop"
            assert data_of(server.graphql("{viewer{username}}", made["name"]))["viewer"] == {"username": "eve"}
            listed = data_of(server.graphql("{viewer{apiKeys{edges{node{id name description}}}}}", keys["eve"]))
            names = [edge["node"]["name"] for edge in listed["viewer"]["apiKeys"]["edges"]]
            assert len(names) == 2 and made["name"] not in names and names[1].endswith(made["name"][-4:])
            delete = "mutation($i:String!){deleteApiKey(input:{id:$i}){success}}"
            refused(server.graphql(delete, keys["bob"], {"i": made["id"]}), 404, "NOT_FOUND")
            refused(server.graphql(delete, keys["eve"], {"i": "nonsense"}), 400, "INVALID")
            assert data_of(server.graphql(delete, keys["eve"], {"i": made["id"]}))["deleteApiKey"] == {"success": True}
            assert server.graphql("{viewer{username}}", made["name"]).status == 401


@test
def teams_are_made_and_joined_by_clients():
    with folder() as data:
        keys = world(data)
        with Server(data) as server:
            team = data_of(server.graphql('mutation{createTeam(input:{teamName:"fresh",teamAdminUserName:"bob"})'
                                          '{entity{id name available photoUrl limits}}}', keys["bob"]))["createTeam"]
            assert team["entity"]["name"] == "fresh" and team["entity"]["available"] is True
            refused(server.graphql('mutation{createTeam(input:{teamName:"own"}){entity{id}}}', keys["eve"]), 409, "CONFLICT")
            invite = 'mutation($u:String!){createInvite(input:{entityName:"fresh",username:$u,admin:false})' \
                     '{invite{id name email createdAt toUser{name}}}}'
            refused(server.graphql(invite, keys["eve"], {"u": "eve"}), 403, "DENIED")
            refused(server.graphql(invite, keys["bob"], {"u": "nobody"}), 404, "NOT_FOUND")
            member = data_of(server.graphql(invite, keys["bob"], {"u": "eve"}))["createInvite"]["invite"]
            assert member["toUser"] == {"name": "eve"}
            viewer = data_of(server.graphql("{viewer{entity}}", keys["eve"]))["viewer"]
            assert viewer == {"entity": "fresh"}
            robot = data_of(server.graphql('mutation{createServiceAccount(input:{entityName:"fresh",description:"robot"})'
                                           '{user{id}}}', keys["bob"]))["createServiceAccount"]["user"]
            members = data_of(server.graphql('{entity(name:"fresh"){members{id name username role accountType}}}',
                                             keys["bob"]))["entity"]["members"]
            assert [m["name"] for m in members] == ["bob", "eve", "robot"], "the newest service account comes last"
            assert members[2]["id"] == robot["id"] and members[2]["accountType"] == "SERVICE"
            remove = 'mutation($i:String!){deleteInvite(input:{id:$i,entityName:"fresh"}){success}}'
            data_of(server.graphql(remove, keys["bob"], {"i": member["id"]}))
            assert data_of(server.graphql("{viewer{entity}}", keys["eve"]))["viewer"] == {"entity": "eve"}
            updated = data_of(server.graphql('mutation{updateUser(input:{defaultEntity:"fresh"}){user{entity}}}', keys["bob"]))
            assert updated["updateUser"]["user"]["entity"] == "fresh"
            refused(server.graphql('mutation{updateUser(input:{defaultEntity:"core"}){user{id}}}', keys["eve"]), 404, "NOT_FOUND")


@test
def requests_in_every_accepted_form():
    with folder() as data, Server(data) as server:
        empty_name = server.graphql("query A{viewer{id}}", operationName="")
        assert data_of(empty_name)["viewer"] is None
        assert data_of(server.graphql("query A{viewer{id}} query B{serverInfo{__typename}}", operationName="B")) == \
            {"serverInfo": {"__typename": "ServerInfo"}}
        query = urllib.parse.urlencode({"query": "query($x:String!){__type(name:$x){name}}", "variables": '{"x":"User"}'})
        reply = server.request("GET", "/graphql?" + query)
        assert data_of(reply) == {"__type": {"name": "User"}}
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        for accept, answered in (("application/graphql-response+json", "application/graphql-response+json"),
                                 ("*/*", "application/json"), ("application/json", "application/json"),
                                 ("application/graphql-response+json;q=0.5, application/json", "application/json"),
                                 ("application/graphql-response+json, application/json;q=0.9",
                                  "application/graphql-response+json"), ("text/plain", "application/json")):
            reply = server.graphql("{__typename}", headers={"Accept": accept})
            assert reply.headers["Content-Type"] == answered + "; charset=utf-8", (accept, reply.headers["Content-Type"])
        for content_type in ("application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'):
            assert server.graphql("{__typename}", headers={"Content-Type": content_type}).status == 200


@test
def requests_in_wrong_forms_are_4xx_with_errors():
    with folder() as data, Server(data) as server:
        json_type = {"Content-Type": "application/json"}
        for body in ("", "{", "[]", "null", '"x"', "{}", '{"query":null}', '{"query":1}', '{"query":{}}',
                     '{"query":"{__typename}","variables":[]}', '{"query":"{__typename}","variables":"{}"}',
                     '{"query":"{__typename}","operationName":{}}', '{"query":"{__typename}","extensions":"x"}',
                     '[{"query":"{__typename}"}]', '{"query":"{"}', '{"query":"{nothing}"}',
                     '{"query":"{__typename}","query":"{viewer{id}}"}', '{"query":"{__typename}"}x',
                     '{"query":"query A{__typename} query B{__typename}"}', "\xff"):
            reply = server.request("POST", "/graphql", body.encode("latin-1"), json_type)
            assert refused(reply, 400, "INVALID"), body
        message = refused(server.graphql("{nothing}"), 400, "INVALID")
        assert message == 'Cannot query field "nothing" on type "Query".'
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"):
            assert server.graphql("{__typename}", headers={"Content-Type": content_type}).status == 415
        assert server.request("POST", "/graphql", b'{"query":"{__typename}"}').status == 415
        assert server.request("GET", "/graphql").status == 400
        mutation = urllib.parse.urlencode({"query": "mutation{generateApiKey(input:{}){apiKey{id}}}"})
        assert 400 <= server.request("GET", "/graphql?" + mutation).status < 500


@test
def bodies_have_a_limit_of_16_mib():
    with folder() as data, Server(data) as server:
        query = "query($x:String!){__type(name:$x){name}}"
        assert server.graphql(query, variables={"x": "y" * 10_000_000}).status == 200
        try:
            reply = server.graphql(query, variables={"x": "y" * 17_000_000})
            assert reply.status == 413
        except (BrokenPipeError, ConnectionResetError):
            pass  # answered and closed before the whole body was sent


@test
def foreign_pages_cannot_use_the_cookie():
    with folder() as data:
        world(data)
        succeed("user", "passwd", "bob", data=data, stdin="long enough\n")
        with Server(data) as server:
            login = server.request("POST", "/-/session", json.dumps({"username": "bob", "password": "long enough"}),
                                   {"Content-Type": "application/json"})
            cookie = {"Cookie": login.headers["Set-Cookie"].split(";")[0]}
            own = {**cookie, "X-CSRF-Token": login.json()["csrf"]}
            assert data_of(server.graphql("{viewer{username}}", headers=own))["viewer"] == {"username": "bob"}
            assert data_of(server.graphql("{viewer{username}}", headers={**own, "Origin": server.url}))
            for headers in (cookie, {**cookie, "X-CSRF-Token": "x"}, {**own, "Origin": "https://evil.example"},
                            {**own, "Origin": "null"}, {**cookie, "Origin": server.url}):
                for query in ("{viewer{username}}", 'mutation{updateUser(input:{defaultEntity:"bob"}){user{id}}}'):
                    refused(server.graphql(query, headers=headers), 403, "DENIED")
            # Reading by address needs no header: other pages cannot see the answer, and it changes nothing.
            assert server.request("GET", "/graphql?query={viewer{username}}", headers=cookie).status == 200
            reply = server.request("GET", "/graphql?query=mutation{updateUser(input:{}){user{id}}}", headers=own)
            assert reply.status >= 400, reply.status


@test
def many_aliases_and_depth_are_refused_quickly():
    with folder() as data, Server(data) as server:
        aliases = "{" + " ".join(f"a{i}:__typename" for i in range(5000)) + "}"
        deep = "{viewer" + "{teams{edges{node{user" * 50 + "{id}" + "}}}}" * 50 + "}"
        for query in (aliases, deep, "{" * 10000, "[" * 100000, "query($x:" + "[" * 5000 + "Int" + "]" * 5000 + "){__typename}"):
            reply = server.graphql(query)
            assert 400 <= reply.status < 500 and reply.json()["errors"], reply.status
