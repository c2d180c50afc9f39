//! The limits of an engine that a chapter has hit.

use serde::{Deserialize, Serialize};

use crate::model::finding::Code;

/// A limit of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The memory of everything in it together.
    Memory,
    /// The number of its processes.
    Processes,
    /// The space on each of its file systems.
    Disk,
}

impl Limit {
    pub(crate) const ALL: [Self; 3] = [Self::Memory, Self::Processes, Self::Disk];

    /// The finding that says that it was hit.
    pub(crate) fn code(self) -> Code {
        match self {
            Self::Memory => Code::OutOfMemory,
            Self::Processes => Code::OutOfProcesses,
            Self::Disk => Code::OutOfSpace,
        }
    }
}

/// When an engine hit a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitHit {
    /// The index of the step during which it first happened.
    pub step: usize,
    /// The limit, in bytes or processes.
    pub limit: u64,
}

/// The limits that an engine has hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsHit {
    /// That of memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_memory: Option<LimitHit>,
    /// That of processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_processes: Option<LimitHit>,
    /// That of a file system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_space: Option<LimitHit>,
}

impl LimitsHit {
    /// When this limit was hit.
    pub(crate) fn get(self, limit: Limit) -> Option<LimitHit> {
        match limit {
            Limit::Memory => self.out_of_memory,
            Limit::Processes => self.out_of_processes,
            Limit::Disk => self.out_of_space,
        }
    }

    pub(crate) fn get_mut(&mut self, limit: Limit) -> &mut Option<LimitHit> {
        match limit {
            Limit::Memory => &mut self.out_of_memory,
            Limit::Processes => &mut self.out_of_processes,
            Limit::Disk => &mut self.out_of_space,
        }
    }

    /// The index of the first step during which a limit was hit.
    pub(crate) fn first_step(self) -> Option<usize> {
        Limit::ALL.iter().filter_map(|limit| self.get(*limit)).map(|hit| hit.step).min()
    }

    /// The same with other indices of steps; without the limits whose step has none.
    pub(crate) fn with_steps(mut self, index: impl Fn(usize) -> Option<usize>) -> Self {
        for limit in Limit::ALL {
            let hit = self.get_mut(limit);
            *hit = hit.and_then(|hit| Some(LimitHit { step: index(hit.step)?, ..hit }));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_all_limits_are_those_of_the_scenario() {
        let hit = |step| Some(LimitHit { step, limit: 200 });
        let hits =
            LimitsHit { out_of_memory: hit(4), out_of_processes: hit(2), out_of_space: hit(3) };
        assert_eq!(hits.first_step(), Some(2));
        let moved = hits.with_steps(|step| step.checked_sub(3));
        let expected =
            LimitsHit { out_of_memory: hit(1), out_of_processes: None, out_of_space: hit(0) };
        assert_eq!(moved, expected);
        assert_eq!(moved.first_step(), Some(0));
        assert_eq!(LimitsHit::default().first_step(), None);
    }
}
