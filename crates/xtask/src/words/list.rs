//! Phrases that read as translated or literary, and what to write instead. Case does not matter; a space
//! also stands for the end of a line, and for `_` in a name.

/// A phrase and its replacement.
pub(crate) type Entry = (&'static str, &'static str);

/// All phrases. A phrase that begins with `is` is allowed after `there`: there is none.
pub(crate) const PHRASES: &[Entry] = &[
    // What something is not.
    ("is no book", "is not a book"),
    ("is no chapter", "is not a chapter"),
    ("is no directive", "is not a directive"),
    ("is no directory", "is not a directory"),
    ("is no duration", "invalid duration"),
    ("is no engine", "is not an engine"),
    ("is no list", "is not a list"),
    ("is no name", "invalid name"),
    ("is no number", "invalid number"),
    ("is no placeholder", "is not a placeholder"),
    ("is no recording", "is not a recording"),
    ("is no regex", "invalid regex"),
    ("is no step", "is not a step"),
    ("is no table", "is not a table"),
    ("is none:", "is invalid:"),
    ("is none of the", "does not belong to the"),
    ("is none of our business", "is ignored"),
    ("that is none", "that is invalid"),
    ("which is none", "which is invalid"),
    ("none any more", "not one any more"),
    // What can be obtained.
    ("can be had", "is available"),
    ("cannot be had", "is not available"),
    ("could be had", "was available"),
    ("not be had", "is not available"),
    ("is to be had", "is available"),
    // Messages.
    ("told on standard error", "printed to standard error"),
    ("told of", "reported"),
    ("tell of", "report"),
    ("tells of", "reports"),
    ("is told", "is reported, or gets"),
    ("are told", "are reported, or get"),
    ("be told", "be reported, or get, or be distinguished"),
    ("been told", "been reported"),
    ("of which all has been said", "that was reported completely"),
    ("it said nothing", "no output"),
    // Results.
    ("does not hold", "fails, or is not as expected"),
    ("do not hold", "fail, or are not as expected"),
    ("did not hold", "failed"),
    ("all holds", "everything passed"),
    ("all parts hold", "all parts passed"),
    ("all tests hold", "all tests check"),
    ("everything holds", "everything passed"),
    ("something holds", "something passed"),
    ("until it holds", "until it passes"),
    ("says the same", "is unchanged, or is equivalent"),
    ("made anew", "created again"),
    ("makes it anew", "updates it"),
    ("judged anew", "judged again"),
    ("what there is", "what is available, or what exists"),
    ("is to be called", "must be named"),
    ("come to rest", "stop"),
    ("went by before", "passed before; better: not within"),
    ("this user may not use", "permission denied"),
    // Names.
    ("foreseen", "volatile, or expected"),
    ("unforeseen", "unexpected"),
    ("nobody died", "expected exit is missing"),
    ("lonely deaths", "unattended exits"),
    ("testify", "finish"),
    ("undressed", "without markup"),
    ("grown up", "settled"),
];
