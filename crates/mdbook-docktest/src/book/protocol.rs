//! mdBook's side of a preprocessor: what comes on standard input and what goes back.
//!
//! mdBook writes all of its input before it reads any output, so a caller reads standard input to
//! its end first; and nothing but the book may ever reach standard output.
//! (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>)

use std::cell::Cell;
use std::io::{self, BufWriter, Write};

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::render::page::Renderer;

/// How much of the book is written at once.
const WRITE_SIZE: usize = 64 << 10;

/// Why there is no book to work on, or none that goes back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ProtocolError {
    /// Somebody ran the program by hand.
    #[error(
        "nothing came on standard input: mdBook runs this program; \
         to run a book's steps by hand, use `mdbook-docktest verify`"
    )]
    Empty,
    /// The input is no JSON, or not that of mdBook.
    #[error("standard input is not what mdBook sends to a preprocessor")]
    NotFromMdbook(#[source] Option<serde_json::Error>),
    /// mdBook 0.4 and before have another protocol.
    #[error("mdBook ≥ 0.5 required: this book is built with mdBook {version}")]
    TooOld {
        /// The version that mdBook gives itself.
        version: String,
    },
    /// The version is not too old, and yet the input cannot be read.
    #[error("mdBook {version} sent a book that this version of mdbook-docktest cannot read")]
    Unreadable {
        /// The version that mdBook gives itself.
        version: String,
        /// What cannot be read.
        source: serde_json::Error,
    },
    /// The book could not be written.
    #[error("the book could not be handed back to mdBook")]
    Write(#[source] serde_json::Error),
}

/// Whether there is a way to show results with this renderer.
pub(crate) fn supports(renderer: &str) -> bool {
    Renderer::named(renderer).is_some()
}

/// Reads what mdBook sends: the context and the book.
///
/// # Errors
///
/// All but [`ProtocolError::Write`].
pub(crate) fn parse_input(bytes: &[u8]) -> Result<(PreprocessorContext, Book), ProtocolError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ProtocolError::Empty);
    }
    // Taken apart at once, so that a large book is not in memory in yet another form.
    let read = serde_json::from_slice::<(PreprocessorContext, Book)>(bytes);
    let unreadable = match read {
        Ok((context, _)) if is_too_old(&context.mdbook_version) => {
            return Err(ProtocolError::TooOld { version: context.mdbook_version });
        }
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    let input: Value =
        serde_json::from_slice(bytes).map_err(|error| ProtocolError::NotFromMdbook(Some(error)))?;
    // The types of 0.5 do not read what 0.4 sends, not even its version.
    let version = input.pointer("/0/mdbook_version").and_then(Value::as_str).map(str::to_owned);
    let version = version.ok_or(ProtocolError::NotFromMdbook(None))?;
    Err(match is_too_old(&version) {
        true => ProtocolError::TooOld { version },
        false => ProtocolError::Unreadable { version, source: unreadable },
    })
}

/// Hands the book back, one item after the other.
///
/// # Errors
///
/// [`ProtocolError::Write`], when the writer fails.
pub(crate) fn write_book(
    items: impl Iterator<Item = io::Result<BookItem>>,
    writer: impl Write,
) -> Result<(), ProtocolError> {
    // JSON is many small pieces.
    let mut writer = BufWriter::with_capacity(WRITE_SIZE, writer);
    let book = Streamed { items: Items(Cell::new(Some(items))) };
    serde_json::to_writer(&mut writer, &book).map_err(ProtocolError::Write)?;
    writer.flush().map_err(|error| ProtocolError::Write(serde_json::Error::io(error)))
}

/// What mdBook reads as a [`Book`].
#[derive(Serialize)]
struct Streamed<T> {
    items: T,
}

/// A list that is gone when it has been written.
struct Items<I>(Cell<Option<I>>);

impl<I: Iterator<Item = io::Result<BookItem>>> Serialize for Items<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for item in self.0.take().into_iter().flatten() {
            list.serialize_element(&item.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u64>().ok());
    matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(0), Some(0..=4)))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    fn input(version: &str, book: &str) -> String {
        format!(
            r#"[{{"root":"/book","config":{{"book":{{"title":"T","authors":[],"description":null,
            "language":"fr","text-direction":null}},"output":{{"html":{{}}}},"preprocessor":{{}}}},
            "renderer":"html","mdbook_version":"{version}"}},{book}]"#
        )
    }

    const BOOK: &str = r#"{"items":[{"Chapter":{"name":"C","content":"```bash\nls\n```\n",
        "number":[1],"sub_items":[],"path":"index.md","source_path":"README.md",
        "parent_names":[]}},"Separator",{"PartTitle":"P"}]}"#;

    fn refusal(input: &str) -> String {
        let error = parse_input(input.as_bytes()).expect_err("it is refused");
        match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        }
    }

    #[test]
    fn a_book_goes_through() {
        let sent = input("0.5.4", BOOK);
        let (context, book) = parse_input(sent.as_bytes()).expect("mdBook sends this");
        assert_eq!(context.renderer, "html");
        let mut written = Vec::new();
        write_book(book.items.into_iter().map(Ok), &mut written)
            .expect("a vector takes everything");
        let written: Value = serde_json::from_slice(&written).expect("it is JSON");
        assert_eq!(written, serde_json::from_str::<Value>(BOOK).expect("it is JSON"));
    }

    #[test]
    fn mdbook_0_4_is_told_what_is_required() {
        let sent = input("0.4.52", r#"{"sections":[],"__non_exhaustive":null}"#);
        assert_eq!(refusal(&sent), "mdBook ≥ 0.5 required: this book is built with mdBook 0.4.52");
        // Even if it were to send a book that could be read.
        let sent = input("0.4.99", BOOK);
        assert_eq!(refusal(&sent), "mdBook ≥ 0.5 required: this book is built with mdBook 0.4.99");
    }

    #[test]
    fn what_is_no_book_is_refused() {
        assert!(refusal(" \n").starts_with("nothing came on standard input"));
        assert!(refusal("ls -l").contains("not what mdBook sends to a preprocessor: expected"));
        assert!(refusal("{}").contains("not what mdBook sends"));
        assert!(refusal(&input("0.9.0", "{}")).contains("mdBook 0.9.0 sent a book"));
    }

    #[test]
    fn tests_of_rust_code_are_left_alone() {
        assert!(supports("html") && supports("markdown") && supports("epub"));
        assert!(!supports("test"));
    }
}
