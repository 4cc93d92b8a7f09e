-- How unlike its label's neighbours a contribution is, in millionths. NULL: it
-- came before this was computed.
ALTER TABLE contributions ADD COLUMN suspicion INTEGER
	CHECK (suspicion BETWEEN 0 AND 1000000);
DROP TRIGGER contributions_fixed;
CREATE TRIGGER contributions_fixed BEFORE UPDATE OF
	row, model, contributor, label, deposit_wei, block, log_index,
	time_s, tx, sample_hash, sample_key, record_hash, valid, is_new,
	taught, prediction, margin_fx9, progressive_right,
	progressive_counted, suspicion
ON contributions BEGIN
	SELECT RAISE(ABORT, 'contributions: a fixed column was changed');
END;

-- Whose deposit may still be forfeited (pending, disagree, invalid), in order
-- of suspicion.
CREATE INDEX contributions_suspects
	ON contributions (model, suspicion) WHERE state IN (0, 1, 5);

-- The file beside a learner's: what its suspicions are computed from, by its
-- keccak. Empty: there is none, and the snapshot is of no use.
ALTER TABLE snapshots RENAME COLUMN counters TO neighbours;
