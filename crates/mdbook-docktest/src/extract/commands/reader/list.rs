//! Where in bash's grammar a script is being read.

use super::grammar::{Expect, Opener, Target};
use super::pair::Pair;
use super::word::Word;

/// Commands up to what closes them; or something else that is made of words.
#[derive(Debug)]
pub(super) struct List {
    pub(super) opener: Opener,
    pub(super) expect: Expect,
    /// What the next word is for, if it belongs to a redirection.
    pub(super) target: Option<Target>,
    /// The word that is being read.
    pub(super) word: Option<Word>,
    /// The quotes and braces that are open in it, outermost first.
    pub(super) pairs: Vec<Pair>,
    /// How many here-documents were begun outside of the substitution that this is in.
    pub(super) here_documents: usize,
}

impl List {
    pub(super) fn new(opener: Opener, expect: Expect, here_documents: usize) -> Self {
        Self { opener, expect, target: None, word: None, pairs: Vec::new(), here_documents }
    }
}
