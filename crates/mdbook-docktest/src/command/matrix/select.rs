//! Which prepared engines the command line names.

use std::path::Path;

use docker_sandbox::{Suite, SuiteRoot};

use crate::model::engine_versions::EngineVersions;

/// Why a name selects no engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoSuchEngine {
    /// No suite of Debian has it.
    #[error("unknown engine `{name}`: use {known}")]
    Unknown { name: String, known: String },
    /// The suite that has it is not prepared.
    #[error(
        "engine `{name}` is not prepared: run `mdbook-docktest engine prepare --suite {suite}`, or let a Docker build it, \
         with `--engine dind --engines {suite}`"
    )]
    NotPrepared { name: String, suite: Suite },
}

/// An engine that a name selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selected<'a> {
    /// Its root file system is prepared.
    Prepared(&'a SuiteRoot),
    /// The Docker that chapters run on builds it.
    Built(Suite),
}

impl<'a> Selected<'a> {
    /// Its root file system, if it is prepared.
    pub(super) fn root(self) -> Option<&'a Path> {
        match self {
            Self::Prepared(root) => Some(&root.path),
            Self::Built(_) => None,
        }
    }

    pub(super) fn suite(self) -> Suite {
        match self {
            Self::Prepared(root) => root.suite,
            Self::Built(suite) => suite,
        }
    }

    /// Its version, as far as it is known before it runs.
    pub(super) fn version(self) -> Option<String> {
        match self {
            Self::Prepared(root) => Some(root.version.clone()),
            Self::Built(suite) => suite.engine_version().map(str::to_owned),
        }
    }
}

/// Returns the engines with these names, each once: the names of suites, or the versions of engines, or the beginning of
/// such a version. With `can_build`, they need not be prepared.
///
/// # Errors
/// For the first name without an engine.
pub(super) fn select<'a>(
    names: &[String],
    prepared: &'a [SuiteRoot],
    can_build: bool,
) -> Result<Vec<Selected<'a>>, NoSuchEngine> {
    let mut selected: Vec<Selected<'_>> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        let engine = match find(name, prepared) {
            Ok(root) => Selected::Prepared(root),
            Err(NoSuchEngine::NotPrepared { suite, .. }) if can_build && is_sure(name, suite) => {
                Selected::Built(suite)
            }
            Err(error) => return Err(error),
        };
        if !selected.contains(&engine) {
            selected.push(engine);
        }
    }
    Ok(selected)
}

/// Whether what is built from a suite is the engine of this name. Of a suite whose version changes, it is not known
/// before.
fn is_sure(name: &str, suite: Suite) -> bool {
    name == suite.name() || suite.engine_version().is_some()
}

fn find<'a>(name: &str, prepared: &'a [SuiteRoot]) -> Result<&'a SuiteRoot, NoSuchEngine> {
    let not_prepared = |suite| NoSuchEngine::NotPrepared { name: name.to_owned(), suite };
    let of_suite = |suite| prepared.iter().find(move |root| root.suite == suite);
    if let Some(suite) = Suite::ALL.into_iter().find(|suite| suite.name() == name) {
        return of_suite(suite).ok_or_else(|| not_prepared(suite));
    }
    let unknown = || NoSuchEngine::Unknown { name: name.to_owned(), known: known(prepared) };
    // Comparisons could mean several engines.
    let is_version = name.starts_with(|c: char| c.is_ascii_digit()) && !name.contains(' ');
    let version = EngineVersions::parse(name).ok().filter(|_| is_version).ok_or_else(unknown)?;
    if let Some(root) = prepared.iter().rfind(|root| version.include(&root.version)) {
        return Ok(root);
    }
    let has_version = |suite: &Suite| match suite.engine_version() {
        // `20.10` and `20.10.24` alike.
        Some(known) => {
            EngineVersions::parse(known).is_ok_and(|known| known.first_common(&version).is_some())
        }
        // It may have it.
        None => true,
    };
    let suite =
        Suite::ALL.into_iter().find(|suite| of_suite(*suite).is_none() && has_version(suite));
    suite.map_or_else(|| Err(unknown()), |suite| Err(not_prepared(suite)))
}

