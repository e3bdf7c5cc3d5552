"""Reading runs through wandb.Api(): lists with filters, orders and pages, histories of many runs, sweeps, and what a run
used when its source is hidden from who asks."""
import pytest

HELP = """
import json, time

def ids(path, *arguments, **named):
    return [run.id for run in wandb.Api().runs(path, *arguments, **named)]
"""

# id: (config, summary, tags, group, job type, exit code)
RUNS = {
    "a": ({"lr": 0.1, "net": {"layers": 2, "name": "small"}, "seed": 1}, {"loss": 0.9, "acc": 0.1}, ["base"], "g1", "train", 0),
    "b": ({"lr": 0.2, "net": {"layers": 4, "name": "small"}}, {"loss": 0.5, "acc": 0.5}, ["base", "best"], "g1", "train", 1),
    "c": ({"lr": 0.3, "net": {"layers": 8, "name": "large"}, "seed": 3}, {"loss": 0.7}, [], "g2", "eval", 0),
    "d": ({"lr": 0.4, "dotted.key": "x"}, {"loss": float("nan"), "acc": 0.7}, ["best", "two words"], "g2", "eval", 0),
}


@pytest.fixture(scope="module")
def project(client, server, forks, team, tmp_path_factory):
    """A project with RUNS, made once per client version; -> its path"""
    import machines
    machine = machines.Machine(client, tmp_path_factory.mktemp(f"runs-{client}"), server, team.user, forks)
    machine.run(HELP + f"""
nan = float("nan")
for id, (config, summary, tags, group, job_type, exit_code) in {RUNS!r}.items():
    run = wandb.init(project="public", id=id, name="shown " + id, config=config, tags=tags, group=group, job_type=job_type)
    for step in range(20):
        run.log({{"v": step, "w": step * ord(id)}} if step % 2 else {{"v": step}})
    run.summary.update(summary)
    run.finish(exit_code=exit_code)
    time.sleep(1.1 if id == "b" else 0)  # times are told in whole seconds
""", WANDB_ENTITY=team.team)
    return f"{team.team}/public"


# What is asked for, and whose runs that are.
FILTERS = [
    ({}, "abcd"),
    ({"config.lr": 0.2}, "b"),
    ({"config.lr.value": 0.2}, "b"),
    ({"config.lr": {"$gt": 0.15, "$lte": 0.3}}, "bc"),
    ({"config.lr": {"$in": [0.1, 0.4]}}, "ad"),
    ({"config.lr": {"$ne": 0.1}}, "bcd"),
    ({"config.net.layers": {"$gte": 4}}, "bc"),
    ({"config.net.value.name": "small"}, "ab"),
    ({"config.dotted.key": "x"}, "d"),
    ({"config.seed": {"$exists": True}}, "ac"),
    ({"config.seed": {"$exists": False}}, "bd"),
    ({"config.nothing": 1}, ""),
    ({"summary_metrics.loss": {"$lt": 0.8}}, "bc"),
    ({"summary_metrics.acc": {"$gte": 0.5}}, "bd"),
    ({"summary_metrics.v": 19}, "abcd"),
    ({"state": "finished"}, "acd"),
    ({"state": "failed"}, "b"),
    ({"state": {"$in": ["failed", "crashed"]}}, "b"),
    ({"state": "running"}, ""),
    ({"tags": "best"}, "bd"),
    ({"tags": "two words"}, "d"),
    ({"tags": {"$in": ["base", "two words"]}}, "abd"),
    ({"tags": {"$nin": ["best"]}}, "ac"),
    ({"tags": {"$all": ["base", "best"]}}, "b"),
    ({"$and": [{"tags": "best"}, {"config.lr": {"$gt": 0.3}}]}, "d"),
    ({"$or": [{"config.lr": 0.1}, {"summary_metrics.acc": 0.7}]}, "ad"),
    ({"$or": [{"group": "g2"}, {"$and": [{"state": "failed"}, {"jobType": "train"}]}]}, "bcd"),
    ({"$not": {"group": "g1"}}, "cd"),
    ({"group": "g1", "job_type": "train"}, "ab"),
    ({"name": "c"}, "c"),
    ({"name": {"$regex": "^[ab]$"}}, "ab"),
    ({"display_name": "shown d"}, "d"),
    ({"displayName": {"$regex": "SHOWN|[cd]$"}}, "cd"),
    ({"created_at": {"$gt": "2020-01-01T00:00:00"}}, "abcd"),
    ({"created_at": {"$gte": "2020-01-01", "$lt": "2021-01-01"}}, ""),
    ({"createdAt": {"$lt": "2100-01-01T00:00:00Z"}}, "abcd"),
]


