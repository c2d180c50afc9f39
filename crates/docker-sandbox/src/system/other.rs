//! On systems without them.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::process::Pid;

use super::WaitingCall;

pub(crate) fn exit_of(_: Pid) -> Result<OwnedFd> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn is_administrator() -> Result<bool> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn enter_network(_: BorrowedFd<'_>) -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn new_cgroup_namespace() -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn event_counter() -> Result<OwnedFd> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn open_terminal(_: BorrowedFd<'_>) -> Result<OwnedFd> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn sync_file_system(_: &File) -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}

pub(crate) fn waiting_call(_: i64) -> Option<WaitingCall> {
    None
}
