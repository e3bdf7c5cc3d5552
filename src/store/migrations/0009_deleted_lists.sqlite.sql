-- What was deleted in one project is listed at once, however much was deleted elsewhere.

CREATE INDEX artifact_deleted_in ON artifact(project_id, deleted_us) WHERE deleted_us IS NOT NULL AND purged_us IS NULL;
CREATE INDEX collection_deleted_in ON collection(project_id, deleted_us) WHERE deleted_us IS NOT NULL;
