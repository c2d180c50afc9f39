//! The states of the reader: what can come next in a script.

/// What opened a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opener {
    /// Nothing: the list is the script.
    Script,
    /// `(`
    Subshell,
    /// `$(`, `<(` or `>(`
    Substitution,
    /// `{`
    Brace,
    /// `if`
    If,
    /// `for`, `select`, `while` or `until`
    Loop,
    /// `case`
    Case,
    /// `[[`
    Condition,
    /// `a=(`
    Array,
}

/// What comes next in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// A command, or the end of the list.
    Command,
    /// A command on this line or a later one: after `&&`, or as a function's body.
    Needed,
    /// The same, after `|`.
    Piped,
    /// An option of `time`, or a command.
    Timed,
    /// The name of a coprocess, or a command.
    Coprocess,
    /// A command after the name of a coprocess, or the end of a command that had no name.
    Named,
    /// The same as `Prefix`, after redirections only.
    Redirected,
    /// Another assignment or redirection, or a command's first word.
    Prefix,
    /// Another word of a command.
    Argument,
    /// Redirections or a reserved word, after a compound command.
    Compound,
    /// The name of a function, after `function`.
    FunctionName,
    /// Parentheses after the name of a function, or its body, on this line or a later one.
    FunctionBody,
    /// The name of a loop's variable, or `((`.
    ForName,
    /// `in`, `do` or the end of the line.
    ForIn,
    /// One of the words after `in`.
    ForWords,
    /// `do`.
    ForDo,
    /// The word after `case`.
    CaseWord,
    /// `in`.
    CaseIn,
    /// A pattern, or `esac`.
    Pattern,
    /// More of a pattern.
    PatternRest,
    /// A word of a condition.
    Operand,
    /// A word of a condition, in which `@(a|b)` is part of the word.
    ExtendedPattern,
    /// A word of a condition, in which `(a|b)` is part of the word.
    Regex,
    /// A word of an array.
    Element,
}

/// What a redirection needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    File,
    HereDocument { strips_tabs: bool },
}

impl Expect {
    /// Whether a word can be a reserved one here (`reserved_word_acceptable`).
    pub(super) fn takes_reserved_word(self) -> bool {
        matches!(
            self,
            Self::Command
                | Self::Needed
                | Self::Piped
                | Self::FunctionBody
                | Self::Timed
                | Self::Coprocess
                | Self::Named
                | Self::Compound
        )
    }

    /// Whether a word can be an assignment here.
    pub(super) fn takes_assignment(self) -> bool {
        self.takes_reserved_word() || matches!(self, Self::Redirected | Self::Prefix)
    }

    /// Whether a command continues on the next line.
    pub(super) fn is_on_another_line(self) -> bool {
        matches!(self, Self::Needed | Self::Piped | Self::FunctionBody)
    }

    pub(super) fn after_separator(self) -> Self {
        match self {
            Self::ForIn | Self::ForWords | Self::ForDo => Self::ForDo,
            _ => Self::Command,
        }
    }

    /// What comes after the end of a line, except in the script itself.
    pub(super) fn after_line(self) -> Self {
        match self {
            Self::ForWords | Self::ForDo => Self::ForDo,
            Self::Needed
            | Self::Piped
            | Self::FunctionBody
            | Self::ForName
            | Self::ForIn
            | Self::CaseWord
            | Self::CaseIn
            | Self::Pattern
            | Self::PatternRest
            | Self::Operand
            | Self::Element => self,
            Self::ExtendedPattern | Self::Regex => Self::Operand,
            _ => Self::Command,
        }
    }

    pub(super) fn after_redirection(self) -> Self {
        match self {
            // After this, bash takes further assignments for arguments.
            Self::Prefix | Self::Compound => Self::Argument,
            _ if self.takes_assignment() => Self::Redirected,
            _ => self,
        }
    }

    /// What comes after a word without a special meaning here.
    pub(super) fn after_word(self, is_assignment: bool) -> Self {
        match self {
            _ if self.takes_assignment() && is_assignment => Self::Prefix,
            Self::Coprocess => Self::Named,
            Self::FunctionName => Self::FunctionBody,
            Self::ForName => Self::ForIn,
            Self::ForWords => Self::ForWords,
            Self::CaseWord => Self::CaseIn,
            Self::Pattern | Self::PatternRest => Self::PatternRest,
            Self::Operand | Self::ExtendedPattern | Self::Regex => Self::Operand,
            Self::Element => Self::Element,
            _ => Self::Argument,
        }
    }
}
