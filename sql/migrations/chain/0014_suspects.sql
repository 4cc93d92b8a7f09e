-- The index of suspects, of the same rows: SQLite makes a table for a list of
-- three states, for every row that is written.
DROP INDEX contributions_suspects;
CREATE INDEX contributions_suspects
	ON contributions (model, suspicion) WHERE state < 2 OR state = 5;
