"""What people do with the command, from the shell, against a real server."""
import json
import os
import re

import pytest


@pytest.fixture
def files(place):
    """A folder `out` with a file, a file in a folder, an empty one and one with a strange name."""
    place.write("out/model.bin", os.urandom(100_000))
    place.write("out/conf/a.json", "{}")
    place.write("out/empty", b"")
    place.write("out/ä ö.txt", "umlauts")
    return place.tree("out")


def registry(team, name="model"):
    return f"{team.org_entity}/wandb-registry-{name}"


def test_push_and_pull_a_folder(place, new_place, files):
    said = place.ok("push", "out", "thing", "--type", "model", "--alias", "best", "--tag", "small",
                    "--description", "a thing", "--metadata", '{"acc": 0.5}')
    assert said.out == f"{place.team}/{place.project}/thing:v0\n"
    other = new_place()
    assert other.ok("pull", "thing:best", "--root", "here").out == "here\n"
    assert other.tree("here") == files
    seen = other.json("show", "thing")
    assert (seen["version"], seen["type"], seen["file_count"]) == ("v0", "model", 4)
    assert sorted(seen["aliases"]) == ["best", "latest"]
    assert (seen["tags"], seen["description"], seen["metadata"]) == (["small"], "a thing", {"acc": 0.5})
    assert seen["size"] == sum(map(len, files.values()))
    other.ok("verify", "thing", "here", "--strict")


def test_pull_goes_to_the_wandb_clients_folder(place, files):
    place.ok("push", "out", "thing", "--type", "model")
    assert place.ok("pull", "thing").out.strip().removeprefix("./") == "artifacts/thing:v0"
    assert place.tree("artifacts/thing:v0") == files


def test_push_again_makes_no_version(place, files):
    assert place.ok("push", "out", "thing", "-t", "model").out.endswith(":v0\n")
    assert place.ok("push", "out", "thing", "-t", "model").out.endswith(":v0\n")
    place.write("out/model.bin", "other")
    assert place.ok("push", "out", "thing", "-t", "model").out.endswith(":v1\n")


def test_push_several_paths(place):
    place.write("a.txt", "a")
    place.write("dir/b.txt", "b")
    place.ok("push", "a.txt", "dir", "thing", "-t", "dataset", "--prefix", "in")
    assert place.ok("ls", "thing").lines == ["in/a.txt", "in/b.txt"]


def test_push_a_reference(place):
    place.ok("push", "s3://bucket/some/key.tar", "thing", "-t", "dataset")
    entry, = place.json("ls", "thing")
    assert (entry["path"], entry["reference"]) == ("key.tar", "s3://bucket/some/key.tar")


def test_push_incrementally(place):
    place.write("a", "a")
    place.write("b", "b")
    place.ok("push", "a", "thing", "-t", "dataset")
    place.ok("push", "b", "thing", "-t", "dataset", "--incremental")
    assert place.ok("ls", "thing").lines == ["a", "b"]


def test_push_with_a_run_and_use_with_another(place, files):
    place.ok("push", "out", "thing", "-t", "model", "--run", "maker", "--job-type", "train")
    place.ok("use", "thing", "--run", "user", "--root", "here")
    assert place.tree("here") == files
    seen = place.json("show", "thing", "--lineage")
    assert (seen["produced_by"], seen["consumed_by"]) == (["maker"], ["user"])


def test_pull_a_part(place, files):
    place.ok("push", "out", "thing", "-t", "model")
    place.ok("pull", "thing", "--path", "conf/", "--root", "here")
    assert place.tree("here") == {"conf/a.json": b"{}"}


def test_pull_prunes_only_when_told(place, files):
    place.ok("push", "out", "thing", "-t", "model")
    place.write("here/stranger", "x")
    place.ok("pull", "thing", "--root", "here")
    assert "stranger" in place.tree("here")
    place.ok("pull", "thing", "--root", "here", "--prune")
    assert place.tree("here") == files


def test_link_and_promote(place, team, files):
    target = f"{registry(team)}/Promoted Thing"
    place.ok("push", "out", "thing", "-t", "model", "--link", target, "--alias", "staging")
    linked = place.json("show", f"{target}:staging")
    assert linked["is_link"] and linked["source"] == f"{place.team}/{place.project}/thing:v0"
    place.ok("alias", "add", f"{target}:staging", "production")
    place.write("out/model.bin", "better")
    place.ok("push", "out", "thing", "-t", "model")
    assert place.ok("link", "thing:v1", target, "--alias", "staging").out == f"{target}:v1\n"
    place.ok("alias", "add", f"{target}:staging", "production")
    assert place.json("show", f"{target}:production")["version"] == "v1"
    history = place.json("alias", "history", target, "production")
    assert [(e["action"], e["version"]) for e in history] == [("given", "v1"), ("taken", "v0"), ("given", "v0")]
    assert {e["user"] for e in history} == {team.user.name}
    place.ok("alias", "rm", f"{target}:production", "production")
    place.fails(3, "show", f"{target}:production")
    place.ok("unlink", f"{target}:v0")
    place.fails(3, "show", f"{target}:v0")
    place.ok("show", "thing:v0")


