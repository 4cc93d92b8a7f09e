-- How many texts are kept and how long they are together: held against what
-- may be kept before each one, so not summed up each time.
CREATE TABLE texts_sum (
	one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	kept INTEGER NOT NULL CHECK (kept >= 0),
	bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;
INSERT INTO texts_sum (one, kept, bytes)
	SELECT 1, count(*), coalesce(sum(bytes), 0) FROM texts;
CREATE TRIGGER texts_sum_insert AFTER INSERT ON texts BEGIN
	UPDATE texts_sum SET kept = kept + 1, bytes = bytes + NEW.bytes;
END;
CREATE TRIGGER texts_sum_delete AFTER DELETE ON texts BEGIN
	UPDATE texts_sum SET kept = kept - 1, bytes = bytes - OLD.bytes;
END;
