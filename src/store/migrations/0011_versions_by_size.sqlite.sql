-- Lists of the versions of many registries, ordered by size or age, begin here instead of sorting all of them.
-- Written when a version is committed; links do not touch them.

CREATE INDEX artifact_by_size ON artifact(size_bytes) WHERE state = 1;
CREATE INDEX artifact_by_age ON artifact(created_us) WHERE state = 1;
