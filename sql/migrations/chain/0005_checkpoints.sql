-- Computed by this daemon, accepted by the trainer, or both.
CREATE TABLE checkpoints (
	model INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	count INTEGER NOT NULL,
	record_hash BLOB NOT NULL CHECK (length(record_hash) = 32),
	state_root BLOB NOT NULL CHECK (length(state_root) = 32),
	judged INTEGER NOT NULL,
	verdicts_hash BLOB NOT NULL CHECK (length(verdicts_hash) = 32),
	accuracy_fx9 INTEGER NOT NULL,
	judged_before INTEGER NOT NULL,
	chain_before BLOB NOT NULL CHECK (length(chain_before) = 32),
	computed INTEGER NOT NULL CHECK (computed IN (0, 1)),
	accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
	differs INTEGER NOT NULL CHECK (differs IN (0, 1)),
	refuted INTEGER NOT NULL CHECK (refuted IN (0, 1)),
	block INTEGER NOT NULL,
	log_index INTEGER NOT NULL,
	tx BLOB NOT NULL CHECK (length(tx) = 32),
	accepted_s INTEGER NOT NULL,
	effective_s INTEGER NOT NULL,
	words BLOB NOT NULL CHECK (length(words) % 32 = 0),
	PRIMARY KEY (model, epoch)
) STRICT;

CREATE TABLE undo_checkpoints (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	count INTEGER,
	record_hash BLOB,
	state_root BLOB,
	judged INTEGER,
	verdicts_hash BLOB,
	accuracy_fx9 INTEGER,
	judged_before INTEGER,
	chain_before BLOB,
	computed INTEGER,
	accepted INTEGER,
	differs INTEGER,
	refuted INTEGER,
	block INTEGER,
	log_index INTEGER,
	tx BLOB,
	accepted_s INTEGER,
	effective_s INTEGER,
	words BLOB,
	PRIMARY KEY (at_block, model, epoch)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER checkpoints_undo_insert AFTER INSERT ON checkpoints
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_checkpoints (at_block, model, epoch, existed)
	VALUES (decaid_undo_block(), NEW.model, NEW.epoch, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER checkpoints_undo_update AFTER UPDATE ON checkpoints
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_checkpoints (
		at_block, model, epoch, existed, count, record_hash,
		state_root, judged, verdicts_hash, accuracy_fx9,
		judged_before, chain_before, computed, accepted, differs,
		refuted, block, log_index, tx, accepted_s, effective_s,
		words
	) VALUES (
		decaid_undo_block(), OLD.model, OLD.epoch, 1, OLD.count,
		OLD.record_hash, OLD.state_root, OLD.judged,
		OLD.verdicts_hash, OLD.accuracy_fx9, OLD.judged_before,
		OLD.chain_before, OLD.computed, OLD.accepted, OLD.differs,
		OLD.refuted, OLD.block, OLD.log_index, OLD.tx,
		OLD.accepted_s, OLD.effective_s, OLD.words
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER checkpoints_fixed BEFORE UPDATE OF
	model, epoch
ON checkpoints BEGIN
	SELECT RAISE(ABORT, 'checkpoints: a fixed column was changed');
END;
CREATE TRIGGER checkpoints_kept BEFORE DELETE ON checkpoints
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'checkpoints: a tracked row was deleted');
END;

-- Contributions [from_id, to_id) were judged late.
CREATE TABLE late_ranges (
	model INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	from_id INTEGER NOT NULL,
	to_id INTEGER NOT NULL,
	accepted_s INTEGER NOT NULL,
	live INTEGER NOT NULL CHECK (live IN (0, 1)),	-- 0: refuted
	PRIMARY KEY (model, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX late_ranges_by_end ON late_ranges (model, to_id) WHERE live = 1;

CREATE TABLE undo_late_ranges (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	from_id INTEGER,
	to_id INTEGER,
	accepted_s INTEGER,
	live INTEGER,
	PRIMARY KEY (at_block, model, idx)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER late_ranges_undo_insert AFTER INSERT ON late_ranges
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_late_ranges (at_block, model, idx, existed)
	VALUES (decaid_undo_block(), NEW.model, NEW.idx, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER late_ranges_undo_update AFTER UPDATE ON late_ranges
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_late_ranges (
		at_block, model, idx, existed, from_id, to_id, accepted_s,
		live
	) VALUES (
		decaid_undo_block(), OLD.model, OLD.idx, 1, OLD.from_id,
		OLD.to_id, OLD.accepted_s, OLD.live
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER late_ranges_fixed BEFORE UPDATE OF
	model, idx
ON late_ranges BEGIN
	SELECT RAISE(ABORT, 'late_ranges: a fixed column was changed');
END;
CREATE TRIGGER late_ranges_kept BEFORE DELETE ON late_ranges
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'late_ranges: a tracked row was deleted');
END;
