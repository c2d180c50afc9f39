//! What builders say about their progress.
//!
//! BuildKit's plain progress (buildkit, `util/progress/progressui/printer.go`), which buildx and
//! docker print without a terminal:
//!
//! ```text
//! #5 [2/3] RUN make
//! #5 0.668 cc main.c
//! #5 DONE 0.8s
//! ```
//!
//! The steps run at the same time, and what they say is mixed. A number distinguishes them, and the
//! name is printed again when another step has spoken in between. The legacy builder runs one step after the other:
//!
//! ```text
//! Step 2/3 : RUN make
//!  ---> Running in 6f3cdd1b8bc3
//! cc main.c
//!  ---> 8ae6565d1408
//! ```

use super::sealed::Parse;
use crate::process::Source;

/// Something that happened in a build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildEvent {
    /// A step has begun, or goes on after others have printed something.
    Step {
        /// The number of the step, which the other events repeat.
        number: u64,
        /// What it does: `[2/3] RUN make`, `[internal] load build definition from Dockerfile`. Of the
        /// legacy builder, the instruction.
        name: String,
    },
    /// A step was not run, as the cache has its result.
    Cached {
        /// The number of the step.
        number: u64,
    },
    /// A step has ended.
    Done {
        /// The number of the step.
        number: u64,
    },
    /// A step has failed. The error at the end says so too.
    Failed {
        /// The number of the step.
        number: u64,
        /// The reason.
        message: String,
    },
    /// A step, or the program that it runs, has printed a line.
    Output {
        /// The number of the step.
        number: u64,
        /// The line, without the time in front of it.
        text: String,
    },
    /// A line that belongs to no step, such as a summary of the error at the end.
    Other(String),
}

/// What a builder has said.
#[derive(Debug, Default)]
pub struct State {
    /// The step of BuildKit that has spoken last.
    last_step: Option<u64>,
    /// The step of the legacy builder that runs.
    legacy_step: Option<u64>,
}

impl Parse for BuildEvent {
    type State = State;

    fn parse(state: &mut State, _: Source, line: &str) -> Option<Self> {
        if line.is_empty() {
            return None;
        }
        if let Some((number, text)) = numbered(line) {
            if state.last_step.replace(number) != Some(number) {
                return Some(Self::Step { number, name: text.to_owned() });
            }
            return of_buildkit(number, text);
        }
        if let (None, Some((number, name))) = (state.last_step, legacy_step(line)) {
            state.legacy_step = Some(number);
            return Some(Self::Step { number, name: name.to_owned() });
        }
        let Some(number) = state.legacy_step else { return Some(Self::Other(line.to_owned())) };
        match line.strip_prefix(" ---> ") {
            Some("Using cache") => Some(Self::Cached { number }),
            Some(result) if is_image(result) => Some(Self::Done { number }),
            // `Running in …`, `Removed intermediate container …`
            Some(_) => None,
            None if line.starts_with("Successfully ") => {
                state.legacy_step = None;
                Some(Self::Other(line.to_owned()))
            }
            None => Some(Self::Output { number, text: line.to_owned() }),
        }
    }
}

/// `#5 text`
fn numbered(line: &str) -> Option<(u64, &str)> {
    let (number, text) = line.strip_prefix('#')?.split_once(' ')?;
    Some((number.parse().ok()?, text))
}

/// What is behind the number, unless it is the name.
fn of_buildkit(number: u64, text: &str) -> Option<BuildEvent> {
    if let Some(message) = text.strip_prefix("ERROR: ") {
        return Some(BuildEvent::Failed { number, message: message.to_owned() });
    }
    // The first word is the time since the step's beginning in seconds, before a line of a program:
    // `0.668 cc main.c`. Without it, the step itself has spoken: `transferring context: 2B done`.
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let is_time = first.contains('.') && first.bytes().all(|byte| b"0123456789.".contains(&byte));
    match first {
        // Another step is about to speak.
        "..." => None,
        "CACHED" => Some(BuildEvent::Cached { number }),
        // `DONE 0.8s`
        "DONE" => Some(BuildEvent::Done { number }),
        "CANCELED" => Some(BuildEvent::Failed { number, message: text.to_owned() }),
        _ if is_time => Some(BuildEvent::Output { number, text: rest.to_owned() }),
        _ => Some(BuildEvent::Output { number, text: text.to_owned() }),
    }
}

/// `Step 2/3 : RUN make`
fn legacy_step(line: &str) -> Option<(u64, &str)> {
    let (count, name) = line.strip_prefix("Step ")?.split_once(" : ")?;
    Some((count.split_once('/')?.0.parse().ok()?, name))
}

