//! Outputs with values that change from run to run: tables, JSON and text, accepted with some values and compared with
//! others.

use std::collections::BTreeSet;

use super::*;

/// A value in an output.
#[derive(Debug, Clone, Copy)]
enum Slot {
    /// The short or full ID of one of a few objects.
    Short(usize),
    Full(usize),
    /// Of a swarm's objects.
    SwarmShort(usize),
    SwarmFull(usize),
    Digest(usize),
    Name(usize),
    Token(usize),
    Date(usize),
    Age,
    Size,
    Duration,
    Percent,
    Port,
    Address,
    Mac,
}

fn slot() -> impl Strategy<Value = Slot> {
    let objects = 0..3_usize;
    prop_oneof![
        objects.clone().prop_map(Slot::Short),
        objects.clone().prop_map(Slot::Full),
        objects.clone().prop_map(Slot::SwarmShort),
        objects.clone().prop_map(Slot::SwarmFull),
        objects.clone().prop_map(Slot::Digest),
        objects.clone().prop_map(Slot::Name),
        objects.clone().prop_map(Slot::Token),
        (0..6_usize).prop_map(Slot::Date),
        prop::sample::select(vec![
            Slot::Age,
            Slot::Size,
            Slot::Duration,
            Slot::Percent,
            Slot::Port,
            Slot::Address,
            Slot::Mac,
        ]),
    ]
}

/// What one run prints: values are drawn from a seed. Those of an old page (`true`) are never equal to later ones, so
/// that chance decides nothing.
struct Run(u64, bool);

impl Run {
    fn next(&mut self, below: u64) -> u64 {
        // A linear congruential generator (Knuth's MMIX): good enough to draw values.
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % below
    }

    fn digits(&self, object: usize, kind: u64, base: &[u8], count: usize) -> String {
        let mut own =
            Self(self.0 ^ (object as u64 + 7 * kind).wrapping_mul(0x9e37_79b9_7f4a_7c15), self.1);
        let digits = (0..count).map(|_| char::from(base[own.next(base.len() as u64) as usize]));
        digits.collect()
    }

    /// Returns a value. Those of objects depend on `self.0` alone, so it must not have changed.
    fn value(&self, draw: &mut Self, slot: Slot) -> String {
        const HEX: &[u8] = b"0123456789abcdef";
        const ALL: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        match slot {
            Slot::Short(object) => self.digits(object, 0, HEX, 64)[..12].to_owned(),
            Slot::Full(object) => self.digits(object, 0, HEX, 64),
            // One short ID in twenty looks like a word; others are known by their form.
            Slot::SwarmShort(object) => format!("7k{}", &self.digits(object, 1, ALL, 23)[..10]),
            Slot::SwarmFull(object) => format!("7k{}", self.digits(object, 1, ALL, 23)),
            Slot::Digest(object) => format!("sha256:{}", self.digits(object, 2, HEX, 64)),
            Slot::Name(object) => {
                let word = if self.1 { "elegant" } else { "happy" };
                format!("{word}_{}", self.digits(object, 5, b"abcdefghijklmnopqrstuvwxyz", 8))
            }
            Slot::Token(object) => format!(
                "SWMTKN-1-{}-{}",
                self.digits(object, 3, ALL, 50),
                self.digits(object, 4, ALL, 25)
            ),
            Slot::Date(form) => {
                let (year, day) =
                    (if self.1 { 2010 } else { 2015 } + draw.next(5), 10 + draw.next(18));
                let (hour, minute, second) = (draw.next(24), draw.next(60), draw.next(60));
                let time = format!("{hour:02}:{minute:02}:{second:02}");
                match form {
                    0 => format!("{year}-11-{day}T{time}.{:09}Z", draw.next(1_000_000_000)),
                    1 => format!("{year}-04-{day}T{time}+02:00"),
                    2 => format!("{year}-11-{day} {time} +0000 UTC"),
                    3 => format!("Sun Apr {day} {time} {year}"),
                    4 => format!("Sun Apr {day} {time} UTC {year}"),
                    _ => format!("Mon, {day} Nov {year} {time} GMT"),
                }
            }
            Slot::Age => match draw.next(6) {
                _ if self.1 => format!("{} years ago", 2 + draw.next(8)),
                0 => "Less than a second ago".to_owned(),
                1 => "1 second ago".to_owned(),
                2 => "About a minute ago".to_owned(),
                3 => "About an hour ago".to_owned(),
                4 => format!("{} minutes ago", 2 + draw.next(50)),
                _ => format!("{} weeks ago", 2 + draw.next(50)),
            },
            Slot::Size => {
                let unit =
                    ["B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB"][draw.next(8) as usize];
                match draw.next(3) {
                    _ if self.1 => format!("{}.{:03}{unit}", draw.next(99), draw.next(999)),
                    0 => format!("{}{unit}", draw.next(999)),
                    _ => format!("{}.{}{unit}", draw.next(99), draw.next(99)),
                }
            }
            Slot::Duration => match draw.next(3) {
                _ if self.1 => format!("{}.{:03}s", draw.next(60), draw.next(1000)),
                0 => format!("{}.{}s", draw.next(60), draw.next(10)),
                1 => format!("{}m{}s", 1 + draw.next(60), draw.next(60)),
                _ => format!("{}ms", draw.next(1000)),
            },
            Slot::Percent if self.1 => format!("{}.{:02}%", 100 + draw.next(100), draw.next(100)),
            Slot::Percent => format!("{}.{:02}%", draw.next(100), draw.next(100)),
            Slot::Port => format!(
                "0.0.0.0:{}->80/tcp",
                if self.1 { 60_000 } else { 32_768 } + draw.next(5_000)
            ),
            Slot::Address => format!(
                "172.{}.0.{}",
                if self.1 { 25 } else { 17 } + draw.next(4),
                2 + draw.next(250)
            ),
            Slot::Mac => format!(
                "0{}:42:ac:11:{:02x}:{:02x}",
                2 * u8::from(self.1),
                draw.next(256),
                draw.next(256)
            ),
        }
    }
}

