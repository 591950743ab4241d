//! Starting requests: reads are answered, commands handed to the desk.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use trecho_shared::ids::{Locator, SessionToken};
use trecho_shared::message::{
    BookingRef, CancelBooking, Done, OpenSession, RefusalData, Request, WatchFeed,
};
use trecho_shared::rpc::{ErrorObject, ProtocolError};

use super::input::{Received, ReplyTo};
use super::lookups::{Guess, Verdict};
use super::passenger::{Attached, Passenger, UNTOLD};
use super::replies::{Asked, Found};
use super::{Cut, Session, Watching};
use crate::booking::Command;
use crate::desk::{Attachment, Order, Rejection};
use crate::dispatch::{self, Answer, No, ReplyLine, Service, rejected};
use crate::listener::no_place;
use crate::meters::{Ended, Refuser, TurnedAway, Wait};

/// What a peer is told that speaks TLS to a server without.
const ENCRYPTED: &str = "this port speaks no TLS: connect without --tls";

/// What is left to do for a request that was started.
enum Then {
    /// Nothing.
    Go,
    /// It was much work: others' turn.
    GiveWay,
    /// The desk is to be asked. The reply is waited for already.
    Ask(Box<Order>),
}

impl Session {
    /// Starts what has come, as far as it can be started now.
    pub(super) async fn start_requests(&mut self) -> Result<(), Cut> {
        while self.may_start() {
            let received = if let Some(held) = self.held.take() {
                Received::Request(held.0, held.1)
            } else {
                let Some(received) = self.input.next() else { return Ok(()) };
                self.count_line();
                received
            };
            self.greeted = true;
            match received {
                Received::Request(to, request) => match self.start(to, request) {
                    Then::Go => {}
                    Then::GiveWay => self.give_way().await?,
                    Then::Ask(order) => {
                        if let Err(order) = self.service.desk.try_send(*order) {
                            // Boxed, so that the task of an idle connection has no room for it.
                            Box::pin(self.service.desk.send(order)).await;
                        }
                    }
                },
                Received::Notification => {}
                Received::Breach(begun, id, error) => {
                    let line = ReplyLine::error(id.as_ref(), &ErrorObject::from(&error));
                    self.answer(begun, line);
                }
                Received::Hello => {
                    let error = ProtocolError::Envelope(ENCRYPTED.to_owned());
                    self.say_farewell(&ErrorObject::from(&error));
                    self.end_for(Ended::Encrypted);
                }
                Received::TooLong(begun) => {
                    let error = ProtocolError::LineTooLong;
                    self.answer(begun, ReplyLine::error(None, &ErrorObject::from(&error)));
                    self.end_for(Ended::LineTooLong);
                }
            }
            if self.held.is_some() {
                return Ok(());
            }
            tokio::task::consume_budget().await;
        }
        Ok(())
    }

    /// Whether the next request may be started now.
    pub(super) fn may_start(&mut self) -> bool {
        let held_back = self.held.is_some() && !self.replies.is_empty();
        if held_back || self.passenger.is_arriving() {
            return false;
        }
        let wait = self.wait_for();
        // Once a wait, however often it is asked whether it is over.
        if let Some(limit) = wait.filter(|_| wait != self.waits_for) {
            self.service.meters.limits.waits.of(limit).inc();
        }
        self.waits_for = wait;
        wait.is_none()
    }

    /// The limit that lets no request start now.
    fn wait_for(&mut self) -> Option<Wait> {
        if self.replies.len() >= self.service.limits.requests_in_flight {
            Some(Wait::InFlight)
        } else if self.is_full() {
            Some(Wait::Unsent)
        } else if self.is_in_pace() {
            None
        } else {
            Some(Wait::Requests)
        }
    }

    /// Whether the rate of requests allows one more, which is what has come next. One that was held
    /// back has been counted.
    fn is_in_pace(&mut self) -> bool {
        self.paced_until = None;
        if self.held.is_some() || self.place.origin().is_none() {
            return true;
        }
        let now = Instant::now();
        match self.used.permit(self.service.limits.requests, now) {
            Ok(()) => true,
            Err(left) => {
                self.paced_until = Some(now + left);
                false
            }
        }
    }

    /// A line counts, whatever it says.
    fn count_line(&mut self) {
        if self.place.origin().is_some() {
            self.used.charge(self.service.limits.requests, Instant::now());
        }
    }

