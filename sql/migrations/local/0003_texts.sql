-- What people encoded into their contributions, as they gave it; each was
-- found to encode to its contribution's sample.
CREATE TABLE texts (
	tx BLOB NOT NULL CHECK (length(tx) = 32) PRIMARY KEY,
	model BLOB NOT NULL CHECK (length(model) = 20),
	sample_hash BLOB NOT NULL CHECK (length(sample_hash) = 32),
	time_s INTEGER NOT NULL,
	bytes INTEGER NOT NULL CHECK (bytes > 0),
	text TEXT NOT NULL
) STRICT;
