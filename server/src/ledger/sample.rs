//! Whether there is a timetable, and what the sample was generated from.

use rusqlite::OptionalExtension;

use super::{Ledger, LedgerError};

impl Ledger {
    /// Whether there has never been a leg: legs are not deleted.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_vacant(&self) -> Result<bool, LedgerError> {
        Ok(!self.prepare("SELECT 1 FROM leg")?.exists(())?)
    }

    /// The seed of the sample timetable, if that is what this directory was filled with.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sample_seed(&self) -> Result<Option<u64>, LedgerError> {
        let seed = self
            .prepare("SELECT seed FROM sample")?
            .query_row((), |row| row.get::<_, i64>(0))
            .optional()?;
        Ok(seed.map(i64::cast_unsigned))
    }

    /// Notes that this directory has the sample timetable of this seed. On disk when it returns;
    /// call it while no transaction is open.
    ///
    /// # Errors
    /// If the database fails.
    pub fn keep_sample_seed(&mut self, seed: u64) -> Result<(), LedgerError> {
        self.prepare("INSERT INTO sample (one, seed) VALUES (1, ?1)")?
            .execute((seed.cast_signed(),))?;
        Ok(())
    }
}
