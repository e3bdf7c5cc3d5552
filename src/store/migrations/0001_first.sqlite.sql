-- The first schema. Enduring tables hold what cannot be made again; what is derivable says so.
-- Times are microseconds since 1970 UTC (*_us). Digests are raw bytes. Names end in _key where
-- they hold the lower-cased form that uniqueness without regard to case is checked on.

CREATE TABLE setting (
        name TEXT NOT NULL PRIMARY KEY,
        value BLOB NOT NULL
);

-- Who can own projects: a user (personal), a team, an organization's own entity.
CREATE TABLE entity (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        name_key TEXT UNIQUE,                   -- NULL once deleted: the name is free again
        kind INTEGER NOT NULL,                  -- 0 user, 1 team, 2 organization
        org_id INTEGER REFERENCES organization(id),
        created_us INTEGER NOT NULL,
        deleted_us INTEGER
);
CREATE INDEX entity_by_org ON entity(org_id, kind, id);

CREATE TABLE organization (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        name_key TEXT UNIQUE,
        entity_id INTEGER NOT NULL UNIQUE REFERENCES entity(id) DEFERRABLE INITIALLY DEFERRED,
        default_registry_role INTEGER NOT NULL DEFAULT 1,
        created_us INTEGER NOT NULL,
        deleted_us INTEGER
);

CREATE TABLE account (                          -- a person or a service account
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entity_id INTEGER NOT NULL UNIQUE REFERENCES entity(id),
        username TEXT NOT NULL,
        username_key TEXT UNIQUE,               -- NULL once deleted
        name TEXT NOT NULL,
        email TEXT,
        email_key TEXT,
        password TEXT,                          -- PHC string; NULL: cannot sign in with a password
        admin INTEGER NOT NULL DEFAULT 0,
        service INTEGER NOT NULL DEFAULT 0,
        service_entity_id INTEGER REFERENCES entity(id), -- the team a service account belongs to
        default_entity_id INTEGER REFERENCES entity(id),
        created_us INTEGER NOT NULL,
        deleted_us INTEGER
);
CREATE INDEX account_by_email ON account(email_key) WHERE email_key IS NOT NULL;

