//! Which of the kept images to remove, so that they stay below a size and an age.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::time::{Duration, SystemTime};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size of all images, in bytes.
    pub size: u64,
    /// How long an image is kept after its last use.
    pub age: Duration,
}

impl Default for Limits {
    /// 10 GB, and 30 days.
    fn default() -> Self {
        Self { size: 10_000_000_000, age: Duration::from_secs(30 * 24 * 3600) }
    }
}

/// An image that can be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<Part> {
    /// When it was last used.
    pub last_used: SystemTime,
    /// Whether it is in use now.
    pub is_in_use: bool,
    /// What it consists of, with sizes in bytes. Images share parts.
    pub parts: BTreeMap<Part, u64>,
}

/// Returns the indices of the images to remove: those that are too old, then those that were not used for
/// the longest time, until the others are below the size. An image in use is never among them.
pub fn to_remove<Part: Ord + Hash>(
    candidates: &[Candidate<Part>],
    limits: Limits,
    now: SystemTime,
) -> Vec<usize> {
    // How many of the images that stay have a part.
    let mut owners: BTreeMap<&Part, (usize, u64)> = BTreeMap::new();
    for (part, size) in candidates.iter().flat_map(|candidate| &candidate.parts) {
        owners.entry(part).or_insert((0, *size)).0 += 1;
    }
    let mut total: u64 = owners.values().map(|(_, size)| size).sum();
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|index| candidates[*index].last_used);
    let mut removed = Vec::new();
    for index in order {
        let candidate = &candidates[index];
        let age = now.duration_since(candidate.last_used).unwrap_or_default();
        if candidate.is_in_use || (age <= limits.age && total <= limits.size) {
            continue;
        }
        for part in candidate.parts.keys() {
            let Some((count, size)) = owners.get_mut(part) else { continue };
            *count -= 1;
            if *count == 0 {
                total -= *size;
            }
        }
        removed.push(index);
    }
    removed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: u64 = 3600;

    fn candidate(hours: u64, parts: &[(&'static str, u64)]) -> Candidate<&'static str> {
        Candidate {
            last_used: now() - Duration::from_secs(hours * HOUR),
            is_in_use: false,
            parts: parts.iter().copied().collect(),
        }
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 * HOUR)
    }

    fn removed(candidates: &[Candidate<&'static str>], size: u64) -> Vec<usize> {
        to_remove(candidates, Limits { size, age: Duration::from_secs(100 * HOUR) }, now())
    }

    #[test]
    fn the_least_recently_used_go_first_until_the_others_fit() {
        let all = [candidate(1, &[("a", 5)]), candidate(3, &[("b", 5)]), candidate(2, &[("c", 5)])];
        assert_eq!(removed(&all, 15), [0; 0]);
        assert_eq!(removed(&all, 14), [1]);
        assert_eq!(removed(&all, 9), [1, 2]);
        assert_eq!(removed(&all, 0), [1, 2, 0]);
    }

    #[test]
    fn a_part_that_another_image_has_frees_nothing() {
        let all = [
            candidate(3, &[("base", 10), ("a", 1)]),
            candidate(2, &[("base", 10), ("b", 1)]),
            candidate(1, &[("c", 1)]),
        ];
        assert_eq!(removed(&all, 12), [0]);
        assert_eq!(removed(&all, 11), [0, 1]);
    }

    #[test]
    fn old_images_go_even_if_there_is_room() {
        let all = [candidate(101, &[("a", 1)]), candidate(100, &[("b", 1)])];
        assert_eq!(removed(&all, 100), [0]);
    }

    #[test]
    fn an_image_in_use_stays() {
        let mut all = [candidate(200, &[("a", 50)]), candidate(1, &[("b", 5)])];
        all[0].is_in_use = true;
        assert_eq!(removed(&all, 10), [1]);
        all[1].is_in_use = true;
        assert_eq!(removed(&all, 10), [0; 0]);
    }

    proptest! {
        #[test]
        fn what_stays_fits_or_is_in_use(
            images in proptest::collection::vec((0u64..200, any::<bool>(), proptest::collection::btree_map(0u8..20, 0u64..9, 0..5)), 0..9),
            size in 0u64..40,
        ) {
            // A part has one size.
            let parts = |parts: BTreeMap<u8, u64>| parts.into_keys().map(|part| (part, u64::from(part))).collect();
            let all: Vec<Candidate<u8>> = images
                .into_iter()
                .map(|(hours, is_in_use, kept)| Candidate { is_in_use, parts: parts(kept), last_used: now() - Duration::from_secs(hours * HOUR) })
                .collect();
            let removed = to_remove(&all, Limits { size, age: Duration::from_secs(100 * HOUR) }, now());
            let stay: Vec<&Candidate<u8>> = (0..all.len()).filter(|index| !removed.contains(index)).map(|index| &all[index]).collect();
            let left: BTreeMap<&u8, &u64> = stay.iter().flat_map(|candidate| &candidate.parts).collect();
            let total: u64 = left.values().copied().sum();
            prop_assert!(total <= size || stay.iter().all(|candidate| candidate.is_in_use));
            prop_assert!(removed.iter().all(|index| !all[*index].is_in_use));
        }
    }
}
