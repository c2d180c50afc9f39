//! Medians and quartiles: a single run that something else disturbed moves neither.

/// Where the middle half of some values lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) lower_quartile: f64,
    pub(crate) median: f64,
    pub(crate) upper_quartile: f64,
}

impl Spread {
    /// Of no values, it is not a number.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self {
            lower_quartile: quantile(&values, 0.25),
            median: quantile(&values, 0.5),
            upper_quartile: quantile(&values, 0.75),
        }
    }
}

/// Between the two values that are nearest, in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_values() {
        let spread = Spread::of(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(spread, Spread { lower_quartile: 1.75, median: 2.5, upper_quartile: 3.25 });
        assert_eq!(Spread::of(vec![7.0]).upper_quartile, 7.0);
        assert!(Spread::of(Vec::new()).median.is_nan());
    }

    #[test]
    fn one_disturbed_run_does_not_matter() {
        let spread = Spread::of(vec![1.0, 1.0, 100.0, 1.0, 1.0]);
        assert_eq!(spread, Spread { lower_quartile: 1.0, median: 1.0, upper_quartile: 1.0 });
    }
}
