//! mdBook's protocol for preprocessors: a book on standard input, and the processed book on standard
//! output (<https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>).
//!
//! mdBook writes the whole input before it reads any output, so callers first read standard input to its
//! end. Only the book may be written to standard output.

use std::io::{self, BufWriter, Write};
use std::mem;

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem};
use serde::ser::Error as _;
use serde_json::Value;

use crate::render::page::Renderer;
use crate::text::json::write_escaped;

/// The size of the output buffer, in bytes.
const WRITE_SIZE: usize = 64 << 10;

/// A chapter without text, as JSON.
const NO_TEXT: &str = r#""content":"""#;

/// Why a book cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ProtocolError {
    /// The program was run by hand.
    #[error(
        "no book on standard input: mdBook runs this program as a preprocessor; \
         to run the steps of a book yourself, use `mdbook-docktest verify`"
    )]
    Empty,
    /// The input is not JSON, or has no version of mdBook.
    #[error("standard input is not what mdBook sends to a preprocessor")]
    NotFromMdbook(#[source] Option<serde_json::Error>),
    /// mdBook 0.4 has another protocol.
    #[error("mdBook ≥ 0.5 required: this book is built with mdBook {version}")]
    TooOld { version: String },
    /// The input of a supported version cannot be read.
    #[error("mdBook {version} sent a book that this version of mdbook-docktest cannot read")]
    Unreadable { version: String, source: serde_json::Error },
    #[error("cannot write the book for mdBook to standard output")]
    Write(#[source] serde_json::Error),
}

/// Whether results can be shown with this renderer.
pub(crate) fn supports(renderer: &str) -> bool {
    Renderer::named(renderer).is_some()
}

/// Parses the context and the book that mdBook sends.
///
/// # Errors
///
/// All except [`ProtocolError::Write`].
pub(crate) fn parse_input(bytes: &[u8]) -> Result<(PreprocessorContext, Book), ProtocolError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ProtocolError::Empty);
    }
    // Parsed directly, so that a large book is not in memory in another form as well.
    let read: Result<(PreprocessorContext, Book), _> = match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    };
    let unreadable = match read {
        Ok((context, _)) if is_too_old(&context.mdbook_version) => {
            return Err(ProtocolError::TooOld { version: context.mdbook_version });
        }
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    let input: Value =
        serde_json::from_slice(bytes).map_err(|error| ProtocolError::NotFromMdbook(Some(error)))?;
    // The input of 0.4 does not match the types of 0.5, so its version is read from the JSON.
    let version = input.pointer("/0/mdbook_version").and_then(Value::as_str).map(str::to_owned);
    let version = version.ok_or(ProtocolError::NotFromMdbook(None))?;
    Err(match is_too_old(&version) {
        true => ProtocolError::TooOld { version },
        false => ProtocolError::Unreadable { version, source: unreadable },
    })
}

/// Writes the book, one item at a time.
///
/// # Errors
///
/// [`ProtocolError::Write`] if the writer fails.
pub(crate) fn write_book(
    items: impl Iterator<Item = io::Result<BookItem>>,
    writer: impl Write,
) -> Result<(), ProtocolError> {
    // Items are written in many small pieces.
    let mut writer = BufWriter::with_capacity(WRITE_SIZE, writer);
    let write = || -> serde_json::Result<()> {
        writer.write_all(b"{\"items\":[").map_err(serde_json::Error::io)?;
        for (index, item) in items.enumerate() {
            let item = item.map_err(serde_json::Error::custom)?;
            if index > 0 {
                writer.write_all(b",").map_err(serde_json::Error::io)?;
            }
            write_item(item, &mut writer)?;
        }
        writer.write_all(b"]}").and_then(|()| writer.flush()).map_err(serde_json::Error::io)
    };
    write().map_err(ProtocolError::Write)
}

