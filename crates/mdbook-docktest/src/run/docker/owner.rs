//! The program that a container on a Docker belongs to, and removing containers whose program has ended.
//!
//! A container ends by itself when its program ends. It stays only if its Docker was stopped first.

use std::sync::atomic::{AtomicU32, Ordering};

use docker_cli::{Docker, DockerCommand, Owner};

use crate::run::RunError;

/// The label of containers, with their owner.
pub(super) const LABEL: &str = "mdbook-docktest.owner";

/// A name for a container of this owner that no other has.
pub(super) fn container_name(owner: &Owner) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("mdbook-docktest-{}-{count}", owner.name())
}

/// Removes the containers of programs on this machine that have ended.
///
/// # Errors
/// When Docker does not list them. One that cannot be removed stays.
pub(super) fn remove_abandoned(docker: &Docker) -> Result<(), RunError> {
    let rows = docker.container().ls().all().filter(format!("label={LABEL}")).call()?;
    for row in rows {
        // It may be gone by now.
        let Ok(Some(container)) = docker.container().find(&row.id) else { continue };
        let owner = container.config.labels.get(LABEL).and_then(|owner| Owner::parse(owner));
        if owner.is_some_and(|owner| owner.has_ended()) {
            // The next run tries again.
            let _ = docker.container().rm([&row.id]).force().volumes().call();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_containers_differ() {
        let owner = Owner::current();
        assert_ne!(container_name(&owner), container_name(&owner));
    }
}
