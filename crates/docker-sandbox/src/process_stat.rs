//! What the kernel reports about a process in `/proc/PID/stat`.

use std::fs;

/// Some of the fields of `/proc/PID/stat`, see proc_pid_stat(5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessStat {
    /// The state: `R` is running, `S` sleeping, `Z` a zombie.
    pub state: char,
    /// The PID of the parent.
    pub parent: u32,
    /// The ID of the process group, which is the PID of its leader.
    pub group: u32,
    /// The ID of the session, which is the PID of its leader.
    pub session: u32,
    /// The device number of the terminal from which the process gets signals; 0 if there is none.
    pub terminal: u32,
    /// When the process was started, in clock ticks since boot. Distinguishes it from a later process
    /// with the same PID.
    pub start: u64,
}

impl ProcessStat {
    /// Returns the fields of the process with this PID; `None` if there is no such process.
    pub fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn parse(stat: &str) -> Option<Self> {
        // The program's name, in parentheses, can contain spaces and parentheses.
        let (_, fields) = stat.rsplit_once(')')?;
        // The field after the name is number 3.
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).copied();
        Some(Self {
            state: field(3)?.chars().next()?,
            parent: field(4)?.parse().ok()?,
            group: field(5)?.parse().ok()?,
            session: field(6)?.parse().ok()?,
            terminal: field(7)?.parse().ok()?,
            start: field(22)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::parent_id;
    use std::process;

    use super::*;

    #[test]
    fn a_name_can_contain_spaces_and_parentheses() {
        let stat = "42 (a) Z (b c) S 7 42 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 9 10\n";
        let expected = ProcessStat {
            state: 'S',
            parent: 7,
            group: 42,
            session: 6,
            terminal: 0,
            start: 123_456,
        };
        assert_eq!(ProcessStat::parse(stat), Some(expected));
        assert_eq!(ProcessStat::parse("42 (short) S 7"), None);
    }

    #[test]
    fn this_process_has_its_parent_and_no_process_has_the_largest_pid() {
        let stat = ProcessStat::read(process::id()).expect("this process exists");
        assert_eq!(stat.parent, parent_id());
        assert_eq!(ProcessStat::read(u32::MAX), None);
    }
}
