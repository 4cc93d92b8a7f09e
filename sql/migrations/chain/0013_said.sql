-- What mirrors said of contributions in blocks that may still be undone: a
-- block that comes back, after a reorg, a doubt or a rewind, is not said
-- again, and one may be said before its row is there. Not tracked; what is
-- final goes.
CREATE TABLE said (
	block INTEGER NOT NULL,
	log_index INTEGER NOT NULL,
	block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
	prediction INTEGER NOT NULL CHECK (prediction >= 0),
	PRIMARY KEY (block, log_index, block_hash)
) STRICT, WITHOUT ROWID;
