//! The state as cards with lines of text, some of which link to another card.

use super::describe::status;
use super::limit::Kind;
use crate::model::recording::is_anonymous;
use crate::model::recording::{Mount, MountSource, Port};
use crate::render::changes::{container_port, host_port};
use crate::render::labels::Labels;
use crate::render::names::{beginning, cells, end, rows, short, shown};
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
    /// As wide as the card at most.
    pub(super) text: String,
    pub(super) link: Option<Link>,
    /// Whether it is a further row of the text above.
    pub(super) continues: bool,
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
    /// Whether the container is up, so that it reads and writes.
    pub(super) is_active: bool,
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

/// The most rows of a name or a path.
const ROWS: usize = 3;

impl Line {
    fn new(style: Style, text: &str) -> Self {
        Self { style, text: beginning(text, style.width()), link: None, continues: false }
    }

    /// The rows of a name. One that needs too many is shortened to its beginning.
    fn name(style: Style, name: &str) -> Vec<Self> {
        Self::rows(style, name, beginning)
    }

    /// The rows of a path. One that needs too many is shortened to its end.
    fn path(style: Style, path: &str) -> Vec<Self> {
        Self::rows(style, path, end)
    }

    fn rows(style: Style, text: &str, shorten: fn(&str, usize) -> String) -> Vec<Self> {
        let rows = rows(text, style.width(), ROWS);
        let rows = rows.unwrap_or_else(|| vec![shorten(text, style.width())]);
        let line = |(place, text)| Self { style, text, link: None, continues: place > 0 };
        rows.into_iter().enumerate().map(line).collect()
    }
}

/// A card for each object: the containers, then all others.
pub(super) fn cards(state: &State, labels: &Labels) -> Vec<Card> {
    let mut table = Table::new(state, labels);
    let containers: Vec<Card> =
        state.containers.iter().map(|container| table.container(container)).collect();
    let is_linked = |card: usize| {
        let mut lines = containers.iter().flat_map(Card::lines);
        lines.any(|line| line.link.is_some_and(|link| link.to == card))
    };
    for (place, card) in table.others.iter_mut().enumerate() {
        if card.kind == Kind::Volume && !is_linked(containers.len() + place) {
            card.head.push(Line::new(Style::Label, labels.unused()));
        }
    }
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
    fn card(&mut self, subject: Subject, kind: Kind, label: &str, name: Vec<Line>) -> usize {
        let place = self.subjects.iter().position(|other| *other == subject);
        let place = place.unwrap_or_else(|| {
            let head = [Line::new(Style::Label, label)].into_iter().chain(name).collect();
            self.others.push(Card { kind, head, rows: Vec::new() });
            self.subjects.push(subject);
            self.others.len() - 1
        });
        self.containers + place
    }

    fn volume(&mut self, volume: &str) -> usize {
        let labels = self.labels;
        let label = if is_anonymous(volume) { labels.anonymous_volume() } else { labels.volume() };
        let name = Line::name(Style::Name, &short(volume));
        self.card(Subject::Volume(volume.to_owned()), Kind::Volume, label, name)
    }

    fn network(&mut self, network: &Network) -> usize {
        let name = Line::name(Style::Name, &shown(&network.name));
        let subject = Subject::Network(network.id.clone());
        self.card(subject, Kind::Network, self.labels.network(), name)
    }

    fn host_path(&mut self, path: &str) -> usize {
        let name = Line::path(Style::Name, &shown(path));
        let subject = Subject::HostPath(path.to_owned());
        self.card(subject, Kind::HostPath, self.labels.host_path(), name)
    }

    fn container(&mut self, container: &Container) -> Card {
        let labels = self.labels;
        let mut head = Line::name(Style::Name, &shown(&container.name));
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
                head.extend(Line::path(Style::Label, &image));
            }
        }
        let mut rows = Vec::new();
        container.ports.iter().for_each(|port| self.port(port, &mut rows));
        let is_active = matches!(container.status, Status::Running | Status::Paused);
        container.mounts.iter().for_each(|mount| self.mount(mount, is_active, &mut rows));
        for network in &container.networks {
            match network.name.as_str() {
                // The default.
                "bridge" => {}
                name if network.is_predefined() => {
                    rows.push(Line::new(Style::Label, &format!("{} {name}", labels.network())));
                }
                _ => {
                    let to = self.network(network);
                    let link = Link { to, kind: LinkKind::Connection, is_active };
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

    fn mount(&mut self, mount: &Mount, is_active: bool, rows: &mut Vec<Line>) {
        let to = match &mount.source {
            MountSource::Volume(volume) => Some(self.volume(volume)),
            MountSource::Bind(path) => Some(self.host_path(path)),
            MountSource::Tmpfs => None,
        };
        let kind = if mount.read_only { LinkKind::ReadOnly } else { LinkKind::ReadWrite };
        let mut path = Line::path(Style::Path, &shown(&mount.destination));
        path[0].link = to.map(|to| Link { to, kind, is_active });
        rows.extend(path);
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