/// An output without its values.
#[derive(Debug, Clone)]
enum Template {
    /// Rows of a table, with a slot in each cell but the last, which is a word.
    Table(Vec<Slot>, Vec<String>),
    /// Members of an object.
    Json(Vec<(String, Slot)>),
    /// Lines with a word, a value and a word.
    Text(Vec<(String, Slot, String)>),
}

fn template() -> impl Strategy<Value = Template> {
    let word = "[a-z]{1,8}( [a-z]{1,4})?";
    prop_oneof![
        (prop::collection::vec(slot(), 1..5), prop::collection::vec(word, 1..5))
            .prop_map(|(slots, rows)| Template::Table(slots, rows)),
        prop::collection::vec(("[A-Z][a-z]{2,8}", slot()), 1..6).prop_map(Template::Json),
        prop::collection::vec((word, slot(), word), 1..6).prop_map(Template::Text),
    ]
}

impl Template {
    fn print(&self, run: &Run, draw: &mut Run) -> String {
        match self {
            Self::Table(slots, rows) => {
                let mut cells: Vec<Vec<String>> =
                    vec![(0..slots.len()).map(|column| format!("COLUMN{column}")).collect()];
                cells[0].push("NAMES".to_owned());
                for row in rows {
                    let values = slots.iter().map(|slot| run.value(draw, *slot));
                    cells.push(values.chain([row.clone()]).collect());
                }
                let width =
                    |column: usize| cells.iter().map(|row| row[column].len()).max().unwrap();
                let line = |row: &Vec<String>| -> String {
                    let cells = row.iter().enumerate();
                    cells.map(|(column, cell)| format!("{cell:0$}", width(column) + 3)).collect()
                };
                cells.iter().map(|row| line(row) + "\n").collect()
            }
            Self::Json(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, slot)| {
                        format!("        \"{name}\": \"{}\"", run.value(draw, *slot))
                    })
                    .collect();
                format!("[\n    {{\n{}\n    }}\n]\n", members.join(",\n"))
            }
            Self::Text(lines) => lines
                .iter()
                .map(|(before, slot, after)| {
                    format!("{before}: {} {after}\n", run.value(draw, *slot))
                })
                .collect(),
        }
    }
}

/// The outputs of all templates in one run.
fn print(templates: &[Template], seed: u64) -> Vec<String> {
    print_as(&Run(seed, false), templates)
}

