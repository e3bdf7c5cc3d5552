-- Work on many rows, lives that end by a rule of the owner, figures of what is stored.

ALTER TABLE job ADD COLUMN cursor TEXT;             -- where the next batch begins; what is before it is done
ALTER TABLE job ADD COLUMN canceled INTEGER NOT NULL DEFAULT 0; -- somebody wants it to end; state 4 once it has
CREATE INDEX job_by_account ON job(account_id, id);
CREATE INDEX job_ended ON job(updated_us) WHERE state >= 2;

-- How long versions live that say nothing themselves (artifact.ttl_s -1), and who may say something.
ALTER TABLE entity ADD COLUMN ttl_s INTEGER;        -- NULL: for ever
ALTER TABLE entity ADD COLUMN ttl_admins_only INTEGER NOT NULL DEFAULT 0;
CREATE INDEX entity_mortal ON entity(id) WHERE ttl_s IS NOT NULL;
CREATE INDEX artifact_inheriting ON artifact(project_id, created_us) WHERE ttl_s = -1 AND state = 1;

CREATE INDEX project_deleted ON project(deleted_us) WHERE deleted_us IS NOT NULL;
CREATE INDEX run_deleted ON run(deleted_us) WHERE deleted_us IS NOT NULL;

-- Derivable: what was counted when somebody last counted it. Unique bytes count equal content once.
CREATE TABLE storage_figure (
        scope INTEGER NOT NULL,                     -- 0 everything, 1 a project or registry, 2 a collection
        id INTEGER NOT NULL,                        -- 0, or of the project or collection
        versions INTEGER NOT NULL,
        files INTEGER NOT NULL,
        logical_bytes INTEGER NOT NULL,
        unique_bytes INTEGER NOT NULL,
        estimated INTEGER NOT NULL DEFAULT 0,       -- unique_bytes: too much to count one by one
        counted_us INTEGER NOT NULL,
        PRIMARY KEY (scope, id)
) WITHOUT ROWID;
