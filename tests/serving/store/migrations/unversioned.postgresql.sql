CREATE TABLE decisions (
    decision_id TEXT NOT NULL,
    time BIGINT NOT NULL,
    id_type TEXT,
    id TEXT,
    customer_id TEXT,
    context TEXT NOT NULL,
    models TEXT NOT NULL,
    eligible TEXT NOT NULL,
    placements TEXT NOT NULL,
    PRIMARY KEY (decision_id)
);
CREATE INDEX decisions_customer ON decisions (customer_id, time);
CREATE TABLE erasures (
    erasure_id TEXT NOT NULL,
    erased_at BIGINT NOT NULL,
    nodes TEXT,
    receipt TEXT NOT NULL,
    PRIMARY KEY (erasure_id)
);
CREATE TABLE event_log (
    seq BIGSERIAL NOT NULL,
    event_id TEXT NOT NULL,
    fragment TEXT,
    kind TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (event_id)
);
CREATE INDEX event_log_customer ON event_log (fragment, seq);
CREATE TABLE exports (
    destination TEXT NOT NULL,
    time BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (destination)
);
CREATE TABLE households (
    customer_id TEXT NOT NULL,
    household_id TEXT NOT NULL,
    PRIMARY KEY (customer_id)
);
CREATE INDEX ix_households_household_id ON households (household_id);
CREATE TABLE identity (
    node TEXT NOT NULL,
    customer_id TEXT,
    nobody_from BIGINT,
    since BIGINT,
    built BOOLEAN NOT NULL,
    built_customer_id TEXT,
    built_nobody_from BIGINT,
    built_since BIGINT,
    PRIMARY KEY (node)
);
CREATE INDEX identity_built_customer ON identity (built_customer_id);
CREATE INDEX identity_customer ON identity (customer_id);
CREATE TABLE keys (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    revoked BIGINT,
    PRIMARY KEY (id),
    UNIQUE (hash)
);
CREATE TABLE meta (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (key)
);
CREATE TABLE records (
    customer_id TEXT NOT NULL,
    payload BYTEA NOT NULL,
    log_seq BIGINT NOT NULL,
    PRIMARY KEY (customer_id)
);
CREATE TABLE rejected (
    number BIGSERIAL NOT NULL,
    received_at BIGINT NOT NULL,
    code TEXT NOT NULL,
    text TEXT,
    field TEXT,
    message_id TEXT,
    message TEXT,
    nodes TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (digest)
);
CREATE INDEX ix_rejected_received_at ON rejected (received_at);
CREATE TABLE rulings (
    number BIGSERIAL NOT NULL,
    time BIGINT NOT NULL,
    kind TEXT NOT NULL,
    nodes TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE sightings (
    node TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (node, seq)
);
CREATE INDEX sightings_seq ON sightings (seq);
CREATE TABLE tombstones (
    hash TEXT NOT NULL,
    key_mark TEXT NOT NULL,
    until BIGINT NOT NULL,
    erasure_id TEXT,
    PRIMARY KEY (hash)
);
