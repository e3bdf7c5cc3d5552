"""Rows about a server that serves: start, memory when idle, requests per second."""
import json
import signal
import time

import harness
import wire
from harness import Row, have, median, say

QUERY = "tests/graphql/client-documents/0.28.2/ArtifactMembershipByName.graphql"
NEIGHBORS = [127, 128, 129, 256]  # where libmicrohttpd's own loops stall


def fill(registry, versions):
    """Versions in a team's collection, the last one linked into a registry with an alias."""
    with registry.server() as server:
        client = wire.Wire(server.url, registry.key)
        for number in range(versions):
            artifact = client.log(harness.TEAM, harness.PROJECT, "model", {"weights": b"%d" % number}, f"v{number}")
        client.close()
        client = wire.Wire(server.url, registry.owner_key)
        client.graphql(wire.LINK, input={
            "artifactID": artifact["id"], "entityName": harness.ORG, "projectName": harness.REGISTRY,
            "artifactPortfolioName": harness.PORTFOLIO,
            "aliases": [{"artifactCollectionName": harness.PORTFOLIO, "alias": "production"}]})
        client.close()


def start_ms(registry, how):
    times = []
    for _ in range(9):
        started = time.monotonic()
        server = registry.server().ready()
        times.append(1000 * (time.monotonic() - started))
        server.stop(how)
    return times


def start_rows(options, registry):
    say("starting the server a few times")
    floor = "-"
    if have("nginx"):
        started = time.monotonic()
        with harness.nginx(registry.folder / "nginx-start", options.cores):
            floor_ms = 1000 * (time.monotonic() - started)
        floor = f"{floor_ms:.0f} ms nginx"
    rows = []
    for what, how in (("start to ready", signal.SIGTERM), ("start to ready after kill -9", signal.SIGKILL)):
        ms = median(start_ms(registry, how))
        rows.append(Row(what, "exec to the first 200 of /readyz, median of 9", f"{ms:.0f} ms", floor,
                        f"{ms / floor_ms:.1f}" if floor != "-" else "-", "< 100 ms", ms < 100))
    return rows


def idle_rows(options, registry):
    say("looking at idle memory")
    floor, ratio = "-", "-"
    with registry.server() as server:
        time.sleep(1)
        mib = harness.memory_mib(server.pid)
        if have("nginx"):
            with harness.nginx(registry.folder / "nginx-idle", options.cores) as (process, _):
                time.sleep(0.3)
                floor_mib = harness.memory_mib(process.pid)
                floor, ratio = f"{floor_mib:.1f} MiB nginx", f"{mib / floor_mib:.1f}"
    return [Row("idle memory", "VmRSS one second after the start", f"{mib:.1f} MiB", floor, ratio, "< 24 MiB", mib < 24)]


def resolve_script(registry):
    """wrk's script: the query that use_artifact() sends, as it is sent."""
    body = json.dumps({"query": (harness.ROOT / QUERY).read_text(), "operationName": "", "variables": {
        "entity": harness.ORG, "project": harness.REGISTRY, "name": f"{harness.PORTFOLIO}:production"}})
    script = registry.folder / "resolve.lua"
    script.write_text(f'wrk.method = "POST"\nwrk.body = {json.dumps(body)}\n'
                      'wrk.headers["Content-Type"] = "application/json"\n'
                      f'wrk.headers["Authorization"] = "{wire.basic(registry.key)}"\n')
    return script, body


def check_resolves(server, registry, body):
    client = wire.Wire(server.url, registry.key)
    status, answer, _ = client.request("POST", "/graphql", body, client.headers)
    client.close()
    found = json.loads(answer)["data"]["project"]["artifactCollectionMembership"]
    assert status == 200 and found["artifact"]["state"] == "COMMITTED", answer


def rate_rows(options, registry):
    if not have("nginx") or not have("wrk"):
        say("requests per second are left out: nginx-light and wrk are not installed")
        return []
    script, body = resolve_script(registry)
    loads = {}
    with registry.server() as server, \
            harness.nginx(registry.folder / "nginx-rate", options.cores) as (process, port):
        check_resolves(server, registry, body)
        subjects = (("nginx", f"http://127.0.0.1:{port}/ok", process.pid, None),
                    ("healthz", server.url + "/healthz", server.pid, None),
                    ("resolve", server.url + "/graphql", server.pid, script))
        for connections in options.connections:
            say(f"requests per second at {connections} connections")
            for name, url, pid, lua in subjects:  # three short turns each, so that all see the same weather
                turns = [harness.wrk(url, pid, connections, options.seconds, lua) for _ in range(options.turns)]
                loads[name, connections] = sorted(turns, key=lambda load: load.rate)[len(turns) // 2]
        rss = harness.memory_mib(server.pid)
    return rate_table(options, loads) + [
        Row("memory after that", "VmRSS with the connections just closed", f"{rss:.1f} MiB")]


def rate_table(options, loads):
    rows = []
    for name, target in (("healthz", None), ("resolve", 0.3)):
        for connections in options.connections:
            load, floor = loads[name, connections], loads["nginx", connections]
            ratio = load.rate / floor.rate
            rows.append(Row(f"{name}, {connections} connection{'s' * (connections > 1)}",
                            f"wrk -t1 -c{connections}: p50 {load.p50_us:.0f} us, p99 {load.p99_us / 1000:.1f} ms, "
                            f"server CPU {load.cpu_us:.0f} us a request (nginx {floor.cpu_us:.0f})",
                            f"{load.rate:.0f} /s", f"{floor.rate:.0f} /s nginx", f"{ratio:.2f}",
                            f">= {target}" if target and connections > 1 else "-",
                            ratio >= target if target and connections > 1 else None))
        around = [c for c in options.connections if c in NEIGHBORS]
        if 64 in options.connections and around:
            worst = min(around, key=lambda c: loads[name, c].rate / loads["nginx", c].rate)
            depth = (loads[name, worst].rate / loads["nginx", worst].rate) / \
                    (loads[name, 64].rate / loads["nginx", 64].rate)
            rows.append(Row(f"{name}, worst of {'/'.join(map(str, around))}", "its ratio beside the one at 64",
                            f"{depth:.2f} at {worst}", "1.00 at 64", f"{depth:.2f}", ">= 0.6: no dip", depth >= 0.6))
    return rows


def relog_rows(options, registry):
    say("logging the same artifact again and again")
    files = {"weights": (wire.md5_base64(b"0"), 1)}
    digest = wire.manifest_of(files)[1]
    floor, times = [], []
    with registry.server() as server:
        client = wire.Wire(server.url, registry.key)
        for number in range(options.relogs):
            started = time.monotonic()
            client.request("GET", "/healthz")
            floor.append(time.monotonic() - started)
            started = time.monotonic()
            artifact = client.create_artifact(harness.TEAM, harness.PROJECT, "model", digest, f"again {number}")
            times.append(time.monotonic() - started)
            assert artifact["state"] == "COMMITTED" and artifact["versionIndex"] == 0, artifact
        client.close()
    p50, floor_p50 = 1000 * median(times), 1000 * median(floor)
    return [Row("identical re-log: one mutation, p50", f"createArtifact, {options.relogs} times on one connection; "
                "seen by a Python client", f"{p50:.2f} ms", f"{floor_p50:.2f} ms /healthz", f"{p50 / floor_p50:.1f}",
                "< 1 ms", p50 < 1)]
