# Seed 000, block 1: link a version to a collection, the general form.
# <team_entity_name>: a team. <org_entity_name>: its organization's name in paths. <registry_name>: "model".
# <project_name>, <artifact_name>: free. <collection_type>: "model". <local_path_to_artifact>: a file.
# <collection_name>: free.
# ---- as it stands in the document ----
import wandb

TEAM_ENTITY_NAME = "<team_entity_name>"
ORG_ENTITY_NAME = "<org_entity_name>"

REGISTRY_NAME = "<registry_name>"  
COLLECTION_NAME = "<collection_name>"

run = wandb.init(
        entity=TEAM_ENTITY_NAME, project="<project_name>")

artifact = wandb.Artifact(name="<artifact_name>", type="<collection_type>")
artifact.add_file(local_path="<local_path_to_artifact>")

target_path=f"{ORG_ENTITY_NAME}/wandb-registry-{REGISTRY_NAME}/{COLLECTION_NAME}"
run.link_artifact(artifact = artifact, target_path = target_path)
