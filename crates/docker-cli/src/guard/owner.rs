//! The process that something belongs to, and whether it has ended.

use std::fmt;
use std::fs;
use std::process;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// A process of some machine, as text in a label: `MACHINE/BOOT/NAMESPACE/PID/START`.
///
/// Programs that create Docker objects can label them with their [`current`](Self::current) owner,
/// and later remove those whose owner [has ended](Self::has_ended). [`Guard`](super::Guard) and
/// [`Docker::sweep`](crate::Docker::sweep) do that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    place: Place,
    pid: u32,
    /// When it was started, which distinguishes it from earlier processes with the same ID; in
    /// clock ticks since the machine's start. Without Linux's `/proc`, the time of the first call of
    /// [`Owner::current`], in milliseconds since 1970. 0 if the system does not say.
    start: u64,
}

/// Where a process ID means something: a machine since it was started, and a PID namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    machine: String,
    boot: String,
    namespace: String,
}

impl Place {
    /// Empty without Linux's `/proc`.
    fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        // machine-id(5). Containers often lack it, but have a host name.
        let machine = read("/etc/machine-id");
        let machine = if machine.is_empty() { read("/proc/sys/kernel/hostname") } else { machine };
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let namespace = namespace.to_string_lossy().replace(|c: char| !c.is_ascii_digit(), "");
        Self { machine, boot: read("/proc/sys/kernel/random/boot_id"), namespace }
    }
}

/// What is known about the process that has an ID now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// No process has it.
    None,
    /// A process has it that was started at this time.
    Since(u64),
    /// A process has it, and nothing more is known.
    Unknown,
}

impl Owner {
    /// This process.
    #[must_use]
    pub fn current() -> Self {
        let (place, pid) = (Place::here(), process::id());
        let start = match life(pid) {
            Life::Since(start) => start,
            // No process compares it with another time.
            Life::None | Life::Unknown if place.boot.is_empty() => first_asked(),
            Life::None | Life::Unknown => 0,
        };
        Self { place, pid, start }
    }

    /// A short text for names of objects that no other process of the same machine has:
    /// `BOOT-PID-START`.
    #[must_use]
    pub fn name(&self) -> String {
        let boot = self.place.boot.split('-').next().unwrap_or_default();
        format!("{boot}-{}-{}", self.pid, self.start)
    }

    /// Reads what [`Display`](fmt::Display) wrote. Further parts, separated by `/`, are ignored: a
    /// label can have more than its owner. `None` if it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let mut part = || parts.next().map(str::to_owned);
        let place = Place { machine: part()?, boot: part()?, namespace: part()? };
        Some(Self { place, pid: part()?.parse().ok()?, start: part()?.parse().ok()? })
    }

    /// Whether it is certain that the process has ended: its machine is this one, and was started
    /// again or has no such process in this PID namespace. Never on systems other than Linux, which
    /// have no identification of a machine's start in `/proc`.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.has_ended_by(&Place::here(), life)
    }

    fn has_ended_by(&self, here: &Place, life: impl Fn(u32) -> Life) -> bool {
        let is_known = !here.machine.is_empty() && !here.boot.is_empty();
        if !is_known || self.place.machine != here.machine {
            return false;
        }
        if self.place.boot != here.boot {
            return !self.place.boot.is_empty();
        }
        if self.place.namespace != here.namespace || self.start == 0 {
            return false;
        }
        match life(self.pid) {
            Life::None => true,
            Life::Since(start) => start != self.start,
            Life::Unknown => false,
        }
    }
}

/// As [`Owner::parse`] reads it.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { machine, boot, namespace } = &self.place;
        write!(f, "{machine}/{boot}/{namespace}/{}/{}", self.pid, self.start)
    }
}

/// When this was first called, in milliseconds since 1970.
fn first_asked() -> u64 {
    static TIME: LazyLock<u64> = LazyLock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or_default()
    });
    *TIME
}

