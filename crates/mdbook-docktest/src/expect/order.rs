//! What Docker prints in an order that is a matter of chance.
//!
//! Such parts of an output are compared in the order in which they are expected:
//! - the tasks of a swarm's service in `docker ps`, which start at the same time;
//! - the containers of `docker network inspect`, whose keys in the JSON are their IDs;
//! - the file systems of `df`, which an engine mounts side by side;
//! - what `docker stack` and `docker compose` do with several objects at a time. `docker stack deploy` even takes the
//!   networks and services from a map of Go's, whose order is random;
//! - the lines of several containers in `docker compose logs` and `docker service logs`;
//! - the files of `docker diff`, whatever their directories;
//! - the steps of a build, which run side by side; without a terminal, their lines are put together;
//! - the rows of `docker buildx du`, and lists of labels and the like in JSON;
//! - the rows and lines of `by_chance`;
//! - the two answers of `nslookup` in Alpine, which asks for both kinds of addresses at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::binding::Bindings;
use super::build_steps::without_progress;

mod build_log;
mod by_chance;
mod cache_records;
mod lists;

pub(crate) use by_chance::is_cache_record;

/// A part of a text whose order among the others of its kind is a matter of chance: some of its lines.
struct Part {
    /// What it is about. Each text has it at most once.
    key: String,
    lines: Range<usize>,
}

/// A way in which parts are found in the lines of a text.
type Find = fn(&[&str]) -> Vec<Part>;

/// What separates parts that are lines.
const LINE_END: &[char] = &['\r', '\n'];
/// What separates the entries of a JSON object: the last one has no comma.
const ENTRY_END: &[char] = &[',', ' ', '\r', '\n'];

/// Returns output in which such parts are in the order in which they are expected, if all of them are expected; without
/// the lines about the progress of a build that are not expected. `bindings` are the values that are known so far.
pub(crate) fn in_expected_order<'a>(
    expected: &str,
    actual: &'a str,
    bindings: &Bindings,
) -> Cow<'a, str> {
    let mut finders = [
        (tasks as Find, LINE_END),
        (entries, ENTRY_END),
        (file_systems, LINE_END),
        (progress, LINE_END),
        (logs, LINE_END),
        (answers, LINE_END),
        (differences, LINE_END),
        (vertices, LINE_END),
        (cache_records::with_sizes, LINE_END),
        (cache_records::without_sizes, LINE_END),
    ]
    .into_iter();
    let mut ordered = without_progress(expected, actual);
    for in_expected_order in [lists::in_expected_order, build_log::in_expected_order] {
        if let Cow::Owned(new) = in_expected_order(expected, &ordered) {
            ordered = Cow::Owned(new);
        }
    }
    if let Cow::Owned(new) = by_chance::in_expected_order(expected, &ordered, bindings) {
        ordered = Cow::Owned(new);
    }
    loop {
        let lines: Vec<&str> = ordered.split_inclusive('\n').collect();
        // Those after one that changes the order read the new text.
        let new =
            finders.find_map(|(find, separators)| in_order_of(expected, &lines, find, separators));
        let Some(new) = new else { return ordered };
        ordered = Cow::Owned(new);
    }
}

/// Returns output in which lists, the steps of a build, and lines in an order of chance are sorted.
pub(crate) fn sorted(text: &str) -> String {
    let text = lists::with_sorted_lists(text);
    by_chance::with_sorted_blocks(&build_log::sorted(&text)).into_owned()
}

