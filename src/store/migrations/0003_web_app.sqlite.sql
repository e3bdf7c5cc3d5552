-- What the web app needs: limits on signing in, stars, and cheap answers to "has anything changed?".

CREATE TABLE sign_in_try (                      -- how often somebody tried lately
        key BLOB NOT NULL PRIMARY KEY,          -- SHA-256 of what is limited: an account's name, an address
        since_us INTEGER NOT NULL,              -- when the first of these tries was
        count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_try_by_age ON sign_in_try(since_us);

CREATE TABLE star (                             -- projects and registries that somebody wants to see first
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        project_id INTEGER NOT NULL REFERENCES project(id) ON DELETE CASCADE,
        PRIMARY KEY (account_id, project_id)
) WITHOUT ROWID;

-- The latest event of a project; of a team or an organization beside its projects.
CREATE INDEX event_by_project ON event(project_id, id) WHERE project_id IS NOT NULL;
CREATE INDEX event_by_entity ON event(entity_id, id) WHERE project_id IS NULL AND entity_id IS NOT NULL;
CREATE INDEX event_by_org ON event(org_id, id) WHERE project_id IS NULL AND org_id IS NOT NULL;
