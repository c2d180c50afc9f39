//! Scripts with their interpreter, `#!/bin/sh`, in blocks that are marked as commands.
//!
//! Readers save such a block, and run the file. To run its lines as a step would say that it passes, although no file is
//! there, its arguments are missing, and another program may be its interpreter.

use super::attributes::language::Kind;
use super::blocks::CodeBlock;
use super::info_edit::set_attribute;
use super::named_blocks::{is_script_file, own_name};
use super::{Extraction, NoOutput, Previous};
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Attributes;
use crate::text::splice::Edit;

impl Extraction<'_> {
    /// Reports such a block. Returns whether it is one, which does not run. With an attribute that says how it runs, it is a
    /// step.
    pub(super) fn take_script_file(
        &mut self,
        block: &CodeBlock,
        fence: &Fence,
        (kind, attributes): (Kind, &Attributes),
    ) -> bool {
        if !is_script_file(kind, attributes, &block.content) {
            return false;
        }
        let language = &self.text[fence.language.clone()];
        let message = format!(
            "this block is marked as `{language}`, but begins with `#!` as a file does: it does not run"
        );
        let name = own_name(self.text, fence);
        let name = name.as_deref();
        let help = format!(
            "add `file={}` to write it, and run it in a step; or remove the line with `#!` to run the others",
            name.unwrap_or("NAME")
        );
        let write = name.map(|name| Remedy {
            title: format!("add `file={name}`"),
            edits: vec![set_attribute(self.text, fence, "file", Some(name))],
            basis: Basis::Proposed,
        });
        let line = fence.body.start
            ..self.text[fence.body.clone()]
                .find('\n')
                .map_or(fence.body.end, |newline| fence.body.start + newline + 1);
        let run = Remedy {
            title: "remove the line with `#!`, so that the others run".to_owned(),
            edits: vec![Edit { range: line, text: String::new() }],
            basis: Basis::Proposed,
        };
        let remedies = write.into_iter().chain([run]).collect();
        let span = fence.opening();
        self.find_with_remedies(Code::NotAStep, span, message, Some(help), remedies);
        self.previous = Some(Previous {
            takes_output: Err(NoOutput::IsFile),
            end: fence.block.end,
            container: block.container,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::extract::{Extensions, extract};
    use crate::model::finding::Code;
    use crate::text::splice::splice;

    /// Returns the number of steps, and the chapter with each remedy of the only finding.
    #[track_caller]
    fn read(text: &str) -> (usize, Vec<String>) {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let remedied = scenario.findings.iter().flat_map(|finding| {
            assert_eq!(finding.code, Code::NotAStep);
            finding.remedies.iter().map(|remedy| splice(text, remedy.edits_of(text)))
        });
        (scenario.steps.len(), remedied.collect())
    }

    #[test]
    fn a_script_with_its_interpreter_is_a_file_and_not_a_step() {
        let (steps, remedied) = read("Create `x.sh`:\n\n```bash\n#!/bin/sh\nls\n```\n");
        assert_eq!(steps, 0);
        assert_eq!(
            remedied,
            [
                "Create `x.sh`:\n\n```bash file=x.sh\n#!/bin/sh\nls\n```\n",
                "Create `x.sh`:\n\n```bash\nls\n```\n"
            ]
        );
        let (steps, remedied) = read("- All of it:\n\n  ```sh\n  #!/bin/sh -e\n  ls\n  ```\n");
        assert_eq!(
            (steps, &*remedied),
            (0, &["- All of it:\n\n  ```sh\n  ls\n  ```\n".to_owned()][..])
        );
    }

    #[test]
    fn output_below_it_is_that_of_no_step() {
        let text = "```bash\n#!/bin/sh\nls\n```\n\n```output\na\n```\n";
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let [_, orphan] = &scenario.findings[..] else { panic!("{:?}", scenario.findings) };
        assert_eq!(orphan.code, Code::OrphanOutput);
        assert!(orphan.message.contains("`#!`"), "{}", orphan.message);
    }

    #[test]
    fn what_the_author_says_about_it_is_heeded() {
        for (info, steps) in [
            ("ignore", 1),
            ("hidden", 1),
            ("no-output", 1),
            ("exit=1", 1),
            ("dies", 1),
            ("until=a", 1),
            ("stdin=a", 1),
            ("tty", 1),
            ("timeout=5s", 1),
            ("retry=30s", 1),
            ("cleanup", 1),
            ("guard", 1),
            ("diagram", 1),
            ("engine=\">=28\"", 1),
            ("file=x.sh", 0),
        ] {
            let text = format!("```bash {info}\n#!/bin/sh\nls\n```\n");
            assert_eq!(read(&text), (steps, Vec::new()), "{info}");
        }
        assert_eq!(read("```bash\n# !/bin/sh\nls\n```\n"), (1, Vec::new()));
    }
}
