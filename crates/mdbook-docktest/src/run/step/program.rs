//! A shell with its input and output, which stay when a program in it goes on in the next step.

use std::fs::File;
use std::io;

use docker_sandbox::input::Input;

use super::super::bash::Bash;
use super::super::connection::Connection;
use super::super::typist::Typist;

/// A shell that runs a step, and its input and output.
pub(in crate::run) struct Program {
    pub(in crate::run) bash: Bash,
    pub(super) connection: Connection,
    pub(super) typist: Option<Typist>,
    /// What the step reads its input from.
    pub(super) input: Option<Input>,
    /// The keyboard, to press Ctrl-C.
    pub(super) interrupt_key: Option<File>,
    /// The last prompt of the program that waits at the terminal.
    pub(super) prompt: Option<String>,
    /// The prompt at which the current command was typed.
    pub(super) prompt_of_command: Option<String>,
}

impl Program {
    pub(in crate::run) fn new(bash: Bash, mut connection: Connection) -> io::Result<Self> {
        let input = connection.step_input()?;
        let is_terminal = connection.is_terminal();
        let keyboard = connection.take_keyboard();
        let interrupt_key =
            keyboard.as_ref().filter(|_| is_terminal).map(File::try_clone).transpose()?;
        let typist = keyboard.map(|keyboard| Typist::new(keyboard, is_terminal));
        let (prompt, prompt_of_command) = (None, None);
        Ok(Self { bash, connection, typist, input, interrupt_key, prompt, prompt_of_command })
    }

    /// The line that the program has not ended: its prompt.
    pub(in crate::run) fn open_line(&self) -> &str {
        self.prompt.as_deref().unwrap_or_default()
    }

    /// Closes its terminal, and kills what is left.
    pub(in crate::run) fn hang_up(self) -> io::Result<()> {
        const LIMIT: std::time::Duration = std::time::Duration::from_millis(400);
        self.bash.group.kill(LIMIT);
        self.bash.kill()
    }
}
