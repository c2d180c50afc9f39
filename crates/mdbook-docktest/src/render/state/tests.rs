use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::recording::ContainerSpec;

fn effect(kind: ObjectKind, id: &str, change: Change) -> Effect {
    Effect { command: 0, kind, name: format!("{id}-name"), id: id.into(), change }
}

fn container(id: &str, change: Change) -> Effect {
    effect(ObjectKind::Container, id, change)
}

fn volume(id: &str, change: Change) -> Effect {
    Effect { name: id.into(), ..effect(ObjectKind::Volume, id, change) }
}

fn network(id: &str, change: Change) -> Effect {
    effect(ObjectKind::Network, id, change)
}

fn mounted(container: &str, destination: &str, read_only: bool) -> Change {
    Change::Mounted { container: container.into(), destination: destination.into(), read_only }
}

fn died(exit: i32) -> Change {
    Change::Died { exit, alone: false, log: None }
}

fn state(effects: Vec<Effect>) -> State {
    let ran = StepRecording::Ran { commands: Vec::new(), effects };
    State::after(&[StepRecording::Ignored, ran, StepRecording::Skipped])
}

#[test]
fn an_object_exists_until_it_is_removed() {
    let made = vec![
        volume("data", Change::created(None)),
        network("net", Change::created(None)),
        container("app", Change::created(Some("alpine".into()))),
    ];
    let all = state(made.clone());
    assert_eq!(all.volumes, ["data"]);
    assert_eq!(all.networks[0].name, "net-name");
    assert_eq!(all.containers[0].image.as_deref(), Some("alpine"));
    assert_eq!(all.containers[0].status, Status::Created);

    let removed = [
        container("app", Change::Removed),
        network("net", Change::Removed),
        volume("data", Change::Removed),
    ];
    assert!(state(made.into_iter().chain(removed).collect()).is_empty());
}

#[test]
fn removing_a_container_keeps_its_volumes() {
    let mut effects = vec![
        volume("data", Change::created(None)),
        container("app", Change::created(None)),
        volume("data", mounted("app", "/x", true)),
    ];
    let source = MountSource::Volume("data".into());
    let mount = Mount { source, destination: "/x".into(), read_only: true };
    assert_eq!(state(effects.clone()).containers[0].mounts, [mount]);
    effects.push(container("app", Change::Removed));
    let after = state(effects);
    assert_eq!((after.containers.len(), after.volumes), (0, vec!["data".to_owned()]));
}

#[test]
fn a_restarted_container_has_each_mount_once() {
    let source = MountSource::Volume("data".into());
    let mount = Mount { source, destination: "/x".into(), read_only: false };
    let spec = ContainerSpec { mounts: vec![mount.clone()], ports: Vec::new() };
    let effects = vec![
        container("app", Change::Created { image: None, spec }),
        volume("data", mounted("app", "/x", false)),
        container("app", Change::Started),
        container("app", died(1)),
        volume("data", mounted("app", "/x", false)),
        container("app", Change::Started),
    ];
    let after = state(effects);
    assert_eq!(after.containers[0].mounts, [mount]);
    assert_eq!(after.containers[0].status, Status::Running);
}

#[test]
fn a_container_has_its_last_status() {
    let mut effects = vec![container("app", Change::created(None))];
    for (change, status) in [
        (Change::Started, Status::Running),
        (Change::Paused, Status::Paused),
        (Change::Unpaused, Status::Running),
        (died(137), Status::Exited(137)),
    ] {
        effects.push(container("app", change));
        assert_eq!(state(effects.clone()).containers[0].status, status);
    }
}

#[test]
fn a_renamed_container_keeps_its_id() {
    let renamed = Effect {
        name: "new".into(),
        ..container("app", Change::Renamed { from: "app-name".into() })
    };
    let after = state(vec![
        container("app", Change::created(None)),
        container("app", Change::Started),
        renamed,
        container("app", Change::Paused),
    ]);
    assert_eq!(after.containers[0].name, "new");
    assert_eq!(after.containers[0].status, Status::Paused);
}

