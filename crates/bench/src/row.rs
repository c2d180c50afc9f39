//! A row of the table: two values, measured alternately.

use anyhow::{Context, Result};

use crate::bench::Bench;
use crate::say;
use crate::statistics::Spread;

/// A measurement; returns a value in the row's unit.
type Side = Box<dyn FnMut() -> Result<f64>>;

/// The two values of a ratio.
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

    /// The denominator is a constant: the limit of the numerator.
    pub(crate) fn against(limit: f64, numerator: impl FnMut() -> Result<f64> + 'static) -> Self {
        Self::new(numerator, move || Ok(limit))
    }
}

/// The unit of both values.
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
    /// The name for `--only`.
    pub(crate) name: &'static str,
    pub(crate) numerator: &'static str,
    pub(crate) denominator: &'static str,
    pub(crate) unit: Unit,
    /// The maximum of the ratio.
    pub(crate) goal: Option<f64>,
    /// How often both values are measured.
    pub(crate) runs: usize,
    /// The same with `--quick`.
    pub(crate) quick_runs: usize,
    /// How it is measured, as precisely as a reader needs to know to trust the figure.
    pub(crate) note: &'static str,
    pub(crate) prepare: fn(&Bench) -> Result<Sides>,
}

/// The result of a row.
pub(crate) struct Outcome {
    pub(crate) row: &'static Row,
    pub(crate) ratio: Spread,
    pub(crate) numerator: Spread,
    pub(crate) denominator: Spread,
    pub(crate) runs: usize,
}

impl Outcome {
    /// Whether the ratio meets the row's goal; `None` if it has none.
    pub(crate) fn meets_goal(&self) -> Option<bool> {
        self.row.goal.map(|goal| self.ratio.median <= goal)
    }
}

impl Row {
    /// Measures both values alternately. The first run warms up caches, and is not counted.
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
            ratio: Spread::from_values(ratios),
            numerator: Spread::from_values(numerators),
            denominator: Spread::from_values(denominators),
            runs,
        };
        say(&format!("  {:.3}", outcome.ratio.median));
        Ok(outcome)
    }
}
