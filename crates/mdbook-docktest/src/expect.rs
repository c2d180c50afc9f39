//! The pattern language of `output` blocks, which describe the expected output.
//!
//! ````markdown
//! ```output
//! Container [ID:app] started [AGE]
//! ...
//! listening on [..]:8080
//! ```
//! ````
//!
//! | pattern | matches |
//! |---|---|
//! | `...` alone on a line | any number of lines, including none |
//! | `[..]` | anything within a line, including nothing |
//! | `[ID]` | a value of the [placeholder](Placeholders) `ID` |
//! | `[ID:app]` | the same, and the same value at every `[ID:app]` of the chapter |
//! | `[[]`, `[.]` | the bracketed character: `[[]ID]` is the text `[ID]`, `[.]..` the text `...` |
//!
//! Everything else matches itself, including brackets around anything but a placeholder's name
//! (`[y/N]`, `[FOO]`). `[..]` and `...` are taken from snapbox, which has no escape for them; one
//! bracketed character is how shells and regexes escape.
//!
//! Trailing whitespace (Docker pads its tables), blank lines at the end, a missing last line feed and
//! carriage returns before line feeds are ignored; a `[..]` at the end of a line therefore also
//! matches the missing whitespace before it. Two or more blanks, or a tab, match two or more blanks, or
//! a tab, except at the start of a line. [`Pattern::exact`] compares byte for byte, and nothing in
//! it is special.
//!
//! **Bindings.** Lines are matched from top to bottom, and a name is bound to the first value that
//! matches: each run of lines after a `...` at the first place where it matches, each `[..]` as short
//! as possible. That choice is not revised when a later line conflicts with it, which keeps matching
//! fast. Without bindings, matching is complete: if there is any way to match, it is found. A block's
//! bindings apply to the rest of the chapter once the whole block has matched. An ID also equals its
//! short form of 12 characters.
//!
//! **Values that change from run to run** are known by their form, or by the text around them
//! (`volatile`). A pattern can be [`Loosened`] to match any value of the same kind in their place, which
//! tells an old page from a wrong one, and [`update()`] writes placeholders for them.
//!
//! **Cost.** Each line of output is compared at most once with each line of the longest run of
//! pattern lines without `...`; the `regex` crate matches in time linear in the line.

mod alignment;
mod binding;
mod build_steps;
mod builtin;
mod changes;
mod diff;
mod gap;
mod generated_name;
mod identity;
mod interleaving;
mod line;
mod loosened;
mod matching;
mod names;
mod order;
mod pattern;
mod placeholder;
mod pull;

mod token;
mod update;
mod volatile;

pub use binding::Bindings;
pub use builtin::{BUILTINS, Builtin};
pub(crate) use changes::Changes;
pub(crate) use diff::{DiffLine, Mismatch, Place};
pub(crate) use generated_name::is_generated_name;
pub(crate) use identity::{changed_identities, identities};
pub(crate) use interleaving::TwoStreams;
pub(crate) use loosened::{ChangedValue, Loosened};
pub(crate) use names::Names;
pub(crate) use order::{in_expected_order, sorted};
pub(crate) use pattern::Flaw;
pub use pattern::Pattern;
pub(crate) use pattern::lines;
pub use placeholder::Placeholders;
pub(crate) use pull::without_pull;
pub(crate) use update::{Update, update};
pub(crate) use volatile::masked;

#[cfg(test)]
mod tests;