def test_tags_of_a_version(place):
    place.write("a", "a")
    place.ok("push", "a", "thing", "-t", "model")
    assert sorted(place.ok("tag", "thing", "one", "two").lines) == ["one", "two"]
    assert place.ok("tag", "thing", "three", "--remove", "one", "--remove", "two").lines == ["three"]
    assert place.ok("tag", "thing").lines == ["three"]


def test_diff_two_versions(place):
    for name in "abc":
        place.write(f"d/{name}", name)
    place.ok("push", "d", "thing", "-t", "model")
    (place.work / "d/a").unlink()
    place.write("d/b", "changed")
    place.write("d/new", "n")
    place.ok("push", "d", "thing", "-t", "model")
    differ = place.run("diff", "thing:v0", "thing:v1")
    assert (differ.status, differ.lines) == (1, ["- a", "~ b", "+ new"])
    same = place.run("diff", "thing:v1", "thing:latest", "--json")
    assert (same.status, same.json()) == (0, [])


def test_registries(place, team):
    made = place.json("registry", "create", "Golden", "--description", "the best", "--type", "model",
                      "--visibility", "restricted", "--organization", team.org)
    assert (made["name"], made["visibility"], made["types"]) == ("Golden", "restricted", ["model"])
    place.ok("registry", "edit", "Golden", "--type", "dataset", "--description", "better")
    seen = place.json("registry", "show", "Golden")
    assert (sorted(seen["types"]), seen["description"], seen["all_types"]) == (["dataset", "model"], "better", False)
    place.ok("registry", "edit", "Golden", "--all-types")
    assert place.json("registry", "show", "Golden")["all_types"]
    place.fails(2, "registry", "edit", "Golden", "--type", "report")
    place.ok("registry", "edit", "Golden", "--listed-types-only", "--type", "report")
    seen = place.json("registry", "show", "Golden")
    assert not seen["all_types"] and "report" in seen["types"]
    assert {"Golden", "model", "dataset"} <= {r["name"] for r in place.json("registry", "list")}
    place.ok("registry", "edit", "Golden", "--name", "Silver")
    assert "Golden" not in {r["name"] for r in place.json("registry", "list")}
    place.ok("registry", "delete", "Silver", "--yes")
    place.fails(3, "registry", "show", "Silver")


def test_members_of_a_registry(place, team, server):
    friend = team.member("friend", team_role=None)
    place.ok("registry", "create", "Shared", "--visibility", "restricted")
    place.ok("registry", "members", "Shared", "--add", friend.name, "--add-team", team.team, "--role", "viewer")
    rows = {m["name"]: (m["kind"], m["role"]) for m in place.json("registry", "members", "Shared")}
    assert rows[friend.name] == ("user", "viewer") and rows[team.team] == ("team", "viewer")
    place.ok("registry", "members", "Shared", "--set", friend.name, "--role", "member")
    rows = {m["name"]: m["role"] for m in place.json("registry", "members", "Shared", "--remove-team", team.team)}
    assert rows[friend.name] == "member" and team.team not in rows


def test_collections(place, team, files):
    path = f"{registry(team)}/Fine Models"
    place.ok("collection", "create", path, "--type", "model", "--description", "fine ones")
    place.ok("push", "out", "thing", "-t", "model", "--link", path)
    seen = place.json("collection", "show", path)
    assert (seen["type"], seen["description"], [v["version"] for v in seen["versions"]]) == ("model", "fine ones", ["v0"])
    place.ok("collection", "edit", path, "--tag", "gold", "--name", "Finer Models")
    path = f"{registry(team)}/Finer Models"
    assert place.json("collection", "show", path)["tags"] == ["gold"]
    assert "Finer Models" in {c["name"] for c in place.json("collection", "list", registry(team))}
    assert "Finer Models" in {c["name"] for c in place.json("collection", "list", "--registries")}
    assert [c["name"] for c in place.json("collection", "list", "--filter", '{"name": "thing"}')] == ["thing"]
    place.ok("collection", "delete", path, "--yes")
    place.fails(3, "collection", "show", path)
    place.ok("show", "thing:v0")


def test_collection_of_a_project(place):
    for content in "abc":
        place.write("f", content)
        place.ok("push", "f", "thing", "-t", "model", "--alias", content)
    seen = place.json("collection", "show", "thing")
    assert sorted(v["version"] for v in seen["versions"]) == ["v0", "v1", "v2"]
    assert [c["name"] for c in place.json("collection", "list")] == ["thing"]
    table = place.ok("collection", "show", "thing").out
    assert re.search(r"^v2 +.*latest", table, re.M)


def test_a_prefix_of_nothing_is_said(place):
    place.write("p/weights.bin", "w")
    place.ok("push", "p", "thing", "-t", "model")
    said = place.fails(3, "pull", "thing", "--path", "nothing-like-this", "--root", "got")
    assert "has no file whose name starts with 'nothing-like-this'" in said and not (place.work / "got").exists()


