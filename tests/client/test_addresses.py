"""Every address that the client prints or builds is a page: of a run, a project, a version, a linked one, a sweep, a login."""
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest


def fetch(url, accept):
    request = urllib.request.Request(url, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.read().decode(), reply.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


def test_addresses_of_the_client_are_pages(machine, server, team):
    registry = f"{team.org_entity}/wandb-registry-model"
    done = machine.run(f"""
with wandb.init(entity={team.team!r}, project="my project") as run:
    artifact = wandb.Artifact("a-name", type="a type")
    with artifact.new_file("file.txt") as file:
        file.write("x")
    logged = run.log_artifact(artifact).wait()
    model = wandb.Artifact("net", type="model")
    with model.new_file("file.txt") as file:
        file.write("y")
    run.log_artifact(model).wait()
    run.link_artifact(model, {registry + "/My Net"!r})
    urls = [run.get_url() if hasattr(run, "get_url") else run.url, run.get_project_url() if hasattr(run, "get_project_url") else run.project_url]
api = wandb.Api()
urls += [logged.url, api.artifact({registry + "/My Net:v0"!r}).url, api.run({team.team + "/my project/"!r} + run.id).url]
urls += [project.url for project in api.projects({team.team!r})]
result["urls"] = urls
""")
    urls = [re.sub("^https?://[^/]+", server.url, url) for url in done.result["urls"]]
    assert len(urls) == 6 and all(url.startswith(server.url + "/") for url in urls), urls
    urls += [server.url + "/authorize?signup=true&ref=models", f"{server.url}/{team.team}/registry/model?selectionPath=x",
             f"{server.url}/{team.team}/my%20project/sweeps/abc", f"{server.url}/{team.team}/my%20project/reports/R--Vm11"]
    if "<script" not in fetch(server.url + "/", "text/html")[1]:
        pytest.skip("this build has no web app")
    for url in urls:
        status, text, headers = fetch(urllib.parse.quote(url, safe="%/:?&=#+"), "text/html,*/*;q=0.8")
        assert status == 200 and '<div id="root">' in text, (url, status)
        assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert any("/artifacts/a%20type/a-name/v0" in url for url in urls), urls
    assert any("selectionPath=" in url and "version=v0" in url and "/orgs/" in url for url in urls), urls
