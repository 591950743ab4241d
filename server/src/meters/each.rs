//! One metric for each value of a label that is known beforehand.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::sync::Arc;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// A label: an enum whose values are few and known.
pub trait Label: Copy + Debug + Send + Sync + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// Its values, each at the place that [`index`](Self::index) says.
    const ALL: &'static [Self];
    /// The value's place.
    fn index(self) -> usize;
    /// The value as it is written.
    fn value(self) -> &'static str;
}

/// An enum that is a label: its name, and each value's.
macro_rules! label {
    (
        $(#[$about:meta])*
        pub enum $name:ident: $label:literal { $($(#[$what:meta])* $kind:ident = $value:literal,)* }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$what])* $kind,)*
        }

        impl $crate::meters::Label for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$kind),*];

            fn index(self) -> usize {
                self as usize
            }

            fn value(self) -> &'static str {
                match self {
                    $(Self::$kind => $value,)*
                }
            }
        }
    };
}

pub(super) use label;

/// An array of metrics, one for each value of the label `L`: all of them are there from the start,
/// so a rate over one sees its first step, too. A clone counts with the same numbers.
#[derive(Debug)]
pub struct Each<L, M> {
    metrics: Arc<[M]>,
    label: PhantomData<L>,
}

impl<L: Label, M> Each<L, M> {
    /// One metric a value, each made by `make`.
    pub fn made_by(make: impl Fn() -> M) -> Self {
        Self { metrics: L::ALL.iter().map(|_| make()).collect(), label: PhantomData }
    }

    /// The metric of one value.
    pub fn of(&self, label: L) -> &M {
        &self.metrics[label.index()]
    }
}

impl<L: Label, M: Default> Default for Each<L, M> {
    fn default() -> Self {
        Self::made_by(M::default)
    }
}

impl<L, M> Clone for Each<L, M> {
    fn clone(&self) -> Self {
        Self { metrics: Arc::clone(&self.metrics), label: PhantomData }
    }
}

impl<L: Label, M: EncodeMetric + TypedMetric> EncodeMetric for Each<L, M> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for &label in L::ALL {
            self.of(label).encode(encoder.encode_family(&[(L::NAME, label.value())])?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }
}