/// `8ae6565d1408`
fn is_image(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of these lines, in short.
    fn events(text: &str) -> Vec<String> {
        let mut state = State::default();
        let events =
            text.lines().filter_map(|line| BuildEvent::parse(&mut state, Source::Stderr, line));
        let shown = events.map(|event| match event {
            BuildEvent::Step { number, name } => format!("{number} {name}"),
            BuildEvent::Cached { number } => format!("{number} cached"),
            BuildEvent::Done { number } => format!("{number} done"),
            BuildEvent::Failed { number, message } => format!("{number} failed: {message}"),
            BuildEvent::Output { number, text } => format!("{number}> {text}"),
            BuildEvent::Other(line) => format!("- {line}"),
        });
        shown.collect()
    }

    /// Of buildx 0.13.1.
    #[test]
    fn steps_of_buildkit_have_numbers() {
        let text = r#"#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 87B 0.0s done
#1 DONE 0.0s

#4 [1/3] FROM docker.io/library/alpine:latest
#4 CACHED

#5 [2/3] RUN echo hi
#5 0.668 hi
#5 0.669 
#5 DONE 0.8s

#6 [3/3] RUN echo oops >&2; exit 3
#6 0.972 1.5 oops
#6 ERROR: process "/bin/sh -c exit 3" did not complete successfully: exit code: 3
------
 > [3/3] RUN echo oops >&2; exit 3:
0.972 oops
------
ERROR: failed to solve: exit code: 3"#;
        assert_eq!(
            events(text),
            [
                r#"0 building with "default" instance using docker driver"#,
                "1 [internal] load build definition from Dockerfile",
                "1> transferring dockerfile: 87B 0.0s done",
                "1 done",
                "4 [1/3] FROM docker.io/library/alpine:latest",
                "4 cached",
                "5 [2/3] RUN echo hi",
                "5> hi",
                "5> ",
                "5 done",
                "6 [3/3] RUN echo oops >&2; exit 3",
                "6> 1.5 oops",
                "6 failed: process \"/bin/sh -c exit 3\" did not complete successfully: exit code: 3",
                "- ------",
                "-  > [3/3] RUN echo oops >&2; exit 3:",
                "- 0.972 oops",
                "- ------",
                "- ERROR: failed to solve: exit code: 3",
            ]
        );
    }

    #[test]
    fn a_step_that_goes_on_is_named_again() {
        let text = "#5 [a 1/2] RUN one\n#5 0.1 x\n#5 ...\n\n#6 [b 1/2] RUN two\n#6 CANCELED\n\n\
                    #5 [a 1/2] RUN one\n#5 0.2 y\n#5 DONE 0.2s";
        assert_eq!(
            events(text),
            [
                "5 [a 1/2] RUN one",
                "5> x",
                "6 [b 1/2] RUN two",
                "6 failed: CANCELED",
                "5 [a 1/2] RUN one",
                "5> y",
                "5 done",
            ]
        );
    }

    #[test]
    fn exporting_is_a_step_with_parts() {
        let text = "#7 exporting to image\n#7 exporting layers 0.0s done\n\
                    #7 writing image sha256:20645f7e5130 done\n#7 naming to docker.io/library/t1 done\n#7 DONE 0.0s";
        assert_eq!(
            events(text),
            [
                "7 exporting to image",
                "7> exporting layers 0.0s done",
                "7> writing image sha256:20645f7e5130 done",
                "7> naming to docker.io/library/t1 done",
                "7 done",
            ]
        );
    }

    /// Of docker 26.1.5.
    #[test]
    fn steps_of_the_legacy_builder_follow_each_other() {
        let text = "Sending build context to Docker daemon  2.048kB
Step 1/3 : FROM alpine
 ---> 9c53ee0c4c0b
Step 2/3 : RUN echo hey
 ---> Using cache
 ---> 8ae6565d1408
Step 3/3 : RUN echo '#1 CACHED' : ok
 ---> Running in 0fe7345b2d08
hey
 ---> Removed intermediate container 0fe7345b2d08
 ---> 0ae6565d1408
Successfully built 0ae6565d1408
Successfully tagged t1:latest";
        assert_eq!(
            events(text),
            [
                "- Sending build context to Docker daemon  2.048kB",
                "1 FROM alpine",
                "1 done",
                "2 RUN echo hey",
                "2 cached",
                "2 done",
                "3 RUN echo '#1 CACHED' : ok",
                "3> hey",
                "3 done",
                "- Successfully built 0ae6565d1408",
                "- Successfully tagged t1:latest",
            ]
        );
    }
}
