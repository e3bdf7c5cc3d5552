# Seed 001, block 5: fetch as somebody who belongs to several organizations.
# <registry_name>, <collection_name>, <version>: a linked version. <team-entity>: a team of its
# organization. The snippet forgot to define ORG_ENTITY; the test defines it in a line before.
# ---- as it stands in the document ----
import wandb

REGISTRY = "<registry_name>"
COLLECTION = "<collection_name>"
VERSION = "<version>"

# Ensure you are using your team entity to instantiate the API
api = wandb.Api(overrides={"entity": "<team-entity>"})
artifact_name = f"wandb-registry-{REGISTRY}/{COLLECTION}:{VERSION}"
artifact = api.artifact(name = artifact_name)

# Use org display name or org entity in the path
api = wandb.Api()
artifact_name = f"{ORG_ENTITY}/wandb-registry-{REGISTRY}/{COLLECTION}:{VERSION}"
artifact = api.artifact(name = artifact_name)
