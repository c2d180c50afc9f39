//! `docker system df`

use crate::define::{command, record};
use crate::read;

command! {
    /// `docker system df`. It returns a row for each kind of object.
    Df = "system" "df" "--format={{json .}}" => Vec<DiskUse>, read::json_lines;
}

record! {
    /// The disk use of a kind of object, as docker prints it: each column is text.
    DiskUse {
        /// `Images`, `Containers`, `Local Volumes` or `Build Cache`.
        #[serde(rename = "Type")]
        kind: String,
        /// The number of objects.
        total_count: String,
        /// The number of objects in use.
        active: String,
        /// The size with its unit: `1.983MB`.
        size: String,
        /// The size of what is not in use, with its unit and mostly its share: `0B (0%)`.
        reclaimable: String,
    }
}

impl DiskUse {
    /// The number of objects.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.total_count.parse().ok()
    }

    /// The size in bytes, as exact as docker prints it: to four digits.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        read::size(&self.size)
    }

    /// The size in bytes of what is not in use, as exact as docker prints it.
    #[must_use]
    pub fn reclaimable_bytes(&self) -> Option<u64> {
        read::size(self.reclaimable.split(' ').next()?)
    }
}
