//! The words of the admin socket: every method with its params and result, and why there may be no
//! result. Params are read strictly.

mod leg;
mod operate;
mod problem;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use trecho_shared::message::{Empty, Method};
use trecho_shared::rpc::{Call, Id, ProtocolError};

pub(crate) use leg::{LegRow, LegsListed, ListLegs, ShowLeg};
pub(crate) use operate::{Audited, SayNotice};
pub(crate) use problem::{Problem, reply_problem};

/// Declares the methods once: the request enum, its parser, and one marker type each.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:literal $variant:ident($params:ty) -> $result:ty;)*) => {
        /// A request, typed.
        #[derive(Debug)]
        pub(crate) enum Request {
            $($(#[$doc])* $variant($params),)*
        }

        impl Request {
            /// Reads the params of the method that `call` names.
            pub(crate) fn read(call: &Call<'_>) -> Result<Self, Problem> {
                let params = call.params.map_or("{}", |params| params.get());
                match &*call.method {
                    $($name => serde_json::from_str(params)
                        .map(Self::$variant)
                        .map_err(|error| ProtocolError::Params(error.to_string()).into()),)*
                    other => Err(Problem::unknown_method(other)),
                }
            }
        }

        /// One marker type a method, so that a caller cannot mix params and results up.
        pub(crate) mod method {
            use super::*;

            $($(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $variant;

            impl Method for $variant {
                const NAME: &'static str = $name;
                type Params = $params;
                type Result = $result;
            })*
        }
    };
}

methods! {
    /// Legs with their seats by state, a page at a time, by departure.
    "legs.list" LegsList(ListLegs) -> LegsListed;
    /// One leg.
    "legs.get" LegsGet(ShowLeg) -> LegRow;
    /// Tells every passenger who is connected.
    "notice" Notice(SayNotice) -> Audited;
    /// Sees every connection off and ends the server, as SIGTERM does.
    "drain" Drain(Empty) -> Audited;
}

/// A reply as the caller reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Reply<'line> {
    #[serde(default)]
    pub(crate) id: Option<Id>,
    #[serde(borrow, default)]
    pub(crate) result: Option<&'line RawValue>,
    #[serde(default)]
    pub(crate) error: Option<Problem>,
}

/// One line that ends with a newline.
fn line<T: Serialize>(message: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("our message types always serialize");
    line.push(b'\n');
    line
}
