//! Money: whole centavos of the Brazilian real, never a float.

use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// An amount in centavos (1/100 of a real). `41290` is R$ 412,90.
///
/// Sums saturate: no cart comes within a factor of a billion of the bound, and a total that is
/// absurdly large is safer than one that wraps to a bargain.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Centavos(pub i64);

impl Add for Centavos {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Centavos {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_saturates_instead_of_wrapping() {
        let total: Centavos = [Centavos(i64::MAX), Centavos(1)].into_iter().sum();
        assert_eq!(total, Centavos(i64::MAX));
    }
}
