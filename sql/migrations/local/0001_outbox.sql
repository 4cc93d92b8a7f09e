-- Outgoing transactions: rows before they are bytes, one for each key.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY,
	chain_id INTEGER NOT NULL,
	target BLOB NOT NULL CHECK (length(target) = 20),
	epoch INTEGER NOT NULL,
	kind INTEGER NOT NULL CHECK (kind >= 0),
	sender BLOB NOT NULL CHECK (length(sender) = 20),
	recipient BLOB NOT NULL CHECK (length(recipient) = 20),
	value_wei BLOB NOT NULL CHECK (length(value_wei) = 32),
	created_s INTEGER NOT NULL,
	status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
	gas_limit INTEGER NOT NULL,
	nonce INTEGER,	-- NULL until assigned
	max_fee_wei BLOB NOT NULL CHECK (length(max_fee_wei) = 32),
	priority_fee_wei BLOB NOT NULL CHECK (length(priority_fee_wei) = 32),
	sent_s INTEGER NOT NULL,
	mined_block INTEGER NOT NULL,
	mined_hash BLOB NOT NULL CHECK (length(mined_hash) = 32),
	gas_used INTEGER NOT NULL,
	gas_price_wei BLOB NOT NULL CHECK (length(gas_price_wei) = 32),
	attempts INTEGER NOT NULL,
	error TEXT NOT NULL,
	updated_s INTEGER NOT NULL,
	hashes BLOB NOT NULL CHECK (length(hashes) % 32 = 0),
	raw BLOB NOT NULL,
	data BLOB NOT NULL,
	UNIQUE (chain_id, target, epoch, kind),
	CHECK (nonce IS NOT NULL OR status IN (0, 5))
) STRICT;
-- Two live rows never hold one nonce.
CREATE UNIQUE INDEX outbox_by_nonce ON outbox (chain_id, sender, nonce)
	WHERE status <> 5;
CREATE INDEX outbox_open ON outbox (chain_id, id) WHERE status < 3;
CREATE INDEX outbox_by_chain ON outbox (chain_id, id);

CREATE TABLE nonces (
	chain_id INTEGER NOT NULL,
	sender BLOB NOT NULL CHECK (length(sender) = 20),
	next INTEGER NOT NULL CHECK (next >= 0),
	PRIMARY KEY (chain_id, sender)
) STRICT, WITHOUT ROWID;

CREATE TABLE spend (
	chain_id INTEGER NOT NULL,
	sender BLOB NOT NULL CHECK (length(sender) = 20),
	day INTEGER NOT NULL,
	amount_wei BLOB NOT NULL CHECK (length(amount_wei) = 32),
	PRIMARY KEY (chain_id, sender, day)
) STRICT, WITHOUT ROWID;
