//! The services of a Compose file.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// How deep mappings and lists are followed.
const DEPTH: usize = 16;

/// A service, with its values as written: their variables are not expanded.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) image: Option<String>,
    pub(super) build: Option<Build>,
    /// Whether it starts only with a profile.
    pub(super) has_profile: bool,
}

/// How the image of a service is built.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Build {
    pub(super) context: Option<String>,
    pub(super) dockerfile: Option<String>,
    pub(super) dockerfile_inline: Option<String>,
    pub(super) arguments: BTreeMap<String, String>,
}

/// A value of a file. What the services do not need is left out.
#[derive(Debug, Clone)]
enum Value {
    Text(String),
    List(Vec<Value>),
    Mapping(Vec<(String, Value)>),
    /// A value that was named before.
    Alias(usize),
}

/// Returns the services of a Compose file; `None` if it is not valid YAML or has none.
pub(super) fn services(text: &str) -> Option<Vec<Service>> {
    let mut document = Document::default();
    for event in Parser::new_from_str(text) {
        document.take(event.ok()?.0);
    }
    let root = Node { value: document.root.as_ref()?, anchors: &document.anchors };
    let services = root.get("services")?;
    let services = services.entries().into_iter().map(|(name, service)| Service {
        name,
        image: service.text("image"),
        build: service.get("build").map(Node::build),
        has_profile: service.get("profiles").is_some(),
    });
    Some(services.collect())
}

/// A value with those that aliases stand for.
#[derive(Clone, Copy)]
struct Node<'a> {
    value: &'a Value,
    anchors: &'a BTreeMap<usize, Value>,
}

impl<'a> Node<'a> {
    /// Returns another value of the document, or what it stands for.
    fn at(self, value: &'a Value) -> Self {
        let value = match value {
            Value::Alias(id) => self.anchors.get(id).unwrap_or(value),
            _ => value,
        };
        Self { value, ..self }
    }

    fn entries(self) -> Vec<(String, Self)> {
        let Value::Mapping(entries) = self.value else { return Vec::new() };
        entries.iter().map(|(key, value)| (key.clone(), self.at(value))).collect()
    }

    /// Returns the value of a key, also from mappings that are merged into this one.
    fn get(self, key: &str) -> Option<Self> {
        let Value::Mapping(entries) = self.value else { return None };
        let find = |entries: &'a [(String, Value)], key: &str| {
            entries.iter().rfind(|(name, _)| name == key).map(|(_, value)| self.at(value))
        };
        find(entries, key).or_else(|| {
            let merged = find(entries, "<<")?;
            let sources = match merged.value {
                Value::List(sources) => sources.iter().map(|source| self.at(source)).collect(),
                _ => vec![merged],
            };
            sources.into_iter().find_map(|source| match source.value {
                Value::Mapping(entries) => find(entries, key),
                _ => None,
            })
        })
    }

    fn text(self, key: &str) -> Option<String> {
        match self.get(key)?.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn build(self) -> Build {
        if let Value::Text(context) = self.value {
            return Build { context: Some(context.clone()), ..Build::default() };
        }
        let arguments = self.get("args").map(|arguments| match arguments.value {
            Value::List(list) => {
                let texts = list.iter().filter_map(|value| match value {
                    Value::Text(text) => text.split_once('='),
                    _ => None,
                });
                texts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            }
            _ => {
                let texts =
                    arguments.entries().into_iter().filter_map(|(name, value)| match value.value {
                        Value::Text(text) => Some((name, text.clone())),
                        _ => None,
                    });
                texts.collect()
            }
        });
        Build {
            context: self.text("context"),
            dockerfile: self.text("dockerfile"),
            dockerfile_inline: self.text("dockerfile_inline"),
            arguments: arguments.unwrap_or_default(),
        }
    }
}

/// The first document of a file, while it is read.
#[derive(Default)]
struct Document {
    root: Option<Value>,
    anchors: BTreeMap<usize, Value>,
    /// The mappings and lists that are open, outermost first, with their anchors.
    open: Vec<(usize, Value)>,
    /// The keys whose values come next, one for each open mapping that has one.
    keys: Vec<Option<String>>,
    /// The number of open mappings and lists that are too deep.
    skipped: usize,
}

impl Document {
    fn take(&mut self, event: Event) {
        match event {
            Event::MappingStart(anchor, _) => self.begin(anchor, Value::Mapping(Vec::new())),
            Event::SequenceStart(anchor, _) => self.begin(anchor, Value::List(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd if self.skipped > 0 => self.skipped -= 1,
            Event::MappingEnd | Event::SequenceEnd => {
                self.keys.pop();
                if let Some((anchor, value)) = self.open.pop() {
                    self.add(anchor, value);
                }
            }
            Event::Scalar(text, _, anchor, _) if self.skipped == 0 => {
                self.add(anchor, Value::Text(text.into_owned()));
            }
            Event::Alias(anchor) if self.skipped == 0 => self.add(0, Value::Alias(anchor)),
            _ => {}
        }
    }

    fn begin(&mut self, anchor: usize, value: Value) {
        if self.skipped > 0 || self.open.len() == DEPTH {
            self.skipped += 1;
        } else {
            self.open.push((anchor, value));
            self.keys.push(None);
        }
    }

    /// Adds a value to the innermost mapping or list.
    fn add(&mut self, anchor: usize, value: Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match (self.open.last_mut(), self.keys.last_mut()) {
            (Some((_, Value::Mapping(entries))), Some(key)) => match (key.take(), value) {
                (Some(key), value) => entries.push((key, value)),
                (None, Value::Text(text)) => *key = Some(text),
                (None, _) => *key = Some(String::new()),
            },
            (Some((_, Value::List(list))), _) => list.push(value),
            _ => {
                self.root.get_or_insert(value);
            }
        }
    }
}
