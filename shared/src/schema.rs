//! JSON Schema 2020-12 of the whole protocol, generated from the types.
//!
//! `shared/schema/trecho-v1.json` is this module's output; a test fails when the two differ.

use serde_json::{Map, Value, json};

use crate::message::{CartChanged, CartExpired, Empty, LegEvent, ServerClosing, ServerNotice};
use crate::rpc::{ErrorObject, Id};

/// The schema document: `methods` (params and result of each), `events` (params of each), `error`,
/// `id`, and the definitions they share.
pub fn document() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let methods: Map<String, Value> = crate::message::method_schemas(&mut generator)
        .into_iter()
        .map(|(name, params, result)| {
            (name.to_owned(), json!({ "params": params, "result": result }))
        })
        .collect();
    let events = json!({
        "leg.taken": generator.subschema_for::<LegEvent>(),
        "leg.reopened": generator.subschema_for::<LegEvent>(),
        "leg.updated": generator.subschema_for::<LegEvent>(),
        "cart.expired": generator.subschema_for::<CartExpired>(),
        "cart.changed": generator.subschema_for::<CartChanged>(),
        "session.replaced": generator.subschema_for::<Empty>(),
        "server.notice": generator.subschema_for::<ServerNotice>(),
        "server.closing": generator.subschema_for::<ServerClosing>(),
    });
    let error = generator.subschema_for::<ErrorObject>();
    let id = generator.subschema_for::<Id>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Trecho protocol, version 1",
        "methods": methods,
        "events": events,
        "error": error,
        "id": id,
        "$defs": generator.take_definitions(true),
    })
}
