//! The releases of Debian that engines can be prepared from.

use std::fmt;

/// A release of Debian, by its name in archives. Each has another version of Docker Engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Suite {
    /// Debian 12, with Docker Engine 20.10.
    Bookworm,
    /// Debian 13, with Docker Engine 26.1.
    #[default]
    Trixie,
    /// The next release, with the newest Docker Engine in Debian.
    Sid,
}

impl Suite {
    /// All suites, from the oldest.
    pub const ALL: [Self; 3] = [Self::Bookworm, Self::Trixie, Self::Sid];

    /// Returns the name in Debian's archive.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bookworm => "bookworm",
            Self::Trixie => "trixie",
            Self::Sid => "sid",
        }
    }

    /// Returns the beginning of the version of Docker Engine in the suite; `None` for a suite in which it changes.
    pub fn engine_version(self) -> Option<&'static str> {
        match self {
            Self::Bookworm => Some("20.10"),
            Self::Trixie => Some("26.1"),
            Self::Sid => None,
        }
    }

    /// Returns the name of the link to the root file system of this suite, in
    /// [`crate::prepared_directory`].
    pub fn link(self) -> String {
        format!("suite-{}", self.name())
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
