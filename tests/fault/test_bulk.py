"""kill -9 while many versions are deleted, and while their bytes are given back."""
import pathlib
import random
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import aging  # noqa: E402
import vitrined  # noqa: E402
import wire  # noqa: E402
from vitrined import Server, command, folder, succeed, test  # noqa: E402

VERSIONS, WRITERS, KEPT = 900, 6, 30
DELETE = """mutation($i: DeleteArtifactVersionsInput!) { deleteArtifactVersions(input: $i) { count job { id } } }"""
JOB = "query($id: ID!) { job(id: $id) { state done total result } }"


def prepare(data):
    key = succeed("user", "add", "ann", "--admin", data=data).out.strip()
    succeed("org", "add", "acme", "--admin", "ann", data=data)
    succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
    return key


def body(n):
    return random.Random(n).randbytes(80_000 if n % 20 == 0 else 2_000)


def load(url, key):
    def some(first):
        w = wire.Wire(url, key)
        for n in range(first, VERSIONS, WRITERS):
            w.log("red", "p", f"c{n % 5}", {"f": body(n)}, str(uuid.uuid4()))
        w.close()

    threads = [threading.Thread(target=some, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    w = wire.Wire(url, key)
    for n in range(KEPT):
        w.log("red", "kept", "model", {"f": body(n)}, str(uuid.uuid4()))
    w.close()


def kill(server):
    server.process.kill()
    server.process.wait()
    server.told = True


def delete_with_deaths(data, key, dice):
    """-> the job at its end, how often the server died in the middle"""
    deaths, job_id = 0, None
    while True:
        with Server(data, "--restore-days", "0", "--reclaim-minutes", "0") as server:
            w = wire.Wire(server.url, key)
            if job_id is None:
                asked = w.graphql(DELETE, i={"entityName": "red", "projectName": "p", "deleteAliases": True})
                job_id = asked["deleteArtifactVersions"]["job"]["id"]
                assert asked["deleteArtifactVersions"]["count"] == VERSIONS, asked
            begun_at = w.graphql(JOB, id=job_id)["job"]["done"]
            while True:
                job = w.graphql(JOB, id=job_id)["job"]
                if job["state"] == "DONE":
                    return job, deaths
                assert job["state"] in ("WAITING", "RUNNING"), job
                if job["done"] > begun_at and deaths < 12:
                    time.sleep(dice.uniform(0, 0.02))
                    break
            deaths += job["done"] < VERSIONS
            kill(server)


@test
def deleting_many_goes_on_where_the_server_died():
    with folder() as data:
        key = prepare(data)
        seed = random.randrange(1 << 32)
        print(f"# seed {seed}", flush=True)
        dice = random.Random(seed)
        with Server(data) as server:
            load(server.url, key)
        job, deaths = delete_with_deaths(data, key, dice)
        assert deaths >= 1, "it never died in the middle: the test shows nothing"
        assert job["done"] == job["total"] == job["result"]["deleted"] == VERSIONS, (job, deaths)
        print(f"# died {deaths} times", flush=True)
        assert command("check", data=data).status == 0
        aging.age(data, 2 * 3600)
        before = aging.du(data)
        for _ in range(10):
            with subprocess.Popen([str(vitrined.PROGRAM), "reclaim", "--data", str(data)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                time.sleep(dice.uniform(0.001, 0.08))
                process.kill()
        with Server(data, "--restore-days", "0", "--reclaim-minutes", "0") as server:
            middle = aging.du(data)
            told = succeed("reclaim", "--json", data=data).json()
            after = aging.du(data)
            assert told["diskBefore"] - told["diskAfter"] == middle - after, (told, middle, after)
            assert before - after > VERSIONS * 2_000, (before, after)
            assert succeed("reclaim", "--json", data=data).json()["deletedBlobs"] == 0
            w = wire.Wire(server.url, key)
            for n in range(KEPT):
                _, (node,) = w.version("red", "kept", "model", f"v{n}")
                assert w.get(node["directUrl"]) == body(n), "what others keep stays"
            assert w.versions("red", "p", "c0")[0] == []
        assert command("check", "--read-data", data=data).status == 0
