//! Everything that is known and chosen, and the one place where it changes.

use crate::meters::Snapshot;

use super::history::Span;
use super::keys::{self, Action, Key};
use super::record::{LegOrder, MethodOrder, Record};

/// A server that told nothing for so long is said to be silent: three looks are missing.
const SILENT_MS: u64 = 3_500;

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panel {
    Load,
    Passengers,
    Latency,
    Writer,
    Legs,
    Bookings,
}

impl Panel {
    pub(super) const ALL: [Self; 6] =
        [Self::Load, Self::Passengers, Self::Latency, Self::Writer, Self::Legs, Self::Bookings];

    /// The one so many places further, around the end.
    fn further(self, places: usize) -> Self {
        Self::ALL[(self as usize + places) % Self::ALL.len()]
    }
}

/// How the connection to the server is. Times are milliseconds since the program started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// It tells its numbers; the last of them then.
    Live { told_at: u64 },
    /// It is gone, for this reason; the next try is then.
    Lost { why: String, retry_at: u64 },
    /// It is being tried.
    Trying { why: String },
}

/// What the connection brings.
#[derive(Debug)]
pub(super) enum News {
    /// Numbers.
    Told(Box<Snapshot>),
    /// The server is gone; the next try is in so many milliseconds.
    Lost { why: String, retry_in: u64 },
    /// A try begins.
    Trying,
}

/// What happened.
#[derive(Debug)]
pub(super) enum Message {
    /// So many milliseconds have passed since the start. Comes before whatever else happened.
    Now(u64),
    /// The time has come at which time alone changes what is shown.
    Woke,
    /// A key.
    Key(Key),
    /// The terminal has another size.
    Resized,
    /// From the server.
    News(News),
    /// What the last frame has put where.
    Drawn(Drawn),
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Draw.
    Draw,
    /// Wipe the screen, and draw.
    Redraw,
    /// End the program.
    Leave,
    /// Connect now.
    Retry,
    /// Give the terminal back until somebody continues us.
    Suspend,
}

/// What a frame tells about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Drawn {
    /// The last line that can be the first on the screen, of each panel.
    pub(super) last_top: [usize; Panel::ALL.len()],
    /// The same of the help.
    pub(super) help_last_top: usize,
    /// How many lines of the panel, or of the help, are on the screen.
    pub(super) page: usize,
}

/// Everything.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// Milliseconds since the start.
    pub(super) now: u64,
    /// The server's socket.
    pub(super) socket: String,
    pub(super) link: Link,
    /// What the server told so far.
    live: Record,
    /// What it had told when the picture was held still, if it is.
    still: Option<Record>,
    /// The panel that has the keys.
    pub(super) panel: Panel,
    /// Whether that panel has the whole screen.
    pub(super) zoomed: bool,
    /// The help lies over the rest, from this line on.
    pub(super) help: Option<usize>,
    pub(super) span: Span,
    pub(super) methods_by: MethodOrder,
    pub(super) legs_by: LegOrder,
    /// The first line on the screen, of each panel.
    pub(super) tops: [usize; Panel::ALL.len()],
    drawn: Drawn,
}

impl Model {
    /// Nothing is known yet of the server with this socket.
    pub(super) fn new(socket: &str) -> Self {
        Self {
            now: 0,
            socket: socket.to_owned(),
            link: Link::Trying { why: String::new() },
            live: Record::default(),
            still: None,
            panel: Panel::Load,
            zoomed: false,
            help: None,
            span: Span::FiveMinutes,
            methods_by: MethodOrder::Name,
            legs_by: LegOrder::Sold,
            tops: [0; Panel::ALL.len()],
            drawn: Drawn::default(),
        }
    }

    /// What is shown.
    pub(super) fn record(&self) -> &Record {
        self.still.as_ref().unwrap_or(&self.live)
    }

    /// What the server told last, whether or not it is shown.
    pub(super) fn live(&self) -> &Record {
        &self.live
    }

    /// Whether the picture is held still.
    pub(super) fn paused(&self) -> bool {
        self.still.is_some()
    }

    /// For how many whole seconds a server that is connected has told nothing; `None` while it
    /// tells.
    pub(super) fn silent_seconds(&self) -> Option<u64> {
        let Link::Live { told_at } = self.link else { return None };
        let silent = self.now.saturating_sub(told_at);
        (silent >= SILENT_MS).then_some(silent / 1_000)
    }

    /// Until the next try, in seconds; `None` if none is due.
    pub(super) fn retry_seconds(&self) -> Option<u64> {
        let Link::Lost { retry_at, .. } = self.link else { return None };
        Some(retry_at.saturating_sub(self.now).div_ceil(1_000))
    }