    /// Whether this request is one that is answered on trial: who would resume a session may, and
    /// whoever only asks whether the server is alive.
    fn is_let_in(&self, request: &Request) -> bool {
        let shows = match request {
            Request::SessionOpen(params) => params.resume.is_some(),
            Request::ServerPing(_) => true,
            _ => false,
        };
        shows || !self.place.is_on_trial() || !self.passenger.is_stranger()
    }

    fn start(&mut self, to: ReplyTo, request: Request) -> Then {
        if !self.is_let_in(&request) {
            self.service.meters.connections.turned_away.of(TurnedAway::Trial).inc();
            self.refuse(&to, No::Refused(no_place()));
            self.end_for(Ended::Trial);
            return Then::Go;
        }
        match request {
            Request::CartHold(_)
            | Request::CartRelease(_)
            | Request::CartGet(_)
            | Request::CartConfirm(_) => match self.passenger.attached() {
                Some(attached) => {
                    let command = self.cart_command(attached, request);
                    return self.order(to, command);
                }
                None => return self.arrive(to, request),
            },
            Request::BookingsCancel(params) => {
                let command = self.cancel(params);
                return self.order(to, command);
            }
            // The rest see what all before them did.
            _ if !self.replies.is_empty() => self.held = Some(Box::new((to, request))),
            Request::SessionOpen(params) => return self.open(to, params),
            Request::SessionClose(_) => return self.close(to),
            Request::FeedWatch(params) => {
                let answer = self.watch(params);
                self.tell(&to, answer);
            }
            Request::FeedUnwatch(_) => {
                self.watching = None;
                self.tell(&to, Ok(Done {}));
            }
            Request::BookingsGet(params) => self.look_up(to, params),
            Request::ServerPing(_) => self.tell(&to, Ok(self.service.pong())),
            Request::AirportsList(_) => self.tell(&to, Ok(dispatch::airports::list())),
            Request::LegsGet(params) => {
                let answer = dispatch::legs::get(&self.service, params);
                self.tell(&to, answer);
            }
            Request::LegsSeats(params) => {
                let answer = dispatch::legs::seats(&self.service, params);
                self.tell(&to, answer);
            }
            Request::LegsSearch(params) => {
                panic_if_asked!(params.text.as_ref().map_or("", |text| text.as_str()));
                let answer = dispatch::legs::search(&self.service, &params);
                self.tell(&to, answer);
                return Then::GiveWay;
            }
            Request::TripsSearch(params) => {
                let answer = dispatch::trips::search(&self.service, &params);
                self.tell(&to, answer);
                return Then::GiveWay;
            }
        }
        Then::Go
    }

    /// Answers a request at once.
    fn tell<T: Serialize>(&mut self, to: &ReplyTo, answer: Answer<T>) {
        self.answer(to.begun, ReplyLine::of(&to.id, answer));
    }