def test_filters(machine, team, project):
    seen = machine.run(HELP + f"""
nan = float("nan")
result["found"] = [[sorted(ids({project!r}, f)), len(wandb.Api().runs({project!r}, filters=f))] for f, _ in {FILTERS!r}]
me = {team.user.name!r}
result["mine"] = sorted(ids({project!r}, {{"username": me}})), sorted(ids({project!r}, {{"user": {{"$ne": me}}}}))
born = {{run.id: run.created_at for run in wandb.Api().runs({project!r})}}
result["since c"] = sorted(ids({project!r}, {{"created_at": {{"$gte": born["c"]}}}}))
result["before c"] = sorted(ids({project!r}, {{"created_at": {{"$lt": born["c"]}}}}))
""").result
    assert seen["mine"] == [list("abcd"), []]
    assert seen["since c"] == ["c", "d"] and seen["before c"] == ["a", "b"]
    wrong = [(f, ids, found) for (f, ids), found in zip(FILTERS, seen["found"]) if found != [list(ids), len(ids)]]
    assert wrong == []


def test_orders_and_pages(machine, project):
    seen = machine.run(HELP + f"""
orders = ["+created_at", "-created_at", "created_at", "-summary_metrics.acc", "+summary_metrics.loss", "-config.lr.value",
          "+config.lr", "-config.net.layers", "heartbeat_at", "-display_name", "+name"]
result["orders"] = {{order: ids({project!r}, order=order) for order in orders}}
result["usual"] = ids({project!r})
result["pages"] = {{f"{{order}} {{n}}": ids({project!r}, order=order, per_page=n)
                    for order in ("+created_at", "-summary_metrics.acc", "-config.net.layers") for n in (1, 2, 3, 4, 50)}}
result["filtered"] = ids({project!r}, {{"tags": "best"}}, "-created_at", 1)
runs = wandb.Api().runs({project!r}, per_page=2)
result["length"], result["index"], result["slice"] = len(runs), runs[3].id, [run.id for run in runs[1:3]]
result["empty"] = len(wandb.Api().runs({project!r}, {{"name": "none"}})), ids({project!r}, {{"name": "none"}})
""").result
    orders = seen["orders"]
    assert orders["+created_at"] == orders["created_at"] == orders["heartbeat_at"] == orders["+name"] == list("abcd")
    assert orders["-created_at"] == orders["-display_name"] == orders["-config.lr.value"] == list("dcba")
    assert orders["+config.lr"] == list("abcd")
    # Runs without the value come last, whichever way.
    assert orders["-summary_metrics.acc"] == list("dbac") and orders["+summary_metrics.loss"] == list("bcad")
    assert orders["-config.net.layers"] == list("cbad")
    assert seen["usual"] in (list("abcd"), list("dcba"))
    for words, found in seen["pages"].items():
        assert found == orders[words.split()[0]], words
    assert seen["filtered"] == ["d", "b"] and seen["empty"] == [0, []]
    assert seen["length"] == 4 and seen["index"] == seen["usual"][3] and seen["slice"] == seen["usual"][1:3]


def test_what_is_wrong_with_a_filter_is_said(machine, project, team):
    seen = machine.run(HELP + f"""
for name, arguments in dict(field=({project!r}, {{"bogus": 1}}), operator=({project!r}, {{"state": {{"$like": "x"}}}}),
                            order=({project!r}, {{}}, "+bogus"), project=("{team.team}/no-such-project",)).items():
    try:
        result[name] = len(wandb.Api().runs(*arguments))
    except Exception as error:
        result[name] = text_of(error)
try:
    wandb.Api().run({project!r} + "/nobody")
except Exception as error:
    result["run"] = text_of(error)
""")
    said = seen.out
    assert "Could not find project" in seen["project"] and "Could not find run" in seen["run"]
    assert all(isinstance(seen[name], str) for name in ("field", "operator", "order"))
    if machine.release < (0, 26):  # show the status alone
        return
    assert "bogus" in f"{seen['field']} {said}" and "$like" in f"{seen['operator']} {said}" and "bogus" in f"{seen['order']} {said}"


