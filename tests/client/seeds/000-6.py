# Seed 000, block 6: the parts of that path; the test puts them in place of the lines of block 1
# that define the same names. No placeholders.
# ---- as it stands in the document ----
ORG_ENTITY_NAME = "smle-registries-bug-bash"
REGISTRY_NAME = "Golden Datasets"
COLLECTION_NAME = "raw_images"
