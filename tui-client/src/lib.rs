//! `trecho`, the passenger's full-screen terminal client.
//!
//! The Elm Architecture with effects: everything that happens is a [`message::Message`], [`update`]
//! alone changes the [`model::Model`] and says what is to be done as [`effect::Effect`]s, the view
//! draws the model and changes nothing. Sockets, files, the terminal and the clock stand outside
//! and speak in messages.

pub mod airports;
pub mod bot;
pub mod cli;
pub mod clipboard;
pub mod config;
#[cfg(feature = "demo")]
mod demo;
pub mod effect;
pub mod format;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod glyphs;
pub mod input;
pub mod keys;
pub mod link;
pub mod load;
pub mod log;
pub mod message;
pub mod model;
pub mod notice;
pub mod picture;
pub mod run;
pub mod store;
pub mod terminal;
pub mod theme;
pub mod trust;
mod update;
pub mod view;
pub mod words;

pub use update::update;
