"""The operator's commands: what they print, what they refuse, with which exit status."""
import json
import os
import re
import stat
import subprocess

from vitrined import PROGRAM, Server, command, folder, succeed, test

COMMANDS = """serve, init, check, user add, user list, user delete, user passwd, key add, key list, key revoke, org add,
org list, org delete, org member set, org member remove, org member list, team add, team list, team delete,
team member set, team member remove, team member list, org default-role, registry protect, registry unprotect,
registry protected, reclaim, deleted list, deleted restore, deleted restore-versions, delete-versions, team ttl,
org ttl""".replace("\n", " ").split(", ")
KEY = re.compile(r"[A-Za-z0-9]{40}\n")
IMPORTED = "local-abcdefghijklmnopqrstuvwxyz0123456789ABCD"


def users(data):
    return [user["username"] for user in succeed("user", "list", "--json", data=data).json()]


@test
def every_command_has_help():
    overview = succeed("--help").out
    for words in COMMANDS:
        help_text = succeed(*words.split(), "--help")
        assert help_text.out.startswith(f"usage: vitrined {words}"), help_text.out
        assert "--data DIR" in help_text.out and "--json" in help_text.out and "Exit status" in help_text.out
        assert help_text.err == ""
        assert re.search(rf"^  {words} ", overview, re.M), words
    assert len(re.findall(r"^  \w", overview, re.M)) == len(COMMANDS)


@test
def wrong_usage_is_status_2():
    with folder() as data:
        for words in ([], ["nonsense"], ["user"], ["user", "nonsense"], ["user", "add"], ["user", "add", "a", "b"],
                      ["user", "add", "a", "--nonsense"], ["user", "add", "a", "--email"], ["user", "add", "a", "-x"],
                      ["user", "add", "a", "--admin=yes"], ["user", "add", "a", "--email", "x@y", "--email", "x@z"],
                      ["org", "add", "o"], ["team", "add", "t", "--org", "o"], ["user", "add", "a b"],
                      ["key", "revoke", "--json"], ["serve", "extra"]):
            result = command(*words, data=data if words else None)
            assert result.status == 2, (words, result.status, result.err)
            assert result.out == "" and result.err, words
        assert not (data / "vitrine.db").exists() or users(data) == []


@test
def user_add_prints_the_key_alone():
    with folder() as data:
        result = succeed("user", "add", "alice", "--email", "alice@example.com", "--admin", data=data)
        assert KEY.fullmatch(result.out), result.out
        assert "alice" in result.err
        assert stat.S_IMODE(os.stat(data).st_mode) == 0o700
        added = succeed("user", "add", "bob", "--json", data=data).json()
        assert added == {"username": "bob", "email": None, "admin": False, "entity": "bob", "api_key": added["api_key"]}
        assert KEY.fullmatch(added["api_key"] + "\n")
        listed = {user["username"]: user for user in succeed("user", "list", "--json", data=data).json()}
        assert listed["alice"]["kind"] == "admin" and listed["alice"]["email"] == "alice@example.com"
        assert "alice@example.com" in succeed("user", "list", data=data).out


@test
def user_add_imports_a_key_from_file_and_standard_input():
    with folder() as data:
        data.mkdir()
        (data / "key").write_text(f"  {IMPORTED}  \nsecond line\n")
        result = succeed("user", "add", "alice", "--api-key-file", data / "key", data=data)
        assert result.out == "" and IMPORTED not in result.err
        token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
        succeed("user", "add", "bob", "--api-key-file", "-", data=data, stdin=token + "\n")
        with Server(data) as server:
            for key, name in ((IMPORTED, "alice"), (token, "bob")):
                assert server.graphql("{viewer{username}}", key).json()["data"]["viewer"]["username"] == name
        again = command("user", "add", "carl", "--api-key-file", "-", data=data, stdin=IMPORTED)
        assert again.status == 4 and users(data) == ["alice", "bob"], "a refused key must not leave a user"
        for bad in ("", "short", "x" * 39, "a b" * 20, "\u00e9" * 40, "x" * 5000):
            assert command("user", "add", "carl", "--api-key-file", "-", data=data, stdin=bad).status == 2, bad
        assert command("user", "add", "carl", "--api-key-file", data / "none", data=data).status == 3
        assert users(data) == ["alice", "bob"]


