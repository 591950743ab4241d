//! The rules that can be asked in SQL: each finds the rows that break it, and says where.

/// What the rules look at, over the `capacity` of each cabin.
pub(super) const VIEWS: &str = "
CREATE TEMP VIEW claimed AS
SELECT owned.*, capacity.seats,
       'seat ' || owned.seat || ' of ' || ifnull(leg.id, 'leg ' || owned.leg) AS place
FROM (SELECT leg, seat, session, hold, fare_centavos,
             NULL AS booking, NULL AS ticket, NULL AS reason FROM main.hold
      UNION ALL
      SELECT leg, seat, NULL, NULL, NULL, booking, ticket, reason FROM main.claim) AS owned
     LEFT JOIN main.leg USING (leg) LEFT JOIN temp.capacity USING (cabin);

CREATE TEMP VIEW ticketed AS
SELECT ticket.*, capacity.seats, leg.cabin AS leg_cabin,
       'ticket ' || ticket.ticket || ' of booking ' || ticket.booking AS place
FROM main.ticket LEFT JOIN main.leg USING (leg)
     LEFT JOIN temp.capacity ON capacity.cabin = ticket.cabin;
";

/// What holds, and the query for where it does not: one column of text.
pub(super) const RULES: [(&str, &str); 29] = [
    (
        "references lead somewhere",
        "SELECT \"table\" || ' has ' || count(*) || ' that lead to no ' || parent
         FROM pragma_foreign_key_check GROUP BY \"table\", parent",
    ),
    (
        "there is one row of counters",
        "SELECT 'there are ' || n FROM (SELECT count(*) AS n FROM counters) WHERE n <> 1",
    ),
    (
        "the epoch and the version are numbers of at most 53 bits",
        "SELECT 'epoch ' || epoch || ', version ' || version FROM counters
         WHERE epoch NOT BETWEEN 0 AND 0x1FFFFFFFFFFFFF
            OR version NOT BETWEEN 0 AND 0x1FFFFFFFFFFFFF",
    ),
    (
        "hashes have 32 bytes, and marks are 0 or 1",
        "SELECT 'those of session ' || session || ' are not' FROM session
         WHERE length(token_hash) <> 32 OR expired NOT IN (0, 1)
         UNION ALL SELECT 'those of booking ' || booking || ' are not' FROM booking
         WHERE length(claim_hash) <> 32
         UNION ALL SELECT 'those of a confirmation of session ' || session || ' are not'
         FROM confirmation WHERE length(body_hash) <> 32
         UNION ALL SELECT 'those of ticket ' || ticket || ' of booking ' || booking || ' are not'
         FROM ticket WHERE cancelled NOT IN (0, 1)
         UNION ALL SELECT 'those of leg ' || leg || ' are not' FROM leg WHERE closed NOT IN (0, 1)",
    ),
    (
        "the next session is above all sessions",
        "SELECT 'it is ' || next_session || ', and session ' || used || ' is there'
         FROM counters, (SELECT max(session) AS used FROM (
             SELECT session FROM session UNION ALL SELECT session FROM hold
             UNION ALL SELECT session FROM confirmation))
         WHERE used >= next_session",
    ),
    (
        "the next hold is above all holds",
        "SELECT 'it is ' || next_hold || ', and hold ' || used || ' is there'
         FROM counters, (SELECT max(hold) AS used FROM hold) WHERE used >= next_hold",
    ),
    (
        "the next booking is above all bookings",
        "SELECT 'it is ' || next_booking || ', and booking ' || used || ' is there'
         FROM counters, (SELECT max(booking) AS used FROM (
             SELECT booking FROM booking UNION ALL SELECT booking FROM ticket
             UNION ALL SELECT booking FROM claim UNION ALL SELECT booking FROM confirmation))
         WHERE used >= next_booking",
    ),
    (
        "legs are numbered from 1 without a gap",
        "SELECT 'leg ' || leg || ' follows leg ' || before
         FROM (SELECT leg, lag(leg, 1, 0) OVER (ORDER BY leg) AS before FROM leg)
         WHERE leg <> before + 1",
    ),
    (
        "legs have their own ids",
        "SELECT id || ' is there ' || count(*) || ' times' FROM leg GROUP BY id HAVING count(*) > 1",
    ),
    (
        "one seat has one owner",
        "SELECT place || ' has ' || count(*) FROM claimed GROUP BY leg, seat HAVING count(*) > 1",
    ),
    (
        "a claimed seat is either held, sold or blocked",
        "SELECT place || ' is not' FROM claimed
         WHERE (hold IS NOT NULL) + (booking IS NOT NULL) + (reason IS NOT NULL) <> 1
            OR (booking IS NULL) <> (ticket IS NULL)",
    ),
    (
        "claimed seats are in the cabin",
        "SELECT place || ' is not: it has ' || ifnull(seats, 'no') || ' seats' FROM claimed
         WHERE seats IS NULL OR seat NOT BETWEEN 0 AND seats - 1",
    ),
    (
        "held, sold and blocked seats are at most the capacity",
        "SELECT 'leg ' || leg || ' has ' || ifnull(seats, 'no') || ' seats, and ' ||
                count(hold) || ' are held, ' || count(booking) || ' sold, ' ||
                count(reason) || ' blocked'
         FROM claimed GROUP BY leg HAVING count(*) > ifnull(seats, 0)",
    ),
    (
        "a held seat is in the cart of a session that has a deadline",
        "SELECT place || ' is of session ' || ifnull(claimed.session, 'none') ||
                CASE WHEN session.session IS NULL THEN ', which is not there'
                     ELSE ', which has none' END
         FROM claimed LEFT JOIN session ON session.session = claimed.session
         WHERE hold IS NOT NULL AND (deadline IS NULL OR cap IS NULL)",
    ),
    (
        "a leg that is closed for sale is in no cart",
        "SELECT place || ' is held' FROM claimed JOIN main.leg USING (leg)
         WHERE hold IS NOT NULL AND closed",
    ),
    (
        "a blocked seat has a reason",
        "SELECT place || ' has none' FROM claimed WHERE trim(reason) = ''",
    ),
    (
        "the audit log is numbered from 1 without a gap",
        "SELECT 'line ' || audit || ' follows line ' || before
         FROM (SELECT audit, lag(audit, 1, 0) OVER (ORDER BY audit) AS before FROM audit)
         WHERE audit <> before + 1",
    ),
    (
        "holds have their own ids, and a fare",
        "SELECT 'hold ' || hold || ' is there ' || count(*) || ' times, from ' ||
                ifnull(min(fare_centavos), 'no') || ' centavos'
         FROM hold GROUP BY hold HAVING count(*) > 1 OR ifnull(min(fare_centavos), -1) < 0",
    ),
    (
        "a cart's clock runs only while it has holds, and never past its cap",
        "SELECT 'that of session ' || session || ' does' FROM session
         WHERE (deadline IS NULL) <> (cap IS NULL) OR deadline > cap
            OR (deadline IS NOT NULL AND (expired OR session NOT IN (
                SELECT session FROM hold)))",
    ),
    (
        "sessions have their own tokens",
        "SELECT 'session ' || min(session) || ' and session ' || max(session) || ' share one'
         FROM session GROUP BY token_hash HAVING count(*) > 1",
    ),
    (
        "a sold seat has one ticket, which is not cancelled",
        "SELECT claimed.place || ' is sold by ticket ' || claimed.ticket || ' of booking ' ||
                claimed.booking ||
                CASE WHEN ticket.booking IS NULL THEN ', which is not there'
                     WHEN ticket.cancelled THEN ', which is cancelled'
                     ELSE ', which is for another seat' END
         FROM claimed LEFT JOIN ticket
              ON ticket.booking = claimed.booking AND ticket.ticket = claimed.ticket
         WHERE claimed.booking IS NOT NULL AND (ticket.booking IS NULL OR ticket.cancelled
               OR ticket.leg <> claimed.leg OR ticket.seat <> claimed.seat)",
    ),
    (
        "a ticket that is not cancelled has its seat",
        "SELECT place || ' has not seat ' || seat || ' of leg ' || leg FROM ticketed
         WHERE NOT cancelled AND NOT EXISTS (
             SELECT 1 FROM claim WHERE claim.leg = ticketed.leg AND claim.seat = ticketed.seat
                AND claim.booking = ticketed.booking AND claim.ticket = ticketed.ticket)",
    ),
    (
        "a ticket's seat is in the cabin that it was sold in, which its leg has while it is sold",
        "SELECT place || ' is for seat ' || seat || ' of ' || ifnull(seats, 'no') || ' in cabin ' ||
                cabin || '; its leg has cabin ' || ifnull(leg_cabin, 'none')
         FROM ticketed
         WHERE seats IS NULL OR seat NOT BETWEEN 0 AND seats - 1
            OR (NOT cancelled AND leg_cabin IS NOT cabin)",
    ),
    (
        "a booking has tickets, numbered from 0 without a gap",
        "SELECT 'booking ' || booking || ' has ' || count(ticket)
         FROM booking LEFT JOIN ticket USING (booking) GROUP BY booking
         HAVING count(ticket) = 0 OR min(ticket) <> 0 OR max(ticket) <> count(ticket) - 1",
    ),
    (
        "fares and their total are not negative, and no more than money goes up to",
        "SELECT 'those of booking ' || booking || ' are not' FROM ticket GROUP BY booking
         HAVING min(fare_centavos) < 0 OR total(fare_centavos) > 0x1FFFFFFFFFFFFF",
    ),
    (
        "bookings have their own locators",
        "SELECT 'booking ' || min(booking) || ' and booking ' || max(booking) || ' share one'
         FROM booking GROUP BY locator HAVING count(*) > 1",
    ),
    (
        "a confirmation is of a session and leads to a booking",
        "SELECT 'one of session ' || confirmation.session || ' that led to booking ' ||
                confirmation.booking || ' is not'
         FROM confirmation LEFT JOIN session USING (session) LEFT JOIN booking USING (booking)
         WHERE session.session IS NULL OR booking.booking IS NULL",
    ),
    (
        "a session's keys have led to one booking each",
        "SELECT 'one of session ' || session || ' to bookings ' || min(booking) || ' and ' ||
                max(booking)
         FROM confirmation GROUP BY session, key HAVING count(*) > 1",
    ),
    (
        "there is at most one sample timetable",
        "SELECT 'there are ' || n FROM (SELECT count(*) AS n FROM sample) WHERE n > 1",
    ),
];
