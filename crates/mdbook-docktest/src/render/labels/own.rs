//! A book's own labels, which replace those of the table.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::language::Language;
use super::template::{self, Template, TemplateError};
use super::{Entry, Labels, Place, TABLE};
use crate::text::nearest::nearest;

/// An invalid label in a book's settings.
#[derive(Debug, thiserror::Error)]
#[error("`labels.{key}`: {message}")]
pub struct LabelError {
    key: String,
    message: String,
}

impl Labels {
    /// The default labels of a language.
    pub fn new(language: Language) -> Self {
        Self { language, own: None }
    }

    /// The labels of a language, with those in `own` replaced, by key.
    ///
    /// # Errors
    /// If a key is unknown, or if a text is invalid or has an unknown parameter in braces.
    pub fn with(language: Language, own: BTreeMap<String, String>) -> Result<Self, LabelError> {
        let mut labels = Self::new(language);
        for (key, text) in own {
            let place = TABLE.iter().position(|entry| entry.key() == key);
            let place = place.ok_or_else(|| LabelError::unknown(&key))?;
            let template = Template::new(text, TABLE[place].parameters)
                .and_then(|template| TABLE[place].accepts(template))
                .map_err(|error| LabelError { key, message: error.to_string() })?;
            let own = labels.own.get_or_insert_with(|| vec![None; TABLE.len()].into());
            own[place] = Some(template);
        }
        Ok(labels)
    }

    pub(super) fn text(&self, place: Place) -> &str {
        let own = self.own.as_ref().and_then(|own| own[place as usize].as_ref());
        own.map_or_else(|| TABLE[place as usize].text(self.language), Template::text)
    }

    pub(super) fn fill(&self, place: Place, values: &[(&str, &dyn Display)]) -> String {
        template::fill(self.text(place), values)
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::new(Language::default())
    }
}

impl Entry {
    fn text(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Fr => self.fr,
        }
    }

    fn accepts(&self, template: Template) -> Result<Template, TemplateError> {
        let count = template.text().split_whitespace().count();
        if self.name == "months" && count != 12 {
            return Err(TemplateError::Months { count });
        }
        Ok(template)
    }
}

impl LabelError {
    fn unknown(key: &str) -> Self {
        let keys: Vec<String> = TABLE.iter().map(Entry::key).collect();
        let similar = nearest(key, &keys);
        let hint = similar.map_or_else(
            || "see the chapter “Labels” of the guide".to_owned(),
            |similar| format!("did you mean `{similar}`?"),
        );
        Self { key: key.to_owned(), message: format!("unknown label: {hint}") }
    }
}
