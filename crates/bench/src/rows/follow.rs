//! Streams: what it costs to notice that enough has come, and to stop them.

use anyhow::{Context, Result, bail};

use crate::row::{Row, Sides, Unit};

/// Each stream, and how long it has to be followed, in milliseconds. The first two say when they have
/// said enough: nothing then keeps them from being stopped.
const CHAPTER: &str = "\
```bash until=\"ready\"
echo ready; sleep 60
```

```bash lines=1
docker run --rm --name stream alpine sh -c 'echo ready; sleep 60'
```

```bash for=300ms
sleep 60
```
";

pub(super) static FOLLOW: Row = Row {
    name: "stream-end",
    numerator: "from the moment when a stream has been followed long enough to its end",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 10,
    quick_runs: 2,
    note: "The longest of three streams: `until` a line that comes at once, `lines=1` of a container in \
           the foreground (from when the line came), and `for=300ms`, against 100 ms. Taken from the \
           durations and times in `verify --format json`.",
    prepare: |bench| {
        let chapter = bench.chapter("streams.md", CHAPTER)?;
        let mut verify = bench.verify(&chapter)?;
        verify.args(["--format", "json"]);
        Ok(Sides::against(100.0, move || {
            let output = verify.output().context("cannot run mdbook-docktest")?;
            if !output.status.success() {
                bail!("the streams do not hold: {}", String::from_utf8_lossy(&output.stdout));
            }
            let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
            (0..3)
                .map(|step| surplus(&report, step))
                .try_fold(0.0, |most: f64, one| Ok(most.max(one?)))
        }))
    },
};

/// For how long a step went on when it had been followed long enough.
fn surplus(report: &serde_json::Value, step: usize) -> Result<f64> {
    let command = &report["chapters"][0]["steps"][step]["commands"][0];
    let duration = command["duration_ms"].as_f64().context("there is no duration")?;
    let enough = match step {
        2 => Some(300.0),
        _ => command["transcript"][0]["at_ms"].as_f64(),
    };
    Ok(duration - enough.context("there is no output")?)
}
