-- The first schema. Times are milliseconds since the Unix epoch, except where a column says
-- seconds; money is centavos. References are checked by the tests, not at each statement: the one
-- writer keeps them, and a check would cost a look-up for each row.

-- One row: where each numbering stands.
CREATE TABLE counters (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    epoch        INTEGER NOT NULL,  -- 53 random bits: the life of this data directory
    version      INTEGER NOT NULL,  -- the number of the last change
    next_session INTEGER NOT NULL,
    next_hold    INTEGER NOT NULL,
    next_booking INTEGER NOT NULL,
    written_at   INTEGER NOT NULL   -- the last commit
) STRICT;

INSERT INTO counters VALUES (1, (random() >> 11) & 0x1FFFFFFFFFFFFF, 0, 1, 1, 1, 0);

CREATE TABLE cabin (
    cabin  INTEGER PRIMARY KEY,
    layout TEXT NOT NULL UNIQUE     -- '30x3-3'
) STRICT;

-- Keys are given in the order in which legs are added, and never used again.
CREATE TABLE leg (
    leg             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,  -- 'TR1042-20261124-GRU'
    destination     TEXT NOT NULL,
    departs_s       INTEGER NOT NULL,      -- seconds since the Unix epoch
    departs_offset  INTEGER NOT NULL,      -- minutes ahead of UTC, fixed at import
    arrives_s       INTEGER NOT NULL,
    arrives_offset  INTEGER NOT NULL,
    aircraft        TEXT NOT NULL,
    cabin           INTEGER NOT NULL REFERENCES cabin,
    fare_centavos   INTEGER NOT NULL,      -- of a new hold
    closed          INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;

-- Only sessions that have held something.
CREATE TABLE session (
    session      INTEGER PRIMARY KEY,
    token_hash   BLOB NOT NULL CHECK (length(token_hash) = 32),
    name         TEXT,
    last_contact INTEGER NOT NULL,
    deadline     INTEGER,              -- of the cart, slack included; none while it is empty
    cap          INTEGER,              -- the latest that the deadline can be renewed to
    expired      INTEGER NOT NULL DEFAULT 0 CHECK (expired IN (0, 1))
) STRICT;

CREATE TABLE booking (
    booking    INTEGER PRIMARY KEY,
    locator    TEXT NOT NULL UNIQUE CHECK (length(locator) = 6),
    claim_hash BLOB NOT NULL CHECK (length(claim_hash) = 32),
    email      TEXT,
    booked_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE ticket (
    booking       INTEGER NOT NULL REFERENCES booking,
    ticket        INTEGER NOT NULL,    -- its place in the booking
    leg           INTEGER NOT NULL REFERENCES leg,
    cabin         INTEGER NOT NULL REFERENCES cabin,  -- as sold: a leg without claims may get another
    seat          INTEGER NOT NULL,
    first_name    TEXT NOT NULL,
    last_name     TEXT NOT NULL,
    fare_centavos INTEGER NOT NULL,
    cancelled     INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
    PRIMARY KEY (booking, ticket)
) STRICT, WITHOUT ROWID;

-- A seat that is not free: held by a session, sold to a ticket, or blocked for a reason. The
-- primary key is the rule that one seat has one owner.
CREATE TABLE claim (
    leg           INTEGER NOT NULL REFERENCES leg,
    seat          INTEGER NOT NULL,
    session       INTEGER REFERENCES session,
    hold          INTEGER,
    fare_centavos INTEGER,             -- what the hold will cost; a ticket has its own
    booking       INTEGER,
    ticket        INTEGER,
    reason        TEXT,
    PRIMARY KEY (leg, seat),
    FOREIGN KEY (booking, ticket) REFERENCES ticket,
    CHECK ((session IS NULL) = (hold IS NULL) AND (hold IS NULL) = (fare_centavos IS NULL)),
    CHECK ((booking IS NULL) = (ticket IS NULL)),
    CHECK ((hold IS NOT NULL) + (booking IS NOT NULL) + (reason IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;

-- What a session has confirmed under which key; forgotten with the session.
CREATE TABLE confirmation (
    session   INTEGER NOT NULL REFERENCES session,
    key       TEXT NOT NULL,
    booking   INTEGER NOT NULL REFERENCES booking,
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
    PRIMARY KEY (session, key)
) STRICT, WITHOUT ROWID;

-- The seed of the sample timetable, where that is what this directory was filled with: so that it
-- is extended by more of the same. 64 bits; SQLite shows the upper half as negative.
CREATE TABLE sample (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seed INTEGER NOT NULL
) STRICT;
