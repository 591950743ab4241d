//! The page for Prometheus: what was counted and what is read off now, in either of two formats.

use std::fmt;

use hyper::header::HeaderValue;
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry::Registry;

use crate::dispatch::Service;
use crate::meters::Readings;

/// How the numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `OpenMetrics` 1.0.
    OpenMetrics,
    /// Prometheus text 0.0.4, which everything reads.
    Prometheus,
}

impl Format {
    /// The one that the `Accept` header wants.
    pub(super) fn wanted(accept: Option<&HeaderValue>) -> Self {
        let accept = accept.and_then(|accept| accept.to_str().ok()).unwrap_or("");
        if accept.contains("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// Writes the page.
pub(super) fn write(service: &Service, format: Format) -> Result<String, fmt::Error> {
    let mut now = Registry::default();
    now.register_collector(Box::new(Readings::take(service)));
    let counted = service.meters.registry();
    let mut page = String::with_capacity(64 * 1024);
    match format {
        Format::OpenMetrics => {
            text::encode_registry(&mut page, counted)?;
            text::encode(&mut page, &now)?;
        }
        Format::Prometheus => {
            prometheus_text::encode(&mut page, counted)?;
            prometheus_text::encode(&mut page, &now)?;
        }
    }
    Ok(page)
}
