"""What the flows in the browser look at, logged with the real client: a small team's work over a while.

usage: seed.py   (WANDB_BASE_URL and WANDB_API_KEY say where; the team is called vision)

raw data -> preprocess -> cleaned data -> two trainings -> models, evaluated and linked to registries.
"""
import json
import math
import pathlib
import tempfile

import wandb

TEAM, PROJECT = "vision", "street-signs"
CARD = """# Street sign detector

Finds and reads street signs in photographs from a car's point of view.

| split | images | mAP |
|---|---:|---:|
| train | 41,200 | 0.97 |
| test | 5,150 | **0.91** |

- **Architecture:** a small convolutional detector
- **License:** Apache 2.0
"""


def folder_of(files):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def data_files(seed):
    rows = "".join(f"{i},images/{i:04}.ppm,{'stop' if (i * seed) % 3 else 'yield'}\n" for i in range(200))
    files = {"labels.csv": "id,image,label\n" + rows, "README.md": "# Signs\n\nPhotographs and *labels*.\n",
             "splits/train.json": json.dumps({"ids": list(range(160))}, indent=1),
             "splits/test.json": json.dumps({"ids": list(range(160, 200))}, indent=1)}
    for i in range(24):
        files[f"images/{i:04}.ppm"] = b"P6 8 8 255\n" + bytes((i * seed + k) % 256 for k in range(192))
    return files


def log_data():
    with wandb.init(entity=TEAM, project=PROJECT, job_type="collect", name="collect") as run:
        raw = wandb.Artifact("raw-signs", type="dataset", description="As the cameras wrote them.")
        raw.add_dir(str(folder_of(data_files(3))))
        run.log_artifact(raw).wait()
    for version in (1, 2):
        with wandb.init(entity=TEAM, project=PROJECT, job_type="preprocess", name=f"clean-{version}") as run:
            run.use_artifact("raw-signs:latest")
            clean = wandb.Artifact("clean-signs", type="dataset", metadata={"rows": 200, "version": version})
            clean.add_dir(str(folder_of(data_files(3 + version))))
            run.log_artifact(clean).wait()
            run.link_artifact(clean, "wandb-registry-dataset/Street Signs", aliases=[f"2026-0{version}"])


def train(number, rate):
    config = {"learning_rate": rate, "epochs": 12, "optimizer": {"name": "adamw", "weight_decay": 0.01}}
    with wandb.init(entity=TEAM, project=PROJECT, job_type="train", name=f"train-{number}", config=config) as run:
        run.use_artifact("wandb-registry-dataset/Street Signs:latest")
        for step in range(12):
            run.log({"loss": math.exp(-step * rate * 10) + 0.05, "mAP": 0.9 - math.exp(-step * rate * 12) / 2})
        run.summary["mAP"] = round(0.86 + number / 100, 4)
        model = wandb.Artifact("sign-detector", type="model", description=f"Detector, training {number}.",
                               metadata={"framework": "torch", "mAP": 0.86 + number / 100,
                                         "layers": {"conv": 12, "dense": 2}, "classes": ["stop", "yield", "limit"]})
        model.add_dir(str(folder_of({
            "model.bin": bytes(range(256)) * (40 + number), "config.json": json.dumps(config, indent=2),
            "labels.txt": "stop\nyield\nlimit\n", "notes/card.md": CARD})))
        run.log_artifact(model).wait()
        aliases = {2: ["staging"], 3: ["production"]}.get(number, [])
        run.link_artifact(model, "wandb-registry-model/Sign Detector", aliases=aliases)
        if number == 3:
            run.link_artifact(model, "wandb-registry-Fine-tuned Models/signs-edge", aliases=["edge"])


def evaluate():
    for alias in ("staging", "production"):
        with wandb.init(entity=TEAM, project=PROJECT, job_type="evaluate", name=f"evaluate-{alias}") as run:
            run.use_artifact(f"wandb-registry-model/Sign Detector:{alias}")
            report = wandb.Artifact(f"report-{alias}", type="report")
            report.add_dir(str(folder_of({"report.md": f"# {alias}\n\nGood enough.\n"})))
            run.log_artifact(report).wait()


def main():
    api = wandb.Api()
    organization = api.viewer.organizations[0].name if hasattr(api.viewer, "organizations") else None
    for name, visibility, description, types in [
            ("Fine-tuned Models", "organization", "Models that were trained further for one customer or device.", ["model"]),
            ("Speech", "restricted", "Not for everybody yet.", None)]:
        api.create_registry(name, visibility=visibility, organization=organization, description=description,
                            artifact_types=types)
    log_data()
    for number, rate in enumerate((0.02, 0.04, 0.03), 1):
        train(number, rate)
    evaluate()
    collection = api.artifact_collection("model", "wandb-registry-model/Sign Detector")
    collection.description = CARD
    collection.tags = ["vision", "prod ready"]
    collection.save()


if __name__ == "__main__":
    main()