/// Returns output with its parts in another order; `None` if it is right as it is.
fn in_order_of(expected: &str, lines: &[&str], find: Find, separators: &[char]) -> Option<String> {
    let parts = find(lines);
    if parts.len() < 2 {
        return None;
    }
    let wanted = find(&expected.split_inclusive('\n').collect::<Vec<_>>());
    let places: BTreeMap<&str, usize> =
        wanted.iter().enumerate().map(|(place, part)| (&*part.key, place)).collect();
    let mut found: Vec<(usize, &Part)> = Vec::new();
    for part in &parts {
        found.push((*places.get(&*part.key)?, part));
    }
    if places.len() < wanted.len() || found.is_sorted_by_key(|(place, _)| *place) {
        return None;
    }
    found.sort_by_key(|(place, _)| *place);
    // Each of them once.
    if found.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return None;
    }
    let mut ordered = String::new();
    let mut at = 0;
    for (part, (_, moved)) in parts.iter().zip(&found) {
        ordered.extend(lines[at..part.lines.start].iter().copied());
        // What separates the parts stays where it is.
        let (_, separator) = split_separators(lines[part.lines.end - 1], separators);
        let text = lines[moved.lines.clone()].concat();
        ordered.push_str(split_separators(&text, separators).0);
        ordered.push_str(separator);
        at = part.lines.end;
    }
    ordered.extend(lines[at..].iter().copied());
    Some(ordered)
}

/// Splits off the separators at the end.
fn split_separators<'a>(text: &'a str, separators: &[char]) -> (&'a str, &'a str) {
    text.split_at(text.trim_end_matches(separators).len())
}

/// The rows of tasks in `docker ps`.
fn tasks(lines: &[&str]) -> Vec<Part> {
    /// The first column, in which nothing else says what the order is.
    const HEADER: &str = "CONTAINER ID ";
    /// It ends with the name: service, slot and ID, as it is printed or as a placeholder.
    static TASK: LazyLock<Regex> = LazyLock::new(|| {
        let regex = r"\s([0-9A-Za-z_-]+\.[0-9]+)\.(?:[0-9a-z]{25}|\[ID(?::[^\]\s]+)?\])\s*$";
        Regex::new(regex).expect("the regex is valid")
    });
    if !lines.iter().any(|line| line.contains(HEADER)) {
        return Vec::new();
    }
    let part = |(row, line): (usize, &&str)| {
        let key = TASK.captures(line)?[1].to_owned();
        Some(Part { key, lines: row..row + 1 })
    };
    lines.iter().enumerate().filter_map(part).collect()
}

/// The entries of JSON objects whose keys are IDs, by their `"Name"`.
fn entries(lines: &[&str]) -> Vec<Part> {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        let regex = r#"^( +)"(?:[0-9a-f]{64}|\[ID(?::[^\]\s]+)?\])": \{\s*$"#;
        Regex::new(regex).expect("the regex is valid")
    });
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        // The ID of a task is another one in each run.
        let regex = r#"^ +"Name": "(.*?)(?:\.(?:[0-9a-z]{25}|\[ID(?::[^\]\s]+)?\]))?",?\s*$"#;
        Regex::new(regex).expect("the regex is valid")
    });
    let mut parts: Vec<Part> = Vec::new();
    let mut objects = 0;
    for (start, line) in lines.iter().enumerate() {
        let Some(indentation) = START.captures(line) else { continue };
        let end = format!("{}}}", &indentation[1]);
        let rest = &lines[start + 1..];
        let is_end = |line: &&str| split_separators(line, ENTRY_END).0 == end;
        let Some(length) = rest.iter().position(is_end) else { continue };
        let name = rest[..length].iter().find_map(|line| NAME.captures(line));
        let Some(name) = name else { continue };
        // Entries of one object follow one another.
        objects += usize::from(parts.last().is_none_or(|last| last.lines.end != start));
        let key = format!("{objects}/{}", &name[1]);
        parts.push(Part { key, lines: start..start + length + 2 });
    }
    parts
}

/// The rows of `df`, by where the file system is mounted.
fn file_systems(lines: &[&str]) -> Vec<Part> {
    static ROW: LazyLock<Regex> = LazyLock::new(|| {
        let regex = r"(?:%|-) +(/\S*)\s*$";
        Regex::new(regex).expect("the regex is valid")
    });
    let is_header =
        |line: &&str| line.starts_with("Filesystem ") && line.trim_end().ends_with(" Mounted on");
    let mut headers = (0..lines.len()).filter(|row| is_header(&lines[*row]));
    // With more than one table, the rows of each are not told apart.
    let (Some(header), None) = (headers.next(), headers.next()) else { return Vec::new() };
    let rows = lines.iter().enumerate().skip(header + 1);
    let rows = rows.map_while(|(row, line)| Some((row, ROW.captures(line)?[1].to_owned())));
    // Containers have file systems below their IDs, which differ, and stay in the order of their own.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    rows.map(|(row, path)| {
        let path = path.split('/').map(|part| if is_id(part) { "[ID]" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let count = seen.entry(path.clone()).or_default();
        *count += 1;
        Part { key: format!("{path} {count}"), lines: row..row + 1 }
    })
    .collect()
}

