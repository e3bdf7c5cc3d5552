-- From where a change was asked for: what the audit log tells besides who, what and when.

ALTER TABLE event ADD COLUMN subject_id INTEGER;    -- the account that it was done to
ALTER TABLE event ADD COLUMN request_id TEXT;       -- NULL: an operator's command, or the server by itself
ALTER TABLE event ADD COLUMN address TEXT;          -- of the caller
ALTER TABLE event ADD COLUMN program TEXT;          -- as it calls itself
