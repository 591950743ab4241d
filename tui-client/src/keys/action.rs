//! What a key can do, and where.

/// What a key does. The words for it belong to the languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The line above.
    Up,
    /// The line below.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first line.
    First,
    /// The last line; on the board, of all pages.
    Last,
    /// The place to the left.
    Left,
    /// The place to the right.
    Right,
    /// Hold the leg under the cursor, or all marked legs, or the trip.
    Hold,
    /// Mark the leg, to hold several at once.
    Mark,
    /// Filter the board live.
    Filter,
    /// Choose where from.
    From,
    /// Choose where to.
    To,
    /// Choose the date.
    Date,
    /// A day later.
    NextDay,
    /// A day earlier.
    PreviousDay,
    /// Choose seats by hand.
    Seats,
    /// Go to the cart.
    Cart,
    /// Go from the cart to the purchase.
    Buy,
    /// One more seat on this leg.
    MoreSeats,
    /// Give one seat back.
    ReleaseOne,
    /// Give everything back (asks first).
    ReleaseAll,
    /// The next sort.
    Sort,
    /// Show legs that cannot be held, too, or hide them.
    ShowAll,
    /// Go to trips with connections.
    Trips,
    /// Go to the bookings.
    Bookings,
    /// Show the notification log.
    Log,
    /// Show the keys.
    Help,
    /// The other language.
    Language,
    /// Give the mouse to the terminal, or take it.
    Mouse,
    /// Connect now; begin a new session where ours was taken over.
    Retry,
    /// Read again what is shown.
    Refresh,
    /// Copy the locator and the claim code.
    Copy,
    /// Save the booking as a text file.
    Save,
    /// Draw everything again.
    Redraw,
    /// Go to the background.
    Suspend,
    /// Leave (asks first if the cart has holds).
    Quit,
    /// Ctrl-C: like leaving, and the second one asks nothing.
    Interrupt,
    /// Back to where one came from. Never leaves the program.
    Back,
    /// Take what is typed or chosen.
    Accept,
    /// The next input.
    NextField,
    /// The input before.
    PreviousField,
    /// Buy, finally.
    Confirm,
    /// Tells which key buys: Enter alone never does.
    ConfirmHint,
    /// Show the booking under the cursor in full.
    Open,
    /// Look a booking up by locator and code.
    LookUp,
    /// Cancel the booking (asks first).
    CancelBooking,
    /// Choose this seat, or not.
    Toggle,
    /// Answer yes.
    Yes,
    /// Answer no.
    No,
    /// Leave and keep the holds.
    Keep,
}

/// Where a key is pressed. Several hold at once: a screen's own first, then those of all screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The board of legs.
    Board,
    /// An airport is being chosen.
    AirportField,
    /// A date is being chosen.
    DateField,
    /// The live filter has the keys.
    TextFilter,
    /// Trips.
    Trips,
    /// The cart.
    Cart,
    /// Names are being typed.
    Names,
    /// The last look before the purchase.
    Review,
    /// The purchase is being settled.
    Confirming,
    /// It is sold.
    Booked,
    /// The list of bookings.
    Bookings,
    /// One booking in full.
    Booking,
    /// Locator and code are being typed.
    LookUp,
    /// The help.
    Help,
    /// The help's filter has the keys.
    HelpFilter,
    /// The notification log.
    Log,
    /// A question.
    Question,
    /// The seats of a leg.
    Seats,
    /// On all screens, where nothing is being typed and no overlay lies.
    Everywhere,
    /// Always, also where text is being typed.
    Always,
}
