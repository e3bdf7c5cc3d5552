"""The command line tool: login and what it keeps, wrong and revoked keys, artifact put, get and ls, sync of
what was recorded offline, and verify."""
import re

import pytest

import machines

CONTENT = b"some bytes\n" * 1000


def netrc_of(server, key):
    return f"machine {server.url.removeprefix('http://')}\n  login user\n  password {key}"


def check_logged_in(machine, key):
    assert netrc_of(machine.server, key) in machine.netrc.read_text()
    assert machine.netrc.stat().st_mode & 0o077 == 0
    # Clients before 0.25 look into that file for the host without its port, so they find nothing there.
    if machine.release >= (0, 25):
        seen = machine.run("result['user'] = wandb.Api().viewer.username").result
        assert seen["user"]


def test_login_with_the_key_as_an_argument(new_machine, server, team):
    machine = new_machine()
    machine.wandb("login", "--host", server.url, team.user.key, WANDB_BASE_URL=None)
    check_logged_in(machine, team.user.key)


def test_login_with_the_key_typed(new_machine, server, team):
    """Shows where to get a key, and takes it."""
    machine = new_machine()
    done = machine.in_terminal(["login", "--host", server.url, "--relogin", "--verify"], [("and hit enter", team.user.key)],
                               WANDB_BASE_URL=None)
    assert done.status == 0, done.out
    assert f"{server.url}/authorize" in done.out
    assert team.user.key not in done.out
    check_logged_in(machine, team.user.key)


def test_wrong_and_revoked_keys(new_machine, server, team):
    """Each way in says the same sentence and does not try for long; the key is not kept."""
    said = "The API key is not valid here: it is wrong or was revoked; log in with another one."
    leaver = team.member("leaver")
    machine = new_machine(leaver)
    assert machine.run("result['user'] = wandb.Api().viewer.username")["user"] == leaver.name
    server.operate("key", "revoke", "--api-key-file", "-", stdin=leaver.key + "\n")
    for key in [leaver.key, "x" * 40]:
        machine = new_machine(machines.User("nobody", key))
        done = machine.wandb("login", "--host", server.url, "--verify", "--relogin", key, ok=False, WANDB_BASE_URL=None)
        assert done.status != 0 and said in done.out
        if machine.release[:2] != (0, 25):  # keeps the key before it asks
            assert not machine.netrc.exists() or key not in machine.netrc.read_text()
        done = machine.run(f"""
            for name, function in dict(api=lambda: wandb.Api().viewer.username,
                                       init=lambda: wandb.init(entity={team.team!r}, project="locked")).items():
                try:
                    function()
                except Exception as error:
                    result[name] = text_of(error)
        """, timeout=60)
        assert said in done["api"] or said in done.out
        assert said in done["init"] or said in done.out


def test_a_key_of_another_server_is_imported(new_machine, server):
    """Users who move keep their keys: of any length and prefix that the client takes."""
    for number, key in enumerate(["local-" + "0123456789" * 4, "a" * 40]):
        name = f"mover-{server.number()}"
        server.operate("user", "add", name, "--api-key-file", "-", stdin=key + "\n")
        seen = new_machine(machines.User(name, key)).run("result['user'] = wandb.Api().viewer.username")
        assert seen["user"] == name


def test_artifact_put_ls_and_get(machine, new_machine, team):
    (machine.work / "folder/deep").mkdir(parents=True)
    (machine.work / "folder/deep/data.bin").write_bytes(CONTENT)
    (machine.work / "folder/empty").touch()
    (machine.work / "one.txt").write_text("one")
    put = machine.wandb("artifact", "put", "-n", f"{team.team}/cli/things", "-t", "dataset", "-a", "best", "-a", "new",
                        "-d", "put by hand", "folder")
    assert f'artifact = run.use_artifact("{team.team}/cli/things:v0")' in put.out
    machine.wandb("artifact", "put", "--name", f"{team.team}/cli/single", "--type", "model", "one.txt")

    reader = new_machine(team.user)
    listed = reader.wandb("artifact", "ls", f"{team.team}/cli").out
    assert re.search(r"dataset\s*20\S+\s+\S+ ?\S*\s+things:v0", listed), listed
    assert re.search(r"model\s*20\S+\s+3\.0 ?B\s+single:v0", listed), listed
    listed = reader.wandb("artifact", "ls", "--type", "model", f"{team.team}/cli").out
    assert "single:v0" in listed and "things" not in listed

    reader.wandb("artifact", "get", f"{team.team}/cli/things:best", "--root", "here")
    files = {str(file.relative_to(reader.work / "here")): file.read_bytes()
             for file in (reader.work / "here").rglob("*") if file.is_file()}
    assert files == {"deep/data.bin": CONTENT, "empty": b""}
    reader.wandb("artifact", "get", "--type", "model", f"{team.team}/cli/single")
    assert (reader.work / "artifacts/single:v0/one.txt").read_text() == "one"

    seen = reader.run(f"""
        artifact = wandb.Api().artifact("{team.team}/cli/things:new")
        result.update(aliases=sorted(artifact.aliases), description=artifact.description,
                      job=artifact.logged_by().job_type, type=artifact.type)
    """).result
    assert seen == {"aliases": ["best", "latest", "new"], "description": "put by hand", "job": "cli_put", "type": "dataset"}

    missing = reader.wandb("artifact", "get", f"{team.team}/cli/never-put", ok=False)
    assert missing.status != 0 and "never-put" in missing.out