/// The outputs of all templates on an old page.
fn print_old(templates: &[Template], seed: u64) -> Vec<String> {
    print_as(&Run(seed, true), templates)
}

fn print_as(run: &Run, templates: &[Template]) -> Vec<String> {
    let mut draw = Run(run.0 ^ 0x5555, run.1);
    templates.iter().map(|template| template.print(run, &mut draw)).collect()
}

/// A chapter that expects these outputs.
fn page(outputs: &[String]) -> String {
    let step = |(index, output): (usize, &String)| {
        if index % 2 == 0 {
            format!("```bash\ncommand {index}\n```\n\n```output\n{output}```\n\n")
        } else {
            format!("```console\n$ command {index}\n{output}```\n\n")
        }
    };
    outputs.iter().enumerate().map(step).collect()
}

fn findings(page: &str, outputs: &[String]) -> Vec<Code> {
    let scenario = read(page);
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let found = findings_by_default(page, &scenario, &recording(&scenario, &outputs));
    found.into_iter().map(|finding| finding.code).collect()
}

fn accept_page(page: &str, outputs: &[String]) -> String {
    let scenario = read(page);
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let recording = recording(&scenario, &outputs);
    accept(page, page, &scenario, &recording, &Placeholders::default(), ROWS).text
}

fn templates() -> impl Strategy<Value = Vec<Template>> {
    prop::collection::vec(template(), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_accepted_old_page_holds_in_later_runs(templates in templates(), seeds in any::<[u64; 4]>()) {
        let old = print_old(&templates, seeds[3]);
        let [first, second, third, _] = seeds.map(|seed| print(&templates, seed));
        let accepted = accept_page(&page(&old), &first);
        for later in [first, second, third] {
            prop_assert_eq!(findings(&accepted, &later), [], "{}\n{:?}", accepted, later);
        }
    }

    #[test]
    fn output_accepted_in_place_of_another_text_holds_in_later_runs(
        templates in templates(),
        seeds in any::<[u64; 3]>(),
    ) {
        let [first, second, third] = seeds.map(|seed| print(&templates, seed));
        let old: Vec<String> = first.iter().map(|_| "old\n".to_owned()).collect();
        let accepted = accept_page(&page(&old), &first);
        for later in [first, second, third] {
            prop_assert_eq!(findings(&accepted, &later), [], "{}\n{:?}", accepted, later);
        }
    }

    #[test]
    fn an_old_page_differs_only_in_values(templates in templates(), seeds in any::<[u64; 2]>()) {
        let (old, new) = (print_old(&templates, seeds[0]), print(&templates, seeds[1]));
        let codes: BTreeSet<Code> = findings(&page(&old), &new).into_iter().collect();
        prop_assert!(codes.iter().all(|code| *code == Code::ChangedValues), "{codes:?}");
    }

    #[test]
    fn another_word_is_a_real_difference(templates in templates(), seeds in any::<[u64; 2]>()) {
        let (old, new) = (print_old(&templates, seeds[0]), print(&templates, seeds[1]));
        let wrong: Vec<String> = new.iter().map(|text| format!("{text}something else\n")).collect();
        let codes = findings(&page(&old), &wrong);
        prop_assert_eq!(codes, vec![Code::OutputMismatch; templates.len()]);
    }

    #[test]
    fn rows_that_dots_stand_for_stay_out(rows in 3..6_usize, seeds in any::<[u64; 3]>()) {
        let words = (0..rows).map(|row| format!("row{row}")).collect();
        let templates = [Template::Table(vec![Slot::Short(0), Slot::Age], words)];
        let old = print_old(&templates, seeds[2]);
        let [first, second, _] = seeds.map(|seed| print(&templates, seed));
        let lines: Vec<&str> = old[0].lines().collect();
        let short = format!("{}\n{}\n...\n{}\n", lines[0], lines[1], lines[rows]);
        let accepted = accept_page(&page(&[short]), &first);
        prop_assert_eq!(accepted.lines().count(), page(&[String::new()]).lines().count() + 4);
        prop_assert!(accepted.contains("\n...\n"));
        prop_assert_eq!(findings(&accepted, &second), []);
    }
}
