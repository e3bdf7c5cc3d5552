-- An index of what versions' metadata say, so that a filter by a rare value need not read every version
-- (store/search_start.c; docs/decisions/0013). Derivable: triggers keep it in step with artifact.metadata.

CREATE TABLE metadata_term (
        key TEXT NOT NULL,                          -- members' names joined by dots; the first 100 characters
        value NOT NULL,                             -- number, truth value as 0 or 1, first 100 characters of a text
        artifact_id INTEGER NOT NULL,
        PRIMARY KEY (key, value, artifact_id)
) WITHOUT ROWID;

-- What an artifact has there, some of it twice. Lists are left out. Long metadata are not looked into: they are
-- taken for an empty text, whose only term is '' = '', and whoever looks for a term must look for that one, too.
CREATE VIEW artifact_term AS
        SELECT CAST(substr(replace(substr(j.fullkey, 3), '"', ''), 1, 100) AS TEXT) AS key, -- cast: so that DELETE finds it by the index
               CASE j.type WHEN 'text' THEN substr(j.atom, 1, 100) ELSE j.atom END AS value,
               a.id AS artifact_id
        FROM artifact a CROSS JOIN json_tree(CASE WHEN length(a.metadata) > 8192 THEN '""'
                                             WHEN instr(a.metadata, '{') > 0 THEN a.metadata END) j
        WHERE j.atom IS NOT NULL AND instr(j.fullkey, '[') = 0;

CREATE TRIGGER metadata_inserted AFTER INSERT ON artifact WHEN NEW.metadata IS NOT NULL BEGIN
        INSERT INTO metadata_term SELECT DISTINCT key, value, artifact_id FROM artifact_term WHERE artifact_id = NEW.id;
END;
CREATE TRIGGER metadata_leaving BEFORE UPDATE OF metadata ON artifact WHEN OLD.metadata IS NOT NEW.metadata BEGIN
        DELETE FROM metadata_term WHERE artifact_id = OLD.id AND (key, value) IN
                (SELECT key, value FROM artifact_term WHERE artifact_id = OLD.id);
END;
CREATE TRIGGER metadata_coming AFTER UPDATE OF metadata ON artifact WHEN OLD.metadata IS NOT NEW.metadata BEGIN
        INSERT INTO metadata_term SELECT DISTINCT key, value, artifact_id FROM artifact_term WHERE artifact_id = NEW.id;
END;

INSERT INTO metadata_term SELECT DISTINCT key, value, artifact_id FROM artifact_term ORDER BY 1, 2, 3;
