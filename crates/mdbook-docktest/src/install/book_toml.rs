//! What is added to an author's book.toml, and where.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, TomlError, Value};

use super::order::{self, Order};
use super::{DIRECTORY, array, line_endings};
use crate::render::assets::{ASSETS, Asset, Kind};
use crate::text::byte_order_mark::{mark_len, without_mark};

/// A book.toml that has, or now has, what is needed.
#[derive(Debug)]
pub(super) struct Edited {
    /// Its text.
    pub(super) text: String,
    /// What was added, in words.
    pub(super) added: Vec<String>,
    /// Where the book has each asset, relative to it.
    pub(super) places: Vec<(&'static Asset, PathBuf)>,
    /// What the author should know of.
    pub(super) warnings: Vec<String>,
}

/// Why nothing can be added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BookTomlError {
    /// It is no TOML.
    #[error("line {line}: {message}")]
    Syntax {
        /// Where.
        line: usize,
        /// Why not.
        message: String,
    },
    /// There is something else where a table has to be.
    #[error("`{0}` is no table")]
    NoTable(String),
    /// There is something else where a list of paths has to be.
    #[error("`{0}` is no list: write it as `{0} = []`")]
    NoList(String),
}

/// Whether it is TOML at all.
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

/// Adds what is missing for a book that needs these assets. The author's formatting and comments stay.
pub(super) fn edit(text: &str, assets: &[&'static Asset]) -> Result<Edited, BookTomlError> {
    let mut document = parse(text)?;
    let mut edited =
        Edited { text: String::new(), added: Vec::new(), places: Vec::new(), warnings: Vec::new() };
    add_preprocessor(&mut document, &mut edited)?;
    if has_pages(&document) {
        add_assets(&mut document, assets, &mut edited)?;
    } else {
        let warning =
            "the book has no [output.html], so that it needs no style sheet and no script";
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

/// Whether mdBook makes HTML of the book: it does unless the book has other renderers only.
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
        Order::Contrary => {
            edited.warnings.push(order::CONTRARY.to_owned());
            return Ok(());
        }
        Order::Unsaid => {}
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
            let place = match place_of(list, asset) {
                Some(index) => named(list, index).to_owned(),
                None => {
                    let place = format!("{DIRECTORY}/{}", asset.name);
                    // Pages load them in the order of the list.
                    let later = ASSETS.iter().skip_while(|other| other.name != asset.name).skip(1);
                    let index = later.filter_map(|other| place_of(list, other)).min();
                    array::insert(list, index.unwrap_or(usize::MAX), &place);
                    added.push(place.clone());
                    place
                }
            };
            if Path::new(&place).starts_with("..") {
                edited.warnings.push(format!(
                    "{place} lies outside of the book: mdBook writes it outside of the build \
                     directory, too; move it beside book.toml"
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

/// Where a list of paths names an asset, in whatever directory.
fn place_of(list: &Array, asset: &Asset) -> Option<usize> {
    list.iter()
        .position(|path| path.as_str().is_some_and(|path| Path::new(path).ends_with(asset.name)))
}

fn named(list: &Array, index: usize) -> &str {
    list.get(index).and_then(Value::as_str).unwrap_or_default()
}

/// The table of this name, which is made if there is none.
fn table<'a>(root: &'a mut Item, path: &[&str]) -> Result<&'a mut Item, BookTomlError> {
    let mut here = root;
    for (depth, key) in path.iter().enumerate() {
        let is_last = depth + 1 == path.len();
        let mut table = Table::new();
        table.set_implicit(!is_last);
        here = entry(here, key, Item::Table(table))
            .filter(|item| item.is_table_like())
            .ok_or_else(|| BookTomlError::NoTable(path[..=depth].join(".")))?;
    }
    Ok(here)
}

/// The list of this name, which is made if there is none.
fn list<'a>(table: &'a mut Item, name: &str, key: &str) -> Result<&'a mut Array, BookTomlError> {
    entry(table, key, Item::Value(Value::Array(Array::new())))
        .and_then(Item::as_array_mut)
        .ok_or_else(|| BookTomlError::NoList(format!("{name}.{key}")))
}

/// What a table has below a key, where `default` is put if there is nothing.
fn entry<'a>(table: &'a mut Item, key: &str, default: Item) -> Option<&'a mut Item> {
    if table.get(key).is_none() {
        if let Some(inline) = table.as_inline_table_mut() {
            // The blank before the closing brace.
            let last = inline.iter_mut().last().map(|(_, value)| value);
            last.into_iter().for_each(|value| value.decor_mut().set_suffix(""));
        }
        // It makes an inline table of a table where it has to be one.
        table.as_table_like_mut()?.insert(key, default);
    }
    table.get_mut(key)
}

#[cfg(test)]
mod tests;
