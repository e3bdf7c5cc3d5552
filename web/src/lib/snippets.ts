// The code that fills what is empty, and that uses what is there; exact paths, ready to run.
export function linkSnippet(target: string, type: string): string {
  return `import wandb

with wandb.init(entity="<team>", project="<project>") as run:
    artifact = run.log_artifact("<path>", name="<name>", type="${type}")
    run.link_artifact(
        artifact=artifact,
        target_path="${target}",
    )
`;
}

export function pathOfTarget(place: { entity: string; project: string; collection: string }): string {
  return `${place.entity}/${place.project}/${place.collection}`;
}

export function linkPath(entity: string, project: string, collection = '<COLLECTION>'): string {
  return `${entity}/${project}/${collection}`;
}

export function usageSnippet(fullName: string, type: string): string {
  return `import wandb

run = wandb.init()
artifact = run.use_artifact('${fullName}', type='${type}')
artifact_dir = artifact.download()
`;
}

export function withoutRunSnippet(fullName: string): string {
  return `import wandb

api = wandb.Api()
artifact = api.artifact('${fullName}')
artifact_dir = artifact.download()
`;
}

export function logSnippet(entity: string, project: string): string {
  return `import wandb

with wandb.init(entity="${entity}", project="${project}") as run:
    run.log_artifact("<path>", name="<name>", type="model")
`;
}

export function aliasSnippet(fullName: string): string {
  return `import wandb

artifact = wandb.Api().artifact('${fullName}')
artifact.aliases.append('production')
artifact.save()
`;
}
