# Seed 000, block 4: log an artifact in the run of block 3, so it is run behind that.
# <artifact_name>: free. <collection_type>: "dataset".
# ---- as it stands in the document ----
    artifact = wandb.Artifact(name="<artifact_name>", type="<collection_type>")
    run.log_artifact(artifact)
