-- Models of 0xDeCA10B's contracts: what a row of models does not say of them.
CREATE TABLE mirrors (
	model INTEGER PRIMARY KEY,
	data_handler BLOB NOT NULL CHECK (length(data_handler) = 20),
	incentive BLOB NOT NULL CHECK (length(incentive) = 20),
	classifier BLOB NOT NULL CHECK (length(classifier) = 20),
	cost_weight_wei BLOB NOT NULL CHECK (length(cost_weight_wei) = 32),
	class_names BLOB NOT NULL,	-- each followed by a zero byte
	refusal TEXT NOT NULL		-- why it is followed no further, or ''
) STRICT;

CREATE TABLE undo_mirrors (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	class_names BLOB,
	refusal TEXT,
	PRIMARY KEY (at_block, model)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER mirrors_undo_insert AFTER INSERT ON mirrors
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_mirrors (at_block, model, existed)
	VALUES (decaid_undo_block(), NEW.model, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER mirrors_undo_update AFTER UPDATE ON mirrors
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_mirrors (
		at_block, model, existed, class_names, refusal
	) VALUES (
		decaid_undo_block(), OLD.model, 1, OLD.class_names, OLD.refusal
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER mirrors_fixed BEFORE UPDATE OF
	model, data_handler, incentive, classifier, cost_weight_wei
ON mirrors BEGIN
	SELECT RAISE(ABORT, 'mirrors: a fixed column was changed');
END;
CREATE TRIGGER mirrors_kept BEFORE DELETE ON mirrors
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'mirrors: a tracked row was deleted');
END;

-- What a mirror said of a contribution before it learned from it, and its sums
-- after it: this daemon's own measurement, which comes after the row. A
-- rollback that deletes the contribution takes it along: not tracked.
CREATE TABLE predictions (
	row INTEGER PRIMARY KEY
		REFERENCES contributions (row) ON DELETE CASCADE,
	prediction INTEGER NOT NULL CHECK (prediction >= 0),
	progressive_right INTEGER NOT NULL,
	progressive_counted INTEGER NOT NULL
) STRICT;
CREATE TRIGGER predictions_fixed BEFORE UPDATE ON predictions BEGIN
	SELECT RAISE(ABORT, 'predictions: a fixed column was changed');
END;
CREATE TRIGGER predictions_kept BEFORE DELETE ON predictions
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'predictions: a tracked row was deleted');
END;
