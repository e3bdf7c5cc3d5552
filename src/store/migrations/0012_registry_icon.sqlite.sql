-- The picture of a registry that an admin chose; absent: one that follows from its name.

ALTER TABLE project ADD COLUMN icon_name TEXT;
ALTER TABLE project ADD COLUMN icon_color TEXT;
