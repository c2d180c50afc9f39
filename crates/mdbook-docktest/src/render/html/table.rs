//! Output in columns, as of `docker ps`. Where it is too wide for the page, its lines wrap between two
//! columns, so that the further rows of the lines are below each other, too.

use crate::model::stream::Stream;
use crate::render::samp::Samp;
use crate::terminal::{Piece, Style};

/// Narrower tables fit on a phone.
const NARROW: usize = 40;
/// The fewest blanks between two columns.
const GAP: usize = 2;

/// Returns where the columns after the first one begin, in bytes, if an output is a wide table: below each
/// other in all lines, and with blanks before them.
pub(super) fn columns(pieces: &[Piece]) -> Option<Vec<usize>> {
    let [piece] = pieces else { return None };
    let is_plain = piece.stream == Stream::Stdout && piece.style == Style::default();
    let head = piece.text.lines().next()?.as_bytes();
    let is_gap = |bytes: &[u8]| bytes.trim_ascii().is_empty();
    // Most output has no head.
    if !is_plain || !head.windows(GAP).any(is_gap) || !piece.text.is_ascii() {
        return None;
    }
    let lines: Vec<&str> = piece.text.lines().collect();
    let is_wide = lines.iter().any(|line| line.len() > NARROW);
    if lines.len() < 2 || !is_wide {
        return None;
    }
    let is_start = |at: &usize| {
        let is_apart = |line: &&str| line.as_bytes().get(at - 1).is_none_or(|byte| *byte == b' ');
        head[*at] != b' ' && is_gap(&head[at - GAP..*at]) && lines.iter().all(is_apart)
    };
    let starts: Vec<usize> = (GAP..head.len()).filter(is_start).collect();
    (!starts.is_empty()).then_some(starts)
}

/// The content of a `<samp>`, with an element for each line, and for each of its columns.
pub(super) fn samp(pieces: &[Piece], columns: &[usize]) -> Samp {
    let mut samp = Samp::default();
    for line in pieces.iter().flat_map(|piece| piece.text.split_inclusive('\n')) {
        let text = line.trim_end_matches('\n');
        samp.html.push_str("<span class=\"k\">");
        let mut start = 0;
        for end in columns.iter().copied().chain([text.len()]) {
            if let Some(cell) = text.get(start..end.min(text.len())).filter(|cell| !cell.is_empty())
            {
                samp.html.push_str("<b>");
                samp.text(cell);
                samp.html.push_str("</b>");
                start = end;
            }
        }
        samp.html.push_str("</span>");
        samp.text(&line[text.len()..]);
    }
    samp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str) -> Vec<Piece> {
        vec![Piece { stream: Stream::Stdout, style: Style::default(), text: text.to_owned() }]
    }

    #[test]
    fn columns_begin_below_each_other_after_two_blanks() {
        let table = "CONTAINER ID   IMAGE     COMMAND                CREATED\n\
                     d4c83bdbaef4   alpine    \"sh -c 'while  true\"   2 s ago\n";
        assert_eq!(columns(&piece(table)), Some(vec![15, 25, 48]));
        let short = "DRIVER    VOLUME NAME                       X\nlocal\n";
        assert_eq!(columns(&piece(short)), Some(vec![10, 44]), "a line may lack columns");
        for text in [
            "A   B\n1   2\n",
            "a line of text, with more than forty characters  in it\nand another one of them, of the same length  here\n",
            "CONTAINER ID   IMAGE     COMMAND                CREATED\n",
            "",
        ] {
            assert_eq!(columns(&piece(text)), None, "{text}");
        }
    }

    #[test]
    fn the_text_of_a_table_is_unchanged() {
        let text = "A    B\n<1>  22222\n\n3";
        let samp = samp(&piece(text), &[5]);
        assert_eq!(
            samp.html,
            "<span class=\"k\"><b>A    </b><b>B</b></span>\n\
             <span class=\"k\"><b>&lt;1&gt;  </b><b>22222</b></span>\n\
             <span class=\"k\"></span>\n<span class=\"k\"><b>3</b></span>"
        );
        assert_eq!(samp.text, text.len() + 6);
    }
}