    /// After much work: others' turn, if this connection has more of it.
    async fn give_way(&mut self) -> Result<(), Cut> {
        if self.input.has_more() {
            self.flush()?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn cart_command(&self, attached: &Attached, request: Request) -> Answer<(Command, Asked)> {
        let (service, caller) = (&self.service, attached.caller);
        Ok(match request {
            Request::CartHold(params) => {
                (dispatch::cart::hold(service, caller, params)?, Asked::Cart)
            }
            Request::CartRelease(params) => (dispatch::cart::release(caller, params), Asked::Cart),
            Request::CartConfirm(params) => {
                let (command, claim) =
                    dispatch::cart::confirm(service, caller, &attached.token, params)?;
                (command, Asked::Booking(claim))
            }
            _ => (Command::Cart(caller), Asked::Cart),
        })
    }

    /// Hands a command to the desk, or answers that it makes none.
    fn order(&mut self, to: ReplyTo, command: Answer<(Command, Asked)>) -> Then {
        match command {
            Ok((command, asked)) => self.ask(to, command, asked, None),
            Err(no) => {
                self.refuse(&to, no);
                Then::Go
            }
        }
    }

    fn ask(
        &mut self,
        to: ReplyTo,
        command: Command,
        asked: Asked,
        attach: Option<Attachment>,
    ) -> Then {
        let (reply, answer) = oneshot::channel();
        self.replies.add_order(to, asked, answer);
        Then::Ask(Box::new(Order { command, attach, reply }))
    }

    /// Asks for a session, for a request that needs one and waits.
    fn arrive(&mut self, to: ReplyTo, request: Request) -> Then {
        if !self.passenger.is_stranger() {
            // The session was closed or taken over: nothing more is carried out here.
            self.refuse_replaced(&to);
            return Then::Go;
        }
        let token = new_token();
        let command = Command::Open { token_hash: token.hash(), name: None };
        let waiting = to.clone();
        self.held = Some(Box::new((to, request)));
        self.enter(waiting, command, Asked::Arrive(token))
    }

    fn open(&mut self, to: ReplyTo, params: OpenSession) -> Then {
        if !self.passenger.is_stranger() {
            let reason = "this connection has its session; session.open comes before the first \
                          cart request, once";
            self.refuse(&to, No::params(reason));
            return Then::Go;
        }
        let OpenSession { name, resume } = params;
        let (command, token) = if let Some(token) = resume {
            (Command::Resume { token_hash: token.hash() }, token)
        } else {
            let (token, name) = (new_token(), name.map(|name| name.to_string()));
            (Command::Open { token_hash: token.hash(), name }, token)
        };
        self.enter(to, command, Asked::Open(token))
    }

    fn enter(&mut self, to: ReplyTo, command: Command, asked: Asked) -> Then {
        let (outbox, told) = mpsc::channel(UNTOLD);
        self.passenger = Passenger::Arriving(told);
        self.ask(to, command, asked, Some(Attachment { outbox, origin: self.place.origin() }))
    }

    fn close(&mut self, to: ReplyTo) -> Then {
        let caller = self.passenger.attached().map(|attached| attached.caller);
        let then = if let Some(caller) = caller {
            self.ask(to, Command::Close(caller), Asked::Close, None)
        } else {
            self.tell(&to, Ok(Done {}));
            Then::Go
        };
        self.take_leave();
        then
    }

    fn watch(&mut self, params: WatchFeed) -> Answer<trecho_shared::message::Watching> {
        let filter = dispatch::feed::filter(&self.service, params)?;
        let (watch, bell) = self.service.feed.watch(filter);
        self.watching = Some(Box::new(Watching { watch, bell }));
        Ok(dispatch::feed::watching(&self.service))
    }

    fn cancel(&mut self, params: CancelBooking) -> Answer<(Command, Asked)> {
        let locator = params.locator;
        let (command, claim) = dispatch::bookings::cancel(params)?;
        let guess = self.begin_look_up(locator)?;
        Ok((command, Asked::Cancel(guess, claim)))
    }

    fn begin_look_up(&mut self, locator: Locator) -> Answer<Guess> {
        let origin = self.place.origin();
        self.look_ups
            .begin(&self.service.guesses, origin, locator)
            .map_err(|over| limited(&self.service, over))
    }

    fn look_up(&mut self, to: ReplyTo, BookingRef { locator, claim }: BookingRef) {
        let guess = match self.begin_look_up(locator) {
            Ok(guess) => guess,
            Err(no) => return self.refuse(&to, no),
        };
        let service = Arc::clone(&self.service);
        let ReplyTo { id, begun } = to;
        let look_up = Box::pin(async move {
            match service.records.by_locator(locator, claim).await {
                Ok(Some(booking)) => {
                    let line = ReplyLine::result(&id, &booking);
                    Some(Found { line, verdict: Verdict::Right(guess) })
                }
                Ok(None) => {
                    let unknown = Rejection::Refused(crate::booking::Refusal::BookingUnknown);
                    let no = match guess.held_back() {
                        Some(over) => limited(&service, over),
                        None => rejected(&service, unknown)?,
                    };
                    let line = ReplyLine::error(Some(&id), &no.into());
                    Some(Found { line, verdict: Verdict::Wrong })
                }
                Err(error) => Some(super::answers::failed(&id, &error)),
            }
        });
        self.replies.add_look_up(begun, look_up);
    }
}

/// The answer to a look-up that is over a limit, which is counted.
pub(super) fn limited(service: &Service, (limit, refusal): (Refuser, RefusalData)) -> No {
    service.meters.limits.refused.of(limit).inc();
    No::Refused(refusal)
}

pub(crate) fn new_token() -> SessionToken {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("a system that serves has random numbers");
    SessionToken::from_random(bytes)
}
