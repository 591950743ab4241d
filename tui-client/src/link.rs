//! stub
#![allow(missing_docs)]
use crate::effect::{Ask, AskId, Leave};
use crate::message::*;
use tokio::sync::oneshot;
use trecho_shared::ids::SessionToken;
use trecho_shared::message::PersonName;
pub struct Settings {
    pub address: String,
    pub name: Option<PersonName>,
    pub resume: oneshot::Receiver<Option<SessionToken>>,
    pub clock_start: std::time::Instant,
}
pub struct Link;
impl Link {
    pub fn start(_s: Settings) -> Self {
        Self
    }
    pub fn ask(&self, _: AskId, _: Box<Ask>) {}
    pub fn retry_now(&self) {}
    pub fn new_session(&self) {}
    pub async fn news(&mut self) -> Option<LinkNews> {
        std::future::pending().await
    }
    pub async fn close(self, _: Leave) {}
}