/// Writes an item. Nearly all of it is the texts of chapters.
fn write_item(mut item: BookItem, writer: &mut impl Write) -> serde_json::Result<()> {
    let mut texts = Vec::new();
    take_texts(&mut item, &mut texts);
    let json = serde_json::to_string(&item)?;
    // It can only be a key: within a string, quotes are escaped.
    let mut parts = json.split_inclusive(NO_TEXT);
    for text in texts {
        let part = parts.next().unwrap_or_default();
        let before = part.strip_suffix('"').unwrap_or(part);
        writer.write_all(before.as_bytes()).map_err(serde_json::Error::io)?;
        write_escaped(&text, writer).map_err(serde_json::Error::io)?;
        writer.write_all(b"\"").map_err(serde_json::Error::io)?;
    }
    parts.try_for_each(|part| writer.write_all(part.as_bytes())).map_err(serde_json::Error::io)
}

/// Takes the texts of chapters out of an item, in the order of its JSON.
fn take_texts(item: &mut BookItem, texts: &mut Vec<String>) {
    if let BookItem::Chapter(chapter) = item {
        texts.push(mem::take(&mut chapter.content));
        chapter.sub_items.iter_mut().for_each(|item| take_texts(item, texts));
    }
}

fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u64>().ok());
    matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(0), Some(0..=4)))
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use mdbook_preprocessor::book::Chapter;

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
        let error = parse_input(input.as_bytes()).expect_err("the input is wrong");
        match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        }
    }

    #[test]
    fn a_book_is_written_as_it_was_read() {
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
    fn a_book_is_written_as_serde_json_would() {
        let text = "a \"b\" \\ \u{1}\n\n\"content\":\"\" é\n";
        let chapter = |name: &str, content: &str, sub_items: Vec<BookItem>| {
            let mut chapter = Chapter::new(name, content.to_owned(), "a.md", vec![name.to_owned()]);
            chapter.sub_items = sub_items;
            BookItem::Chapter(chapter)
        };
        let name = r#""content":"""#;
        let inner = vec![chapter("1.1", "", Vec::new()), chapter(name, text, Vec::new())];
        let draft = BookItem::Chapter(Chapter::new_draft("Draft", Vec::new()));
        let part = BookItem::PartTitle(format!("{name},{{"));
        for items in [
            Vec::new(),
            vec![part.clone()],
            vec![chapter(name, text, inner), BookItem::Separator, draft, part],
        ] {
            let mut written = Vec::new();
            write_book(items.clone().into_iter().map(Ok), &mut written)
                .expect("a vector takes everything");
            let expected = serde_json::to_string(&Book { items }).expect("it is plain data");
            assert_eq!(String::from_utf8_lossy(&written), expected);
        }
    }

    #[test]
    fn an_item_that_cannot_be_read_is_an_error() {
        let items = [Ok(BookItem::Separator), Err(io::Error::other("it is gone"))];
        let error = write_book(items.into_iter(), io::sink()).expect_err("an item is missing");
        assert_eq!(error.source().expect("it has a cause").to_string(), "it is gone");
    }

    #[test]
    fn the_error_for_mdbook_0_4_names_the_required_version() {
        let sent = input("0.4.52", r#"{"sections":[],"__non_exhaustive":null}"#);
        assert_eq!(refusal(&sent), "mdBook ≥ 0.5 required: this book is built with mdBook 0.4.52");
        // Also if its book can be read.
        let sent = input("0.4.99", BOOK);
        assert_eq!(refusal(&sent), "mdBook ≥ 0.5 required: this book is built with mdBook 0.4.99");
    }

    #[test]
    fn wrong_input_is_refused() {
        assert!(refusal(" \n").starts_with("no book on standard input"));
        assert!(refusal("ls -l").contains("not what mdBook sends to a preprocessor: expected"));
        assert!(refusal("{}").contains("not what mdBook sends"));
        assert!(refusal(&input("0.9.0", "{}")).contains("mdBook 0.9.0 sent a book"));
    }

    #[test]
    fn all_renderers_but_test_are_supported() {
        assert!(supports("html") && supports("markdown") && supports("epub"));
        assert!(!supports("test"));
    }
}
