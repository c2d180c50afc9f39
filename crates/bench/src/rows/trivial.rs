//! Trivial steps: the cost of a step itself.

use std::process::Command;

use crate::bench::{milliseconds, succeed};
use crate::row::{Row, Sides, Unit};

const STEPS: usize = 1_000;

pub(super) static TRIVIAL: Row = Row {
    name: "trivial-steps",
    numerator: "1,000 steps `echo hi`",
    denominator: "1,000 times `bash -c 'echo hi'`",
    unit: Unit::Milliseconds,
    goal: Some(2.5),
    runs: 5,
    quick_runs: 1,
    note: "Wall clock of `verify` with a chapter of 1,000 steps, minus that of `verify` with a chapter of \
           one such step right after it, which is mostly the engine's start and end. This includes \
           extraction, verdicts and the report. The denominator runs bash on the machine, not in the \
           engine, and reads its output. scrut 0.4.3: 10.",
    prepare: |bench| {
        let step = "```bash\necho hi\n```\n\n";
        let many = bench.chapter("trivial.md", &step.repeat(STEPS))?;
        let one = bench.chapter("one-step.md", step)?;
        let mut many = bench.verify(&many)?;
        let mut one = bench.verify(&one)?;
        Ok(Sides::new(
            move || {
                let all = milliseconds(|| succeed(&mut many))?;
                Ok(all - milliseconds(|| succeed(&mut one))?)
            },
            || {
                milliseconds(|| {
                    (0..STEPS)
                        .try_for_each(|_| succeed(Command::new("bash").args(["-c", "echo hi"])))
                })
            },
        ))
    },
};
