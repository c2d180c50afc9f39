//! What an author says must come out: the language of `output` blocks.
//!
//! ````markdown
//! ```output
//! Container [ID:app] started [AGE]
//! ...
//! listening on [..]:8080
//! ```
//! ````
//!
//! | written | stands for |
//! |---|---|
//! | `...` alone on a line | any number of lines, also none |
//! | `[..]` | anything within a line, also nothing |
//! | `[ID]` | what the [placeholder](Placeholders) of that name describes |
//! | `[ID:app]` | the same, and the same value wherever the chapter says `[ID:app]` |
//! | `[[]`, `[.]` | the character in the brackets: `[[]ID]` is the text `[ID]`, `[.]..` the text `...` |
//!
//! Everything else stands for itself, also brackets around what names no placeholder (`[y/N]`,
//! `[FOO]`). `[..]` and `...` are snapbox's words, which has no way to write them as text; brackets
//! around one character are how shells and regexes do it.
//!
//! Blanks at the ends of lines (Docker pads its tables with them), blank lines at the end, a last
//! line without an end and carriage returns before line feeds make no difference; a `[..]` at a
//! line's end can therefore also stand for the blanks before it. For [`Pattern::exact`] all of these
//! do; there nothing has a meaning, and text is compared byte for byte.
//!
//! **Bindings.** A name is bound to the first value that fits, reading from top to bottom, with each
//! run of lines after a `...` taken at the first place where it fits, and each `[..]` as short as it
//! can be. That choice is not revised when a later line does not agree with it, which keeps matching
//! fast. Without bindings, matching is exact: if there is any way to read the output as the pattern
//! says, it matches. What a block binds counts for the chapter once all of the block holds. IDs agree
//! also where one is the 12-digit short form of the other.
//!
//! **Cost.** Each line of output is compared at most once with each line of the longest run of
//! pattern lines without `...`; regexes are those of the `regex` crate, which are linear in the line.

mod alignment;
mod binding;
mod builtin;
mod diff;
mod line;
mod matching;
mod pattern;
mod placeholder;
mod token;
mod update;

pub use binding::Bindings;
pub(crate) use builtin::is_generated_name;
pub use builtin::{BUILTINS, Builtin};
pub(crate) use diff::{Mismatch, Place};
pub(crate) use pattern::Flaw;
pub use pattern::Pattern;
pub use placeholder::Placeholders;
pub(crate) use update::update;

#[cfg(test)]
mod tests;
