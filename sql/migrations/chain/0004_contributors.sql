-- Sums a contributor; model 0 is over all models.
CREATE TABLE contributors (
	model INTEGER NOT NULL,
	address BLOB NOT NULL CHECK (length(address) = 20),
	first_block INTEGER NOT NULL,
	first_log INTEGER NOT NULL,
	first_s INTEGER NOT NULL,
	karma INTEGER NOT NULL,
	contributions INTEGER NOT NULL,
	agreed INTEGER NOT NULL,
	deposited_wei BLOB NOT NULL CHECK (length(deposited_wei) = 32),
	refunded_wei BLOB NOT NULL CHECK (length(refunded_wei) = 32),
	earned_wei BLOB NOT NULL CHECK (length(earned_wei) = 32),
	last_s INTEGER NOT NULL,
	paid_acc BLOB NOT NULL CHECK (length(paid_acc) = 32),
	owed_wei BLOB NOT NULL CHECK (length(owed_wei) = 32),
	PRIMARY KEY (model, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX contributors_by_address ON contributors (address, model);

CREATE TABLE undo_contributors (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	address BLOB NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	karma INTEGER,
	contributions INTEGER,
	agreed INTEGER,
	deposited_wei BLOB,
	refunded_wei BLOB,
	earned_wei BLOB,
	last_s INTEGER,
	paid_acc BLOB,
	owed_wei BLOB,
	PRIMARY KEY (at_block, model, address)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER contributors_undo_insert AFTER INSERT ON contributors
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_contributors (at_block, model, address, existed)
	VALUES (decaid_undo_block(), NEW.model, NEW.address, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER contributors_undo_update AFTER UPDATE ON contributors
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_contributors (
		at_block, model, address, existed, karma, contributions,
		agreed, deposited_wei, refunded_wei, earned_wei, last_s,
		paid_acc, owed_wei
	) VALUES (
		decaid_undo_block(), OLD.model, OLD.address, 1, OLD.karma,
		OLD.contributions, OLD.agreed, OLD.deposited_wei,
		OLD.refunded_wei, OLD.earned_wei, OLD.last_s, OLD.paid_acc,
		OLD.owed_wei
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER contributors_fixed BEFORE UPDATE OF
	model, address, first_block, first_log, first_s
ON contributors BEGIN
	SELECT RAISE(ABORT, 'contributors: a fixed column was changed');
END;
CREATE TRIGGER contributors_kept BEFORE DELETE ON contributors
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'contributors: a tracked row was deleted');
END;

-- The same sums by the hour: what a window or a former rank is made from.
CREATE TABLE activity (
	model INTEGER NOT NULL,
	hour INTEGER NOT NULL,	-- Unix time / 3600
	address BLOB NOT NULL CHECK (length(address) = 20),
	karma INTEGER NOT NULL,
	contributions INTEGER NOT NULL,
	agreed INTEGER NOT NULL,
	deposited_wei BLOB NOT NULL CHECK (length(deposited_wei) = 32),
	refunded_wei BLOB NOT NULL CHECK (length(refunded_wei) = 32),
	earned_wei BLOB NOT NULL CHECK (length(earned_wei) = 32),
	PRIMARY KEY (model, hour, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE undo_activity (
	at_block INTEGER NOT NULL,
	model INTEGER NOT NULL,
	hour INTEGER NOT NULL,
	address BLOB NOT NULL,
	existed INTEGER NOT NULL CHECK (existed IN (0, 1)),
	karma INTEGER,
	contributions INTEGER,
	agreed INTEGER,
	deposited_wei BLOB,
	refunded_wei BLOB,
	earned_wei BLOB,
	PRIMARY KEY (at_block, model, hour, address)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER activity_undo_insert AFTER INSERT ON activity
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_activity (at_block, model, hour, address, existed)
	VALUES (decaid_undo_block(), NEW.model, NEW.hour, NEW.address, 0)
	ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER activity_undo_update AFTER UPDATE ON activity
WHEN decaid_undo_block() IS NOT NULL BEGIN
	INSERT INTO undo_activity (
		at_block, model, hour, address, existed, karma,
		contributions, agreed, deposited_wei, refunded_wei,
		earned_wei
	) VALUES (
		decaid_undo_block(), OLD.model, OLD.hour, OLD.address, 1,
		OLD.karma, OLD.contributions, OLD.agreed, OLD.deposited_wei,
		OLD.refunded_wei, OLD.earned_wei
	) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER activity_fixed BEFORE UPDATE OF
	model, hour, address
ON activity BEGIN
	SELECT RAISE(ABORT, 'activity: a fixed column was changed');
END;
CREATE TRIGGER activity_kept BEFORE DELETE ON activity
WHEN decaid_undo_block() IS NOT NULL BEGIN
	SELECT RAISE(ABORT, 'activity: a tracked row was deleted');
END;
