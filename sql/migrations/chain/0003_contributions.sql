-- What was contributed and what became of it, but for the sample.
CREATE TABLE contributions (
	row INTEGER PRIMARY KEY,	-- model << 40 | id
	model INTEGER NOT NULL CHECK (model = row >> 40),
	contributor BLOB NOT NULL CHECK (length(contributor) = 20),
	label INTEGER NOT NULL CHECK (label >= 0),
	deposit_wei BLOB NOT NULL CHECK (length(deposit_wei) = 32),
	block INTEGER NOT NULL REFERENCES blocks (number),
	log_index INTEGER NOT NULL,
	time_s INTEGER NOT NULL,
	tx BLOB NOT NULL CHECK (length(tx) = 32),
	sample_hash BLOB NOT NULL CHECK (length(sample_hash) = 32),
	sample_key INTEGER NOT NULL,	-- first 8 bytes of it
	record_hash BLOB NOT NULL CHECK (length(record_hash) = 32),
	valid INTEGER NOT NULL CHECK (valid IN (0, 1)),
	is_new INTEGER NOT NULL CHECK (is_new IN (0, 1)),
	taught INTEGER NOT NULL CHECK (taught IN (0, 1)),
	prediction INTEGER NOT NULL CHECK (prediction >= -1),
	margin_fx9 INTEGER NOT NULL,
	progressive_right INTEGER NOT NULL,
	progressive_counted INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),
	verdict INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 4),
	verdict_epoch INTEGER NOT NULL,
	paid_wei BLOB NOT NULL CHECK (length(paid_wei) = 32),
	settled_block INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX contributions_by_place
	ON contributions (block, log_index);
CREATE INDEX contributions_by_contributor
	ON contributions (model, contributor);
CREATE INDEX contributions_by_state ON contributions (model, state);
CREATE INDEX contributions_held_by
	ON contributions (model, contributor) WHERE state < 6;
CREATE INDEX contributions_by_label ON contributions (model, label);
CREATE INDEX contributions_by_sample
	ON contributions (model, sample_key) WHERE is_new = 1;

CREATE TABLE undo_contributions (
	at_block INTEGER NOT NULL,
	row INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	state INTEGER,
	verdict INTEGER,
	verdict_epoch INTEGER,
	paid_wei BLOB,
	settled_block INTEGER,
	PRIMARY KEY (at_block, row)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER contributions_undo_insert AFTER INSERT ON contributions
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_contributions (at_block, row, existed)
	VALUES (decaid_undo_block(), NEW.row, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER contributions_undo_update AFTER UPDATE ON contributions
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_contributions (
		at_block, row, existed, state, verdict, verdict_epoch,
		paid_wei, settled_block
	) VALUES (
		decaid_undo_block(), OLD.row, 1, OLD.state, OLD.verdict,
		OLD.verdict_epoch, OLD.paid_wei, OLD.settled_block
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER contributions_fixed BEFORE UPDATE OF
	row, model, contributor, label, deposit_wei, block, log_index,
	time_s, tx, sample_hash, sample_key, record_hash, valid, is_new,
	taught, prediction, margin_fx9, progressive_right,
	progressive_counted
ON contributions BEGIN
	SELECT RAISE(ABORT, 'contributions: a fixed column was changed');
END;
CREATE TRIGGER contributions_kept BEFORE DELETE ON contributions
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'contributions: a tracked row was deleted');
END;

-- Raw samples, apart from the rest: most of the bytes, and in the order of
-- their pages, so that deleting old ones (sql/growth.c) frees whole pages. What
-- is not here was pruned and can be had from the chain. A rollback that deletes
-- a contribution takes its sample along: not tracked.
CREATE TABLE samples (
	row INTEGER PRIMARY KEY
		REFERENCES contributions (row) ON DELETE CASCADE,
	bytes BLOB NOT NULL
) STRICT;
CREATE TRIGGER samples_fixed BEFORE UPDATE ON samples BEGIN
	SELECT RAISE(ABORT, 'samples: a fixed column was changed');
END;
CREATE TRIGGER samples_kept BEFORE DELETE ON samples
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'samples: a tracked row was deleted');
END;

-- Accuracy measured on a held-out set.
CREATE TABLE holdout (
	model INTEGER NOT NULL,
	n INTEGER NOT NULL,	-- 0, 1, ... a model
	contribution INTEGER NOT NULL,
	block INTEGER NOT NULL REFERENCES blocks (number),
	time_s INTEGER NOT NULL,
	correct INTEGER NOT NULL,
	counted INTEGER NOT NULL,
	PRIMARY KEY (model, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE undo_holdout (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	n INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	PRIMARY KEY (at_block, model, n)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER holdout_undo_insert AFTER INSERT ON holdout
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_holdout (at_block, model, n, existed)
	VALUES (decaid_undo_block(), NEW.model, NEW.n, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER holdout_fixed BEFORE UPDATE OF
	model, n, contribution, block, time_s, correct, counted
ON holdout BEGIN
	SELECT RAISE(ABORT, 'holdout: a fixed column was changed');
END;
CREATE TRIGGER holdout_kept BEFORE DELETE ON holdout
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'holdout: a tracked row was deleted');
END;