/// Whether a part of a path is an ID, or a placeholder for one.
fn is_id(part: &str) -> bool {
    let is_hex = part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex || part.starts_with('[')
}

/// The lines about what is done with the objects of a stack or of a Compose project, by what is done.
fn progress(lines: &[&str]) -> Vec<Part> {
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        // In a terminal, with a sign before it and a duration behind it.
        let regex = r"(?x)^
            (?: ((?:Creating|Updating|Removing) \ (?:network|service|secret|config) \ \S+)
              | \ * (?:[✔✘⠿] \ )? ((?:Network|Volume|Container|Image|Service) \ +\S+ \ +[A-Z][a-z]+)
                (?: \ + (?:[0-9.]+s | \[DURATION\]) )?
            ) \s*$";
        Regex::new(regex).expect("the regex is valid")
    });
    let part = |(row, line): (usize, &&str)| {
        let found = LINE.captures(line)?;
        let words: Vec<&str> = found.get(1).or(found.get(2))?.as_str().split(' ').collect();
        let words = words.into_iter().filter(|word| !word.is_empty());
        Some(Part { key: words.collect::<Vec<_>>().join(" "), lines: row..row + 1 })
    };
    lines.iter().enumerate().filter_map(part).collect()
}

/// The lines of logs, by their container and their place among its lines.
fn logs(lines: &[&str]) -> Vec<Part> {
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        // The number of a container, or the slot of a task with its ID and its node.
        let id = r"(?:[0-9a-z]{25}|\[ID(?::[^\]\s]+)?\])";
        let regex = format!(r"^([0-9A-Za-z_-]+[-.][0-9]+)(?:\.{id}@\S+)? +\|(?: |\s*$)");
        Regex::new(&regex).expect("the regex is valid")
    });
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut part = |(row, line): (usize, &&str)| {
        let container = LINE.captures(line)?[1].to_owned();
        let count = counts.entry(container.clone()).or_default();
        *count += 1;
        Some(Part { key: format!("{container} {count}"), lines: row..row + 1 })
    };
    lines.iter().enumerate().filter_map(&mut part).collect()
}

/// The answers of `nslookup` in Alpine, by their question and their length: without an answer, it is a line.
fn answers(lines: &[&str]) -> Vec<Part> {
    let is_answer = |line: &str| line.trim_end() == "Non-authoritative answer:";
    let mut questions = 0;
    let part = |(start, line): (usize, &&str)| {
        questions += usize::from(line.starts_with("Server:"));
        if !is_answer(line) {
            return None;
        }
        let rest = &lines[start + 1..];
        let length = rest.iter().position(|line| line.trim().is_empty() || is_answer(line));
        let length = length.unwrap_or(rest.len());
        Some(Part { key: format!("{questions}/{length}"), lines: start..start + length + 1 })
    };
    lines.iter().enumerate().filter_map(part).collect()
}

/// The steps of a build in a terminal, each with what belongs to it.
fn vertices(lines: &[&str]) -> Vec<Part> {
    static DURATION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r" +(?:[0-9.]+s|\[DURATION\])\s*$").expect("the regex is valid")
    });
    let belongs = |line: &&&str| line.starts_with(" => => ");
    let starts = lines.iter().enumerate();
    let starts = starts.filter(|(_, line)| line.starts_with(" => ") && !belongs(line));
    let part = |(start, line): (usize, &&str)| {
        let length = lines[start + 1..].iter().take_while(belongs).count();
        let key = DURATION.replace(line, "").trim_end().to_owned();
        Part { key, lines: start..start + length + 1 }
    };
    starts.map(part).collect()
}

