//! When the disk has no room: what is asked is refused or answered, nothing is half done, and
//! sales go on when there is room again.

use super::*;

/// An office whose database cannot grow, because of a file that will be removed later.
async fn crammed() -> Office {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(directory.path()).unwrap();
    let ballast = "CREATE TABLE ballast (x BLOB); INSERT INTO ballast VALUES (zeroblob(400000))";
    beside(directory.path()).execute_batch(ballast).unwrap();
    ledger.leave_room(0);
    let office = Office::start_on(ledger, directory, Policy::default());
    let legs = vec![leg(1, 24, "2x2-2"), leg(2, 30, "400x3-3"), leg(3, 36, "1x1")];
    office.desk.ask(Command::Schedule(legs), None).await.unwrap();
    office
}

impl Office {
    /// Removes what took the room, and lets the time pass after which the desk tries again.
    fn make_room(&self) {
        beside(self.directory.path()).execute_batch("DROP TABLE ballast").unwrap();
        self.hand.advance_ms(u32::try_from(RETRY_MS).unwrap());
    }

    /// Holds seats on leg 2 until there is no room for more; gives back who could hold, and who
    /// was the first that could not.
    async fn fill(&self) -> (Vec<Caller>, Caller) {
        let mut holding = Vec::new();
        for token in 100..=255 {
            let (caller, _hears) = self.open(token).await;
            match self.desk.ask(hold(caller, &[2], 7), None).await {
                Ok(_) => holding.push(caller),
                Err(Rejection::StorageUnavailable) => return (holding, caller),
                other => panic!("{other:?}"),
            }
        }
        panic!("the disk never filled")
    }
}

#[tokio::test]
async fn a_hold_without_room_is_refused_and_undone_and_works_when_there_is_room() {
    let office = crammed().await;
    let (holding, turned_away) = office.fill().await;
    assert!(!holding.is_empty());
    assert_eq!(office.cart(turned_away).await, CartView::default());
    office.make_room();
    let held = office.hold(turned_away, &[2], 7).await;
    let after = restored_as_killed(office.directory.path());
    for caller in &holding {
        assert_eq!(after.cart(caller.session).unwrap().holds.len(), 7);
    }
    assert_eq!(after.cart(turned_away.session).unwrap().holds, held.holds);
    let seats = u32::try_from(7 * (holding.len() + 1)).unwrap();
    assert_eq!(after.seats_left(LegKey(2)), 2_400 - seats, "and nobody holds any other");
}

#[tokio::test]
async fn what_needs_no_disk_goes_on_without_room() {
    let office = crammed().await;
    let (first, _hears) = office.open(1).await;
    let held = office.hold(first, &[3], 1).await;
    let (_, turned_away) = office.fill().await;
    assert_eq!(office.cart(first).await, held);
    let full = office.desk.ask(hold(turned_away, &[3], 1), None).await;
    assert_eq!(full, refused(Refusal::LegTaken(vec![LegKey(3)])), "the rules still say why");
    let (newcomer, _hears) = office.open(2).await;
    assert_eq!(office.cart(newcomer).await, CartView::default());
    office.desk.ask(Command::Detach(first), None).await.unwrap();
    let (first, _hears) = office.resume(1).await;
    assert_eq!(office.cart(first).await, held);
    for command in [confirm(first, 1, "k"), Command::Release(first, None), hold(newcomer, &[1], 1)]
    {
        assert_eq!(office.desk.ask(command, None).await, Err(Rejection::StorageUnavailable));
    }
    assert_eq!(office.cart(first).await, held, "no refusal changed anything");
    office.make_room();
    office.buy(first, 1, "k").await;
}

#[tokio::test]
async fn reads_of_a_batch_that_is_undone_do_not_see_it() {
    let office = crammed().await;
    let (first, _hears) = office.open(1).await;
    let (second, _hears_too) = office.open(2).await;
    // One batch, in which the timetable has no room.
    let many = Command::Schedule((10..9_000).map(|number| leg(number, 40, "1x1")).collect());
    let replies = office
        .ask_together(vec![
            hold(first, &[3], 1),
            Command::Cart(first),
            hold(second, &[3], 1),
            many,
            Command::Cart(second),
        ])
        .await;
    let (full, empty) =
        (Err(Rejection::StorageUnavailable), Ok(Outcome::Cart(CartView::default())));
    assert_eq!(replies, [full.clone(), empty.clone(), full.clone(), full, empty]);
    office.make_room();
    office.hold(second, &[3], 1).await;
}

#[tokio::test]
async fn an_expiry_that_cannot_be_written_waits_and_is_told_when_it_is() {
    let office = crammed().await;
    let (slow, mut hears) = office.open(1).await;
    let held = office.hold(slow, &[3], 1).await;
    office.hand.advance_ms(599_500);
    let (_, turned_away) = office.fill().await;
    office.hand.advance_ms(600);
    assert_eq!(office.cart(slow).await.holds, held.holds, "not lost before that is on disk");
    let taken = office.desk.ask(hold(turned_away, &[3], 1), None).await;
    assert_eq!(taken, refused(Refusal::LegTaken(vec![LegKey(3)])));
    assert_eq!(hears.try_recv(), Err(mpsc::error::TryRecvError::Empty));
    office.make_room();
    let told = next(&mut hears).await;
    assert!(matches!(told, Some(Told::Lost(_))), "{told:?}");
    office.hold(turned_away, &[3], 1).await;
}
