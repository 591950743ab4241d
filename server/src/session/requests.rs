//! Starting requests: reads are answered, commands handed to the desk.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use trecho_shared::ids::SessionToken;
use trecho_shared::message::{BookingRef, Done, OpenSession, Request, WatchFeed};
use trecho_shared::rpc::{ErrorObject, Id, reply_error, reply_result};

use super::input::Received;
use super::passenger::{Attached, Passenger, UNTOLD};
use super::replies::{Asked, Found};
use super::{Cut, Session, Watching};
use crate::booking::Command;
use crate::desk::{Order, Outbox, Rejection};
use crate::dispatch::{self, Answer, No, line, rejected};

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
            let held = self.held.take().map(|held| Received::Request(held.0, held.1));
            let Some(received) = held.or_else(|| self.input.next()) else { return Ok(()) };
            self.greeted = true;
            match received {
                Received::Request(id, request) => match self.start(id, request) {
                    Then::Go => {}
                    Then::GiveWay => self.give_way().await?,
                    // Boxed, so that the task of an idle connection has no room for it.
                    Then::Ask(order) => Box::pin(self.service.desk.send(*order)).await,
                },
                Received::Notification => {}
                Received::Breach(id, error) => {
                    self.answer(reply_error(id.as_ref(), &ErrorObject::from(&error)));
                }
                Received::TooLong => {
                    let error = trecho_shared::rpc::ProtocolError::LineTooLong;
                    self.answer(reply_error(None, &ErrorObject::from(&error)));
                    self.take_leave();
                }
            }
            if self.held.is_some() {
                return Ok(());
            }
            tokio::task::consume_budget().await;
        }
        Ok(())
    }

    fn may_start(&self) -> bool {
        let limits = &self.service.limits;
        let held_back = self.held.is_some() && !self.replies.is_empty();
        !held_back
            && !self.passenger.is_arriving()
            && self.replies.len() < limits.requests_in_flight
            && self.output.len() < limits.unsent_bytes
    }

    fn start(&mut self, id: Id, request: Request) -> Then {
        match request {
            Request::CartHold(_)
            | Request::CartRelease(_)
            | Request::CartGet(_)
            | Request::CartConfirm(_) => match self.passenger.attached() {
                Some(attached) => {
                    let command = self.cart_command(attached, request);
                    return self.order(id, command);
                }
                None => return self.arrive(id, request),
            },
            Request::BookingsCancel(params) => match self.look_ups.permit() {
                Ok(()) => {
                    let command = dispatch::bookings::cancel(params)
                        .map(|(command, claim)| (command, Asked::Booking(claim)));
                    return self.order(id, command);
                }
                Err(refusal) => self.refuse(&id, No::Refused(refusal)),
            },
            // The rest see what all before them did.
            _ if !self.replies.is_empty() => self.held = Some(Box::new((id, request))),
            Request::SessionOpen(params) => return self.open(id, params),
            Request::SessionClose(_) => return self.close(id),
            Request::FeedWatch(params) => {
                let answer = self.watch(params);
                self.answer(line(&id, answer));
            }
            Request::FeedUnwatch(_) => {
                self.watching = None;
                self.answer(reply_result(&id, &Done {}));
            }
            Request::BookingsGet(params) => self.look_up(id, params),
            Request::ServerPing(_) => self.answer(reply_result(&id, &self.service.pong())),
            Request::AirportsList(_) => {
                self.answer(reply_result(&id, dispatch::airports::list()));
            }
            Request::LegsGet(params) => {
                self.answer(line(&id, dispatch::legs::get(&self.service, params)));
            }
            Request::LegsSeats(params) => {
                self.answer(line(&id, dispatch::legs::seats(&self.service, params)));
            }
            Request::LegsSearch(params) => {
                self.answer(line(&id, dispatch::legs::search(&self.service, &params)));
                return Then::GiveWay;
            }
            Request::TripsSearch(params) => {
                self.answer(line(&id, dispatch::trips::search(&self.service, &params)));
                return Then::GiveWay;
            }
        }
        Then::Go
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
    fn order(&mut self, id: Id, command: Answer<(Command, Asked)>) -> Then {
        match command {
            Ok((command, asked)) => self.ask(id, command, asked, None),
            Err(no) => {
                self.refuse(&id, no);
                Then::Go
            }
        }
    }

    fn ask(&mut self, id: Id, command: Command, asked: Asked, attach: Option<Outbox>) -> Then {
        let (reply, answer) = oneshot::channel();
        self.replies.add_order(id, asked, answer);
        Then::Ask(Box::new(Order { command, attach, reply }))
    }

    /// Asks for a session, for a request that needs one and waits.
    fn arrive(&mut self, id: Id, request: Request) -> Then {
        if !self.passenger.is_stranger() {
            // The session was closed or taken over: nothing more is carried out here.
            self.refuse_replaced(&id);
            return Then::Go;
        }
        let token = new_token();
        let command = Command::Open { token_hash: token.hash(), name: None };
        let waiting = id.clone();
        self.held = Some(Box::new((id, request)));
        self.enter(waiting, command, Asked::Arrive(token))
    }

    fn open(&mut self, id: Id, params: OpenSession) -> Then {
        if !self.passenger.is_stranger() {
            let reason = "this connection has its session; session.open comes before the first \
                          cart request, once";
            self.refuse(&id, No::params(reason));
            return Then::Go;
        }
        let OpenSession { name, resume } = params;
        let (command, token) = if let Some(token) = resume {
            (Command::Resume { token_hash: token.hash() }, token)
        } else {
            let (token, name) = (new_token(), name.map(|name| name.to_string()));
            (Command::Open { token_hash: token.hash(), name }, token)
        };
        self.enter(id, command, Asked::Open(token))
    }

    fn enter(&mut self, id: Id, command: Command, asked: Asked) -> Then {
        let (outbox, told) = mpsc::channel(UNTOLD);
        self.passenger = Passenger::Arriving(told);
        self.ask(id, command, asked, Some(outbox))
    }

    fn close(&mut self, id: Id) -> Then {
        let caller = self.passenger.attached().map(|attached| attached.caller);
        let then = if let Some(caller) = caller {
            self.ask(id, Command::Close(caller), Asked::Close, None)
        } else {
            self.answer(reply_result(&id, &Done {}));
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

    fn look_up(&mut self, id: Id, BookingRef { locator, claim }: BookingRef) {
        if let Err(refusal) = self.look_ups.permit() {
            return self.refuse(&id, No::Refused(refusal));
        }
        let service = Arc::clone(&self.service);
        self.replies.add_look_up(Box::pin(async move {
            match service.records.by_locator(locator, claim).await {
                Ok(Some(booking)) => {
                    Some(Found { line: reply_result(&id, &booking), wrong: false })
                }
                Ok(None) => {
                    let unknown = Rejection::Refused(crate::booking::Refusal::BookingUnknown);
                    let line = reply_error(Some(&id), &rejected(&service, unknown)?.into());
                    Some(Found { line, wrong: true })
                }
                Err(error) => Some(super::answers::failed(&id, &error)),
            }
        }));
    }
}

pub(crate) fn new_token() -> SessionToken {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("a system that serves has random numbers");
    SessionToken::from_random(bytes)
}
