# Seed 000, block 3: start a run as a team.
# <team_entity_name>: a team. <project_name>: free.
# ---- as it stands in the document ----
  import wandb   

  run = wandb.init(
    entity='<team_entity_name>', 
    project='<project_name>'
    )
