//! The images that chapters use.

use std::path::Path;

use super::*;
use crate::extract::{Extensions, extract};

mod builds;
mod commands;
mod compose_files;
mod known;
mod properties;
mod scripts;

/// Returns what a chapter uses.
fn uses_of_chapter(chapter: &str) -> ImageUses {
    image_uses(&extract(Path::new("chapter.md"), chapter, Extensions::default()))
}

/// Returns what a step with this script uses.
fn uses(script: &str) -> ImageUses {
    uses_of_chapter(&format!("````bash\n{script}\n````\n"))
}

/// Shows uses as `alpine:3.20 postgres:16`; those that the chapter pulls as `pull alpine:3.20`, and the
/// number of those that are not known as `1 unknown`.
fn shown(uses: &ImageUses) -> String {
    let images = uses.uses.iter().map(|used| match used.kind {
        UseKind::Needed => used.reference.to_string(),
        UseKind::Pulled => format!("pull {}", used.reference),
    });
    let unknown = (uses.unresolved > 0).then(|| format!("{} unknown", uses.unresolved));
    images.chain(unknown).collect::<Vec<_>>().join(", ")
}

/// Compares the uses of each script.
#[track_caller]
fn compare(table: &[(&str, &str)]) {
    for (script, expected) in table {
        assert_eq!(shown(&uses(script)), *expected, "{script}");
    }
}
