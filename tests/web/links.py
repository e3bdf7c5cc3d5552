"""Every address that the client prints or builds, as one JSON object: what it is -> its address.

usage: links.py ENTITY/PROJECT REGISTRY COLLECTION    (WANDB_BASE_URL and WANDB_API_KEY say where)
"""
import json
import sys

import wandb

path, registry, collection = sys.argv[1:]
entity, project = path.split("/")
found = {}
with wandb.init(entity=entity, project=project, name="prints addresses") as run:
    found["run"] = run.get_url() if hasattr(run, "get_url") else run.url
    found["project"] = run.get_project_url() if hasattr(run, "get_project_url") else run.project_url
    artifact = wandb.Artifact("address-book", type="dataset")
    with artifact.new_file("a.txt") as file:
        file.write(wandb.__version__)
    logged = run.log_artifact(artifact).wait()
    found["logged version"] = logged.url
    source = run.use_artifact(f"{path}/sign-detector:v2")
    found["version"] = source.url
    linked = run.link_artifact(source, f"{registry}/{collection}")
    if linked is not None:
        found["version just linked"] = linked.url
api = wandb.Api(overrides={"entity": entity})
found["linked version"] = api.artifact(f"{registry}/{collection}:latest").url
found["api run"] = api.run(f"{path}/{run.id}").url
found["api project"] = api.project(project, entity).url
sweep = wandb.sweep({"method": "grid", "parameters": {"x": {"values": [1]}}}, entity=entity, project=project)
found["sweep"] = api.sweep(f"{path}/{sweep}").url
print("ADDRESSES " + json.dumps(found))
