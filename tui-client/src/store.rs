//! stub
#![allow(missing_docs)]
use crate::effect::*;
use crate::message::*;
use std::path::PathBuf;
use tokio::sync::oneshot;
use trecho_shared::ids::SessionToken;
pub struct Settings {
    pub dir: Option<PathBuf>,
    pub server: String,
}
pub struct Store;
impl Store {
    pub fn start(_s: Settings) -> (Self, oneshot::Receiver<Option<SessionToken>>) {
        (Self, oneshot::channel().1)
    }
    pub fn write(&self, _: Effect) {}
    pub async fn news(&mut self) -> Option<StoreNews> {
        std::future::pending().await
    }
    pub async fn finish(self, _: Leave) {}
}
