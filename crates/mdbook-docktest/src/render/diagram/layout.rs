//! The layout: two columns of cards, and links between them.
//!
//! Containers with links are in the left column, and the cards that they link to in the right one, each
//! near the lines that link to it; so links only run between the columns. Cards without links come
//! below. A phone has room for two columns.

use super::cards::{Card, Line, Link, LinkKind, Style};
use super::limit::Kind;

/// The width of the diagram. At this width, its text is as large as the text around it.
pub(super) const WIDTH: i32 = 360;
/// The width of a card.
pub(super) const CARD: i32 = 154;
/// The left edges of the columns. Half of a card's outline is outside of the card.
const COLUMNS: [i32; 2] = [1, WIDTH - 1 - CARD];
/// The space between the edge of a card and its text.
const PADDING: i32 = 8;
/// The space between cards.
const GAP: i32 = 14;
/// The space above a row.
const ROW_GAP: i32 = 3;

/// A diagram with all coordinates.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) height: i32,
    pub(super) cards: Vec<PlacedCard>,
    pub(super) arrows: Vec<Arrow>,
}

/// A card with its coordinates.
#[derive(Debug)]
pub(super) struct PlacedCard {
    pub(super) card: Card,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) height: i32,
    /// The height of the line between its head and its rows, if it has rows.
    pub(super) rule: Option<i32>,
    /// The baseline of each line of text.
    pub(super) base_lines: Vec<i32>,
}

/// A link with its coordinates, from the left column to the right one.
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) kind: LinkKind,
    pub(super) is_active: bool,
    pub(super) from: (i32, i32),
    pub(super) to: (i32, i32),
}

impl Style {
    /// The height of a line in this style.
    fn height(self) -> i32 {
        match self {
            Self::Name => 18,
            Self::Path => 16,
            Self::Label => 15,
            Self::Note => 14,
        }
    }
}

impl Card {
    /// All lines, from top to bottom.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.head.iter().chain(&self.rows)
    }
}

impl PlacedCard {
    /// The card at the top of a column.
    fn new(card: Card) -> Self {
        let mut y = PADDING + card.kind.cap();
        let mut base_lines = Vec::new();
        let mut rule = None;
        for (index, line) in card.lines().enumerate() {
            if index > 0 && index == card.head.len() {
                y += PADDING / 2;
                rule = Some(y);
                y += 1;
            }
            if index >= card.head.len() && line.style != Style::Note && !line.continues {
                y += ROW_GAP;
            }
            y += line.style.height();
            // Descenders take a quarter of the line.
            base_lines.push(y - line.style.height() / 4);
        }
        Self { x: 0, y: 0, height: y + PADDING, rule, base_lines, card }
    }

    fn put(&mut self, column: usize, y: i32) {
        self.x = COLUMNS[column];
        self.y = y;
        self.rule = self.rule.map(|rule| rule + y);
        self.base_lines.iter_mut().for_each(|base_line| *base_line += y);
    }
}

/// Lays out the cards. Links must lead from earlier cards to later ones.
pub(super) fn layout(cards: Vec<Card>) -> Scene {
    let mut places: Vec<PlacedCard> = cards.into_iter().map(PlacedCard::new).collect();
    let mut ends = [1, 1];
    let mut is_placed = vec![false; places.len()];

    // The height of the row of each link.
    let mut links: Vec<(i32, Link)> = Vec::new();
    for from in 0..places.len() {
        if places[from].card.lines().all(|line| line.link.is_none()) {
            continue;
        }
        places[from].put(0, ends[0]);
        ends[0] += places[from].height + GAP;
        is_placed[from] = true;
        let rows = places[from].card.lines().zip(&places[from].base_lines);
        // The middle of lower-case letters.
        let from_rows =
            rows.filter_map(|(line, base_line)| line.link.map(|link| (base_line - 4, link)));
        links.extend(from_rows);
    }
    let mut targets: Vec<(i32, usize)> = Vec::new();
    for (_, Link { to, .. }) in &links {
        if !targets.iter().any(|(_, target)| target == to) {
            let heights = links.iter().filter(|(_, link)| link.to == *to).map(|(y, _)| y);
            let (count, sum) = heights.fold((0, 0), |(count, sum), y| (count + 1, sum + y));
            targets.push((sum / count.max(1), *to));
        }
    }
    targets.sort_unstable();
    for (middle, target) in targets {
        let card = &mut places[target];
        let y = ends[1].max(middle - card.height / 2);
        card.put(1, y);
        ends[1] = y + card.height + GAP;
        is_placed[target] = true;
    }
    let has_containers = places.iter().any(|card| card.card.kind == Kind::Container);
    for (card, is_placed) in places.iter_mut().zip(is_placed) {
        if !is_placed {
            // Side by side, cards look related; so only containers are beside others.
            let column = usize::from(card.card.kind != Kind::Container && has_containers);
            card.put(column, ends[column]);
            ends[column] += card.height + GAP;
        }
    }

    let arrows = links.iter().map(|(y, Link { to, kind, is_active })| {
        let mut alike: Vec<i32> =
            links.iter().filter(|(_, link)| link.to == *to).map(|(y, _)| *y).collect();
        alike.sort_unstable();
        let place = alike.iter().position(|other| other == y).unwrap_or_default();
        let part = |of: usize| i32::try_from(of + 1).unwrap_or(i32::MAX);
        let target = &places[*to];
        let at = target.y + target.height * part(place) / part(alike.len());
        let is_active = *is_active;
        Arrow { kind: *kind, is_active, from: (COLUMNS[0] + CARD, *y), to: (COLUMNS[1], at) }
    });
    let arrows = arrows.collect();
    let height = ends[0].max(ends[1]) - GAP + 1;
    Scene { height, cards: places, arrows }
}
