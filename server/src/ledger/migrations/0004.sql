-- What a session has confirmed under which key lies in the order of the bookings, so that those of
-- one commit share a page. By session and key each would lie on a page of its own; the server finds
-- it by an index in memory.
CREATE TABLE confirmed (
    booking   INTEGER PRIMARY KEY REFERENCES booking,
    session   INTEGER NOT NULL REFERENCES session,
    key       TEXT NOT NULL,
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32)
) STRICT;

INSERT INTO confirmed SELECT booking, session, key, body_hash FROM confirmation ORDER BY booking;

DROP TABLE confirmation;
ALTER TABLE confirmed RENAME TO confirmation;
