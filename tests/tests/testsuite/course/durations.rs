//! What the tables of the course say about time is what the tool computes for each chapter.

use regex::Regex;

use super::COURSE;

/// How far a figure in a table may be from the computed one, in minutes: one step of rounding, since the time that the
/// commands take differs a little from run to run.
const TOLERANCE: u64 = 5;

/// The figure before a unit in a text. Blanks do not matter.
fn before(unit: &str, text: &str) -> Option<u64> {
    let figure = Regex::new(&format!(r"(\d+)\s*{unit}\b")).unwrap();
    figure.captures(text)?[1].parse().ok()
}

/// The minutes that a chapter says it takes, below its title.
fn announced(page: &str) -> u64 {
    let boxes = COURSE.page(page).texts("main .blockquote-tag-important p");
    let text = boxes.into_iter().find(|text| text.starts_with("Durée.")).unwrap();
    before("minutes", &text).unwrap_or_else(|| panic!("{page}: {text}"))
}

/// The pages of the chapters, in order, from the table of the introduction.
fn chapters() -> Vec<String> {
    COURSE.page("index.html").attributes("main table a[href$='.html']", "href")
}

/// The minutes that the first table of a page gives the chapters 1 to 12 in a column, below `skipped` other rows.
fn in_table(page: &str, column: usize, skipped: usize) -> Vec<u64> {
    let cells = COURSE.page(page).texts(&format!("main tbody td:nth-child({column})"));
    let minutes = |cell: &String| before("min", cell).unwrap_or_else(|| panic!("{page}: {cell}"));
    cells.iter().skip(skipped).take(12).map(minutes).collect()
}

#[test]
fn the_tables_say_what_the_chapters_take() {
    let chapters = chapters();
    assert_eq!(chapters.len(), 12, "{chapters:?}");
    let computed: Vec<u64> = chapters.iter().map(|page| announced(page)).collect();
    // The table for teachers begins with the introduction.
    for (page, column, skipped) in [("index.html", 4, 0), ("enseignant.html", 3, 1)] {
        let table = in_table(page, column, skipped);
        assert_eq!(table.len(), 12, "{page}: {table:?}");
        for ((chapter, computed), written) in chapters.iter().zip(&computed).zip(&table) {
            assert!(computed.abs_diff(*written) <= TOLERANCE, "{page}, {chapter}: {computed}");
        }
    }
}

#[test]
fn the_total_for_teachers_is_that_of_the_course() {
    let total = |page: &str| {
        let texts = COURSE.page(page).texts("main p").join("\n");
        let time = Regex::new(r"(\d+)\sh\s(\d\d)").unwrap();
        let found = time.captures(&texts).unwrap();
        60 * found[1].parse::<u64>().unwrap() + found[2].parse::<u64>().unwrap()
    };
    assert!(total("index.html").abs_diff(total("enseignant.html")) <= 2 * TOLERANCE);
}
