-- What creation fixed. Numbered in order of creation.
CREATE TABLE models (
	model INTEGER PRIMARY KEY,
	address BLOB NOT NULL CHECK (length(address) = 20) UNIQUE,
	slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
	owner BLOB NOT NULL CHECK (length(owner) = 20),
	kind INTEGER NOT NULL,
	origin INTEGER NOT NULL,
	followed INTEGER NOT NULL CHECK (followed IN (0, 1)),
	spec_hash BLOB NOT NULL CHECK (length(spec_hash) = 32),
	spec BLOB NOT NULL,
	type TEXT NOT NULL,
	features INTEGER NOT NULL,
	name TEXT NOT NULL COLLATE NOCASE,
	description TEXT NOT NULL,
	encoder TEXT NOT NULL,
	pool BLOB NOT NULL CHECK (length(pool) = 20),
	classes INTEGER NOT NULL,
	max_sample_bytes INTEGER NOT NULL,
	refund_wait_s INTEGER NOT NULL,
	verdict_window_s INTEGER NOT NULL,
	challenge_s INTEGER NOT NULL,
	epoch_s INTEGER NOT NULL,
	owner_claim_wait_s INTEGER NOT NULL,
	any_claim_wait_s INTEGER NOT NULL,
	fee_gwei INTEGER NOT NULL,
	floor_wei BLOB NOT NULL CHECK (length(floor_wei) = 32),
	cap_wei BLOB NOT NULL CHECK (length(cap_wei) = 32),
	burst INTEGER NOT NULL,
	window_s INTEGER NOT NULL,
	reporter_share_bps INTEGER NOT NULL,
	created_s INTEGER NOT NULL,
	block INTEGER NOT NULL REFERENCES blocks (number),
	log_index INTEGER NOT NULL,
	tx BLOB NOT NULL CHECK (length(tx) = 32)
) STRICT;
CREATE INDEX models_by_name ON models (name);
CREATE INDEX models_by_place ON models (block, log_index);