def test_get_from_a_registry(machine, new_machine, team):
    (machine.work / "model.bin").write_bytes(CONTENT)
    machine.run(f"""
        with wandb.init(entity={team.team!r}, project="cli-registry") as run:
            artifact = run.log_artifact("model.bin", "source", type="model")
            run.link_artifact(artifact, "wandb-registry-model/From The Shell", aliases=["stable"])
    """)
    for path in ["wandb-registry-model/From The Shell:stable", f"{team.org}/wandb-registry-model/From The Shell:v0",
                 f"{team.org_entity}/wandb-registry-model/From The Shell"]:
        reader = new_machine(team.user)
        reader.wandb("artifact", "get", path, "--root", "here")
        assert (reader.work / "here/model.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_sync_of_an_offline_run(machine, new_machine, team, twice):
    """What was recorded without a server arrives whole, and a second time changes nothing."""
    (machine.work / "offline.bin").write_bytes(CONTENT)
    recorded = machine.run(f"""
        with wandb.init(entity={team.team!r}, project="offline-{twice}", mode="offline", config={{"rate": 0.5}},
                        name="recorded") as run:
            for step in range(5):
                run.log({{"loss": 1 / (step + 1)}})
            artifact = wandb.Artifact("offline-thing", type="model", metadata={{"a": 1}})
            artifact.add_file("offline.bin")
            run.log_artifact(artifact, aliases=["from-the-train"])
            run.summary["best"] = 0.2
            result["id"] = run.id
    """, WANDB_BASE_URL="http://127.0.0.1:9")
    folder, = (machine.folder / "runs/wandb").glob("offline-run-*")
    machine.wandb("sync", str(folder))
    if twice:
        machine.wandb("sync", "--include-synced", str(folder))

    reader = new_machine(team.user)
    seen = reader.run(f"""
        run = wandb.Api().run("{team.team}/offline-{twice}/{recorded['id']}")
        result.update(name=run.name, state=run.state, rate=run.config["rate"], best=run.summary["best"],
                      loss=[row["loss"] for row in run.scan_history()],
                      logged=[[a.name, sorted(a.aliases), a.metadata] for a in run.logged_artifacts() if a.type == "model"])
        artifact = wandb.Api().artifact("{team.team}/offline-{twice}/offline-thing:from-the-train")
        result["version"] = artifact.version
        artifact.download(root="here")
        result["runs"] = [run.id for run in wandb.Api().runs("{team.team}/offline-{twice}")]
    """).result
    assert (reader.work / "here/offline.bin").read_bytes() == CONTENT
    assert seen == {"name": "recorded", "state": "finished", "rate": 0.5, "best": 0.2, "loss": [1 / n for n in range(1, 6)],
                    "logged": [["offline-thing:v0", ["from-the-train", "latest"], {"a": 1}]], "version": "v0",
                    "runs": [recorded["id"]]}


def test_verify(machine, server, team):
    """All checks hold but those that ask for HTTPS, which is a matter of what stands before the server."""
    done = machine.wandb("verify", "--host", server.url, timeout=400)  # sleeps for most of a minute
    results = dict(re.findall(r"^(?:\x1b\[\d+m)*(Checking [^.\n]*?)\.*(✅|❌)", done.out, re.M))
    https = {"Checking requests to base url", "Checking requests made over signed URLs"}
    assert {check for check, sign in results.items() if sign != "✅"} == https, done.out
    assert len(results) >= 8, done.out
    for word in ["signed URL upload", "large payloads", "CORs", "package version", "logged metrics", "artifact save"]:
        assert any(word in check for check in results), f"no check of {word}:\n{done.out}"
