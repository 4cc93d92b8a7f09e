-- One index for what a contributor did and for what of it is held: each state
-- is in the order of rows, and who asks for several merges them.
DROP INDEX contributions_held_by;
DROP INDEX contributions_by_contributor;
CREATE INDEX contributions_by_contributor
	ON contributions (model, contributor, state);
