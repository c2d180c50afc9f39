//! The system calls that only Linux has.
//!
//! This crate compiles on other systems, too, where a program can still use a Docker that runs elsewhere. There, no engine
//! starts ([`crate::Error::NotLinux`]), and these calls fail.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub(crate) use self::linux::*;
#[cfg(not(target_os = "linux"))]
pub(crate) use self::other::*;

/// What a process waits for in a system call that waits for input, by the arguments of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "no call is known there"))]
pub(crate) enum WaitingCall {
    /// A descriptor.
    Read,
    /// A descriptor of an epoll instance.
    Epoll,
    /// A number of descriptors, and the address of a set of them.
    Select,
    /// The address of a list of descriptors, and its length.
    Poll,
}
