//! The connection to the server: lost and found again for as long as the program runs.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use trecho_shared::text::scrub_to;

use crate::admin::client::AdminError;
use crate::admin::watch::Watch;
use crate::meters::Snapshot;

use super::model::News;

/// News that wait for the loop; beyond, the server's wait in its socket.
const WAITING: usize = 4;

/// After a loss the first try comes this soon, and each further one after twice as long,
const SOONEST: Duration = Duration::from_millis(500);
/// up to this. A try costs a look at a file, so nobody need wait long for a server that is back.
const LATEST: Duration = Duration::from_secs(4);

/// So much of a reason is shown.
const REASON: usize = 300;

/// The connection, kept by a task of its own.
#[derive(Debug)]
pub(super) struct Link {
    news: Receiver<News>,
    retry: Arc<Notify>,
    keeper: JoinHandle<()>,
}

impl Link {
    /// Connects to the server whose socket is at `path`.
    pub(super) async fn open(path: &Path) -> Result<Self, AdminError> {
        let (watch, first) = Watch::open(path).await?;
        let (tell, news) = channel(WAITING);
        let retry = Arc::new(Notify::new());
        let keeper = Keeper { path: path.to_owned(), tell, retry: Arc::clone(&retry) };
        Ok(Self { news, retry, keeper: tokio::spawn(keeper.keep(watch, first)) })
    }

    /// Waits for the next news; `None` if the task has failed.
    pub(super) async fn news(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// Tries now, if the server is gone.
    pub(super) fn retry(&self) {
        self.retry.notify_one();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

struct Keeper {
    path: PathBuf,
    tell: Sender<News>,
    retry: Arc<Notify>,
}

/// Nobody listens any more.
struct Unheard;

impl Keeper {
    async fn keep(self, watch: Watch, first: Snapshot) {
        let mut found = (watch, first);
        while let Ok(error) = self.follow(found).await {
            let Ok(again) = self.find(error).await else { return };
            found = again;
        }
    }

    /// Passes on what the server tells, until it is gone; says why it is.
    async fn follow(&self, (mut watch, first): (Watch, Snapshot)) -> Result<AdminError, Unheard> {
        self.tell(News::Told(Box::new(first))).await?;
        loop {
            match watch.next().await {
                Ok(snapshot) => self.tell(News::Told(Box::new(snapshot))).await?,
                Err(error) => return Ok(error),
            }
        }
    }

    /// Tries until the server is there again.
    async fn find(&self, mut error: AdminError) -> Result<(Watch, Snapshot), Unheard> {
        let mut pause = SOONEST;
        loop {
            let why = scrub_to(&reason(&error), REASON);
            let retry_in = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            self.tell(News::Lost { why, retry_in }).await?;
            // Time is up, or somebody wants it now.
            let _ = timeout(pause, self.retry.notified()).await;
            self.tell(News::Trying).await?;
            match Watch::open(&self.path).await {
                Ok(found) => return Ok(found),
                Err(next) => error = next,
            }
            pause = longer(pause);
        }
    }

    async fn tell(&self, news: News) -> Result<(), Unheard> {
        self.tell.send(news).await.map_err(|_| Unheard)
    }
}

/// Why the server is gone, in few words: whoever reads them has seen it before, and knows where it is.
fn reason(error: &AdminError) -> String {
    match error {
        AdminError::NoServer(_) => "nobody listens on its socket".to_owned(),
        AdminError::Forbidden(_) => "this user may not use its socket any more".to_owned(),
        AdminError::Lost { source, .. } if source.kind() == ErrorKind::UnexpectedEof => {
            "it has hung up".to_owned()
        }
        AdminError::Lost { source, .. } => format!("the connection failed ({source})"),
        AdminError::Strange(_) => "it is of another version than this program".to_owned(),
        AdminError::Refused(problem) => problem.message.clone(),
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LATEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_ever_less_often_and_never_stop() {
        let pauses = std::iter::successors(Some(SOONEST), |pause| Some(longer(*pause)));
        let ms: Vec<u128> = pauses.take(6).map(|pause| pause.as_millis()).collect();
        assert_eq!(ms, [500, 1_000, 2_000, 4_000, 4_000, 4_000]);
    }
}