/// The engines that there can be, in words.
fn known(prepared: &[SuiteRoot]) -> String {
    let known = Suite::ALL.map(|suite| {
        let prepared = prepared.iter().find(|root| root.suite == suite);
        let version = prepared.map(|root| root.version.split('+').next().unwrap_or_default());
        match version.or(suite.engine_version()) {
            Some(version) => format!("`{version}` or `{suite}`"),
            None => format!("`{suite}`"),
        }
    });
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(suite: Suite, version: &str) -> SuiteRoot {
        SuiteRoot { suite, path: suite.link().into(), version: version.to_owned() }
    }

    fn all() -> Vec<SuiteRoot> {
        vec![
            root(Suite::Bookworm, "20.10.24+dfsg1"),
            root(Suite::Trixie, "26.1.5+dfsg1"),
            root(Suite::Sid, "28.5.2+dfsg3"),
        ]
    }

    fn selected(names: &str, prepared: &[SuiteRoot]) -> Result<Vec<Suite>, String> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        let selected = select(&names, prepared, false).map_err(|error| error.to_string())?;
        Ok(selected.into_iter().map(Selected::suite).collect())
    }

    #[test]
    fn engines_are_selected_by_version_or_suite_in_this_order() {
        use Suite::{Bookworm, Sid, Trixie};
        assert_eq!(selected("28.5,20.10.24, 26", &all()), Ok(vec![Sid, Bookworm, Trixie]));
        assert_eq!(selected("bookworm,trixie,sid", &all()), Ok(vec![Bookworm, Trixie, Sid]));
        assert_eq!(selected("26.1,trixie,26.1.5", &all()), Ok(vec![Trixie]));
    }

    #[test]
    fn a_docker_builds_what_is_not_prepared() {
        use Suite::{Bookworm, Sid, Trixie};
        let trixie = [root(Trixie, "26.1.5+dfsg1")];
        let names =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = select(&names(&["20.10", "26.1", "bookworm", "sid"]), &trixie, true).unwrap();
        let expected =
            [Selected::Built(Bookworm), Selected::Prepared(&trixie[0]), Selected::Built(Sid)];
        assert_eq!(found, expected);
        assert_eq!(expected.map(Selected::suite), [Bookworm, Trixie, Sid]);
        let versions = [Some("20.10".to_owned()), Some("26.1.5+dfsg1".to_owned()), None];
        assert_eq!(expected.map(Selected::version), versions);
        // Which version sid has is known only once it is built.
        let name = "28.5".to_owned();
        let error = NoSuchEngine::NotPrepared { name, suite: Sid };
        assert_eq!(select(&names(&["28.5"]), &trixie, true), Err(error));
    }

    #[test]
    fn what_is_not_prepared_is_named_with_the_command_that_prepares_it() {
        let message = |name: &str, suite: &str| {
            Err(format!(
                "engine `{name}` is not prepared: run `mdbook-docktest engine prepare --suite {suite}`, or let a \
                 Docker build it, with `--engine dind --engines {suite}`"
            ))
        };
        let trixie = [root(Suite::Trixie, "26.1.5+dfsg1")];
        assert_eq!(selected("trixie,bookworm", &trixie), message("bookworm", "bookworm"));
        assert_eq!(selected("20.10", &trixie), message("20.10", "bookworm"));
        assert_eq!(selected("20.10.24", &trixie), message("20.10.24", "bookworm"));
        assert_eq!(selected("28.5", &trixie), message("28.5", "sid"));
        assert_eq!(selected("26.1", &[]), message("26.1", "trixie"));
    }

    #[test]
    fn what_no_suite_has_is_unknown() {
        let known = "use `20.10.24` or `bookworm`, `26.1.5` or `trixie`, `28.5.2` or `sid`";
        for name in ["19.03", "jessie", "", ">=23", "latest"] {
            let message = format!("unknown engine `{name}`: {known}");
            assert_eq!(selected(name, &all()), Err(message), "{name}");
        }
        let known = "use `20.10` or `bookworm`, `26.1` or `trixie`, `sid`";
        assert_eq!(selected("jessie", &[]), Err(format!("unknown engine `jessie`: {known}")));
    }
}
