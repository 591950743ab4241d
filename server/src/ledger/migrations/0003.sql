-- What operators did, written in the same transaction as what they did. A line is never changed.
CREATE TABLE audit (
    audit   INTEGER PRIMARY KEY,   -- from 1, without a gap
    at      INTEGER NOT NULL,
    uid     INTEGER NOT NULL,      -- of whoever connected to the admin socket, by the kernel's word
    user    TEXT,                  -- its name, where the system knew one
    action  TEXT NOT NULL,         -- 'seats.block'
    subject TEXT NOT NULL,         -- on what, in words
    outcome TEXT NOT NULL          -- 'done', 'refused: leg_departed'
) STRICT;
