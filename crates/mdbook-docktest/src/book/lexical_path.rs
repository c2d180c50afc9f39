//! Paths without `.` and `..`, resolved by their text alone.

use std::path::{Component, Path, PathBuf};

/// The path without `.` and `..`. Symbolic links are not followed, so that it need not exist.
pub(super) fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normalized.pop();
            }
            other => normalized.push(other),
        }
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved() {
        for (path, expected) in
            [("/a/./b/../c", "/a/c"), ("a/..", ""), ("/..", "/"), ("./a//b/", "a/b")]
        {
            assert_eq!(normalized(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
