-- The end of a run: what it left behind goes when the window for restoring its project has passed.

ALTER TABLE run ADD COLUMN purged_us INTEGER;
DROP INDEX run_deleted;
CREATE INDEX run_deleted ON run(deleted_us) WHERE deleted_us IS NOT NULL AND purged_us IS NULL;
CREATE INDEX run_living ON run(project_id) WHERE deleted_us IS NULL;