def test_all_that_a_run_tells(machine, project, team):
    seen = machine.run(HELP + f"""
run = wandb.Api().run({project!r} + "/b")
result.update(id=run.id, name=run.name, path=run.path, url=run.url, state=run.state, tags=sorted(run.tags), config=run.config,
              keys=sorted(run.history_keys["keys"]) if hasattr(run, "history_keys") else None, last=run.lastHistoryStep,
              user=run.user.username, group=run.group, sweep=run.sweep, notes=run.notes, program=run.metadata["program"] != "",
              read_only=run.read_only, storage=bool(run.storage_id), created=run.created_at, heartbeat=run.heartbeat_at,
              system=isinstance(run.system_metrics, dict))
again = wandb.Api().run({project!r} + "/b")
again.load(force=True)
result["again"] = again.summary["acc"]
again.wait_until_finished()
rows = wandb.Api().run({project!r} + "/b").history(pandas=False, keys=["v", "w"], x_axis="v")
result["rows"] = [[row["v"], row["w"]] for row in rows]
result["files"] = sorted(f.name for f in run.files(per_page=1)), [f.name for f in run.files(["config.yaml", "never"])]
result["missing"] = [f.name for f in run.files(["config.yaml"])]
project = [p for p in wandb.Api().projects({team.team!r}) if p.name == "public"][0]
result["project"] = project.name, project.entity
result["runs"] = [r.id for r in wandb.Api().runs({project!r}, include_sweeps=False)]
""").result
    assert seen["path"] == project.split("/") + ["b"] and seen["id"] == "b" and seen["name"] == "shown b"
    assert seen["url"].endswith(f"/{project}/runs/b") and seen["state"] == "failed" and seen["tags"] == ["base", "best"]
    assert seen["config"] == RUNS["b"][0] and seen["last"] == 19 and seen["user"] == team.user.name
    assert seen["group"] == "g1" and seen["sweep"] is None and seen["program"] and not seen["read_only"] and seen["system"]
    assert seen["storage"] and seen["created"] <= seen["heartbeat"] and seen["again"] == 0.5
    assert seen["rows"] == [[v, v * ord("b")] for v in range(1, 20, 2)]
    names, some = seen["files"]
    assert {"config.yaml", "wandb-summary.json", "wandb-metadata.json"} <= set(names) and "config.yaml" in some
    assert seen["missing"] == ["config.yaml"] and seen["project"] == ["public", team.team] and len(seen["runs"]) == 4


def test_histories_of_many_runs(machine, project):
    seen = machine.run(HELP + f"""
runs = wandb.Api().runs({project!r}, {{"config.lr": {{"$lt": 0.25}}}}, "+created_at")
result["whole"] = [[row["run_id"], row["v"]] for row in runs.histories(samples=100, format="default")]
result["keys"] = [[row["run_id"], row["w"]] for row in runs.histories(keys=["w"], format="default")]
result["none"] = runs.histories(keys=["never"], format="default")
""").result
    assert seen["whole"] == [[id, v] for id in "ab" for v in range(20)]
    assert seen["keys"] == [[id, v * ord(id)] for id in "ab" for v in range(1, 20, 2)] and seen["none"] == []


