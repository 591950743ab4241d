//! The dashboard, the alert rules and the operator's guide speak of numbers that a real server
//! serves, and of no others.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use super::with_pages;
use crate::common::pages::Numbers;

/// Labels that Prometheus itself adds.
const ADDED: &[&str] = &["instance", "job"];

fn file(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The numbers that a text names, each with what follows it.
fn named(text: &str) -> Vec<(&str, &str)> {
    let word = |byte: char| byte.is_ascii_alphanumeric() || byte == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        let (name, after) = rest[start..]
            .split_at(rest[start..].find(|byte| !word(byte)).unwrap_or(rest.len() - start));
        if name.starts_with("trecho_") || name.starts_with("process_") {
            found.push((name, after));
        }
        rest = after;
    }
    found
}

/// Asserts that all that a text asks for is served, labels and their values, too.
fn assert_served(numbers: &Numbers, text: &str) -> usize {
    let served = numbers.names();
    let asked = named(text);
    for (name, after) in &asked {
        assert!(served.contains(name), "nobody serves {name}: {text}");
        let Some(labels) = after.strip_prefix('{') else { continue };
        let (labels, _) = labels.split_once('}').expect("a brace that closes");
        for label in labels.split(',') {
            let end = label.find(['=', '!']).expect("a label and a value");
            let (label, value) = label.split_at(end);
            if ADDED.contains(&label) || label == "le" {
                continue;
            }
            let begin = format!("{name}{{");
            let series: Vec<&String> =
                numbers.series.keys().filter(|series| series.starts_with(&begin)).collect();
            let equal = value.trim_start_matches(['=', '!', '~']);
            let wanted = format!("{label}={equal}");
            assert!(series.iter().any(|series| series.contains(&wanted)), "{name}: no {wanted}");
        }
    }
    asked.len()
}

/// Everything about a panel that Grafana would only complain of when somebody looks.
fn assert_whole(panel: &Value, taken: &mut BTreeSet<(u64, u64)>) {
    let title = panel["title"].as_str().expect("a title");
    let place = |key: &str| panel["gridPos"][key].as_u64().expect("a place");
    let (x, y, w, h) = (place("x"), place("y"), place("w"), place("h"));
    assert!(w > 0 && h > 0 && x + w <= 24, "{title} is off the grid");
    for column in x..x + w {
        for line in y..y + h {
            assert!(taken.insert((column, line)), "{title} lies on another panel");
        }
    }
    if panel["type"] == "row" {
        return;
    }
    assert!(["timeseries", "stat"].contains(&panel["type"].as_str().unwrap()), "{title}");
    assert!(panel["description"].as_str().is_some_and(|text| text.ends_with('.')), "{title}");
    let targets = panel["targets"].as_array().expect("targets");
    let ids: BTreeSet<&str> = targets.iter().map(|of| of["refId"].as_str().unwrap()).collect();
    assert!(!targets.is_empty() && ids.len() == targets.len(), "{title}");
}

#[tokio::test]
async fn the_dashboard_is_whole_and_shows_numbers_that_are_served() {
    let (_world, pages) = with_pages().await;
    let numbers = Numbers::scrape(pages).await;
    let dashboard = file("assets/observability/grafana/dashboards/trecho.json");
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let sources = file("assets/observability/grafana/provisioning/datasources/prometheus.yml");
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
    let mut shown = 0;
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "two panels have one id");
        assert_whole(panel, &mut taken);
        for target in panel["targets"].as_array().into_iter().flatten() {
            let uid = target["datasource"]["uid"].as_str().unwrap();
            assert!(sources.contains(&format!("uid: {uid}\n")), "there is no source {uid}");
            shown += assert_served(&numbers, target["expr"].as_str().unwrap());
        }
    }
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        assert_served(&numbers, variable["query"]["query"].as_str().unwrap());
    }
    assert!(shown > 40, "{shown}");
}

#[tokio::test]
async fn the_alert_rules_ask_for_numbers_that_are_served_and_are_explained_and_tested() {
    let (_world, pages) = with_pages().await;
    let numbers = Numbers::scrape(pages).await;
    let rules = file("assets/observability/rules.yml");
    assert!(assert_served(&numbers, &rules) > 15);
    let alerts = rules.lines().filter(|line| line.trim_start().starts_with("- alert: "));
    let guide = file("docs/operating.md");
    let tests = file("assets/observability/rules.test.yml");
    for alert in alerts {
        let name = alert.trim_start().trim_start_matches("- alert: ");
        assert!(
            guide.contains(&format!("`{name}`")),
            "the guide does not say what to do at {name}"
        );
        assert!(
            tests.contains(&format!("        alertname: {name}\n")),
            "no test shows that {name} fires"
        );
    }
}

#[tokio::test]
async fn the_guide_explains_every_reason_and_every_limit() {
    let (_world, pages) = with_pages().await;
    let numbers = Numbers::scrape(pages).await;
    let guide = file("docs/operating.md");
    let (_, explained) = guide.split_once("### The numbers").expect("a section");
    let mut values = 0;
    for series in numbers.series.keys() {
        let families = ["connections_refused", "connections_ended", "limit_", "operators_refused"];
        if !families.iter().any(|family| series.starts_with(&format!("trecho_{family}"))) {
            continue;
        }
        let value = series.split('"').nth(1).expect("one label");
        assert!(explained.contains(&format!("`{value}`")), "the guide does not explain {series}");
        values += 1;
    }
    assert!(values > 30, "{values}");
}

#[tokio::test]
async fn the_guide_explains_every_number_and_no_other() {
    let (_world, pages) = with_pages().await;
    let numbers = Numbers::scrape(pages).await;
    let guide = file("docs/operating.md");
    let explained: BTreeSet<&str> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|names| named(names).into_iter().map(|(name, _)| name))
        .collect();
    let served: BTreeSet<&str> = numbers
        .names()
        .into_iter()
        .filter(|name| !name.ends_with("_bucket") && !name.ends_with("_sum"))
        .map(|name| name.strip_suffix("_count").unwrap_or(name))
        .collect();
    assert_eq!(explained, served);
}