fn life(pid: u32) -> Life {
    if let Some((state, start)) =
        fs::read_to_string(format!("/proc/{pid}/stat")).ok().and_then(|stat| state_and_start(&stat))
    {
        // A zombie has ended; its parent is yet to reap it.
        return if matches!(state, 'Z' | 'X') { Life::None } else { Life::Since(start) };
    }
    // `/proc` can be mounted so that it hides other users' processes (`hidepid`, proc(5)).
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    match pid.map(test_kill_process) {
        Some(Err(Errno::SRCH)) | None => Life::None,
        Some(_) => Life::Unknown,
    }
}

/// Fields 3 and 22 of `/proc/PID/stat` (proc_pid_stat(5)). The name in front of them is in
/// parentheses, and can contain anything.
fn state_and_start(stat: &str) -> Option<(char, u64)> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn owner(machine: &str, boot: &str, namespace: &str) -> Owner {
        let [machine, boot, namespace] = [machine, boot, namespace].map(str::to_owned);
        Owner { place: Place { machine, boot, namespace }, pid: 7, start: 100 }
    }

    #[test]
    fn an_owner_is_read_back_as_it_was_written() {
        let owner = Owner::current();
        assert_eq!(Owner::parse(&owner.to_string()), Some(owner.clone()));
        assert_eq!(Owner::parse(&format!("{owner}/more")), Some(owner));
        for wrong in ["", "a/b/c", "a/b/c/pid/1", "a/b/c/1/"] {
            assert_eq!(Owner::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_name_is_short_and_allowed_for_objects() {
        let owner = owner("m", "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "1");
        assert_eq!(owner.name(), "1a2b3c4d-7-100");
    }

    #[test]
    fn only_an_owner_that_can_be_looked_for_here_is_known_to_have_ended() {
        let here = owner("m", "b", "1").place;
        let with = |life| move |pid| if pid == 7 { life } else { Life::None };
        let (running, reused) = (with(Life::Since(100)), with(Life::Since(101)));
        let (none, unknown) = (with(Life::None), with(Life::Unknown));
        assert!(!owner("m", "b", "1").has_ended_by(&here, running));
        assert!(!owner("m", "b", "1").has_ended_by(&here, unknown));
        assert!(owner("m", "b", "1").has_ended_by(&here, reused));
        assert!(owner("m", "b", "1").has_ended_by(&here, none));
        // The machine was started again.
        assert!(owner("m", "a", "2").has_ended_by(&here, running));
        // In another PID namespace, on another machine, or of unknown start.
        assert!(!owner("m", "b", "2").has_ended_by(&here, none));
        assert!(!owner("n", "a", "1").has_ended_by(&here, none));
        assert!(!Owner { start: 0, ..owner("m", "b", "1") }.has_ended_by(&here, none));
        assert!(!owner("m", "", "1").has_ended_by(&here, none));
        // A system that does not say where this is.
        let nowhere = owner("", "", "").place;
        assert!(!owner("", "", "").has_ended_by(&nowhere, none));
    }

    #[test]
    fn a_process_without_a_known_start_keeps_one_name() {
        assert!(first_asked() > 0);
        assert_eq!(first_asked(), first_asked());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_lives_until_it_has_ended() {
        assert!(!Owner::current().has_ended());
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let Life::Since(start) = life(child.id()) else { panic!("no start") };
        let owner = Owner { pid: child.id(), start, ..Owner::current() };
        assert!(!owner.has_ended());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(owner.has_ended());
    }

    #[test]
    fn a_name_with_parentheses_does_not_move_the_fields() {
        let fields = (4..=22).map(|field| format!(" {field}")).collect::<String>();
        let stat = format!("7 (a) Z 9 (b) S{fields} 23");
        assert_eq!(state_and_start(&stat), Some(('S', 22)));
        assert_eq!(state_and_start("7 (a"), None);
    }
}
