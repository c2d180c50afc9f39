//! Folding of long output: the first lines stay visible, the rest can be unfolded.

use std::borrow::Cow;

use crate::terminal::Piece;

/// Output with more lines is folded.
const MAX_LINES: usize = 24;
/// The number of lines of folded output that stay visible.
const VISIBLE: usize = 12;

/// The folded part of an output.
pub(super) struct Folded {
    pub(super) pieces: Vec<Piece>,
    /// The number of its lines.
    pub(super) lines: u64,
}

/// Splits output into the visible part and, if it is long, the folded part.
pub(super) fn fold(pieces: &[Piece]) -> (Cow<'_, [Piece]>, Option<Folded>) {
    let feeds = |piece: &Piece| piece.text.bytes().filter(|&byte| byte == b'\n').count();
    let is_unfinished = pieces.last().is_some_and(|last| !last.text.ends_with('\n'));
    let lines = pieces.iter().map(feeds).sum::<usize>() + usize::from(is_unfinished);
    if lines <= MAX_LINES {
        return (pieces.into(), None);
    }
    let mut visible = Vec::new();
    let mut folded = Vec::new();
    let mut missing = VISIBLE;
    for piece in pieces {
        let part = |text: &str| Piece { text: text.to_owned(), ..*piece };
        let count = feeds(piece);
        if count < missing {
            missing -= count;
            visible.push(part(&piece.text));
            continue;
        }
        let cut = match missing {
            0 => 0,
            nth => piece.text.match_indices('\n').nth(nth - 1).map_or(0, |(feed, _)| feed + 1),
        };
        missing = 0;
        let (before, after) = piece.text.split_at(cut);
        visible.extend((!before.is_empty()).then(|| part(before)));
        folded.extend((!after.is_empty()).then(|| part(after)));
    }
    let lines = u64::try_from(lines - VISIBLE).unwrap_or(u64::MAX);
    (visible.into(), Some(Folded { pieces: folded, lines }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::stream::Stream;
    use crate::terminal::Style;

    fn pieces(texts: &[String]) -> Vec<Piece> {
        let streams = [Stream::Stdout, Stream::Stderr].into_iter().cycle();
        let piece = |(stream, text): (Stream, &String)| Piece {
            stream,
            style: Style::default(),
            text: text.clone(),
        };
        streams.zip(texts).map(piece).collect()
    }

    fn text(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn output_of_more_than_24_lines_is_folded_after_12() {
        let lines = |n: usize| (1..=n).map(|i| format!("{i}\n")).collect::<String>();
        assert!(fold(&pieces(&[lines(24)])).1.is_none());
        assert!(fold(&pieces(&[lines(24) + "^C"])).1.is_some());
        let long = pieces(&[lines(25)]);
        let (visible, folded) = fold(&long);
        assert_eq!(text(&visible), lines(12));
        assert_eq!(folded.unwrap().lines, 13);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(texts in prop::collection::vec("[a\n]{1,12}", 0..20)) {
            let all = pieces(&texts);
            let (visible, folded) = fold(&all);
            let Some(folded) = folded else {
                prop_assert_eq!(&*visible, all.as_slice());
                return Ok(());
            };
            prop_assert_eq!(text(&visible) + &text(&folded.pieces), text(&all));
            prop_assert_eq!(text(&visible).lines().count(), VISIBLE);
            prop_assert!(text(&visible).ends_with('\n'));
            prop_assert_eq!(text(&folded.pieces).lines().count() as u64, folded.lines);
            prop_assert!(visible.iter().chain(&folded.pieces).all(|piece| !piece.text.is_empty()));
        }
    }
}