/// The files of `docker diff`.
fn differences(lines: &[&str]) -> Vec<Part> {
    let is_file = |line: &str| ["A /", "C /", "D /"].iter().any(|start| line.starts_with(start));
    let files = lines.iter().enumerate().filter(|(_, line)| is_file(line));
    files.map(|(row, line)| Part { key: line.trim_end().to_owned(), lines: row..row + 1 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn in_expected_order<'a>(expected: &str, actual: &'a str) -> Cow<'a, str> {
        super::in_expected_order(expected, actual, &Bindings::default())
    }

    #[test]
    fn the_file_systems_of_df_are_compared_in_the_expected_order() {
        const HEADER: &str = "Filesystem  Size  Used Avail Use% Mounted on\n";
        const ROOT: &str = "docktest     16G  1.2M   16G   1% /\n";
        const RUN: &str = "docktest     16G  840K   16G   1% /run\n";
        const GROUPS: &str = "docktest     16G     0   16G   0% /sys/fs/cgroup\n";
        let page = "Filesystem  Size  Used Avail Use% Mounted on\n\
            docktest     [SIZE]  [SIZE]   [SIZE]   [NUMBER]% /\n\
            docktest     [SIZE]  0   [SIZE]   [NUMBER]% /sys/fs/cgroup\n\
            docktest     [SIZE]  [SIZE]   [SIZE]   [NUMBER]% /run\n";
        let actual = [HEADER, ROOT, RUN, GROUPS].concat();
        assert_eq!(in_expected_order(page, &actual), [HEADER, ROOT, GROUPS, RUN].concat());
        // Those of containers.
        let merged =
            |id: &str| format!("overlay  16G  1M  16G  1% /var/lib/docker/overlay2/{id}/merged\n");
        let page = [HEADER, &merged("[ID]"), ROOT, RUN].concat();
        let actual = [HEADER, ROOT, &merged(&"0a".repeat(32)), RUN].concat();
        let wanted = [HEADER, &merged(&"0a".repeat(32)), ROOT, RUN].concat();
        assert_eq!(in_expected_order(&page, &actual), wanted);
        let page = [HEADER, ROOT, GROUPS, RUN].concat();
        let page = page.as_str();
        // Another file system is one.
        let other = [HEADER, ROOT, &RUN.replace("/run", "/tmp"), GROUPS].concat();
        assert_eq!(in_expected_order(page, &other), other);
        // Without the header, it is not known what the lines are.
        let rows = [ROOT, RUN, GROUPS].concat();
        assert_eq!(in_expected_order(&page[HEADER.len()..], &rows), rows);
    }

    const ONE: &str = "bbf44e873160   alpine   Up 6 seconds   web.1.r1jj5kgk00jjmqhlxj5cm66t9\n";
    const TWO: &str = "d973e68695dc   alpine   Up 6 seconds   web.2.r0k493nvx6o65vob17d96nh5o\n";
    const OTHER: &str = "9edfe1e922c0   nginx   Up 7 seconds   web1\n";

    fn ps(rows: &[&str]) -> String {
        format!("CONTAINER ID   IMAGE   STATUS   NAMES\n{}", rows.concat())
    }

    #[test]
    fn tasks_are_in_the_order_in_which_they_are_expected() {
        let expected = ps(&["[ID:a]  alpine  Up [AGE]  web.2.[ID:7]\n", OTHER, ONE]);
        let actual = ps(&[ONE, OTHER, TWO]);
        assert_eq!(in_expected_order(&expected, &actual), ps(&[TWO, OTHER, ONE]));
        let in_order = ps(&[TWO, OTHER, ONE]);
        assert_eq!(in_expected_order(&expected, &in_order), in_order);
    }

    #[test]
    fn other_rows_and_other_tasks_stay_where_they_are() {
        let three = TWO.replace("web.2", "web.3");
        let actual = ps(&[TWO, ONE]);
        for expected in
            [ps(&[ONE]), ps(&[ONE, &three]), ps(&[ONE, ONE]), ps(&[OTHER]), [ONE, TWO].concat()]
        {
            assert_eq!(in_expected_order(&expected, &actual), actual, "{expected}");
        }
        let without_header = [TWO, ONE].concat();
        assert_eq!(in_expected_order(&ps(&[ONE, TWO]), &without_header), without_header);
    }

    fn inspected(containers: &[(&str, &str)]) -> String {
        let entry = |(id, name): &(&str, &str)| {
            format!(
                "            \"{id}\": {{\n                \"Name\": \"{name}\",\n                \"IPv6Address\": \"\"\n            }}"
            )
        };
        let entries: Vec<String> = containers.iter().map(entry).collect();
        format!("        \"Containers\": {{\n{}\n        }},\n", entries.join(",\n"))
    }

    #[test]
    fn the_containers_of_a_network_are_in_the_order_in_which_they_are_expected() {
        let (first, second) = ("0".repeat(64), "f".repeat(64));
        let task = |slot: usize| format!("web.{slot}.r1jj5kgk00jjmqhlxj5cm66t9");
        let actual = inspected(&[(&first, "db"), (&second, &task(1)), ("lb-net", "lb")]);
        let expected = inspected(&[("[ID]", "web.1.[ID:7]"), ("[ID:db]", "db"), ("lb-net", "lb")]);
        let ordered = inspected(&[(&second, &task(1)), (&first, "db"), ("lb-net", "lb")]);
        assert_eq!(in_expected_order(&expected, &actual), ordered);
        assert_eq!(in_expected_order(&ordered, &ordered), ordered);
        // Each object has its own.
        let both = |one: &str, other: &str| format!("[\n{one}{other}]\n");
        let one = inspected(&[(&first, "db")]);
        assert_eq!(
            in_expected_order(&both(&one, &expected), &both(&one, &actual)),
            both(&one, &ordered)
        );
        // Others than are expected.
        let other = inspected(&[("[ID]", "web.2.[ID:7]"), ("[ID:db]", "db")]);
        assert_eq!(in_expected_order(&other, &actual), actual);
    }

    #[test]
    fn what_is_done_with_several_objects_is_in_the_order_in_which_it_is_expected() {
        let expected =
            "Creating network vote_b\nCreating network vote_a\nCreating service vote_web\n";
        let actual = "Creating network vote_a\nCreating network vote_b\nCreating service vote_web";
        assert_eq!(in_expected_order(expected, actual), expected.trim_end());
        let expected = "...\n Container a-db-1  Started\n Container a-web-1  Started\ndone\n";
        let actual = " Container a-web-1  Started\nup\n Container a-db-1  Started\ndone\n";
        let ordered = " Container a-db-1  Started\nup\n Container a-web-1  Started\ndone\n";
        assert_eq!(in_expected_order(expected, actual), ordered);
        // As in a terminal.
        let expected = "[+] Running 2/2\n \
            ✔ Container a-web-1  Started    [DURATION]\n ✔ Container a-db-1  Started    [DURATION]\n";
        let line = |name: &str| format!(" ✔ Container {name}  Started    0.3s\n");
        let (db, web) = (line("a-db-1"), line("a-web-1"));
        let actual = format!("[+] Running 2/2\n{db}{web}");
        let ordered = format!("[+] Running 2/2\n{web}{db}");
        assert_eq!(in_expected_order(expected, &actual), ordered);
        for unlike in [
            " Container a-web-1  Started\n Container a-db-1  Created\n",
            " Container a-web-1  Started\n Container a-web-1  Started\n",
            "Container of web\nContainer of db\n",
        ] {
            assert_eq!(in_expected_order(expected, unlike), unlike);
        }
    }

    #[test]
    fn the_logs_of_containers_are_in_the_order_in_which_they_are_expected() {
        let expected = "db-1   | ready\nweb-1  | one\nweb-1  | two\n";
        let actual = "web-1  | one\ndb-1   | ready\nweb-1  | two\n";
        assert_eq!(in_expected_order(expected, actual), expected);
        // The lines of one container have an order.
        let other = "web-1  | two\ndb-1   | ready\nweb-1  | one\n";
        assert_eq!(
            in_expected_order(expected, other),
            "db-1   | ready\nweb-1  | two\nweb-1  | one\n"
        );
        let more = format!("{actual}web-1  | three\n");
        assert_eq!(in_expected_order(expected, &more), more);
        let task = |slot: usize, text: &str| {
            format!("web.{slot}.r1jj5kgk00jjmqhlxj5cm66t9@lab | {text}\n")
        };
        let actual = [task(2, "one"), task(1, "one")].concat();
        let expected = "web.1.[ID]@lab | one\nweb.2.[ID:web2]@lab | one\n";
        assert_eq!(in_expected_order(expected, &actual), [task(1, "one"), task(2, "one")].concat());
    }

    #[test]
    fn the_end_of_a_line_stays_with_it() {
        let array = "web-1 | [\nweb-1 | 1,\ndb-1 | x\n";
        let actual = "web-1 | [\ndb-1 | x\nweb-1 | 1,\n";
        assert_eq!(in_expected_order(array, actual), array);
        let expected = "web-1 | 1,\ndb-1 | x\n";
        let other = "db-1 | x,\nweb-1 | 1\n";
        assert_eq!(in_expected_order(expected, other), "web-1 | 1\ndb-1 | x,\n");
        let without_line_feed = "db-1 | x\nweb-1 | 1,";
        assert_eq!(in_expected_order(expected, without_line_feed), expected.trim_end());
    }

    #[test]
    fn the_files_of_docker_diff_are_in_the_order_in_which_they_are_expected() {
        let expected = "C /tmp\nA /tmp/hi\nC /run\nA /run/nginx.pid\n";
        let actual = "C /run\nA /run/nginx.pid\nC /tmp\nA /tmp/hi\n";
        assert_eq!(in_expected_order(expected, actual), expected);
        let other = actual.replace("A /tmp/hi", "D /tmp/hi");
        assert_eq!(in_expected_order(expected, &other), other);
    }

    #[test]
    fn the_steps_of_a_build_are_in_the_order_in_which_they_are_expected() {
        let text = |steps: [&str; 2]| format!("[+] Building\n{}{}", steps[0], steps[1]);
        let run = |time: &str| format!(" => [2/2] RUN make    {time}\n");
        let load = |time: &str| {
            format!(" => [internal] load build context    {time}\n => => transferring    {time}\n")
        };
        let expected = text([&run("[DURATION]"), &load("[DURATION]")]);
        let actual = text([&load("0.1s"), &run("12.0s")]);
        assert_eq!(in_expected_order(&expected, &actual), text([&run("12.0s"), &load("0.1s")]));
    }

    #[test]
    fn the_answers_of_nslookup_are_in_the_order_in_which_they_are_expected() {
        const NONE: &str = "Non-authoritative answer:\n";
        const ONE: &str = "Non-authoritative answer:\nName:\tweb\nAddress: 172.18.0.2\n";
        const SERVER: &str = "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\n";
        let text = |answers: [&str; 2]| format!("{SERVER}{}\n{}\n", answers[0], answers[1]);
        let expected = text([NONE, &ONE.replace("172.18.0.2", "[IP]")]);
        assert_eq!(in_expected_order(&expected, &text([ONE, NONE])), text([NONE, ONE]));
        assert_eq!(in_expected_order(&expected, &text([ONE, ONE])), text([ONE, ONE]));
        // Each question has its own answers.
        let other = format!("{NONE}Name:\tdb\n");
        let page = [text([NONE, ONE]), text([NONE, &other])].concat();
        let swapped = [text([NONE, &other]), text([NONE, ONE])].concat();
        assert_eq!(in_expected_order(&page, &swapped), swapped);
        let actual = [text([ONE, NONE]), text([&other, NONE])].concat();
        assert_eq!(in_expected_order(&page, &actual), page);
        let one_each = [format!("{SERVER}{ONE}\n"), format!("{SERVER}{other}\n")];
        let swapped = [format!("{SERVER}{other}\n"), format!("{SERVER}{ONE}\n")].concat();
        assert_eq!(in_expected_order(&one_each.concat(), &swapped), swapped);
    }
}
