//! The published JSON Schema is what the types say.

use std::path::Path;

use serde_json::Value;
use trecho_shared::message::{Event, Request};
use trecho_shared::schema::document;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/trecho-v1.json");

#[test]
fn the_published_schema_is_the_one_that_the_types_generate() {
    let mut generated = serde_json::to_string_pretty(&document()).unwrap();
    generated.push('\n');
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(Path::new(PATH).parent().unwrap()).unwrap();
        std::fs::write(PATH, &generated).unwrap();
    }
    let published = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        published == generated,
        "shared/schema/trecho-v1.json is not what the types generate; \
         run `UPDATE=1 cargo test -p trecho-shared --test schema` and look at the difference"
    );
}

#[test]
fn the_schema_knows_every_method_and_every_event() {
    let document = document();
    let names = |part: &str| -> Vec<String> {
        document[part].as_object().unwrap().keys().cloned().collect()
    };
    let sorted = |names: &[&str]| -> Vec<String> {
        let mut names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        names.sort();
        names
    };
    let methods = names("methods");
    assert_eq!(
        sorted(&methods.iter().map(String::as_str).collect::<Vec<_>>()),
        sorted(Request::METHODS)
    );
    let events = names("events");
    assert_eq!(
        sorted(&events.iter().map(String::as_str).collect::<Vec<_>>()),
        sorted(Event::METHODS)
    );
}

#[test]
fn every_reference_in_the_schema_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.push(target);
                }
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|each| references(each, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "only {} references: not the whole protocol", found.len());
    for target in found {
        let pointer = target.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
}
