//! Streams: how soon a step stops once it has been followed long enough.

use anyhow::{Context, Result, bail};

use crate::row::{Row, Sides, Unit};

/// Three streams. The first two can be stopped as soon as they have printed a line.
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
    numerator: "from the moment a stream has been followed long enough until its end",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 10,
    quick_runs: 2,
    note: "The slowest of three streams, against 100 ms: `until` a line that is printed at once, \
           `lines=1` of a container in the foreground (from the time of the line), and `for=300ms`. \
           From the durations and times in the output of `verify --format json`.",
    prepare: |bench| {
        let chapter = bench.chapter("streams.md", CHAPTER)?;
        let mut verify = bench.verify(&chapter)?;
        verify.args(["--format", "json"]);
        Ok(Sides::against(100.0, move || {
            let output = verify.output().context("cannot run mdbook-docktest")?;
            if !output.status.success() {
                bail!("the streams failed: {}", String::from_utf8_lossy(&output.stdout));
            }
            let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
            (0..3)
                .map(|step| surplus(&report, step))
                .try_fold(0.0, |most: f64, one| Ok(most.max(one?)))
        }))
    },
};

/// How long a step went on after it had been followed long enough, in milliseconds.
fn surplus(report: &serde_json::Value, step: usize) -> Result<f64> {
    let command = &report["chapters"][0]["steps"][step]["commands"][0];
    let duration = command["duration_ms"].as_f64().context("no duration in the report")?;
    let enough = match step {
        2 => Some(300.0),
        _ => command["transcript"][0]["at_ms"].as_f64(),
    };
    Ok(duration - enough.context("no output in the report")?)
}