#[test]
fn a_container_leaves_the_networks_that_it_is_disconnected_from() {
    let connected = |container: &str| Change::Connected { container: container.into() };
    let effects = vec![
        container("app", Change::created(None)),
        network("bridge", connected("app")),
        network("one", Change::created(None)),
        network("one", connected("app")),
        network("two", connected("app")),
        network("two", connected("unknown")),
        network("bridge", Change::Disconnected { container: "app".into() }),
    ];
    let after = state(effects.clone());
    let ids = |state: &State| {
        let networks = state.containers[0].networks.iter();
        networks.map(|network| network.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&after), ["one", "two"]);
    let removed = effects.into_iter().chain([network("one", Change::Removed)]);
    assert_eq!(ids(&state(removed.collect())), ["two"]);
}

/// Any effect on a few objects, including impossible ones.
fn any_effect() -> impl Strategy<Value = Effect> {
    let id = || prop::sample::select(vec!["a", "b", "c"]);
    let change = prop_oneof![
        3 => Just(Change::created(None)),
        2 => Just(Change::Removed),
        1 => Just(Change::Started),
        1 => Just(Change::Paused),
        1 => (0..3).prop_map(died),
        1 => id().prop_map(|from| Change::Renamed { from: from.into() }),
        2 => (id(), id(), any::<bool>()).prop_map(|(id, at, ro)| mounted(id, at, ro)),
        2 => id().prop_map(|id| Change::Connected { container: id.into() }),
        1 => id().prop_map(|id| Change::Disconnected { container: id.into() }),
    ];
    let kind = prop::sample::select(vec![
        ObjectKind::Container,
        ObjectKind::Volume,
        ObjectKind::Network,
        ObjectKind::Image,
    ]);
    (kind, id(), change).prop_map(|(kind, id, change)| effect(kind, id, change))
}

fn is_distinct<T: Ord>(all: impl Iterator<Item = T>) -> bool {
    let all: Vec<T> = all.collect();
    all.len() == all.iter().collect::<BTreeSet<_>>().len()
}

proptest! {
    #[test]
    fn each_object_exists_once_if_its_last_effect_was_not_a_removal(
        effects in prop::collection::vec(any_effect(), 0..40),
    ) {
        let after = state(effects.clone());
        prop_assert!(is_distinct(after.containers.iter().map(|container| &container.id)));
        prop_assert!(is_distinct(after.volumes.iter()));
        prop_assert!(is_distinct(after.networks.iter().map(|network| &network.id)));
        for container in &after.containers {
            prop_assert!(is_distinct(container.mounts.iter().map(|mount| &mount.destination)));
            prop_assert!(is_distinct(container.networks.iter().map(|network| &network.id)));
        }
        let exists = |kind, id: &str| match kind {
            ObjectKind::Container => after.container(id).is_some(),
            ObjectKind::Volume => after.volumes.iter().any(|volume| volume == id),
            _ => after.networks.iter().any(|network| network.id == id),
        };
        for kind in [ObjectKind::Container, ObjectKind::Volume, ObjectKind::Network] {
            for id in ["a", "b", "c"] {
                let last = effects.iter().rfind(|effect| {
                    let decides = match effect.change {
                        Change::Created { .. } | Change::Removed => true,
                        Change::Mounted { .. } => effect.kind == ObjectKind::Volume,
                        _ => false,
                    };
                    (effect.kind, effect.id.as_str()) == (kind, id) && decides
                });
                let expected = last.is_some_and(|effect| effect.change != Change::Removed);
                prop_assert_eq!(exists(kind, id), expected);
            }
        }
    }

    #[test]
    fn the_division_into_steps_does_not_matter(
        effects in prop::collection::vec(any_effect(), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let (one, other) = effects.split_at(cut.index(effects.len() + 1));
        let ran = |effects: &[Effect]| {
            StepRecording::Ran { commands: Vec::new(), effects: effects.to_vec() }
        };
        prop_assert_eq!(State::after(&[ran(one), ran(other)]), state(effects.clone()));
    }
}
