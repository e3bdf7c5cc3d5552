-- Downloads are events, too: the audit log tells who read a version. They would hide what changed, so
-- that the action history leaves them out, as it does uses by runs.

DROP INDEX event_by_collection;
CREATE INDEX event_by_collection ON event(collection_id, id)
        WHERE collection_id IS NOT NULL AND action <> 'version_used' AND action <> 'version_downloaded';
-- Has this account read it a moment ago? Then it is one download that goes on.
CREATE INDEX event_by_download ON event(artifact_id, account_id, collection_id, at_us)
        WHERE action = 'version_downloaded';