@test
def statuses_tell_not_found_from_taken():
    with folder() as data:
        assert command("user", "list", data=data).status == 3, "no data directory"
        assert not data.exists()
        succeed("init", data=data)
        succeed("init", data=data)
        succeed("user", "add", "alice", data=data)
        succeed("org", "add", "Acme", "--admin", "alice", data=data)
        succeed("team", "add", "core", "--org", "Acme", "--admin", "alice", data=data)
        for words in (["user", "delete", "bob"], ["user", "passwd", "bob", "--generate"], ["key", "add", "bob"],
                      ["key", "list", "bob"], ["key", "revoke", "99"], ["org", "delete", "Nope"],
                      ["org", "add", "Other", "--admin", "bob"], ["org", "member", "set", "Acme", "bob", "member"],
                      ["org", "member", "set", "Nope", "alice", "member"], ["org", "member", "list", "Nope"],
                      ["team", "add", "t", "--org", "Nope", "--admin", "alice"], ["team", "delete", "nope"],
                      ["team", "member", "set", "core", "bob", "member"], ["team", "member", "remove", "nope", "alice"],
                      ["team", "member", "list", "nope"], ["team", "list", "--org", "Nope"]):
            result = command(*words, data=data)
            assert result.status == 3 and result.out == "" and result.err.startswith("vitrined: "), (words, result.err)
        for words in (["user", "add", "alice"], ["user", "add", "core"], ["org", "add", "acme", "--admin", "alice"],
                      ["team", "add", "alice", "--org", "Acme", "--admin", "alice"],
                      ["org", "member", "remove", "Acme", "alice"]):
            result = command(*words, data=data)
            assert result.status == 4, (words, result.status, result.err)
        result = command("org", "member", "set", "Acme", "alice", "emperor", data=data)
        assert result.status == 2 and "admin, member or viewer" in result.err
        result = command("user", "delete", "bob", "--json", data=data)
        assert json.loads(result.err)["code"] == "NOT_FOUND"


@test
def organizations_teams_and_members_come_and_go():
    with folder() as data:
        for name in ("alice", "bob"):
            succeed("user", "add", name, data=data)
        assert succeed("org", "add", "Acme", "--admin", "alice", "--json", data=data).json() == \
            {"name": "Acme", "entity": "Acme"}
        succeed("org", "add", "Bare", "--admin", "alice", "--no-core-registries", data=data)
        succeed("team", "add", "core", "--org", "Acme", "--admin", "alice", data=data)
        succeed("org", "member", "set", "Acme", "bob", "viewer", data=data)
        succeed("team", "member", "set", "core", "bob", "member", data=data)

        def members(*words):
            return {m["username"]: m["role"] for m in succeed(*words, "--json", data=data).json()}

        assert members("org", "member", "list", "Acme") == {"alice": "admin", "bob": "viewer"}
        assert members("team", "member", "list", "core") == {"alice": "admin", "bob": "member"}
        succeed("team", "member", "set", "core", "bob", "remove", data=data)
        assert members("team", "member", "list", "core") == {"alice": "admin"}
        succeed("org", "member", "remove", "Acme", "bob", data=data)
        assert members("org", "member", "list", "Acme") == {"alice": "admin"}
        assert [team["organization"] for team in succeed("team", "list", "--json", data=data).json()] == ["Acme"]
        succeed("org", "delete", "Acme", data=data)
        assert succeed("team", "list", "--json", data=data).json() == []
        assert [org["name"] for org in succeed("org", "list", "--json", data=data).json()] == ["Bare"]
        succeed("user", "delete", "bob", data=data)
        succeed("user", "add", "bob", data=data)