def test_dry_runs_change_nothing(place, team, files):
    place.ok("push", "out", "thing", "-t", "model")
    target = f"{registry(team)}/Dry"
    for words in [["push", "out/model.bin", "thing", "-t", "model"], ["link", "thing", target],
                  ["alias", "add", "thing", "x"], ["alias", "rm", "thing", "latest"], ["tag", "thing", "x"],
                  ["use", "thing", "--run", "nobody"],
                  ["registry", "create", "Dry"], ["registry", "edit", "model", "--description", "dry"],
                  ["registry", "delete", "model"], ["registry", "members", "model", "--add-team", place.team],
                  ["collection", "create", target, "-t", "model"], ["collection", "edit", "thing", "--tag", "dry"],
                  ["collection", "delete", "thing"]]:
        plain = place.ok(*words, "--dry-run")
        assert re.search("would", plain.out, re.I), (words, plain.out)
        place.json(*words, "--dry-run")
    seen = place.json("show", "thing")
    assert (seen["version"], seen["aliases"], seen["tags"]) == ("v0", ["latest"], [])
    assert place.json("show", "thing", "--lineage")["consumed_by"] == []
    place.fails(3, "show", target)
    assert place.json("registry", "show", "model")["description"] != "dry"
    assert place.json("collection", "show", "thing")["tags"] == []


def test_cache_is_used_shown_and_pruned(place, files):
    place.ok("push", "out", "thing", "-t", "model")
    place.ok("pull", "thing", "--root", "one")
    info = place.json("cache", "info")
    assert info["directory"] == str(place.cache) and info["size"] >= 100_000 and info["files"] >= 3
    again = place.run("pull", "thing", "--root", "two")
    assert "there already" in again.err and place.tree("two") == files
    assert "Would remove" in place.ok("cache", "prune", "--dry-run").out
    assert place.json("cache", "prune")["bytes_removed"] >= 100_000
    assert place.json("cache", "info")["size"] == 0
    place.ok("pull", "thing", "--root", "three", "--no-cache")
    assert place.json("cache", "info")["size"] == 0
    assert place.tree("three") == files


def test_results_and_progress_do_not_mix(place, files):
    plain = place.ok("push", "out", "thing", "-t", "model")
    assert plain.lines == [f"{place.team}/{place.project}/thing:v0"]
    assert "\r" not in plain.err and "\x1b" not in plain.err
    quiet = place.ok("pull", "thing", "--root", "q", "--quiet")
    assert quiet.err == ""
    scripted = place.ok("pull", "thing", "--root", "j", "--json")
    assert scripted.err == "" and scripted.json()["root"] == "j"


def test_every_list_is_json(place, team, files):
    place.ok("push", "out", "thing", "-t", "model", "--link", f"{registry(team)}/Json")
    place.ok("registry", "members", "model", "--add-team", team.team)
    for words in [["registry", "list"], ["registry", "members", "model"], ["collection", "list"], ["ls", "thing"],
                  ["alias", "history", f"{registry(team)}/Json"]]:
        value = place.json(*words)
        assert isinstance(value, list) and all(isinstance(v, dict) for v in value) and value, words
    for words in [["whoami"], ["show", "thing"], ["registry", "show", "model"], ["cache", "info"]]:
        assert isinstance(place.json(*words), dict), words
    assert json.loads(place.run("show", "nothing-like-it", "--json").err)["code"] == "NOT_FOUND"


def test_keys_come_from_files_environment_and_netrc(place, team):
    key = place.write("key", team.user.key + "\n")
    assert place.json("whoami", "--key-file", key, VITRINE_API_KEY=None)["key_source"] == "--key-file"
    assert place.json("whoami", "--key-file", "-", VITRINE_API_KEY=None, stdin=key.read_text())["user"] == team.user.name
    assert place.json("whoami")["key_source"] == "VITRINE_API_KEY"
    assert place.json("whoami", VITRINE_API_KEY=None, WANDB_API_KEY=team.user.key)["key_source"] == "WANDB_API_KEY"
    assert "Would sign in" in place.ok("login", "--key-file", key, "--dry-run", VITRINE_API_KEY=None).out
    assert not (place.home / ".netrc").exists()
    said = place.ok("login", "--key-file", key)
    assert said.out == f"Signed in to {place.server.url} as {team.user.name}.\n"
    assert "$VITRINE_API_KEY is set and goes before" in said.err
    assert place.json("whoami", VITRINE_API_KEY=None)["key_source"] == "netrc"
    assert oct((place.home / ".netrc").stat().st_mode & 0o777) == "0o600"
    place.ok("logout")
    place.fails(5, "whoami", VITRINE_API_KEY=None)
    place.ok("login", "--no-check", "--netrc", place.work / "other", stdin=team.user.key, VITRINE_API_KEY=None)
    assert place.json("whoami", "--netrc", place.work / "other", VITRINE_API_KEY=None)["user"] == team.user.name
