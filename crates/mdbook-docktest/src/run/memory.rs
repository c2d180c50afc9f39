//! Notices during which step an engine runs out of memory.

use crate::model::recording::OutOfMemory;

/// Watches the memory of one engine while a chapter's steps run.
pub(super) struct MemoryWatch<'a> {
    /// Whether the engine has ever run out of memory.
    is_exceeded: &'a dyn Fn() -> bool,
    /// The engine's limit, in bytes; `None` if it has none.
    limit: Option<u64>,
    /// The step that was the last to run.
    last: Option<usize>,
    found: Option<OutOfMemory>,
}

impl<'a> MemoryWatch<'a> {
    pub(super) fn new(limit: Option<u64>, is_exceeded: &'a dyn Fn() -> bool) -> Self {
        Self { is_exceeded, limit, last: None, found: None }
    }

    /// To be called after a step. Returns whether the engine ran out of memory during this step, and not
    /// before.
    pub(super) fn after(&mut self, step: usize) -> bool {
        self.last = Some(step);
        self.look();
        self.found.is_some_and(|found| found.step == step)
    }

    /// To be called at the end of the chapter. What happened since the last step belongs to that step.
    pub(super) fn finish(mut self) -> Option<OutOfMemory> {
        self.look();
        self.found
    }

    fn look(&mut self) {
        if self.found.is_none()
            && let (Some(step), Some(limit)) = (self.last, self.limit)
            && (self.is_exceeded)()
        {
            self.found = Some(OutOfMemory { step, limit });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const LIMIT: u64 = 300 << 20;

    #[test]
    fn the_first_step_counts() {
        let exceeded = Cell::new(false);
        let is_exceeded = || exceeded.get();
        let mut watch = MemoryWatch::new(Some(LIMIT), &is_exceeded);
        assert!(!watch.after(0));
        exceeded.set(true);
        assert!(watch.after(2));
        assert!(!watch.after(3));
        assert_eq!(watch.finish(), Some(OutOfMemory { step: 2, limit: LIMIT }));
    }

    #[test]
    fn what_happens_after_the_last_step_belongs_to_it() {
        let exceeded = Cell::new(false);
        let is_exceeded = || exceeded.get();
        let mut watch = MemoryWatch::new(Some(LIMIT), &is_exceeded);
        assert!(!watch.after(1));
        exceeded.set(true);
        assert_eq!(watch.finish(), Some(OutOfMemory { step: 1, limit: LIMIT }));
    }

    #[test]
    fn enough_memory_is_not_reported() {
        let mut watch = MemoryWatch::new(Some(LIMIT), &|| false);
        assert!(!watch.after(0));
        assert_eq!(watch.finish(), None);
    }
}
