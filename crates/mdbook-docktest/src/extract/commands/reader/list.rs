//! Where in bash's grammar a script is being read.

use super::grammar::{Expect, Opener, Target};
use super::pair::Pair;
use super::word::Word;

/// A list of commands up to what closes it, or of words such as an array's.
#[derive(Debug)]
pub(super) struct List {
    pub(super) opener: Opener,
    pub(super) expect: Expect,
    /// What the next word is for, if it belongs to a redirection.
    pub(super) target: Option<Target>,
    /// The word that is being read.
    pub(super) word: Option<Word>,
    /// The quotes and braces that are open in the word, outermost first.
    pub(super) pairs: Vec<Pair>,
    /// The number of here-documents that were begun outside the substitution this list is in.
    pub(super) here_documents: usize,
    /// Whether this list is in a substitution, at any depth.
    pub(super) is_substituted: bool,
}

impl List {
    pub(super) fn script() -> Self {
        Self::new(Opener::Script, Expect::Command, 0, false)
    }

    /// Returns a list within this one, given the number of here-documents that are pending.
    pub(super) fn inner(&self, opener: Opener, expect: Expect, pending: usize) -> Self {
        match opener {
            Opener::Substitution => Self::new(opener, expect, pending, true),
            _ => Self::new(opener, expect, self.here_documents, self.is_substituted),
        }
    }

    fn new(opener: Opener, expect: Expect, here_documents: usize, is_substituted: bool) -> Self {
        let (target, word, pairs) = (None, None, Vec::new());
        Self { opener, expect, target, word, pairs, here_documents, is_substituted }
    }
}
