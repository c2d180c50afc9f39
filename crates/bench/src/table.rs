//! The table, in Markdown.

use std::fmt::Write;

use crate::row::Outcome;
use crate::statistics::Spread;

/// The whole file.
pub(crate) fn document(machine: &[(&str, String)], outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "# Benchmarks\n\nWritten by `cargo xtask bench`: do not edit. Each row divides two things that were \
         measured in turns in one run.\nGiven are medians, and for the ratio also the quartiles: half \
         of all turns gave a ratio between these.\n\n",
    );
    text.push_str("| on | |\n|---|---|\n");
    for (what, value) in machine {
        push(&mut text, format_args!("| {what} | {value} |\n"));
    }
    text.push('\n');
    text.push_str(&table(outcomes));
    text.push_str("\n## What is measured\n\n");
    for outcome in outcomes {
        let row = outcome.row;
        push(&mut text, format_args!("- **{}**: {}\n", row.name, row.note));
    }
    text
}

/// The table alone.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "| row | what | divided by | ratio | quartiles | turns | goal | holds |\n\
         |---|---|---|--:|--:|--:|--:|---|\n",
    );
    for outcome in outcomes {
        let row = outcome.row;
        let symbol = row.unit.symbol();
        let side = |what: &str, value: Spread| format!("{what}: {} {symbol}", short(value.median));
        push(
            &mut text,
            format_args!(
                "| {} | {} | {} | **{:.2}** | {:.2} – {:.2} | {} | {} | {} |\n",
                row.name,
                side(row.numerator, outcome.numerator),
                side(row.denominator, outcome.denominator),
                outcome.ratio.median,
                outcome.ratio.lower_quartile,
                outcome.ratio.upper_quartile,
                outcome.runs,
                row.goal.map_or_else(String::new, |goal| format!("≤ {goal}")),
                match outcome.holds() {
                    Some(true) => "yes",
                    Some(false) => "**no**",
                    None => "",
                },
            ),
        );
    }
    text
}

/// Three digits that matter, or all before the point.
fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        medium if medium >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Row, Sides, Unit};

    static ROW: Row = Row {
        name: "tea",
        numerator: "tea",
        denominator: "water",
        unit: Unit::Milliseconds,
        goal: Some(1.5),
        runs: 3,
        quick_runs: 1,
        note: "both boil",
        prepare: |_| Ok(Sides::against(1.0, || Ok(1.0))),
    };

    fn outcome(ratio: f64) -> Outcome {
        let spread = |value: f64| Spread::of(vec![value]);
        Outcome {
            row: &ROW,
            ratio: spread(ratio),
            numerator: spread(ratio * 123.456),
            denominator: spread(123.456),
            runs: 3,
        }
    }

    #[test]
    fn a_row_says_whether_its_goal_is_reached() {
        let text = table(&[outcome(1.5), outcome(1.51)]);
        let rows: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| tea | tea: 185 ms | water: 123 ms | **1.50** | 1.50 – 1.50 | 3 | ≤ 1.5 | yes |",
                "| tea | tea: 186 ms | water: 123 ms | **1.51** | 1.51 – 1.51 | 3 | ≤ 1.5 | **no** |",
            ]
        );
    }

    #[test]
    fn the_file_says_on_what_and_how() {
        let text = document(&[("CPU", "two".to_owned())], &[outcome(1.0)]);
        assert!(text.contains("| CPU | two |\n"));
        assert!(text.contains("- **tea**: both boil\n"));
        assert!(text.contains("`cargo xtask bench`"));
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(
            [0.123, 1.234, 12.34, 123.4, 1234.5].map(short),
            ["0.12", "1.23", "12.3", "123", "1234"]
        );
    }
}
