-- Operators of the pools that the followed models name.
CREATE TABLE operators (
	pool BLOB NOT NULL CHECK (length(pool) = 20),
	id INTEGER NOT NULL,
	owner BLOB NOT NULL CHECK (length(owner) = 20),
	signer BLOB NOT NULL CHECK (length(signer) = 20),
	attester BLOB NOT NULL CHECK (length(attester) = 20),
	sender BLOB NOT NULL CHECK (length(sender) = 20),
	bond_wei BLOB NOT NULL CHECK (length(bond_wei) = 32),
	endpoint TEXT NOT NULL,
	from_period INTEGER NOT NULL,
	leaving INTEGER NOT NULL CHECK (leaving IN (0, 1)),
	until_period INTEGER NOT NULL,
	slashed INTEGER NOT NULL CHECK (slashed IN (0, 1)),
	since_block INTEGER NOT NULL,
	checkpoints_signed INTEGER NOT NULL,
	checkpoints_missed INTEGER NOT NULL,
	last_epoch INTEGER NOT NULL,
	PRIMARY KEY (pool, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX operators_by_owner ON operators (owner);
CREATE INDEX operators_by_signer ON operators (signer);
CREATE INDEX operators_by_attester ON operators (attester);
CREATE INDEX operators_by_sender ON operators (sender);

CREATE TABLE undo_operators (
	at_block INTEGER NOT NULL,
	pool BLOB NOT NULL,
	id INTEGER NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	owner BLOB,
	signer BLOB,
	attester BLOB,
	sender BLOB,
	bond_wei BLOB,
	endpoint TEXT,
	from_period INTEGER,
	leaving INTEGER,
	until_period INTEGER,
	slashed INTEGER,
	since_block INTEGER,
	checkpoints_signed INTEGER,
	checkpoints_missed INTEGER,
	last_epoch INTEGER,
	PRIMARY KEY (at_block, pool, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER operators_undo_insert AFTER INSERT ON operators
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_operators (at_block, pool, id, existed)
	VALUES (decaid_undo_block(), NEW.pool, NEW.id, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER operators_undo_update AFTER UPDATE ON operators
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_operators (
		at_block, pool, id, existed, owner, signer, attester,
		sender, bond_wei, endpoint, from_period, leaving,
		until_period, slashed, since_block, checkpoints_signed,
		checkpoints_missed, last_epoch
	) VALUES (
		decaid_undo_block(), OLD.pool, OLD.id, 1, OLD.owner,
		OLD.signer, OLD.attester, OLD.sender, OLD.bond_wei,
		OLD.endpoint, OLD.from_period, OLD.leaving,
		OLD.until_period, OLD.slashed, OLD.since_block,
		OLD.checkpoints_signed, OLD.checkpoints_missed,
		OLD.last_epoch
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER operators_fixed BEFORE UPDATE OF
	pool, id
ON operators BEGIN
	SELECT RAISE(ABORT, 'operators: a fixed column was changed');
END;
CREATE TRIGGER operators_kept BEFORE DELETE ON operators
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'operators: a tracked row was deleted');
END;
