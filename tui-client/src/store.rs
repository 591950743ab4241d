//! The program's files: the session that it owns, a purchase under way, and the bookings made here.
//!
//! One plain thread does all reading and writing, in the order asked, so that the screen never waits
//! for a disk. What it is asked to do goes through a bounded queue; a job that finds it full is
//! answered with a failure at once. News come out through a bounded queue too: the thread waits
//! where the program is slow to take them.
//!
//! ```text
//! sessions/0.json   the session of one running client: server, token, purchase under way
//! sessions/0.lock   held by that client as long as it runs
//! bookings.json     bookings of all servers, shared by all clients of this person
//! bookings.lock     held while bookings.json is being changed
//! ```
//!
//! All of it is for the owner's eyes alone (0600, directories 0700): tokens and claim codes are
//! credentials. Files are replaced whole or not at all, and synced.

mod bookings;
pub(crate) mod files;
mod session;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::thread;

use etcetera::app_strategy::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use tokio::sync::{mpsc, oneshot};
use trecho_shared::ids::SessionToken;
use trecho_shared::message::ConfirmCart;

use crate::effect::Leave;
use crate::message::StoreNews;
use crate::model::SavedBooking;

use bookings::BookingsFile;
use files::{FileError, Troubles};
use session::SessionFile;

/// How many jobs may wait for the thread.
const JOBS: usize = 64;
/// How many news may wait for the program.
const NEWS: usize = 64;

/// Where the files are.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data directory; `None` is the platform's (`~/.local/share/trecho`, also on macOS).
    pub dir: Option<PathBuf>,
    /// The server and how it is spoken to: only a session of the same is taken up again.
    pub server: String,
    /// Where bookings are saved as text: the directory that the person works in.
    pub text_dir: PathBuf,
}

/// Something to do with files.
#[derive(Debug)]
pub enum Job {
    /// Keep the session's token.
    KeepSession(SessionToken),
    /// Forget the session's token.
    ForgetSession,
    /// Note a purchase before it is sent; answered with [`StoreNews::PurchaseNoted`] once it is on
    /// disk, or [`StoreNews::PurchaseNotNoted`].
    NotePurchase(Box<ConfirmCart>),
    /// Forget the note of the purchase.
    ForgetPurchase,
    /// Keep a booking, in the place of what is known under its locator.
    KeepBooking(Box<SavedBooking>),
    /// Save a booking as text; answered with [`StoreNews::Saved`].
    SaveText {
        /// The file's name.
        name: String,
        /// What it says.
        text: String,
    },
}

#[derive(Debug)]
enum Order {
    Do(Job),
    Finish(Leave),
}

/// The program's end of the store.
#[derive(Debug)]
pub struct Store {
    orders: mpsc::Sender<Order>,
    news: mpsc::Receiver<StoreNews>,
    /// Answers to jobs that never reached the thread.
    undone: VecDeque<StoreNews>,
    done: oneshot::Receiver<()>,
}

/// Starts the store and returns at once. The token of the session to resume comes through the
/// second value, once the files have been read; dropped means none.
pub fn start(settings: Settings) -> (Store, oneshot::Receiver<Option<SessionToken>>) {
    let (orders, ordered) = mpsc::channel(JOBS);
    let (tell, news) = mpsc::channel(NEWS);
    let (resume, token) = oneshot::channel();
    let (finished, done) = oneshot::channel();
    let spawned = thread::Builder::new().name("files".into()).spawn(move || {
        Keeper::open(&settings, tell, resume).run(ordered);
        // Nobody waiting any more is no fault.
        let _ = finished.send(());
    });
    let mut undone = VecDeque::new();
    if let Err(error) = spawned {
        undone.push_back(StoreNews::Failed { what: "start the thread", why: error.to_string() });
    }
    (Store { orders, news, undone, done }, token)
}

impl Store {
    /// Does `job` soon; never blocks.
    pub fn write(&mut self, job: Job) {
        use mpsc::error::TrySendError::{Closed, Full};
        let Err(Full(Order::Do(job)) | Closed(Order::Do(job))) =
            self.orders.try_send(Order::Do(job))
        else {
            return;
        };
        let why = "too much waits to be written".to_owned();
        self.undone.push_back(failure(&job, why));
    }

    /// The next news. Safe to cancel. `None` once the thread has ended.
    pub async fn news(&mut self) -> Option<StoreNews> {
        match self.undone.pop_front() {
            Some(news) => Some(news),
            None => self.news.recv().await,
        }
    }

    /// Waits until all is on disk. With [`Leave::Close`] the session is forgotten, unless a
    /// purchase of it is unsettled.
    pub async fn finish(self, leave: Leave) {
        let Self { orders, mut news, undone: _, done } = self;
        let end = async {
            if orders.send(Order::Finish(leave)).await.is_ok() {
                let _ = done.await;
            }
        };
        // News are of no interest any more, but the thread must not wait for us to take them.
        let drain = async { while news.recv().await.is_some() {} };
        tokio::join!(end, drain);
    }
}

