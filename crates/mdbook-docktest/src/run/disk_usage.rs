//! How much space files occupy.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The unit of [`MetadataExt::blocks`], in bytes.
const BLOCK: u64 = 512;

/// How many bytes a file, or all files in a directory and below, occupy on disk. A file with several names
/// counts once; directories themselves, and what this process may not read, do not count.
pub(crate) fn disk_usage(path: &Path) -> u64 {
    let mut bytes = 0;
    let mut counted = BTreeSet::new();
    let mut left = vec![path.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(about) = path.symlink_metadata() else { continue };
        if about.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        } else if about.nlink() == 1 || counted.insert((about.dev(), about.ino())) {
            bytes += about.blocks() * BLOCK;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn each_file_counts_once_and_links_are_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::create_dir(path.join("a")).unwrap();
        fs::write(path.join("a/one"), vec![1; 10_000]).unwrap();
        let one = disk_usage(&path.join("a/one"));
        assert!(one >= 10_000);
        fs::hard_link(path.join("a/one"), path.join("two")).unwrap();
        fs::create_dir(path.join("b")).unwrap();
        symlink(path.join("a"), path.join("b/link")).unwrap();
        let link = disk_usage(&path.join("b"));
        assert!(link < one);
        assert_eq!(disk_usage(path), one + link);
        assert_eq!(disk_usage(&path.join("none")), 0);
    }
}
