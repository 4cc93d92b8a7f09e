-- A block that is undone must be named by nobody: without this SQLite reads all
-- measurements for each one.
CREATE INDEX holdout_by_block ON holdout (block);
