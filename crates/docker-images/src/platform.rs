//! Platforms, and which of an image's platforms a machine can run.
//!
//! The rules are those of <https://github.com/containerd/platforms>, which Docker uses.

use std::fmt;

use serde::Deserialize;

/// What an image runs on: `linux/amd64`, `linux/arm/v7`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Platform {
    os: String,
    architecture: String,
    /// Empty if the architecture has none, or if it is the one that goes without saying.
    #[serde(default)]
    variant: String,
}

impl Platform {
    /// A platform by the names that images use; the variant may be empty.
    pub fn new(os: &str, architecture: &str, variant: &str) -> Self {
        let platform = Self {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.to_owned(),
        };
        platform.normalized()
    }

    /// Linux on this machine's architecture.
    pub fn of_this_machine() -> Self {
        let architecture = match std::env::consts::ARCH {
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            "powerpc64" => "ppc64",
            "loongarch64" => "loong64",
            // Rust's and Go's names of the others are the same, or `normalized` knows both.
            other => other,
        };
        Self::new("linux", architecture, "")
    }

    /// The index of the platform that this one runs best, `None` if it runs none of them.
    pub(crate) fn pick(&self, available: &[Option<Self>]) -> Option<usize> {
        let position = |wanted: Option<&Self>| {
            available
                .iter()
                .position(|platform| platform.as_ref().map(Self::normalized).as_ref() == wanted)
        };
        let fitting = self.runs().iter().find_map(|runs| position(Some(runs)));
        // An entry that does not say its platform is for any, as Docker takes it.
        fitting.or_else(|| position(None))
    }

    /// Whether it is the platform of an entry that is no image, such as a signed statement on the build.
    pub(crate) fn is_unknown(&self) -> bool {
        self.os == "unknown" || self.architecture == "unknown"
    }

    /// What this platform runs, best first.
    fn runs(&self) -> Vec<Self> {
        let on = |architecture, variant: &str| Self::new(&self.os, architecture, variant);
        let version: Option<u8> =
            self.variant.strip_prefix('v').and_then(|version| version.parse().ok());
        let mut runs = vec![self.clone()];
        let arm = |from: u8| (5..=from).rev().map(|version| on("arm", &format!("v{version}")));
        match (self.architecture.as_str(), version) {
            ("amd64", version) => {
                let older = (1..version.unwrap_or(1)).rev();
                runs.extend(older.map(|version| on("amd64", &format!("v{version}"))));
                runs.push(on("386", ""));
            }
            ("arm", Some(version)) => runs.extend(arm(version.saturating_sub(1))),
            ("arm64", _) => {
                runs.push(on("arm64", ""));
                runs.extend(arm(8));
            }
            _ => {}
        }
        runs
    }

    /// The same platform by the names that are compared.
    fn normalized(&self) -> Self {
        let architecture = match self.architecture.to_ascii_lowercase().as_str() {
            "x86_64" | "x86-64" => "amd64".to_owned(),
            "i386" | "x86" => "386".to_owned(),
            "aarch64" => "arm64".to_owned(),
            "armhf" => "arm".to_owned(),
            other => other.to_owned(),
        };
        let variant = match (architecture.as_str(), self.variant.to_ascii_lowercase().as_str()) {
            ("386", _) | ("amd64", "v1") | ("arm64", "8" | "v8") => String::new(),
            ("arm", "") => "v7".to_owned(),
            ("arm", version @ ("5" | "6" | "7" | "8")) => format!("v{version}"),
            (_, variant) => variant.to_owned(),
        };
        Self { os: self.os.to_ascii_lowercase(), architecture, variant }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        let mut parts = text.split('/');
        let mut part = || parts.next().unwrap_or_default();
        Platform { os: part().into(), architecture: part().into(), variant: part().into() }
    }

    fn picked<'a>(machine: &str, available: &[&'a str]) -> Option<&'a str> {
        let machine = platform(machine).normalized();
        let platforms: Vec<_> = available
            .iter()
            .map(|text| if text.is_empty() { None } else { Some(platform(text)) })
            .collect();
        machine.pick(&platforms).map(|index| available[index])
    }

    #[test]
    fn the_best_platform_that_the_machine_runs_is_picked() {
        for (machine, available, expected) in [
            ("linux/amd64", &["linux/arm64", "linux/386", "linux/amd64"][..], Some("linux/amd64")),
            ("linux/x86_64", &["linux/386", "linux/amd64/v1"], Some("linux/amd64/v1")),
            ("linux/amd64", &["windows/amd64", "linux/386"], Some("linux/386")),
            ("linux/amd64", &["linux/amd64/v2"], None),
            ("linux/amd64/v3", &["linux/amd64", "linux/amd64/v2"], Some("linux/amd64/v2")),
            ("linux/aarch64", &["linux/arm/v7", "linux/arm64/v8"], Some("linux/arm64/v8")),
            ("linux/arm64", &["linux/arm/v5", "linux/arm/v7"], Some("linux/arm/v7")),
            ("linux/arm", &["linux/arm/v6", "linux/arm/v7"], Some("linux/arm/v7")),
            ("linux/arm/v6", &["linux/arm/v7", "linux/arm/v5"], Some("linux/arm/v5")),
            ("linux/arm/v6", &["linux/arm/v7"], None),
            ("linux/riscv64", &["linux/amd64", "linux/riscv64"], Some("linux/riscv64")),
            ("linux/s390x", &["linux/amd64", "unknown/unknown"], None),
            ("linux/s390x", &["linux/amd64", ""], Some("")),
        ] {
            assert_eq!(picked(machine, available), expected, "{machine} of {available:?}");
        }
    }

    #[test]
    fn a_platform_is_printed_as_docker_prints_it() {
        assert_eq!(Platform::new("linux", "aarch64", "v8").to_string(), "linux/arm64");
        assert_eq!(Platform::new("linux", "arm", "").to_string(), "linux/arm/v7");
        let this = Platform::of_this_machine().to_string();
        let expected = if cfg!(target_arch = "x86_64") { "linux/amd64" } else { "linux/arm64" };
        assert_eq!(this, expected);
    }
}
