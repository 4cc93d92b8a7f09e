-- Every key that ever signed for an operator: it belongs to that one for ever,
-- and an old one counts for up to two periods after another was named.
CREATE TABLE operator_keys (
	pool BLOB NOT NULL CHECK (length(pool) = 20),
	signer BLOB NOT NULL CHECK (length(signer) = 20),
	id INTEGER NOT NULL,
	PRIMARY KEY (pool, signer)
) STRICT, WITHOUT ROWID;
INSERT INTO operator_keys (pool, signer, id)
	SELECT pool, signer, id FROM operators WHERE true
	ON CONFLICT DO NOTHING;

CREATE TABLE undo_operator_keys (
	at_block INTEGER NOT NULL,
	pool BLOB NOT NULL,
	signer BLOB NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	id INTEGER,
	PRIMARY KEY (at_block, pool, signer)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER operator_keys_undo_insert AFTER INSERT ON operator_keys
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_operator_keys (at_block, pool, signer, existed)
	VALUES (decaid_undo_block(), NEW.pool, NEW.signer, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER operator_keys_undo_update AFTER UPDATE ON operator_keys
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_operator_keys (
		at_block, pool, signer, existed, id
	) VALUES (
		decaid_undo_block(), OLD.pool, OLD.signer, 1, OLD.id
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER operator_keys_fixed BEFORE UPDATE OF
	pool, signer
ON operator_keys BEGIN
	SELECT RAISE(ABORT, 'operator_keys: a fixed column was changed');
END;
CREATE TRIGGER operator_keys_kept BEFORE DELETE ON operator_keys
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'operator_keys: a tracked row was deleted');
END;
