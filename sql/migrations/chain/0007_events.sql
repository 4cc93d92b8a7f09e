-- Every followed event but contributions, in the chain's order.
CREATE TABLE events (
	block INTEGER NOT NULL REFERENCES blocks (number),
	log_index INTEGER NOT NULL,
	time_s INTEGER NOT NULL,
	tx BLOB NOT NULL CHECK (length(tx) = 32),
	kind INTEGER NOT NULL CHECK (kind > 0),	-- 0 has its own table
	model INTEGER NOT NULL,
	ref INTEGER NOT NULL,
	account BLOB NOT NULL CHECK (length(account) = 20),
	contributor BLOB NOT NULL CHECK (length(contributor) = 20),
	amount_wei BLOB NOT NULL CHECK (length(amount_wei) = 32),
	shared_wei BLOB NOT NULL CHECK (length(shared_wei) = 32),
	karma INTEGER NOT NULL,
	PRIMARY KEY (block, log_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_model ON events (model, block, log_index);

CREATE TABLE undo_events (
	at_block INTEGER NOT NULL,
	block INTEGER NOT NULL,
	log_index INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	PRIMARY KEY (at_block, block, log_index)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_undo_insert AFTER INSERT ON events
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_events (at_block, block, log_index, existed)
	VALUES (decaid_undo_block(), NEW.block, NEW.log_index, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER events_fixed BEFORE UPDATE OF
	block, log_index, time_s, tx, kind, model, ref, account,
	contributor, amount_wei, shared_wei, karma
ON events BEGIN
	SELECT RAISE(ABORT, 'events: a fixed column was changed');
END;
CREATE TRIGGER events_kept BEFORE DELETE ON events
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'events: a tracked row was deleted');
END;

-- Files with learner states. Rolled back by their block: not tracked.
CREATE TABLE snapshots (
	model INTEGER NOT NULL,
	block INTEGER NOT NULL,
	block_hash BLOB NOT NULL CHECK (length(block_hash) = 32),
	count INTEGER NOT NULL,
	root BLOB NOT NULL CHECK (length(root) = 32),
	file TEXT NOT NULL CHECK (file <> ''),
	counters BLOB NOT NULL,
	PRIMARY KEY (model, block)
) STRICT, WITHOUT ROWID;