    /// When time alone changes what is shown; `None` if it does not.
    pub(super) fn next_wake(&self) -> Option<u64> {
        match self.link {
            Link::Live { told_at } => {
                let silent = self.now.saturating_sub(told_at);
                let next =
                    if silent < SILENT_MS { SILENT_MS } else { (silent / 1_000 + 1) * 1_000 };
                Some(told_at.saturating_add(next))
            }
            Link::Lost { retry_at, .. } => {
                let left = retry_at.saturating_sub(self.now);
                let shown = left.div_ceil(1_000);
                (shown > 0).then(|| retry_at.saturating_sub((shown - 1) * 1_000))
            }
            Link::Trying { .. } => None,
        }
    }
}

/// Takes in what happened, and says what is to be done.
pub(super) fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Now(now) => {
            model.now = model.now.max(now);
            Vec::new()
        }
        Message::Woke | Message::Resized => vec![Effect::Draw],
        Message::Key(key) => keys::action(key).map_or_else(Vec::new, |action| act(model, action)),
        Message::News(news) => hear(model, news),
        Message::Drawn(drawn) => {
            model.drawn = drawn;
            for (top, last) in model.tops.iter_mut().zip(drawn.last_top) {
                *top = (*top).min(last);
            }
            if let Some(top) = &mut model.help {
                *top = (*top).min(drawn.help_last_top);
            }
            Vec::new()
        }
    }
}

fn hear(model: &mut Model, news: News) -> Vec<Effect> {
    match news {
        News::Told(snapshot) => {
            // A silence that is over was on the screen, also on one that is held still.
            let seen = model.still.is_none() || model.silent_seconds().is_some();
            let back = !matches!(model.link, Link::Live { .. });
            model.link = Link::Live { told_at: model.now };
            model.live.take(snapshot);
            if seen || back { vec![Effect::Draw] } else { Vec::new() }
        }
        News::Lost { why, retry_in } => {
            model.link = Link::Lost { why, retry_at: model.now.saturating_add(retry_in) };
            vec![Effect::Draw]
        }
        News::Trying => {
            let why = match &model.link {
                Link::Lost { why, .. } | Link::Trying { why } => why.clone(),
                Link::Live { .. } => String::new(),
            };
            model.link = Link::Trying { why };
            vec![Effect::Draw]
        }
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Back if model.help.is_some() => model.help = None,
        Action::Back if model.zoomed => model.zoomed = false,
        Action::Back | Action::Leave => return vec![Effect::Leave],
        Action::Help => model.help = if model.help.is_some() { None } else { Some(0) },
        Action::Pause => {
            model.still = if model.still.is_some() { None } else { Some(model.live.clone()) };
        }
        Action::NextPanel => model.panel = model.panel.further(1),
        Action::PreviousPanel => model.panel = model.panel.further(Panel::ALL.len() - 1),
        Action::Panel(number) => model.panel = Panel::Load.further(number),
        Action::Zoom => model.zoomed = !model.zoomed,
        Action::Order => order(model),
        Action::Span => model.span = model.span.next(),
        Action::Retry => {
            let lost = matches!(model.link, Link::Lost { .. });
            return if lost { vec![Effect::Retry] } else { Vec::new() };
        }
        Action::Up => go(model, |top, _| top.saturating_sub(1)),
        Action::Down => go(model, |top, _| top.saturating_add(1)),
        Action::PageUp => go(model, usize::saturating_sub),
        Action::PageDown => go(model, usize::saturating_add),
        Action::First => go(model, |_, _| 0),
        Action::Last => go(model, |_, _| usize::MAX),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
    }
    vec![Effect::Draw]
}

/// Sorts the panel that has the keys by its next column, if it can be sorted.
fn order(model: &mut Model) {
    match model.panel {
        Panel::Latency => {
            model.methods_by = match model.methods_by {
                MethodOrder::Name => MethodOrder::Rate,
                MethodOrder::Rate => MethodOrder::Slowest,
                MethodOrder::Slowest => MethodOrder::Name,
            };
        }
        Panel::Legs => {
            model.legs_by = match model.legs_by {
                LegOrder::Sold => LegOrder::Left,
                LegOrder::Left => LegOrder::Departure,
                LegOrder::Departure => LegOrder::Sold,
            };
        }
        Panel::Load | Panel::Passengers | Panel::Writer | Panel::Bookings => {}
    }
}

/// Moves the help if it is open, else the panel that has the keys: from its first line on the screen
/// and the lines of a page to its new first line.
fn go(model: &mut Model, to: impl Fn(usize, usize) -> usize) {
    let page = model.drawn.page.max(1);
    if let Some(top) = &mut model.help {
        *top = to(*top, page).min(model.drawn.help_last_top);
    } else {
        let place = model.panel as usize;
        model.tops[place] = to(model.tops[place], page).min(model.drawn.last_top[place]);
    }
}
