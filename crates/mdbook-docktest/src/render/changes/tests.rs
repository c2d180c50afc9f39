//! Effects and the expected lists of changes.

use super::*;
use crate::model::recording::{ContainerSpec, StepRecording};
use crate::render::labels::Language;

/// Parses effects such as `container app created` and `volume data in app /x`.
fn effects(lines: &[&str]) -> Vec<Effect> {
    lines.iter().map(|line| effect(line)).collect()
}

fn effect(line: &str) -> Effect {
    let words: Vec<&str> = line.split(' ').collect();
    let kind = match words[0] {
        "container" => ObjectKind::Container,
        "volume" => ObjectKind::Volume,
        "network" => ObjectKind::Network,
        "image" => ObjectKind::Image,
        other => panic!("{other}"),
    };
    let mut name = words[1].to_owned();
    let change = match &words[2..] {
        ["created"] if kind == ObjectKind::Container => Change::created(Some("alpine".into())),
        ["created"] => Change::created(None),
        ["pulled"] => Change::created(Some(format!("{name}:1"))),
        ["removed"] => Change::Removed,
        ["started"] => Change::Started,
        ["paused"] => Change::Paused,
        ["unpaused"] => Change::Unpaused,
        ["died", exit] => Change::Died { exit: exit.parse().unwrap(), alone: false, log: None },
        ["becomes", new] => {
            let from = std::mem::replace(&mut name, (*new).to_owned());
            Change::Renamed { from }
        }
        ["with", container] => Change::Connected { container: (*container).into() },
        ["without", container] => Change::Disconnected { container: (*container).into() },
        ["in", container, destination, how @ ..] => Change::Mounted {
            container: (*container).into(),
            destination: (*destination).into(),
            read_only: !how.is_empty(),
        },
        other => panic!("{other:?}"),
    };
    Effect { command: 0, kind, name, id: words[1].into(), change }
}

fn shown_in(language: Language, before: &[&str], during: &[Effect]) -> Vec<String> {
    let ran = StepRecording::Ran { commands: Vec::new(), effects: effects(before) };
    let before = State::after(&[ran]);
    let entries = changes(&before, during, &Labels::new(language));
    entries.iter().map(text).collect()
}

fn text(entry: &Entry) -> String {
    let parts = entry.parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Name(name) => format!("`{name}`"),
    });
    let count = if entry.count > 1 { format!(" ×{}", entry.count) } else { String::new() };
    let parts = parts.collect::<String>().replace('\u{a0}', " ");
    format!("{} {parts}{count}", entry.sign.character())
}

fn shown(before: &[&str], during: &[&str]) -> Vec<String> {
    shown_in(Language::Fr, before, &effects(during))
}

const APP: [&str; 2] = ["container app created", "container app started"];

#[test]
fn each_object_has_one_entry() {
    let during = [
        "volume logs created",
        "container app created",
        "network bridge with app",
        "volume logs in app /var/log",
        "volume conf in app /etc/app ro",
        "container app started",
    ];
    assert_eq!(
        shown(&[], &during),
        [
            "+ volume `logs`",
            "+ conteneur `app`, `logs` → `/var/log`, `conf` → `/etc/app` (lecture seule)"
        ]
    );
}

#[test]
fn a_new_container_has_its_status_unless_it_is_running() {
    assert_eq!(shown(&[], &APP[..1]), ["+ conteneur `app`, non démarré"]);
    let died = [APP[0], APP[1], "container app died 3"];
    assert_eq!(shown(&[], &died), ["+ conteneur `app`, arrêté (code 3)"]);
    let paused = [APP[0], APP[1], "container app paused"];
    assert_eq!(shown(&[], &paused), ["+ conteneur `app`, en pause"]);
}

#[test]
fn objects_created_and_removed_by_a_step_are_short_lived() {
    let run = [
        "volume data created",
        "container sad_kalam created",
        "volume data in sad_kalam /data",
        "container sad_kalam started",
        "container sad_kalam died 0",
        "container sad_kalam removed",
    ];
    let job = run.map(|line| line.replace("sad_kalam", "job"));
    let job: Vec<&str> = job.iter().map(String::as_str).collect();
    assert_eq!(
        shown(&["volume data created"], &run[1..]),
        ["± conteneur éphémère `alpine`, `data` → `/data`"],
        "a generated name is not shown"
    );
    assert_eq!(
        shown(&["volume data created"], &job[1..])[0],
        "± conteneur éphémère `job`, `data` → `/data`"
    );
    let gone = [&run[..], &["volume data removed"]].concat();
    assert_eq!(shown(&[], &gone)[0], "± volume éphémère `data`");
    let twice = run.map(|line| line.replace("sad_kalam", "happy_curie"));
    let twice = run.into_iter().chain(twice.iter().map(String::as_str)).skip(1);
    assert_eq!(
        shown(&["volume data created"], &twice.filter(|line| *line != run[0]).collect::<Vec<_>>()),
        ["± conteneur éphémère `alpine`, `data` → `/data` ×2"]
    );
}

