# Seed 001, block 2: use and download in a run.
# <registry_name>, <collection_name>, <artifact_alias>: a linked version. <team_name>, <project_name>: where
# the run goes. (<artifact_name> stands in a comment and is left.)
# ---- as it stands in the document ----
import wandb

REGISTRY = '<registry_name>'
COLLECTION = '<collection_name>'
ALIAS = '<artifact_alias>'

run = wandb.init(
   entity = '<team_name>',
   project = '<project_name>'
   )  

artifact_name = f"wandb-registry-{REGISTRY}/{COLLECTION}:{ALIAS}"
# artifact_name = '<artifact_name>' # Copy and paste Full name specified on the Registry App
fetched_artifact = run.use_artifact(artifact_or_name = artifact_name)  
download_path = fetched_artifact.download()  
