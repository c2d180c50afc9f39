//! A row of the table: two things, measured in turns.

use anyhow::{Context, Result};

use crate::bench::Bench;
use crate::say;
use crate::statistics::Spread;

/// A measurement; returns a value in the row's unit.
type Side = Box<dyn FnMut() -> Result<f64>>;

/// What is divided, and by what.
pub(crate) struct Sides {
    numerator: Side,
    denominator: Side,
}

impl Sides {
    pub(crate) fn new(
        numerator: impl FnMut() -> Result<f64> + 'static,
        denominator: impl FnMut() -> Result<f64> + 'static,
    ) -> Self {
        Self { numerator: Box::new(numerator), denominator: Box::new(denominator) }
    }

    /// Divides by a limit that is measured against.
    pub(crate) fn against(limit: f64, numerator: impl FnMut() -> Result<f64> + 'static) -> Self {
        Self::new(numerator, move || Ok(limit))
    }
}

/// What the values of both sides are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    MegabytesPerSecond,
    Mebibytes,
}

impl Unit {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::MegabytesPerSecond => "MB/s",
            Self::Mebibytes => "MiB",
        }
    }
}

/// How a row is measured.
pub(crate) struct Row {
    /// What `--only` takes.
    pub(crate) name: &'static str,
    pub(crate) numerator: &'static str,
    pub(crate) denominator: &'static str,
    pub(crate) unit: Unit,
    /// The most that the ratio should be.
    pub(crate) goal: Option<f64>,
    /// How often both sides are measured.
    pub(crate) runs: usize,
    /// How often with `--quick`.
    pub(crate) quick_runs: usize,
    /// What a reader has to know to believe the figure.
    pub(crate) note: &'static str,
    pub(crate) prepare: fn(&Bench) -> Result<Sides>,
}

/// What came out of a row.
pub(crate) struct Outcome {
    pub(crate) row: &'static Row,
    pub(crate) ratio: Spread,
    pub(crate) numerator: Spread,
    pub(crate) denominator: Spread,
    pub(crate) runs: usize,
}

impl Outcome {
    /// Whether the goal is reached, if there is one.
    pub(crate) fn holds(&self) -> Option<bool> {
        self.row.goal.map(|goal| self.ratio.median <= goal)
    }
}

impl Row {
    /// Measures both sides in turns. The first turn warms caches up, and does not count.
    pub(crate) fn measure(&'static self, bench: &Bench) -> Result<Outcome> {
        let mut sides = (self.prepare)(bench)?;
        let runs = if bench.is_quick { self.quick_runs } else { self.runs };
        let mut ratios = Vec::with_capacity(runs);
        let (mut numerators, mut denominators) = (Vec::new(), Vec::new());
        for run in 0..=runs {
            let numerator = (sides.numerator)().context(self.numerator)?;
            let denominator = (sides.denominator)().context(self.denominator)?;
            if run == 0 {
                continue;
            }
            ratios.push(numerator / denominator);
            numerators.push(numerator);
            denominators.push(denominator);
        }
        let outcome = Outcome {
            row: self,
            ratio: Spread::of(ratios),
            numerator: Spread::of(numerators),
            denominator: Spread::of(denominators),
            runs,
        };
        say(&format!("  {:.3}", outcome.ratio.median));
        Ok(outcome)
    }
}
