//! Running checks one after another, also after one has failed.

use anyhow::Result;

use crate::process::say;
use crate::setup::Missing;

/// Runs named checks, which are lazy, and prints the errors of those that fail. Returns their names.
///
/// # Errors
/// The first [`Missing`], which ends the run: its remedy is the last line, so that it is not overlooked.
pub(crate) fn failures<N>(checks: impl Iterator<Item = (N, Result<()>)>) -> Result<Vec<N>> {
    let mut failed = Vec::new();
    for (name, result) in checks {
        match result {
            Ok(()) => {}
            Err(error) if error.is::<Missing>() => return Err(error),
            Err(error) => {
                say(&format!("error: {error:#}"));
                failed.push(name);
            }
        }
    }
    Ok(failed)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn checks_go_on_after_a_failure_but_not_without_a_program() {
        let mut ran = Vec::new();
        let mut check = |name, result| {
            ran.push(name);
            (name, result)
        };
        let missing = || Missing { what: "no `x`".into(), remedy: "install it".into() };
        let results = [("a", Err(anyhow!("no"))), ("b", Ok(())), ("c", Err(anyhow!("no")))];
        let failed = failures(results.into_iter().map(|(name, result)| check(name, result)));
        assert_eq!(failed.unwrap(), ["a", "c"]);
        let results = [("d", Err(missing().into())), ("e", Ok(()))];
        let error = failures(results.into_iter().map(|(name, result)| check(name, result)));
        assert!(error.unwrap_err().is::<Missing>());
        assert_eq!(ran, ["a", "b", "c", "d"]);
    }
}