@test
def names_of_organization_and_team_may_collide_in_both_orders():
    with folder() as data:
        succeed("user", "add", "alice", data=data)
        succeed("org", "add", "reviewco", "--admin", "alice", data=data)
        succeed("team", "add", "reviewco", "--org", "reviewco", "--admin", "alice", data=data)
        succeed("team", "add", "second", "--org", "reviewco", "--admin", "alice", data=data)
        result = succeed("org", "add", "second", "--admin", "alice", "--json", data=data).json()
        entities = {o["name"]: o["entity"] for o in succeed("org", "list", "--json", data=data).json()}
        assert entities["second"] == result["entity"]
        for name, entity in entities.items():
            assert re.fullmatch(name + "_[A-Za-z0-9]{9}", entity), entities


@test
def keys_are_listed_without_secrets_and_revoked():
    with folder() as data:
        succeed("user", "add", "alice", "--no-key", data=data)
        key = succeed("key", "add", "alice", "--description", "laptop", data=data).out.strip()
        other = succeed("key", "add", "alice", "--json", data=data).json()
        listed = succeed("key", "list", "alice", "--json", data=data)
        assert key not in listed.out and other["api_key"] not in listed.out
        assert [row["hint"] for row in listed.json()] == ["..." + key[-4:], "..." + other["api_key"][-4:]]
        assert listed.json()[0]["description"] == "laptop"
        succeed("key", "revoke", other["id"], data=data)
        succeed("key", "revoke", "--api-key-file", "-", data=data, stdin=key)
        assert succeed("key", "list", "--json", data=data).json() == []
        assert command("key", "revoke", "--api-key-file", "-", data=data, stdin=key).status == 3


@test
def passwords_come_by_file_or_standard_input():
    with folder() as data:
        succeed("user", "add", "alice", data=data)
        assert command("user", "passwd", "alice", data=data, stdin="short\n").status == 2
        succeed("user", "passwd", "alice", data=data, stdin="long enough\n")
        succeed("user", "passwd", "alice", "--password-file", "-", data=data, stdin="long enough\n")
        made = succeed("user", "passwd", "alice", "--generate", data=data).out.strip()
        assert re.fullmatch("[A-Za-z0-9]{20}", made)
        succeed("user", "passwd", "alice", "--none", data=data)
        # No secret can be given where other users of the machine would see it.
        for words in (["user", "passwd", "alice", "secret"], ["user", "add", "bob", "--api-key", IMPORTED],
                      ["user", "add", "bob", "--password", "long enough"]):
            assert command(*words, data=data).status == 2


@test
def data_directory_comes_from_the_environment():
    with folder() as data:
        succeed("user", "add", "alice", environment={"VITRINE_DATA": str(data)})
        assert users(data) == ["alice"]


@test
def commands_work_while_the_server_runs():
    with folder() as data:
        succeed("init", data=data)
        with Server(data) as server:
            key = succeed("user", "add", "alice", "--admin", data=data).out.strip()
            assert server.graphql("{viewer{username}}", key).json()["data"]["viewer"]["username"] == "alice"
            succeed("org", "add", "Acme", "--admin", "alice", data=data)
            succeed("team", "add", "core", "--org", "Acme", "--admin", "alice", data=data)
            viewer = server.graphql("{viewer{entity teams{edges{node{name}}}}}", key).json()["data"]["viewer"]
            assert viewer == {"entity": "core", "teams": {"edges": [{"node": {"name": "core"}}]}}
            succeed("key", "revoke", "1", data=data)
            assert server.graphql("{viewer{username}}", key).status == 401


@test
def many_commands_at_once_do_not_fail():
    with folder() as data:
        succeed("init", data=data)
        with Server(data):
            running = [subprocess.Popen([str(PROGRAM), "user", "add", f"user{i}", "--data", str(data)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for i in range(24)]
            for process in running:
                _, err = process.communicate(timeout=60)
                assert process.returncode == 0, err
        assert sorted(users(data)) == sorted(f"user{i}" for i in range(24))