#[test]
fn a_short_lived_container_has_all_of_its_mounts() {
    let mut during = effects(&[
        "container sad_kalam created",
        "volume data in sad_kalam /data ro",
        "container sad_kalam removed",
    ]);
    let mount = |source, destination: &str| Mount {
        source,
        destination: destination.to_owned(),
        read_only: false,
    };
    let mounts = vec![
        mount(MountSource::Bind("/lab".into()), "/backup"),
        mount(MountSource::Volume("data".into()), "/data"),
        mount(MountSource::Tmpfs, "/run"),
    ];
    let spec = ContainerSpec { mounts, ports: Vec::new() };
    during[0].change = Change::Created { image: Some("alpine".into()), spec };
    assert_eq!(
        shown_in(Language::Fr, &["volume data created"], &during),
        [
            "± conteneur éphémère `alpine`, `/lab` → `/backup`, `data` → `/data` (lecture seule), `tmpfs` → `/run`"
        ]
    );
}

#[test]
fn an_existing_container_has_its_changes() {
    for (before, during, expected) in [
        (None, "container app removed", "− conteneur `app`"),
        (None, "container app died 137", "■ conteneur `app`, arrêté (code 137)"),
        (None, "container app paused", "‖ conteneur `app`, en pause"),
        (Some("container app paused"), "container app unpaused", "▸ conteneur `app`, repris"),
        (Some("container app died 0"), "container app started", "▸ conteneur `app`, démarré"),
        (None, "container app becomes web", "~ conteneur `web`, auparavant `app`"),
        (None, "network net with app", "~ conteneur `app`, relié à `net`"),
        (
            Some("network net with app"),
            "network net without app",
            "~ conteneur `app`, détaché de `net`",
        ),
    ] {
        let before: Vec<&str> = APP.into_iter().chain(before).collect();
        assert_eq!(shown(&before, &[during]), [expected]);
    }
    let restart =
        ["container app died 0", "network net without app", "network net with app", APP[1]];
    let connected = [&APP[..], &["network net with app"]].concat();
    assert_eq!(shown(&connected, &restart), ["▸ conteneur `app`, redémarré"]);
    assert_eq!(shown(&APP, &restart), ["▸ conteneur `app`, redémarré, relié à `net`"]);
    let first_start = ["network bridge with app", "network net with app", APP[1]];
    assert_eq!(shown(&APP[..1], &first_start), ["▸ conteneur `app`, démarré, relié à `net`"]);
    let run = [APP[1], "container app died 1"];
    assert_eq!(shown(&APP[..1], &run), ["■ conteneur `app`, arrêté (code 1)"]);
    let nothing = ["container app paused", "container app unpaused"];
    assert!(shown(&APP, &nothing).is_empty());
}

#[test]
fn a_recreated_volume_is_removed_and_added() {
    let recreated = ["volume data removed", "volume data created"];
    let both = ["− volume `data`", "+ volume `data`"];
    assert_eq!(shown(&["volume data created"], &recreated), both);
    assert_eq!(shown(&["volume data created"], &[&recreated[..], &recreated].concat()), both);
    let removed = [&recreated[..], &recreated[..1]].concat();
    assert_eq!(shown(&["volume data created"], &removed), both[..1]);
    assert_eq!(shown(&[], &[&recreated[1..], &recreated].concat()), both[1..]);
    assert_eq!(shown(&["volume data created"], &recreated[1..]), [""; 0]);
}

#[test]
fn a_removed_object_has_its_last_name() {
    let before = ["container app created", "volume data created", "network net created"];
    let during = [
        "network net removed",
        "container app becomes b",
        "container app removed",
        "volume data removed",
    ];
    assert_eq!(shown(&before, &during), ["− réseau `net`", "− conteneur `app`", "− volume `data`"]);
}

#[test]
fn images_have_their_names() {
    let digest = format!("image sha256:{} removed", "0123456789abcdef".repeat(4));
    let during = ["image nginx pulled", "image my:1 created", &digest, &digest];
    assert_eq!(
        shown(&[], &during),
        ["+ image `nginx:1`", "+ image `my:1`", "− un nom de l’image `0123456789ab`"]
    );
}

#[test]
fn an_anonymous_volume_has_twelve_digits() {
    let volume = "0123456789abcdef".repeat(4);
    let during = [
        format!("volume {volume} created"),
        "container app created".to_owned(),
        format!("volume {volume} in app /x"),
        "container app started".to_owned(),
    ];
    let during: Vec<&str> = during.iter().map(String::as_str).collect();
    assert_eq!(
        shown(&[], &during),
        ["+ volume anonyme `0123456789ab`", "+ conteneur `app`, `0123456789ab` → `/x`"]
    );
}

#[test]
fn mounts_and_ports_of_a_new_container_are_listed() {
    let mount = |source, destination: &str| Mount {
        source,
        destination: destination.to_owned(),
        read_only: false,
    };
    let port = |address: Option<&str>, host, container, protocol: &str| Port {
        address: address.map(str::to_owned),
        host,
        container,
        protocol: protocol.to_owned(),
    };
    let spec = ContainerSpec {
        mounts: vec![
            mount(MountSource::Bind("/lab".into()), "/backup"),
            mount(MountSource::Tmpfs, "/run"),
        ],
        ports: vec![port(None, Some(8080), 80, "tcp"), port(Some("::1"), None, 53, "udp")],
    };
    let mut during =
        effects(&["container web created", "network net with web", "container web started"]);
    during[0].change = Change::Created { image: None, spec };
    assert_eq!(
        shown_in(Language::En, &[], &during),
        [
            "+ container `web`, `/lab` → `/backup`, `tmpfs` → `/run`, port `8080` → `80`, port `[::1]:auto` → `53/udp`, network `net`"
        ]
    );
}
