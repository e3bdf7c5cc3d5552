# Seed 001, block 1: the two forms of an artifact's name: two expressions without a statement, which the
# test evaluates where REGISTRY, COLLECTION, INDEX and ALIAS are defined. No placeholders.
# ---- as it stands in the document ----
# Artifact name with version index specified
f"wandb-registry-{REGISTRY}/{COLLECTION}:v{INDEX}"

# Artifact name with alias specified
f"wandb-registry-{REGISTRY}/{COLLECTION}:{ALIAS}"
