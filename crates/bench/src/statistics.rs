//! Medians and quartiles, which a single disturbed run hardly changes.

/// The median and the quartiles of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) lower_quartile: f64,
    pub(crate) median: f64,
    pub(crate) upper_quartile: f64,
}

impl Spread {
    /// NaN if there are no values.
    pub(crate) fn from_values(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self {
            lower_quartile: quantile(&values, 0.25),
            median: quantile(&values, 0.5),
            upper_quartile: quantile(&values, 0.75),
        }
    }
}

/// Interpolates between the two nearest values.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let index = share * last as f64;
    let (below, above) = (sorted[index.floor() as usize], sorted[index.ceil() as usize]);
    below + (above - below) * index.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_interpolated() {
        let spread = Spread::from_values(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(spread, Spread { lower_quartile: 1.75, median: 2.5, upper_quartile: 3.25 });
        assert_eq!(Spread::from_values(vec![7.0]).upper_quartile, 7.0);
        assert!(Spread::from_values(Vec::new()).median.is_nan());
    }

    #[test]
    fn one_disturbed_run_does_not_change_them() {
        let spread = Spread::from_values(vec![1.0, 1.0, 100.0, 1.0, 1.0]);
        assert_eq!(spread, Spread { lower_quartile: 1.0, median: 1.0, upper_quartile: 1.0 });
    }
}
