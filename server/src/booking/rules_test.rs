//! Each rule of the design, one sentence a test.

mod cancel;
mod confirm;
mod hold;
mod operators;
mod origin;
mod restart;
mod schedule;
mod session;
mod time;
