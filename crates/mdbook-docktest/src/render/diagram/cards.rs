//! The state as cards with lines of text, some of which link to another card.

use super::describe::status;
use super::limit::Kind;
use crate::model::recording::is_anonymous;
use crate::model::recording::{Mount, MountSource, Port};
use crate::render::changes::{container_port, host_port};
use crate::render::labels::Labels;
use crate::render::names::{beginning, cells, end, short, shown};
use crate::render::state::{Container, Network, State, Status};

/// A box for one object.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) kind: Kind,
    /// Its name and its kind.
    pub(super) head: Vec<Line>,
    /// Its ports, mounts and networks.
    pub(super) rows: Vec<Line>,
}

/// A line of a card.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) style: Style,
    /// Shortened to the width of the card.
    pub(super) text: String,
    pub(super) link: Option<Link>,
}

/// The text style of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A name: large and bold.
    Name,
    /// A path or a port: monospaced.
    Path,
    /// Other text.
    Label,
    /// A note about the line above.
    Note,
}

/// A link from a line to another card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// The index of the other card.
    pub(super) to: usize,
    pub(super) kind: LinkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkKind {
    ReadWrite,
    ReadOnly,
    Connection,
}

impl Style {
    /// The width of a card in cells of a monospaced font.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Name => 17,
            Self::Path => 19,
            Self::Label | Self::Note => 20,
        }
    }
}

impl Line {
    fn new(style: Style, text: &str) -> Self {
        Self { style, text: beginning(text, style.width()), link: None }
    }

    /// A line that is shortened at its start.
    fn for_path(style: Style, path: &str) -> Self {
        Self { style, text: end(path, style.width()), link: None }
    }
}

/// A card for each object: the containers, then all others.
pub(super) fn cards(state: &State, labels: &Labels) -> Vec<Card> {
    let mut table = Table::new(state, labels);
    let containers: Vec<Card> =
        state.containers.iter().map(|container| table.container(container)).collect();
    containers.into_iter().chain(table.others).collect()
}

/// The cards of all objects but the containers, without duplicates.
struct Table<'a> {
    labels: &'a Labels,
    containers: usize,
    /// The object of each of the other cards.
    subjects: Vec<Subject>,
    others: Vec<Card>,
}

#[derive(PartialEq, Eq)]
enum Subject {
    Volume(String),
    Network(String),
    HostPath(String),
}

impl<'a> Table<'a> {
    fn new(state: &State, labels: &'a Labels) -> Self {
        let containers = state.containers.len();
        let mut table = Self { labels, containers, subjects: Vec::new(), others: Vec::new() };
        for volume in &state.volumes {
            table.volume(volume);
        }
        for network in &state.networks {
            table.network(network);
        }
        table
    }

    /// Returns the index of the card for an object, which is added if it is missing.
    fn card(&mut self, subject: Subject, kind: Kind, label: &str, name: Line) -> usize {
        let place = self.subjects.iter().position(|other| *other == subject);
        let place = place.unwrap_or_else(|| {
            let head = vec![Line::new(Style::Label, label), name];
            self.others.push(Card { kind, head, rows: Vec::new() });
            self.subjects.push(subject);
            self.others.len() - 1
        });
        self.containers + place
    }

    fn volume(&mut self, volume: &str) -> usize {
        let labels = self.labels;
        let label = if is_anonymous(volume) { labels.anonymous_volume() } else { labels.volume() };
        let name = Line::new(Style::Name, &short(volume));
        self.card(Subject::Volume(volume.to_owned()), Kind::Volume, label, name)
    }

    fn network(&mut self, network: &Network) -> usize {
        let name = Line::new(Style::Name, &shown(&network.name));
        let subject = Subject::Network(network.id.clone());
        self.card(subject, Kind::Network, self.labels.network(), name)
    }

    fn host_path(&mut self, path: &str) -> usize {
        let name = Line::for_path(Style::Name, &shown(path));
        let subject = Subject::HostPath(path.to_owned());
        self.card(subject, Kind::HostPath, self.labels.host_path(), name)
    }

    fn container(&mut self, container: &Container) -> Card {
        let labels = self.labels;
        let mut head = vec![Line::new(Style::Name, &shown(&container.name))];
        let sign = match container.status {
            Status::Created => "○",
            Status::Running => "●",
            Status::Paused => "‖",
            Status::Exited(_) => "■",
        };
        let status = format!("{sign} {}", status(container.status, labels));
        let image = container.image.as_deref().map(short).unwrap_or_default();
        let both = format!("{status} · {image}");
        if !image.is_empty() && cells(&both) <= Style::Label.width() {
            head.push(Line::new(Style::Label, &both));
        } else {
            head.push(Line::new(Style::Label, &status));
            if !image.is_empty() {
                head.push(Line::for_path(Style::Label, &image));
            }
        }
        let mut rows = Vec::new();
        container.ports.iter().for_each(|port| self.port(port, &mut rows));
        container.mounts.iter().for_each(|mount| self.mount(mount, &mut rows));
        for network in &container.networks {
            match network.name.as_str() {
                // The default.
                "bridge" => {}
                name if network.is_predefined() => {
                    rows.push(Line::new(Style::Label, &format!("{} {name}", labels.network())));
                }
                _ => {
                    let link = Link { to: self.network(network), kind: LinkKind::Connection };
                    let line = Line::new(Style::Label, labels.network());
                    rows.push(Line { link: Some(link), ..line });
                }
            }
        }
        Card { kind: Kind::Container, head, rows }
    }

    fn port(&self, port: &Port, rows: &mut Vec<Line>) {
        let (host, container) = (host_port(port, self.labels), container_port(port));
        let whole = format!("{} {host} → {container}", self.labels.port());
        if cells(&whole) <= Style::Path.width() {
            rows.push(Line::new(Style::Path, &whole));
        } else {
            // With an address, it needs two lines.
            rows.push(Line::new(Style::Path, &host));
            let inner = format!("→ {} {container}", self.labels.port());
            rows.push(Line::new(Style::Note, &inner));
        }
    }

    fn mount(&mut self, mount: &Mount, rows: &mut Vec<Line>) {
        let to = match &mount.source {
            MountSource::Volume(volume) => Some(self.volume(volume)),
            MountSource::Bind(path) => Some(self.host_path(path)),
            MountSource::Tmpfs => None,
        };
        let kind = if mount.read_only { LinkKind::ReadOnly } else { LinkKind::ReadWrite };
        let link = to.map(|to| Link { to, kind });
        rows.push(Line { link, ..Line::for_path(Style::Path, &shown(&mount.destination)) });
        let mut notes = Vec::new();
        if to.is_none() {
            notes.push("tmpfs");
        }
        if mount.read_only {
            notes.push(self.labels.read_only());
        }
        if !notes.is_empty() {
            rows.push(Line::new(Style::Note, &notes.join(", ")));
        }
    }
}
