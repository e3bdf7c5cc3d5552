# Seed 000, block 5: a target path as a page shows it. As it stands it is no statement of Python, for
# the line breaks before the text; the test takes the text out of it. No placeholders.
# ---- as it stands in the document ----
target_path = 
      "smle-registries-bug-bash/wandb-registry-Golden Datasets/raw_images"
