-- The end of a version's life: deleted (restorable), purged (its bytes may go), swept (none left).

ALTER TABLE artifact ADD COLUMN purged_us INTEGER;  -- the window for restoring it has passed
ALTER TABLE artifact ADD COLUMN swept_us INTEGER;   -- nothing is noted any more of bytes that were sent for it
CREATE INDEX artifact_deleted ON artifact(deleted_us) WHERE deleted_us IS NOT NULL AND purged_us IS NULL;
CREATE INDEX artifact_purged ON artifact(id) WHERE purged_us IS NOT NULL AND swept_us IS NULL;
CREATE INDEX collection_deleted ON collection(deleted_us) WHERE deleted_us IS NOT NULL;
CREATE INDEX artifact_expiring ON artifact(created_us + ttl_s * 1000000) WHERE ttl_s > 0 AND state = 1;
CREATE INDEX upload_by_age ON upload(created_us);

-- Where a deleted version was, so that restoring it brings it back there.
CREATE TABLE deleted_place (
        artifact_id INTEGER NOT NULL REFERENCES artifact(id) ON DELETE CASCADE,
        collection_id INTEGER NOT NULL REFERENCES collection(id),
        version INTEGER NOT NULL,
        created_by INTEGER,
        created_us INTEGER NOT NULL,
        aliases TEXT,                               -- JSON list of those it had
        PRIMARY KEY (artifact_id, collection_id)
) WITHOUT ROWID;

-- Work that outlives its request: the server's background thread does it, anybody may look how far it is.
CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind INTEGER NOT NULL,                      -- 0 reclaim
        state INTEGER NOT NULL DEFAULT 0,           -- 0 waiting, 1 running, 2 done, 3 failed
        account_id INTEGER,                         -- who asked; NULL: an operator
        project_id INTEGER,
        input TEXT NOT NULL DEFAULT '{}',           -- JSON
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        result TEXT,                                -- JSON
        error TEXT,                                 -- one sentence
        created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL
);
CREATE INDEX job_open ON job(id) WHERE state < 2;
