//! What the machine's apt knows: where Debian's archive is, and how to get there.

use anyhow::{Context, Result};
use duct::cmd;

/// One index of packages that apt has downloaded.
const INDEX_FORMAT: &str = "$(REPO_URI)|$(CODENAME)|$(LABEL)|$(COMPONENT)";

/// The address of Debian's main archive as this machine reaches it; `None` as long as apt has
/// downloaded no index of it.
pub(crate) fn debian_archive() -> Result<Option<String>> {
    let indexes = cmd!("apt-get", "indextargets", "--format", INDEX_FORMAT, "Created-By: Packages")
        .read()
        .context("apt-get could not list its indexes")?;
    Ok(main_archive(&indexes).map(ToOwned::to_owned))
}

/// The main archive carries every release; the security archive calls itself `Debian-Security`,
/// and updates and backports have names such as `bookworm-updates`.
fn main_archive(indexes: &str) -> Option<&str> {
    indexes.lines().find_map(|index| match index.split('|').collect::<Vec<_>>()[..] {
        [uri, codename, "Debian", "main"] if !codename.contains('-') => Some(uri),
        _ => None,
    })
}

/// How this machine's apt gets out (proxies, for example), as lines of apt.conf.
pub(crate) fn way_out() -> Result<Vec<String>> {
    let settings =
        cmd!("apt-config", "dump", "--format", "%F \"%v\";%n", "Acquire::http", "Acquire::https")
            .read()
            .context("apt-config could not show its settings")?;
    Ok(settings.lines().filter(|line| !line.ends_with("\"\";")).map(ToOwned::to_owned).collect())
}

/// The machine's architecture in Debian's words, such as `amd64`.
pub(crate) fn architecture() -> Result<String> {
    cmd!("dpkg", "--print-architecture").read().context("dpkg did not name its architecture")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_archive_is_told_from_the_others() {
        let indexes = "http://vendor.example/apt|bookworm|Vendor|main\n\
                       http://a.example/security/|bookworm-security|Debian-Security|main\n\
                       http://a.example/updates/|bookworm-updates|Debian|main\n\
                       http://a.example/debian/|bookworm|Debian|contrib\n\
                       http://b.example/debian/|bookworm|Debian|main\n";
        assert_eq!(main_archive(indexes), Some("http://b.example/debian/"));
    }

    #[test]
    fn without_lists_there_is_no_archive() {
        assert_eq!(main_archive(""), None);
    }
}