/// What to say about a job that could not be done.
fn failure(job: &Job, why: String) -> StoreNews {
    let what = match job {
        Job::NotePurchase(purchase) => {
            let key = purchase.idempotency_key.clone();
            return StoreNews::PurchaseNotNoted { key, why };
        }
        Job::KeepSession(_) => "keep the session",
        Job::ForgetSession => "forget the session",
        Job::ForgetPurchase => "forget the purchase",
        Job::KeepBooking(_) => "keep the booking",
        Job::SaveText { .. } => "save the text",
    };
    StoreNews::Failed { what, why }
}

/// What the thread owns.
struct Keeper {
    news: mpsc::Sender<StoreNews>,
    /// `None` where there is no directory to keep it in.
    session: Option<SessionFile>,
    bookings: Option<BookingsFile>,
    text_dir: PathBuf,
}

impl Keeper {
    /// Reads the files and tells what is in them.
    fn open(
        settings: &Settings,
        news: mpsc::Sender<StoreNews>,
        resume: oneshot::Sender<Option<SessionToken>>,
    ) -> Self {
        let text_dir = settings.text_dir.clone();
        let mut keeper = Self { news, session: None, bookings: None, text_dir };
        let dir = match directory(settings) {
            Ok(dir) => dir,
            Err(why) => {
                keeper.tell(StoreNews::Failed { what: "open the data directory", why });
                return keeper;
            }
        };
        let mut troubles = Troubles::default();
        match SessionFile::take(&dir, &settings.server, &mut troubles) {
            Ok(session) => {
                // The purchase must be known before the session is online.
                if let Some(purchase) = session.purchase() {
                    let purchase = Box::new(purchase.clone());
                    keeper.tell(StoreNews::Unsettled { purchase });
                }
                // A program that left already needs no token.
                let _ = resume.send(session.token().cloned());
                keeper.session = Some(session);
            }
            Err(error) => keeper.failed("open the session file", &error),
        }
        let bookings = BookingsFile::new(&dir);
        match bookings.read(&mut troubles) {
            Ok(known) => keeper.tell(StoreNews::Bookings(known)),
            Err(error) => keeper.failed("read the bookings", &error),
        }
        keeper.bookings = Some(bookings);
        keeper.tell_of(troubles);
        keeper
    }

    fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        while let Some(order) = orders.blocking_recv() {
            match order {
                Order::Do(job) => self.work(&job),
                Order::Finish(leave) => {
                    if let (Leave::Close, Some(session)) = (leave, &mut self.session)
                        && let Err(error) = session.end()
                    {
                        self.failed("forget the session", &error);
                    }
                    return;
                }
            }
        }
    }

    fn work(&mut self, job: &Job) {
        match self.try_work(job) {
            Ok(Some(news)) => self.tell(news),
            Ok(None) => {}
            Err(error) => self.tell(failure(job, error.to_string())),
        }
    }

    fn try_work(&mut self, job: &Job) -> Result<Option<StoreNews>, FileError> {
        match job {
            Job::KeepSession(token) => self.session()?.keep(Some(token.clone()))?,
            Job::ForgetSession => self.session()?.keep(None)?,
            Job::NotePurchase(purchase) => {
                self.session()?.note(Some((**purchase).clone()))?;
                let key = purchase.idempotency_key.clone();
                return Ok(Some(StoreNews::PurchaseNoted { key }));
            }
            Job::ForgetPurchase => self.session()?.note(None)?,
            Job::KeepBooking(booking) => {
                let mut troubles = Troubles::default();
                let file = self.bookings.as_ref().ok_or(FileError::NoDirectory)?;
                let kept = file.keep(booking, &mut troubles);
                self.tell_of(troubles);
                kept?;
            }
            Job::SaveText { name, text } => {
                let path = files::save_text(&self.text_dir, name, text)?;
                return Ok(Some(StoreNews::Saved { path: path.display().to_string() }));
            }
        }
        Ok(None)
    }

    fn session(&mut self) -> Result<&mut SessionFile, FileError> {
        self.session.as_mut().ok_or(FileError::NoDirectory)
    }

    fn tell_of(&self, troubles: Troubles) {
        let Troubles { damaged, unusable } = troubles;
        for path in damaged {
            self.tell(StoreNews::Damaged { path: path.display().to_string() });
        }
        for error in unusable {
            self.failed("take up a session", &error);
        }
    }

    fn failed(&self, what: &'static str, error: &FileError) {
        self.tell(StoreNews::Failed { what, why: error.to_string() });
    }

    fn tell(&self, news: StoreNews) {
        // A program that left already hears nothing.
        let _ = self.news.blocking_send(news);
    }
}

/// The data directory, which is there afterwards.
fn directory(settings: &Settings) -> Result<PathBuf, String> {
    let dir = if let Some(dir) = &settings.dir {
        dir.clone()
    } else {
        let names = AppStrategyArgs { app_name: "trecho".into(), ..AppStrategyArgs::default() };
        choose_app_strategy(names).map_err(|error| error.to_string())?.data_dir()
    };
    files::private_dir(&dir).map_err(|error| error.to_string())?;
    Ok(dir)
}
