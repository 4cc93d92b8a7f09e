-- Leaderboards: who stands where, by four measures, in spans of time.
--
-- All of it follows from contributors and activity, so that nothing here is
-- tracked: a rollback makes it anew (sql/board_rewind.c). span 0 is all time and
-- is summed in contributors; 1 to 3 are windows that end with the hour of
-- board_clock, 4 to 7 are where 0 to 3 stood one window earlier.

-- The hour (Unix time / 3600) that the spans end with; -1: not counted now.
CREATE TABLE board_clock (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	hour INTEGER NOT NULL
) STRICT;
INSERT INTO board_clock VALUES (1, -1);

-- Sums of who did anything in a span; the zero address has those of all.
CREATE TABLE board_sums (
	model INTEGER NOT NULL,
	span INTEGER NOT NULL,
	address BLOB NOT NULL CHECK (length(address) = 20),
	karma INTEGER NOT NULL,
	contributions INTEGER NOT NULL,
	agreed INTEGER NOT NULL,
	deposited_wei BLOB NOT NULL CHECK (length(deposited_wei) = 32),
	refunded_wei BLOB NOT NULL CHECK (length(refunded_wei) = 32),
	earned_wei BLOB NOT NULL CHECK (length(earned_wei) = 32),
	PRIMARY KEY (model, span, address)
) STRICT, WITHOUT ROWID;

-- place: the measure, inverted, then who was first; ascending, best first.
CREATE TABLE board_places (
	board INTEGER NOT NULL,	-- model * 32 + span * 4 + measure
	place BLOB NOT NULL,
	address BLOB NOT NULL CHECK (length(address) = 20),
	PRIMARY KEY (board, place)
) STRICT, WITHOUT ROWID;

-- How many places there are from low to the next mark: ranks without walks.
CREATE TABLE board_marks (
	board INTEGER NOT NULL,
	low BLOB NOT NULL,	-- the first of a board is empty
	n INTEGER NOT NULL CHECK (n >= 0),
	PRIMARY KEY (board, low)
) STRICT, WITHOUT ROWID;

-- What one contributor did, for who must count it alone.
CREATE INDEX activity_by_address ON activity (address, model, hour);