CREATE TABLE org_member (
        org_id INTEGER NOT NULL REFERENCES organization(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        role INTEGER NOT NULL,                  -- 1 viewer, 2 member, 3 admin
        joined_us INTEGER NOT NULL,
        PRIMARY KEY (org_id, account_id)
) WITHOUT ROWID;
CREATE INDEX org_member_by_account ON org_member(account_id, joined_us);

CREATE TABLE team_member (
        entity_id INTEGER NOT NULL REFERENCES entity(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        role INTEGER NOT NULL,                  -- 1 viewer, 2 member, 3 admin
        joined_us INTEGER NOT NULL,
        PRIMARY KEY (entity_id, account_id)
) WITHOUT ROWID;
CREATE INDEX team_member_by_account ON team_member(account_id, joined_us);

CREATE TABLE api_key (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        description TEXT NOT NULL,
        hint TEXT NOT NULL,                     -- the last four characters
        hash BLOB NOT NULL UNIQUE,              -- SHA-256 of the key
        created_us INTEGER NOT NULL,
        last_used_us INTEGER,
        revoked_us INTEGER
);
CREATE INDEX api_key_by_account ON api_key(account_id, id);

CREATE TABLE web_session (
        hash BLOB NOT NULL PRIMARY KEY,         -- SHA-256 of the cookie
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        created_us INTEGER NOT NULL,
        seen_us INTEGER NOT NULL,
        expires_us INTEGER NOT NULL
) WITHOUT ROWID;

-- A project of a user or a team; or a registry: a project of an organization's entity.
CREATE TABLE project (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entity_id INTEGER NOT NULL REFERENCES entity(id),
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        is_registry INTEGER NOT NULL DEFAULT 0,
        is_core INTEGER NOT NULL DEFAULT 0,     -- the registries every organization starts with
        description TEXT NOT NULL DEFAULT '',
        access INTEGER NOT NULL DEFAULT 0,      -- 0 organization (PRIVATE), 1 restricted
        allow_all_types INTEGER NOT NULL DEFAULT 1,
        created_by INTEGER REFERENCES account(id) ON DELETE SET NULL,
        created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL,
        deleted_us INTEGER
);
CREATE UNIQUE INDEX project_by_name ON project(entity_id, name) WHERE deleted_us IS NULL;
CREATE INDEX project_by_key ON project(entity_id, name_key);
CREATE INDEX project_by_entity ON project(entity_id, is_registry, id);

CREATE TABLE project_account (                  -- registry members: people
        project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        role INTEGER NOT NULL,                  -- 1 restricted viewer, 2 viewer, 3 member, 4 admin
        joined_us INTEGER NOT NULL,
        PRIMARY KEY (project_id, account_id)
) WITHOUT ROWID;
CREATE INDEX project_account_by_account ON project_account(account_id, project_id);

CREATE TABLE project_team (                     -- registry members: teams
        project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
        entity_id INTEGER NOT NULL REFERENCES entity(id) ON DELETE CASCADE,
        role INTEGER NOT NULL,
        joined_us INTEGER NOT NULL,
        PRIMARY KEY (project_id, entity_id)
) WITHOUT ROWID;
CREATE INDEX project_team_by_entity ON project_team(entity_id, project_id);

-- Artifact types of a project; in a registry that names its types: the accepted ones.
CREATE TABLE artifact_type (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        description TEXT NOT NULL DEFAULT '',
        created_us INTEGER NOT NULL,
        UNIQUE (project_id, name)
);

-- kind 0: a sequence (the home of artifacts); kind 1: a portfolio (links only).
CREATE TABLE collection (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES project(id),
        kind INTEGER NOT NULL,
        type_id INTEGER NOT NULL REFERENCES artifact_type(id),
        name TEXT NOT NULL,
        description TEXT NOT NULL DEFAULT '',
        client_id TEXT,                         -- the client's sequenceClientID
        next_version INTEGER NOT NULL DEFAULT 0,
        version_count INTEGER NOT NULL DEFAULT 0, -- living memberships
        created_by INTEGER REFERENCES account(id) ON DELETE SET NULL,
        created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL,
        deleted_us INTEGER
);
CREATE UNIQUE INDEX collection_by_name ON collection(project_id, name) WHERE deleted_us IS NULL;
CREATE INDEX collection_by_type ON collection(type_id, id);
CREATE INDEX collection_by_project ON collection(project_id, id);
CREATE INDEX collection_listed ON collection(project_id, id, kind, deleted_us) WHERE deleted_us IS NULL; -- covers counting
CREATE INDEX collection_by_created ON collection(project_id, created_us, id) WHERE deleted_us IS NULL;
CREATE INDEX collection_by_updated ON collection(project_id, updated_us, id) WHERE deleted_us IS NULL;
CREATE INDEX collection_by_client ON collection(client_id) WHERE client_id IS NOT NULL;

CREATE TABLE artifact (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sequence_id INTEGER NOT NULL REFERENCES collection(id),
        project_id INTEGER NOT NULL REFERENCES project(id),
        type_id INTEGER NOT NULL REFERENCES artifact_type(id),
        version INTEGER,                        -- in its sequence; NULL until committed
        state INTEGER NOT NULL,                 -- 0 pending, 1 committed, 2 deleted
        digest TEXT NOT NULL,                   -- the client's manifest digest
        digest_algorithm INTEGER NOT NULL DEFAULT 0, -- 0 MD5, 1 XXH128
        description TEXT,
        metadata TEXT,
        size_bytes INTEGER NOT NULL DEFAULT 0,
        file_count INTEGER NOT NULL DEFAULT 0,
        client_id TEXT,
        distributed_id TEXT,
        base_id INTEGER,
        merged_into INTEGER REFERENCES artifact(id), -- another writer committed the same content first
        wanted_aliases TEXT,                    -- JSON list, until committed
        run_id INTEGER REFERENCES run(id),      -- made by this run...
        created_by INTEGER REFERENCES account(id) ON DELETE SET NULL, -- ...or only by this account
        history_step INTEGER,
        ttl_s INTEGER NOT NULL DEFAULT -1,      -- > 0 seconds, -1 inherited, -2 off
        storage_region TEXT,
        manifest_sha256 BLOB,                   -- current manifest (JSON) and its index
        manifest_size INTEGER,
        index_sha256 BLOB,
        index_size INTEGER,
        created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL,
        committed_us INTEGER,
        deleted_us INTEGER
);
CREATE INDEX artifact_by_digest ON artifact(sequence_id, digest);
CREATE UNIQUE INDEX artifact_by_client ON artifact(client_id) WHERE client_id IS NOT NULL;
CREATE INDEX artifact_by_distributed ON artifact(sequence_id, distributed_id) WHERE distributed_id IS NOT NULL;
CREATE INDEX artifact_by_run ON artifact(run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX artifact_pending ON artifact(created_us) WHERE state = 0;

-- Versions of a collection, clustered by it, so that a page of a huge collection costs
-- what a page of a small one costs. The home sequence is a membership too.
CREATE TABLE membership (
        collection_id INTEGER NOT NULL REFERENCES collection(id),
        version INTEGER NOT NULL,
        artifact_id INTEGER NOT NULL REFERENCES artifact(id),
        created_by INTEGER,
        created_us INTEGER NOT NULL,
        PRIMARY KEY (collection_id, version)
) WITHOUT ROWID;
CREATE UNIQUE INDEX membership_by_artifact ON membership(artifact_id, collection_id);

CREATE TABLE alias (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collection(id),
        alias TEXT NOT NULL,
        version INTEGER NOT NULL,
        created_us INTEGER NOT NULL,
        UNIQUE (collection_id, alias)
);
CREATE INDEX alias_by_version ON alias(collection_id, version, id);

CREATE TABLE protected_alias (                  -- only admins of the registry move these
        project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
        alias TEXT NOT NULL,
        created_by INTEGER REFERENCES account(id) ON DELETE SET NULL,
        created_us INTEGER NOT NULL,
        PRIMARY KEY (project_id, alias)
) WITHOUT ROWID;

CREATE TABLE tag (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE
);
CREATE TABLE artifact_tag (
        artifact_id INTEGER NOT NULL REFERENCES artifact(id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tag(id),
        PRIMARY KEY (artifact_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX artifact_tag_by_tag ON artifact_tag(tag_id, artifact_id);
CREATE TABLE collection_tag (
        collection_id INTEGER NOT NULL REFERENCES collection(id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tag(id),
        PRIMARY KEY (collection_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX collection_tag_by_tag ON collection_tag(tag_id, collection_id);

CREATE TABLE manifest (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        artifact_id INTEGER NOT NULL REFERENCES artifact(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        kind INTEGER NOT NULL,                  -- 0 full, 1 incremental, 2 patch
        digest TEXT NOT NULL,                   -- base64 MD5 of the file; empty until known
        base_artifact_id INTEGER,
        sha256 BLOB,                            -- NULL until uploaded
        size_bytes INTEGER,
        created_us INTEGER NOT NULL
);
CREATE INDEX manifest_by_artifact ON manifest(artifact_id, id);

-- Bytes that were uploaded for an artifact, by the client's digest. This is also what
-- "the server already has it" is answered from, after asking whether the caller may read
-- the artifact.
CREATE TABLE artifact_blob (
        digest BLOB NOT NULL,                   -- 16 bytes
        algorithm INTEGER NOT NULL,             -- 0 MD5, 1 XXH128
        project_id INTEGER NOT NULL,
        artifact_id INTEGER NOT NULL REFERENCES artifact(id),
        sha256 BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        created_us INTEGER NOT NULL,
        PRIMARY KEY (digest, algorithm, project_id, artifact_id)
) WITHOUT ROWID;
CREATE INDEX artifact_blob_by_artifact ON artifact_blob(artifact_id, digest, algorithm);

CREATE TABLE upload (                           -- a multipart upload under way
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        artifact_id INTEGER NOT NULL REFERENCES artifact(id) ON DELETE CASCADE,
        digest BLOB NOT NULL,
        algorithm INTEGER NOT NULL,
        md5 BLOB NOT NULL,
        storage_path TEXT NOT NULL,
        part_count INTEGER NOT NULL,
        created_us INTEGER NOT NULL,
        completed_us INTEGER
);
CREATE INDEX upload_by_artifact ON upload(artifact_id, digest);
CREATE TABLE upload_part (
        upload_id INTEGER NOT NULL REFERENCES upload(id) ON DELETE CASCADE,
        part INTEGER NOT NULL,
        sha256 BLOB NOT NULL,
        md5 BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        PRIMARY KEY (upload_id, part)
) WITHOUT ROWID;
CREATE INDEX upload_part_by_bytes ON upload_part(sha256);

CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES project(id),
        name TEXT NOT NULL,                     -- the run id that the client made
        number INTEGER NOT NULL,                -- counts in its project; part of the invented name
        display_name TEXT,
        description TEXT,
        notes TEXT,
        group_name TEXT,
        job_type TEXT,
        commit_hash TEXT,
        repo TEXT,
        program TEXT,
        host TEXT,
        sweep_name TEXT,
        tags TEXT NOT NULL DEFAULT '[]',        -- JSON list of strings
        config TEXT NOT NULL DEFAULT '{}',      -- as the client wrote it: NaN may stand bare in it...
        summary TEXT NOT NULL DEFAULT '{}',
        config_clean TEXT,                      -- ...then this is the same as strict JSON, else NULL
        summary_clean TEXT,
        system_metrics TEXT NOT NULL DEFAULT '{}',
        state INTEGER NOT NULL DEFAULT 0,       -- 0 running 1 finished 2 failed 3 crashed 4 killed 5 preempting 6 preempted 7 pending
        exit_code INTEGER,
        stop_requested INTEGER NOT NULL DEFAULT 0,
        history_lines INTEGER NOT NULL DEFAULT 0,
        event_lines INTEGER NOT NULL DEFAULT 0,
        log_lines INTEGER NOT NULL DEFAULT 0,
        history_keys TEXT,                      -- derivable: JSON object kept while lines arrive
        created_by INTEGER NOT NULL REFERENCES account(id),
        created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL,
        heartbeat_us INTEGER NOT NULL,
        deleted_us INTEGER
);
CREATE UNIQUE INDEX run_by_name ON run(project_id, name);
CREATE INDEX run_by_created ON run(project_id, created_us, id);

CREATE INDEX run_by_sweep ON run(project_id, sweep_name) WHERE sweep_name IS NOT NULL;

CREATE TABLE run_line (                         -- history, events and console, as the client sent them
        run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        stream INTEGER NOT NULL,                -- 0 history, 1 events, 2 console
        line INTEGER NOT NULL,
        step INTEGER,                           -- _step of a history line
        text TEXT NOT NULL,
        PRIMARY KEY (run_id, stream, line)
) WITHOUT ROWID;
CREATE INDEX run_line_by_step ON run_line(run_id, step) WHERE step IS NOT NULL;

CREATE TABLE run_file (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        md5 BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        updated_us INTEGER NOT NULL,
        UNIQUE (run_id, name)
);

-- A grid sweep: every combination of the listed values is one point, given to one agent.
CREATE TABLE sweep (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id INTEGER NOT NULL REFERENCES project(id),
        name TEXT NOT NULL,                     -- eight characters, invented
        display_name TEXT,
        description TEXT,
        config TEXT NOT NULL,                   -- YAML, as it came
        grid TEXT NOT NULL,                     -- JSON: what the points are counted out of
        point_count INTEGER NOT NULL,
        next_point INTEGER NOT NULL DEFAULT 0,
        created_by INTEGER NOT NULL REFERENCES account(id),
        created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL
);
CREATE UNIQUE INDEX sweep_by_name ON sweep(project_id, name);

CREATE TABLE sweep_agent (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sweep_id INTEGER NOT NULL REFERENCES sweep(id) ON DELETE CASCADE,
        host TEXT NOT NULL,
        point INTEGER,                          -- the last one it was given...
        run_name TEXT,                          -- ...the run that shall try it...
        given_us INTEGER,                       -- ...and when
        created_by INTEGER NOT NULL REFERENCES account(id),
        created_us INTEGER NOT NULL,
        heartbeat_us INTEGER NOT NULL
);
CREATE INDEX sweep_agent_by_sweep ON sweep_agent(sweep_id, id);

CREATE TABLE run_input (                        -- lineage: run used artifact, reached through a collection
        run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        artifact_id INTEGER NOT NULL REFERENCES artifact(id),
        collection_id INTEGER,
        created_us INTEGER NOT NULL,
        PRIMARY KEY (run_id, artifact_id)
) WITHOUT ROWID;
CREATE INDEX run_input_by_artifact ON run_input(artifact_id, run_id);
CREATE TABLE run_output (                       -- lineage: run logged artifact
        run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        artifact_id INTEGER NOT NULL REFERENCES artifact(id),
        created_us INTEGER NOT NULL,
        PRIMARY KEY (run_id, artifact_id)
) WITHOUT ROWID;
CREATE INDEX run_output_by_artifact ON run_output(artifact_id, run_id);

-- What happened, by whom: written in the transaction of the change, never changed.
CREATE TABLE event (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at_us INTEGER NOT NULL,
        account_id INTEGER,
        action TEXT NOT NULL,
        org_id INTEGER,
        entity_id INTEGER,
        project_id INTEGER,
        collection_id INTEGER,
        version INTEGER,
        artifact_id INTEGER,
        run_id INTEGER,
        alias TEXT,                             -- that was put on or taken off
        detail TEXT                             -- JSON object
);
-- Action history: every use of a version would only hide what changed.
CREATE INDEX event_by_collection ON event(collection_id, id)
        WHERE collection_id IS NOT NULL AND action <> 'version_used';
CREATE INDEX event_by_alias ON event(collection_id, alias, at_us, id) WHERE alias IS NOT NULL;
CREATE INDEX event_by_time ON event(at_us, id);
