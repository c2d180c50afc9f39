//! What can come next in a script, as far as that decides where its commands end.

/// What a list began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opener {
    /// Nothing: it is the script.
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
    /// A command, if there is another one.
    Command,
    /// A command, on whatever line: after `&&`, or as a function's body.
    Needed,
    /// The same, after `|`.
    Piped,
    /// An option of `time`, or a command.
    Timed,
    /// The name of a coprocess, or a command.
    Coprocess,
    /// A command behind the name of a coprocess; or that was it.
    Named,
    /// The same as `Prefix`, behind nothing but redirections.
    Redirected,
    /// Another assignment or redirection, or a command's first word.
    Prefix,
    /// Another word of a command.
    Argument,
    /// Redirections or a reserved word, behind a compound command.
    Compound,
    /// The name of a function, after `function`.
    FunctionName,
    /// The body of a function, on whatever line, behind a name that can still get parentheses.
    FunctionBody,
    /// The name of a loop's variable, or `((`.
    ForName,
    /// `in`, `do` or the end of the line.
    ForIn,
    /// A word of those behind `in`.
    ForWords,
    /// `do`.
    ForDo,
    /// The word behind `case`.
    CaseWord,
    /// `in`.
    CaseIn,
    /// A pattern, or `esac`.
    Pattern,
    /// More of a pattern.
    PatternRest,
    /// A word of a condition.
    Operand,
    /// One in which `@(a|b)` does not end the word.
    ExtendedPattern,
    /// One in which `(a|b)` does not end the word.
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

    /// Whether a command goes on after the end of a line.
    pub(super) fn is_on_another_line(self) -> bool {
        matches!(self, Self::Needed | Self::Piped | Self::FunctionBody)
    }

    pub(super) fn after_separator(self) -> Self {
        match self {
            Self::ForIn | Self::ForWords | Self::ForDo => Self::ForDo,
            _ => Self::Command,
        }
    }

    /// What comes after the end of a line, in anything but the script itself.
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
            // Bash takes no more assignments then.
            Self::Prefix | Self::Compound => Self::Argument,
            _ if self.takes_assignment() => Self::Redirected,
            _ => self,
        }
    }

    /// What comes after a word that means nothing of its own here.
    pub(super) fn after_word(self, is_assignment: bool) -> Self {
        match self {
            Self::Coprocess => Self::Named,
            _ if self.takes_assignment() && is_assignment => Self::Prefix,
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
