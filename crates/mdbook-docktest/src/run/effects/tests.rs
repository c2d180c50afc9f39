use super::*;
use crate::model::recording::{Mount, Port};

/// The events of an engine, without labels: `docker run -d --name bg alpine sh -c '…; exit 3'`, the same
/// in the foreground as `fg`, one that is killed, `bg` started again, one with `-d --rm` and an
/// anonymous volume, and one with a volume and a network that is renamed, tagged and removed.
const EVENTS: &str = include_str!("events.jsonl");

fn sightings() -> Vec<Sighting> {
    let mut attended = AttendedContainers::default();
    EVENTS
        .lines()
        .map(|line| {
            let event: Event = serde_json::from_str(line).expect("it is an event");
            let is_unattended_exit = attended.is_unattended_exit(&event);
            Sighting { is_unattended_exit, ..Sighting::new(event) }
        })
        .collect()
}

/// Starts of commands, given as step, command and milliseconds after the first event.
fn starts<const N: usize>(starts: [(usize, usize, u64); N]) -> Vec<CommandStart> {
    let first = sightings()[0].event.time();
    starts
        .map(|(step, command, at)| CommandStart {
            step,
            command,
            at: first + Duration::from_millis(at),
        })
        .into()
}

fn action(change: &Change) -> &'static str {
    match change {
        Change::Created { .. } => "created",
        Change::Started => "started",
        Change::Died { .. } => "died",
        Change::Renamed { .. } => "renamed",
        Change::Removed => "removed",
        _ => "other",
    }
}

#[test]
fn an_event_belongs_to_the_command_that_was_started_last() {
    let starts = starts([(0, 0, 0), (2, 0, 270), (2, 1, 650), (2, 2, 920), (3, 0, 60_000)]);
    let effects = effects(sightings(), &starts);
    let of_containers: Vec<String> = effects
        .iter()
        .filter(|(_, effect)| effect.kind == ObjectKind::Container)
        .map(|(step, effect)| {
            format!("{step}.{} {} {}", effect.command, effect.name, action(&effect.change))
        })
        .collect();
    assert_eq!(
        of_containers[..9],
        [
            "0.0 bg created",
            "0.0 bg started",
            "2.0 fg created",
            "2.0 fg started",
            "2.0 fg died",
            "2.1 killed created",
            "2.1 bg died",
            "2.1 killed started",
            "2.2 killed died",
        ]
    );
}

/// Where the removals of containers belong if the last command starts just before them.
fn removals(stays: bool) -> Vec<(usize, String)> {
    let mut sightings = sightings();
    let is_removal = |sighting: &&Sighting| {
        (sighting.event.kind.as_str(), sighting.event.action.as_str()) == ("container", "destroy")
    };
    let first = sightings.iter().find(is_removal).unwrap().event.time();
    sightings.iter_mut().for_each(|sighting| sighting.stays = stays);
    let start = |step, at| CommandStart { step, command: 0, at };
    let starts = [start(0, Duration::ZERO), start(1, first - Duration::from_nanos(1))];
    let effects = effects(sightings, &starts).into_iter();
    effects
        .filter(|(_, effect)| effect.kind == ObjectKind::Container)
        .filter(|(_, effect)| effect.change == Change::Removed)
        .map(|(step, effect)| (step, effect.name))
        .collect()
}

#[test]
fn a_late_removal_by_the_engine_belongs_to_the_command_that_ended_the_container() {
    assert_eq!(removals(false)[0], (0, "practical_chatterjee".to_owned()));
    assert_eq!(removals(true)[0], (1, "practical_chatterjee".to_owned()));
}

#[test]
fn an_event_before_the_first_command_has_no_effect() {
    assert_eq!(effects(sightings(), &starts([(0, 0, 60_000)])), []);
    assert_eq!(effects(sightings(), &[]), []);
}

#[test]
fn the_exit_of_an_attached_or_killed_container_is_attended() {
    let effects = effects(sightings(), &starts([(0, 0, 0)]));
    let deaths: Vec<(&str, i32, bool)> = effects
        .iter()
        .filter_map(|(_, effect)| match effect.change {
            Change::Died { exit, alone, .. } => Some((effect.name.as_str(), exit, alone)),
            _ => None,
        })
        .collect();
    assert_eq!(
        deaths,
        [
            ("fg", 4, false),
            ("bg", 3, true),
            ("killed", 137, false),
            ("bg", 3, true),
            ("practical_chatterjee", 5, true),
            ("renamed", 137, false),
        ]
    );
}

