//! Notices during which step an engine hits a limit.

use docker_sandbox::ProcessEngine;

use crate::book::settings::Settings;
use crate::model::recording::{Limit, LimitHit, LimitsHit};

/// What an engine says about its limits.
pub(super) trait Limited {
    /// The value of a limit that the engine has ever hit; `None` if it has not.
    fn hit(&self, limit: Limit) -> Option<u64>;
}

/// An engine with the limits of a book.
pub(super) struct LimitedEngine<'a> {
    pub(super) engine: &'a ProcessEngine,
    pub(super) settings: &'a Settings,
}

impl Limited for LimitedEngine<'_> {
    fn hit(&self, limit: Limit) -> Option<u64> {
        let Self { engine, settings } = self;
        match limit {
            Limit::Memory => settings.memory.filter(|_| engine.memory_exceeded()),
            Limit::Processes => {
                settings.processes.filter(|_| engine.processes_exceeded()).map(u64::from)
            }
            // Without a limit of the book's, the kernel has one.
            Limit::Disk => engine.full_file_system(),
        }
    }
}

/// Watches the limits of one engine while a chapter's steps run.
pub(super) struct LimitsWatch<'a> {
    engine: &'a dyn Limited,
    /// The step that was the last to run.
    last: Option<usize>,
    found: LimitsHit,
}

impl<'a> LimitsWatch<'a> {
    pub(super) fn new(engine: &'a dyn Limited) -> Self {
        Self { engine, last: None, found: LimitsHit::default() }
    }

    /// To be called after a step. Returns the limits that the engine has hit during this step, and not before.
    pub(super) fn after(&mut self, step: usize) -> impl Iterator<Item = Limit> + use<> {
        self.last = Some(step);
        self.look();
        let found = self.found;
        let is_of_step =
            move |limit| found.get(limit).is_some_and(|hit: LimitHit| hit.step == step);
        Limit::ALL.into_iter().filter(move |limit| is_of_step(*limit))
    }

    /// To be called at the end of the chapter. What happened since the last step belongs to that step.
    pub(super) fn finish(mut self) -> LimitsHit {
        self.look();
        self.found
    }

    fn look(&mut self) {
        let Some(step) = self.last else { return };
        for limit in Limit::ALL {
            let found = self.found.get_mut(limit);
            if found.is_none() {
                *found = self.engine.hit(limit).map(|limit| LimitHit { step, limit });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const LIMIT: u64 = 300 << 20;

    /// An engine that has hit the limits that a test sets.
    #[derive(Default)]
    struct Engine {
        memory: Cell<Option<u64>>,
        processes: Cell<Option<u64>>,
        disk: Cell<Option<u64>>,
    }

    impl Limited for Engine {
        fn hit(&self, limit: Limit) -> Option<u64> {
            match limit {
                Limit::Memory => self.memory.get(),
                Limit::Processes => self.processes.get(),
                Limit::Disk => self.disk.get(),
            }
        }
    }

    fn after(watch: &mut LimitsWatch<'_>, step: usize) -> Vec<Limit> {
        watch.after(step).collect()
    }

    #[test]
    fn the_first_step_counts_for_each_limit() {
        let engine = Engine::default();
        let mut watch = LimitsWatch::new(&engine);
        assert_eq!(after(&mut watch, 0), []);
        engine.memory.set(Some(LIMIT));
        assert_eq!(after(&mut watch, 2), [Limit::Memory]);
        engine.processes.set(Some(200));
        // A file system that is full can be emptied.
        engine.disk.set(Some(64 << 20));
        assert_eq!(after(&mut watch, 3), [Limit::Processes, Limit::Disk]);
        engine.disk.set(None);
        assert_eq!(after(&mut watch, 4), []);
        let hit = |step, limit| Some(LimitHit { step, limit });
        let expected = LimitsHit {
            out_of_memory: hit(2, LIMIT),
            out_of_processes: hit(3, 200),
            out_of_space: hit(3, 64 << 20),
        };
        assert_eq!(watch.finish(), expected);
    }

    #[test]
    fn what_happens_after_the_last_step_belongs_to_it() {
        let engine = Engine::default();
        let mut watch = LimitsWatch::new(&engine);
        assert_eq!(after(&mut watch, 1), []);
        engine.memory.set(Some(LIMIT));
        let out_of_memory = Some(LimitHit { step: 1, limit: LIMIT });
        assert_eq!(watch.finish(), LimitsHit { out_of_memory, ..LimitsHit::default() });
    }

    #[test]
    fn without_a_step_nothing_is_found() {
        let engine = Engine::default();
        engine.memory.set(Some(LIMIT));
        assert_eq!(LimitsWatch::new(&engine).finish(), LimitsHit::default());
    }
}
