//! Additions to an author's book.toml.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, TomlError, Value};

use super::order::{self, Order};
use super::{DIRECTORY, array, line_endings};
use crate::render::assets::{ASSETS, Asset, Kind};
use crate::text::byte_order_mark::{mark_len, without_mark};

/// A book.toml with all that is needed.
#[derive(Debug)]
pub(super) struct Edited {
    /// Its text.
    pub(super) text: String,
    /// What was added.
    pub(super) added: Vec<String>,
    /// The path of each asset, relative to the book.
    pub(super) places: Vec<(&'static Asset, PathBuf)>,
    /// Warnings for the author.
    pub(super) warnings: Vec<String>,
}

/// Why a book.toml cannot be edited.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BookTomlError {
    /// It is not TOML.
    #[error("line {line}: {message}")]
    Syntax {
        /// The line of the error, counted from 1.
        line: usize,
        /// The parser's message.
        message: String,
    },
    /// A key has another value where a table is needed.
    #[error("`{0}` is not a table")]
    NotATable(String),
    /// A key has another value where an array is needed.
    #[error("`{0}` is not an array: write `{0} = []`")]
    NotAnArray(String),
}

/// Checks that a text is TOML.
pub(super) fn check(text: &str) -> Result<(), BookTomlError> {
    parse(text).map(drop)
}

fn parse(text: &str) -> Result<DocumentMut, BookTomlError> {
    let text = without_mark(text);
    text.parse().map_err(|error: TomlError| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        BookTomlError::Syntax { line, message: error.message().to_owned() }
    })
}

/// Adds the settings that a book with these assets lacks. Formatting and comments stay.
pub(super) fn edit(text: &str, assets: &[&'static Asset]) -> Result<Edited, BookTomlError> {
    let mut document = parse(text)?;
    let mut edited =
        Edited { text: String::new(), added: Vec::new(), places: Vec::new(), warnings: Vec::new() };
    add_preprocessor(&mut document, &mut edited)?;
    if has_pages(&document) {
        add_assets(&mut document, assets, &mut edited)?;
    } else {
        let warning = "the book has no [output.html]: no style sheet or script is needed";
        edited.warnings.push(warning.to_owned());
    }
    edited.text = if edited.added.is_empty() {
        text.to_owned()
    } else {
        let mark = &text[..mark_len(text)];
        line_endings::restored(text, &format!("{mark}{document}"))
    };
    Ok(edited)
}

/// Whether mdBook renders the book to HTML: by default, or if it is one of its renderers.
fn has_pages(document: &DocumentMut) -> bool {
    let Some(output) = document.get("output").and_then(Item::as_table_like) else { return true };
    output.is_empty() || output.contains_key("html")
}

fn add_preprocessor(document: &mut DocumentMut, edited: &mut Edited) -> Result<(), BookTomlError> {
    let is_new = document
        .get("preprocessor")
        .and_then(Item::as_table_like)
        .is_none_or(|preprocessors| !preprocessors.contains_key("docktest"));
    let table = table(document.as_item_mut(), &["preprocessor", "docktest"])?;
    let name = "preprocessor.docktest";
    match Order::new(names_links(table.get("before")), names_links(table.get("after"))) {
        Order::Right => return Ok(()),
        Order::Wrong => {
            edited.warnings.push(order::WRONG.to_owned());
            return Ok(());
        }
        Order::Unspecified => {}
    }
    let after = list(table, name, "after")?;
    array::insert(after, usize::MAX, order::LINKS);
    let what = if is_new { format!("[{name}]") } else { format!("`after` of [{name}]") };
    edited.added.push(what);
    Ok(())
}

fn names_links(list: Option<&Item>) -> bool {
    let list = list.and_then(Item::as_array);
    list.is_some_and(|list| list.iter().any(|name| name.as_str() == Some(order::LINKS)))
}

fn add_assets(
    document: &mut DocumentMut,
    assets: &[&'static Asset],
    edited: &mut Edited,
) -> Result<(), BookTomlError> {
    let table = table(document.as_item_mut(), &["output", "html"])?;
    for kind in Kind::ALL {
        let mut added = Vec::new();
        for asset in assets.iter().filter(|asset| asset.kind == kind) {
            let list = list(table, "output.html", kind.key())?;
            let place = match position_of(list, asset) {
                Some(index) => path_at(list, index).to_owned(),
                None => {
                    let place = format!("{DIRECTORY}/{}", asset.name);
                    // Pages load assets in the order of the list.
                    let later = ASSETS.iter().skip_while(|other| other.name != asset.name).skip(1);
                    let index = later.filter_map(|other| position_of(list, other)).min();
                    array::insert(list, index.unwrap_or(usize::MAX), &place);
                    added.push(place.clone());
                    place
                }
            };
            if Path::new(&place).starts_with("..") {
                edited.warnings.push(format!(
                    "{place} is outside the book: mdBook would write it outside the build directory; move \
                     it beside book.toml"
                ));
            }
            edited.places.push((asset, place.into()));
        }
        if !added.is_empty() {
            edited.added.push(format!("`{}` of [output.html]: {}", kind.key(), added.join(", ")));
        }
    }
    Ok(())
}

/// The index of an asset in a list of paths, in any directory.
fn position_of(list: &Array, asset: &Asset) -> Option<usize> {
    list.iter()
        .position(|path| path.as_str().is_some_and(|path| Path::new(path).ends_with(asset.name)))
}

fn path_at(list: &Array, index: usize) -> &str {
    list.get(index).and_then(Value::as_str).unwrap_or_default()
}

/// The table at this path, which is created if missing.
fn table<'a>(root: &'a mut Item, path: &[&str]) -> Result<&'a mut Item, BookTomlError> {
    let mut here = root;
    for (depth, key) in path.iter().enumerate() {
        let is_last = depth + 1 == path.len();
        let mut table = Table::new();
        table.set_implicit(!is_last);
        here = entry(here, key, Item::Table(table))
            .filter(|item| item.is_table_like())
            .ok_or_else(|| BookTomlError::NotATable(path[..=depth].join(".")))?;
    }
    Ok(here)
}

/// The array below this key, which is created if missing.
fn list<'a>(table: &'a mut Item, name: &str, key: &str) -> Result<&'a mut Array, BookTomlError> {
    entry(table, key, Item::Value(Value::Array(Array::new())))
        .and_then(Item::as_array_mut)
        .ok_or_else(|| BookTomlError::NotAnArray(format!("{name}.{key}")))
}

/// The value below a key, which is set to `default` if missing.
fn entry<'a>(table: &'a mut Item, key: &str, default: Item) -> Option<&'a mut Item> {
    if table.get(key).is_none() {
        if let Some(inline) = table.as_inline_table_mut() {
            // The last value owns the blank before the closing brace.
            let last = inline.iter_mut().last().map(|(_, value)| value);
            last.into_iter().for_each(|value| value.decor_mut().set_suffix(""));
        }
        // An inline table turns a nested table into an inline one.
        table.as_table_like_mut()?.insert(key, default);
    }
    table.get_mut(key)
}

#[cfg(test)]
mod tests;
