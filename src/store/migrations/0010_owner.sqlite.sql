-- Who answers for a registry or project; absent: whoever made it.

ALTER TABLE project ADD COLUMN owner_id INTEGER REFERENCES account(id) ON DELETE SET NULL;