#[test]
fn volumes_and_networks_know_their_containers() {
    let effects = effects(sightings(), &starts([(0, 0, 0)]));
    let change = |name: &str, wanted: fn(&Change) -> bool| {
        let mut of_name = effects.iter().filter(|(_, effect)| effect.name == name);
        of_name.find(|(_, effect)| wanted(&effect.change)).map(|(_, effect)| effect.change.clone())
    };
    let mount = change("vol", |change| matches!(change, Change::Mounted { .. }));
    let Some(Change::Mounted { container, destination, read_only }) = mount else {
        panic!("it was mounted");
    };
    assert_eq!((destination.as_str(), read_only), ("/x", false));
    let connection = change("net", |change| matches!(change, Change::Connected { .. }));
    assert_eq!(connection, Some(Change::Connected { container }));
    let renaming = change("renamed", |change| matches!(change, Change::Renamed { .. }));
    assert_eq!(renaming, Some(Change::Renamed { from: "named".into() }));
}

#[test]
fn a_container_knows_its_image_as_the_author_wrote_it() {
    let effects = effects(sightings(), &starts([(0, 0, 0)]));
    let images: Vec<(ObjectKind, Option<&str>)> = effects
        .iter()
        .filter_map(|(_, effect)| match &effect.change {
            Change::Created { image, .. } => Some((effect.kind, image.as_deref())),
            _ => None,
        })
        .collect();
    let containers = images.iter().filter(|(kind, _)| *kind == ObjectKind::Container);
    assert_eq!(containers.map(|(_, image)| *image).collect::<Vec<_>>(), [Some("alpine"); 5]);
    // What is tagged was not asked for.
    let others = images.iter().filter(|(kind, _)| *kind != ObjectKind::Container);
    assert_eq!(others.map(|(_, image)| *image).collect::<Vec<_>>(), [None; 5]);
}

#[test]
fn an_image_that_is_pulled_is_its_whole_reference() {
    let pull = r#"{"Type":"image","Action":"pull","Actor":{"ID":"alpine:3.20","Attributes":{"name":"alpine"}},"timeNano":1795492682736367796}"#;
    let event = serde_json::from_str(pull).expect("it is an event");
    let sighting = Sighting::new(event);
    let effects = effects(vec![sighting], &starts([(0, 0, 0)]));
    let image = Some("alpine:3.20".to_owned());
    assert_eq!(effects[0].1.change, Change::created(image));
}

#[test]
fn what_a_container_was_made_with_is_kept() {
    let mount = |source| Mount { source, destination: "/x".into(), read_only: false };
    let mounts =
        vec![mount(MountSource::Bind("/lab".into())), mount(MountSource::Volume("vol".into()))];
    let port = Port { address: None, host: None, container: 80, protocol: "tcp".into() };
    let spec = ContainerSpec { mounts, ports: vec![port] };
    let sightings = || {
        let sightings = sightings().into_iter();
        let spec = || spec.clone();
        sightings.map(|sighting| Sighting { spec: spec(), stays: true, ..sighting }).collect()
    };
    let spec_of = |effects: Vec<(usize, Effect)>, name: &str| {
        let mut effects = effects.into_iter().filter(|(_, effect)| effect.name == name);
        effects.find_map(|(_, effect)| match effect.change {
            Change::Created { spec, .. } => Some(spec),
            _ => None,
        })
    };
    let one_step = starts([(0, 0, 0)]);
    assert_eq!(spec_of(effects(sightings(), &one_step), "bg"), Some(spec.clone()));
    // Even if its step removes it. Its volume is in the effect of mounting it.
    let kept = spec_of(effects(sightings(), &one_step), "named").expect("it was created");
    assert_eq!((kept.ports, &kept.mounts[..]), (spec.ports.clone(), &spec.mounts[..1]));

    let removal =
        EVENTS.lines().position(|line| line.contains("destroy") && line.contains("renamed"));
    let removed_at = self::sightings()[removal.expect("it is removed")].event.time();
    let start = self::sightings()[0].event.time();
    let start_of = |step, at| CommandStart { step, command: 0, at };
    let two_steps = [start_of(0, start), start_of(1, removed_at)];
    let kept = spec_of(effects(sightings(), &two_steps), "named").expect("it was created");
    assert_eq!(kept.ports, spec.ports);
    assert_eq!(kept.mounts, spec.mounts[..1]);
}

#[test]
fn what_was_made_and_not_removed_is_left() {
    let effects = effects(sightings(), &starts([(0, 0, 0), (4, 0, 3_300)]));
    let images = [("my:1".to_owned(), "sha256:0".to_owned())];
    let left = leftovers(effects.iter().map(|(step, effect)| (*step, effect)), &images);
    let left: Vec<(usize, &str)> =
        left.iter().map(|leftover| (leftover.step, leftover.name.as_str())).collect();
    // Neither the container with `--rm` and its volume, nor the image that has lost its name.
    let expected = [(0, "bg"), (0, "fg"), (0, "killed"), (4, "vol"), (4, "net"), (4, "my:1")];
    assert_eq!(left, expected);
}
