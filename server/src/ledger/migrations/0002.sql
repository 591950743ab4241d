-- Holds come and go; a sold seat stays. Apart from each other the rows that change all the time are
-- few, and lie on few pages, however many seats are sold.

-- A seat that a session holds. That it is not sold or blocked as well, the writer sees to; were it,
-- it could not be sold again: see `claim`.
CREATE TABLE hold (
    leg           INTEGER NOT NULL REFERENCES leg,
    seat          INTEGER NOT NULL,
    session       INTEGER NOT NULL REFERENCES session,
    hold          INTEGER NOT NULL,
    fare_centavos INTEGER NOT NULL,    -- what it will cost
    PRIMARY KEY (leg, seat)
) STRICT, WITHOUT ROWID;

INSERT INTO hold SELECT leg, seat, session, hold, fare_centavos FROM claim WHERE hold IS NOT NULL;

-- A seat that is sold to a ticket, or blocked for a reason. The primary key is the rule that no
-- seat is sold twice.
CREATE TABLE lasting (
    leg     INTEGER NOT NULL REFERENCES leg,
    seat    INTEGER NOT NULL,
    booking INTEGER,
    ticket  INTEGER,
    reason  TEXT,
    PRIMARY KEY (leg, seat),
    FOREIGN KEY (booking, ticket) REFERENCES ticket,
    CHECK ((booking IS NULL) = (ticket IS NULL)),
    CHECK ((booking IS NOT NULL) + (reason IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;

INSERT INTO lasting SELECT leg, seat, booking, ticket, reason FROM claim WHERE hold IS NULL;

DROP TABLE claim;
ALTER TABLE lasting RENAME TO claim;
