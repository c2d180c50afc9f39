//! The names of engines, which say whose they are.

use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::process_stat::ProcessStat;

/// The prefix of all engine names.
const NAME_PREFIX: &str = "docktest-";

/// A name that is unique on the machine: the PID of this process; its start time, which distinguishes
/// it from earlier processes with the same PID; and a number.
pub(crate) fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let pid = process::id();
    let start = ProcessStat::read(pid).map_or(0, |stat| stat.start);
    format!("{NAME_PREFIX}{pid}-{start}-{count}")
}

/// Whether a directory is named after an engine whose owner has exited.
pub(crate) fn is_abandoned(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let owner = name.strip_prefix(NAME_PREFIX).and_then(|rest| {
        let mut numbers = rest.split('-').map(str::parse::<u64>);
        Some((u32::try_from(numbers.next()?.ok()?).ok()?, numbers.next()?.ok()?))
    });
    owner.is_some_and(|(pid, start)| ProcessStat::read(pid).is_none_or(|stat| stat.start != start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_of_this_process_is_not_abandoned() {
        assert!(!is_abandoned(Path::new(&unique_name())));
        assert!(!is_abandoned(Path::new("docktest-notes")));
        assert!(!is_abandoned(Path::new("other")));
    }

    #[test]
    fn an_engine_is_abandoned_if_its_process_has_exited_even_if_the_pid_is_in_use_again() {
        assert!(is_abandoned(Path::new("docktest-4294967295-1-0")));
        assert!(is_abandoned(Path::new(&format!("docktest-{}-1-0", process::id()))));
    }
}
