-- Checkpoint signatures, made here or collected; one a signer and epoch.
CREATE TABLE signatures (
	chain_id INTEGER NOT NULL,
	pool BLOB NOT NULL CHECK (length(pool) = 20),
	model BLOB NOT NULL CHECK (length(model) = 20),
	epoch INTEGER NOT NULL,
	signer BLOB NOT NULL CHECK (length(signer) = 20),
	digest BLOB NOT NULL CHECK (length(digest) = 32),
	bytes BLOB NOT NULL CHECK (length(bytes) = 65),
	time_s INTEGER NOT NULL,
	PRIMARY KEY (chain_id, pool, model, epoch, signer)
) STRICT, WITHOUT ROWID;
