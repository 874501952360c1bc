-- A position is a text that its source alone understands: of a file its lines and bytes, of a Kafka partition the offset.
ALTER TABLE load_checkpoint ADD COLUMN position TEXT NOT NULL DEFAULT '0';
UPDATE load_checkpoint SET position = line || ':' || byte_offset;
ALTER TABLE load_checkpoint DROP COLUMN line;
ALTER TABLE load_checkpoint DROP COLUMN byte_offset;