CREATE TABLE undo_models (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	PRIMARY KEY (at_block, model)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER models_undo_insert AFTER INSERT ON models
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_models (at_block, model, existed)
	VALUES (decaid_undo_block(), NEW.model, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER models_fixed BEFORE UPDATE OF
	model, address, slug, owner, kind, origin, followed, spec_hash, spec, type,
	features, name, description, encoder, pool, classes,
	max_sample_bytes, refund_wait_s, verdict_window_s, challenge_s,
	epoch_s, owner_claim_wait_s, any_claim_wait_s, fee_gwei, floor_wei,
	cap_wei, burst, window_s, reporter_share_bps, created_s, block,
	log_index, tx
ON models BEGIN
	SELECT RAISE(ABORT, 'models: a fixed column was changed');
END;
CREATE TRIGGER models_kept BEFORE DELETE ON models
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'models: a tracked row was deleted');
END;

-- What changes with every block.
CREATE TABLE model_totals (
	model INTEGER PRIMARY KEY,
	count INTEGER NOT NULL,
	judged INTEGER NOT NULL,
	contributors INTEGER NOT NULL,
	record_hash BLOB NOT NULL CHECK (length(record_hash) = 32),
	held_wei BLOB NOT NULL CHECK (length(held_wei) = 32),
	paid_out_wei BLOB NOT NULL CHECK (length(paid_out_wei) = 32),
	forfeited_wei BLOB NOT NULL CHECK (length(forfeited_wei) = 32),
	fees_wei BLOB NOT NULL CHECK (length(fees_wei) = 32),
	progressive_right INTEGER NOT NULL,
	progressive_counted INTEGER NOT NULL,
	accuracy_fx9 INTEGER NOT NULL,	-- sort key
	holdout_right INTEGER NOT NULL,
	holdout_counted INTEGER NOT NULL,
	karma INTEGER NOT NULL,
	acc BLOB NOT NULL CHECK (length(acc) = 32),	-- times 2^32
	carry_wei BLOB NOT NULL CHECK (length(carry_wei) = 32),
	level INTEGER NOT NULL,
	level_s INTEGER NOT NULL,
	has_checkpoint INTEGER NOT NULL CHECK (has_checkpoint IN (0, 1)),
	checkpoint_epoch INTEGER NOT NULL,
	checkpoint_count INTEGER NOT NULL,
	checkpoint_judged INTEGER NOT NULL,
	checkpoint_root BLOB NOT NULL CHECK (length(checkpoint_root) = 32),
	checkpoint_verdicts BLOB NOT NULL
		CHECK (length(checkpoint_verdicts) = 32),
	checkpoint_block INTEGER NOT NULL,
	checkpoint_s INTEGER NOT NULL,
	has_root INTEGER NOT NULL CHECK (has_root IN (0, 1)),
	root BLOB NOT NULL CHECK (length(root) = 32),
	root_count INTEGER NOT NULL
) STRICT;
CREATE INDEX model_totals_by_accuracy ON model_totals (accuracy_fx9);
CREATE INDEX model_totals_by_count ON model_totals (count);
CREATE INDEX model_totals_by_held ON model_totals (held_wei);

CREATE TABLE undo_model_totals (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	count INTEGER,
	judged INTEGER,
	contributors INTEGER,
	record_hash BLOB,
	held_wei BLOB,
	paid_out_wei BLOB,
	forfeited_wei BLOB,
	fees_wei BLOB,
	progressive_right INTEGER,
	progressive_counted INTEGER,
	accuracy_fx9 INTEGER,
	holdout_right INTEGER,
	holdout_counted INTEGER,
	karma INTEGER,
	acc BLOB,
	carry_wei BLOB,
	level INTEGER,
	level_s INTEGER,
	has_checkpoint INTEGER,
	checkpoint_epoch INTEGER,
	checkpoint_count INTEGER,
	checkpoint_judged INTEGER,
	checkpoint_root BLOB,
	checkpoint_verdicts BLOB,
	checkpoint_block INTEGER,
	checkpoint_s INTEGER,
	has_root INTEGER,
	root BLOB,
	root_count INTEGER,
	PRIMARY KEY (at_block, model)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER model_totals_undo_insert AFTER INSERT ON model_totals
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_model_totals (at_block, model, existed)
	VALUES (decaid_undo_block(), NEW.model, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER model_totals_undo_update AFTER UPDATE ON model_totals
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_model_totals (
		at_block, model, existed, count, judged, contributors,
		record_hash, held_wei, paid_out_wei, forfeited_wei,
		fees_wei, progressive_right, progressive_counted,
		accuracy_fx9, holdout_right, holdout_counted, karma, acc,
		carry_wei, level, level_s, has_checkpoint, checkpoint_epoch,
		checkpoint_count, checkpoint_judged, checkpoint_root,
		checkpoint_verdicts, checkpoint_block, checkpoint_s,
		has_root, root, root_count
	) VALUES (
		decaid_undo_block(), OLD.model, 1, OLD.count, OLD.judged,
		OLD.contributors, OLD.record_hash, OLD.held_wei,
		OLD.paid_out_wei, OLD.forfeited_wei, OLD.fees_wei,
		OLD.progressive_right, OLD.progressive_counted,
		OLD.accuracy_fx9, OLD.holdout_right, OLD.holdout_counted,
		OLD.karma, OLD.acc, OLD.carry_wei, OLD.level, OLD.level_s,
		OLD.has_checkpoint, OLD.checkpoint_epoch,
		OLD.checkpoint_count, OLD.checkpoint_judged,
		OLD.checkpoint_root, OLD.checkpoint_verdicts,
		OLD.checkpoint_block, OLD.checkpoint_s, OLD.has_root,
		OLD.root, OLD.root_count
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER model_totals_fixed BEFORE UPDATE OF
	model
ON model_totals BEGIN
	SELECT RAISE(ABORT, 'model_totals: a fixed column was changed');
END;
CREATE TRIGGER model_totals_kept BEFORE DELETE ON model_totals
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'model_totals: a tracked row was deleted');
END;