def test_sweeps_are_read_back(machine, new_machine, team):
    path = f"{team.team}/searches"
    written = machine.run(HELP + f"""
config = dict(name="a sweep", method="grid", description="tries two", metric=dict(name="loss", goal="minimize"),
              parameters=dict(lr=dict(values=[0.1, 0.2]), size=dict(values=[1, 2, 3])))
result["id"] = id = wandb.sweep(config, entity={team.team!r}, project="searches")
for number, loss in enumerate([0.5, 0.25, 0.75]):
    with wandb.init(entity={team.team!r}, project="searches", id=f"try{{number}}", config=dict(lr=0.1, size=number + 1),
                    settings=wandb.Settings(sweep_id=id)) as run:
        run.log(dict(loss=loss))
with wandb.init(entity={team.team!r}, project="searches", id="alone") as run:
    run.log(dict(loss=0.01))
""")
    seen = new_machine(team.user).run(HELP + f"""
sweep = wandb.Api().sweep({path!r} + "/" + {written["id"]!r})
result.update(id=sweep.id, name=sweep.name, state=sweep.state, method=sweep.config["method"], order=sweep.order,
              runs=sorted(run.id for run in sweep.runs), best=sweep.best_run().id, expected=sweep.expected_run_count,
              parameters=sweep.config["parameters"], url=sweep.url, path=sweep.path)
result["of runs"] = {{run.id: run.sweep.id if run.sweep else None for run in wandb.Api().runs({path!r})}}
result["filtered"] = sorted(ids({path!r}, {{"sweep": sweep.id}}))
result["project"] = [s.id for s in wandb.Api().project("searches", {team.team!r}).sweeps()]
import subprocess, sys
stopped = subprocess.run([sys.executable, "-m", "wandb", "sweep", "--stop", {path!r} + "/" + sweep.id], capture_output=True, text=True)
result["stopped"] = [stopped.returncode, stopped.stdout + stopped.stderr]
try:
    wandb.Api().sweep({path!r} + "/nothing").name
except Exception as error:
    result["gone"] = text_of(error)
""").result
    tries = ["try0", "try1", "try2"]
    assert seen["id"] == written["id"] and seen["name"] == "a sweep" and seen["method"] == "grid" and seen["runs"] == tries
    assert seen["order"] == "+summary_metrics.loss" and seen["best"] == "try1" and seen["expected"] == 6
    assert seen["parameters"] == {"lr": {"values": [0.1, 0.2]}, "size": {"values": [1, 2, 3]}}
    assert seen["of runs"] == {"alone": None} | {name: written["id"] for name in tries} and seen["filtered"] == tries
    assert seen["project"] == [written["id"]] and "gone" in seen
    assert seen["path"] == path.split("/") + [written["id"]]
    assert seen["stopped"][0] != 0 and seen["state"] not in ("STOPPED", "FINISHED"), seen["stopped"]


def test_a_version_whose_run_is_gone(machine, team):
    seen = machine.run(f"""
with wandb.init(entity={team.team!r}, project="gone", id="maker") as run:
    artifact = wandb.Artifact("stays", type="dataset")
    with artifact.new_file("f") as file:
        file.write("stays")
    run.log_artifact(artifact).wait()
wandb.Api().run("{team.team}/gone/maker").delete()
seen = wandb.Api().artifact("{team.team}/gone/stays:v0")
result["by"], result["users"], result["text"] = seen.logged_by(), list(seen.used_by()), open(seen.download() + "/f").read()
""").result
    assert seen == {"by": None, "users": [], "text": "stays"}


def test_a_run_that_used_what_is_hidden(machine, new_machine, server, team):
    """Somebody uses a version from the registry whose home project is not theirs to see: nothing breaks."""
    stranger = team.member("stranger", team_role=None)
    team.give_role(stranger, "model", "viewer")
    other = server.team(f"strangers-{server.number()}", team.org, stranger)
    machine.run(f"""
open("weights", "w").write("weights")
with wandb.init(entity={team.team!r}, project="hidden") as run:
    artifact = run.log_artifact("weights", "secret-name", type="model")
    run.link_artifact(artifact, "wandb-registry-model/Open", aliases=["stable"])
""")
    path = f"{team.org_entity}/wandb-registry-model/Open:stable"
    seen = new_machine(stranger).run(f"""
with wandb.init(entity={other!r}, project="theirs", id="user") as run:
    used = run.use_artifact({path!r})
    result["used"] = open(used.download() + "/weights").read()
    mine = wandb.Artifact("mine", type="dataset")
    with mine.new_file("f") as file:
        file.write("mine")
    run.log_artifact(mine).wait()
    run.use_artifact(mine)
run = wandb.Api().run("{other}/theirs/user")
result["listed"] = sorted(a.name for a in run.used_artifacts())
result["logged"] = [a.name for a in run.logged_artifacts() if a.type == "dataset"]
artifact = wandb.Api().artifact({path!r})
result["by"] = [run.id for run in artifact.used_by()]
maker = artifact.logged_by()
result["maker"] = maker and maker.id
result["place"] = artifact.project, artifact.name, artifact.source_project
""", timeout=180)
    assert seen["used"] == "weights" and seen["logged"] == ["mine:v0"] and seen["by"] == ["user"]
    # Without its home a version has no name that clients could give it in this list.
    assert seen["listed"] == ["mine:v0"]
    assert seen["maker"] is None and "hidden" not in str(seen["place"]) + seen.out
    # The team, which sees both, does not get a half of it either.
    both = machine.run(f"""
result["users"] = [run.id for run in wandb.Api().artifact("{team.team}/hidden/secret-name:v0").used_by()]
""")
    assert both["users"] == []
