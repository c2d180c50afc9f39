//! On Linux.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sched::{CloneFlags, unshare};
use rustix::event::EventfdFlags;
use rustix::process::{Pid, PidfdFlags};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};
use rustix::thread::{CapabilitySet, LinkNameSpaceType, capabilities, move_into_link_name_space};

use super::WaitingCall;

/// A descriptor that is readable when a process has exited (pidfd_open(2)).
pub(crate) fn exit_of(pid: Pid) -> io::Result<OwnedFd> {
    Ok(rustix::process::pidfd_open(pid, PidfdFlags::empty())?)
}

/// Whether this process may administer its user namespace (`CAP_SYS_ADMIN`, capabilities(7)).
pub(crate) fn is_administrator() -> io::Result<bool> {
    Ok(capabilities(None)?.effective.contains(CapabilitySet::SYS_ADMIN))
}

/// Moves this thread to a network namespace (setns(2)).
pub(crate) fn enter_network(namespace: BorrowedFd<'_>) -> io::Result<()> {
    Ok(move_into_link_name_space(namespace, Some(LinkNameSpaceType::Network))?)
}

/// Moves this thread to a new cgroup namespace (unshare(2)).
pub(crate) fn new_cgroup_namespace() -> io::Result<()> {
    Ok(unshare(CloneFlags::CLONE_NEWCGROUP)?)
}

/// A counter of events (eventfd(2)). Reading it does not wait.
pub(crate) fn event_counter() -> io::Result<OwnedFd> {
    Ok(rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?)
}

/// Opens the terminal that belongs to this end of a pseudo-terminal (ioctl_tty(2), `TIOCGPTPEER`). It need not have a
/// name here.
pub(crate) fn open_terminal(front: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    Ok(ioctl_tiocgptpeer(front, flags)?)
}

/// Writes everything in the file system of this file to its disk (syncfs(2)).
pub(crate) fn sync_file_system(file: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(file.as_fd())?)
}

/// The system call with this number, if it waits for input.
pub(crate) fn waiting_call(number: i64) -> Option<WaitingCall> {
    Some(match number {
        libc::SYS_read | libc::SYS_readv => WaitingCall::Read,
        libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => WaitingCall::Epoll,
        libc::SYS_pselect6 => WaitingCall::Select,
        libc::SYS_ppoll => WaitingCall::Poll,
        // Newer architectures do not have these.
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => WaitingCall::Epoll,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select => WaitingCall::Select,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => WaitingCall::Poll,
        _ => return None,
    })
}
