# Seed 001, block 3: fetch without a run.
# <registry_name>, <collection_name>, <version>: a linked version, by alias and by index.
# ---- as it stands in the document ----
import wandb

REGISTRY = "<registry_name>"
COLLECTION = "<collection_name>"
VERSION = "<version>"

api = wandb.Api()
artifact_name = f"wandb-registry-{REGISTRY}/{COLLECTION}:{VERSION}"
artifact = api.artifact(name = artifact_name)
