-- Which chain the file belongs to, how far it was followed, what can be undone.
--
-- Amounts are BLOBs of 32 bytes, big-endian: exact, and sorted as numbers.
-- Unsigned 64-bit values stand as the INTEGER of the same bits. Booleans are
-- 0 and 1. Foreign keys lead to blocks, so that a height always has its hash.
--
-- A table X whose rows can change above finality has a table undo_X: key and
-- former values of each row at its first change in each block. Triggers fill
-- it while decaid_undo_block() names a block (sql/undo.c). Columns that are
-- not in undo_X may not change (trigger X_fixed), rows may not go (X_kept).

CREATE TABLE binding (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	chain_id INTEGER NOT NULL,
	genesis BLOB NOT NULL CHECK (length(genesis) = 32)
) STRICT;

CREATE TABLE progress (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	finalized INTEGER NOT NULL,
	undo_floor INTEGER NOT NULL,
	pruned INTEGER NOT NULL	-- empty blocks below are gone
) STRICT;
INSERT INTO progress VALUES (1, 0, 0, 0);

-- The newest block is the cursor. Rolled back by its number: not tracked.
CREATE TABLE blocks (
	number INTEGER PRIMARY KEY,
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	parent BLOB NOT NULL CHECK (length(parent) = 32),
	time_s INTEGER NOT NULL
) STRICT;
