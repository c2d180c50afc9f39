//! Diagrams as SVG in HTML.
//!
//! Without the style sheet, a diagram has the colour of the text around it. Arrow heads are paths and not
//! markers, because mdBook renames ids for its print page, but not the references to them. Each text
//! style is a group, to save bytes.

use std::fmt::Write;

use maud::{Markup, html};

use super::cards::{LinkKind, Style};
use super::layout::{Arrow, CARD, PlacedCard, Scene, WIDTH};
use super::limit::Kind;

/// The height of the elliptic top of a volume's cylinder.
const ELLIPSE: i32 = 6;
/// The length of an arrow head.
const HEAD: i32 = 7;

/// The groups of text, with the class and the font size of each.
const STYLES: [(&[Style], Option<&str>, Option<u8>); 3] = [
    (&[Style::Name], Some("docktest-name"), Some(13)),
    (&[Style::Path], Some("docktest-path"), None),
    (&[Style::Label, Style::Note], None, None),
];

impl Kind {
    /// The height at the top of a card that has no room for text.
    pub(super) fn cap(self) -> i32 {
        match self {
            Self::Container | Self::Network => 0,
            Self::Volume => ELLIPSE,
            Self::HostPath => 2,
        }
    }
}

pub(super) fn svg(scene: &Scene, id: &str, title: &str, description: &str) -> Markup {
    let Scene { height, cards, arrows } = scene;
    let boxes = |are: fn(Kind) -> bool| {
        let paths = cards.iter().filter(|card| are(card.card.kind)).map(outline);
        paths.collect::<String>()
    };
    let containers = boxes(|kind| kind == Kind::Container);
    let others = boxes(|kind| kind != Kind::Container);
    let lines = |are: fn(&Arrow) -> bool| {
        arrows.iter().filter(|arrow| are(arrow)).map(curve).collect::<String>()
    };
    let solid = lines(|arrow| arrow.is_active && arrow.kind != LinkKind::ReadOnly);
    let dashed = lines(|arrow| arrow.is_active && arrow.kind == LinkKind::ReadOnly);
    // No data flows: these have no heads.
    let dotted = lines(|arrow| !arrow.is_active);
    let heads: String = arrows.iter().map(heads).collect();
    let texts = |styles: &'static [Style]| {
        let lines = cards.iter().flat_map(move |card| {
            let lines = card.card.lines().zip(&card.base_lines);
            lines.map(move |(line, y)| (card.x + 8, *y, line.style, line.text.as_str()))
        });
        lines.filter(move |(_, _, style, _)| styles.contains(style))
    };
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (height) } width=(WIDTH) height=(height) role="img"
            aria-labelledby={ (id) "-title" } aria-describedby={ (id) "-desc" }
            fill="none" stroke="currentColor" {
            title id={ (id) "-title" } { (title) }
            desc id={ (id) "-desc" } { (description) }
            @if !containers.is_empty() { path.docktest-box d=(containers) {} }
            @if !others.is_empty() { path d=(others) {} }
            @if !solid.is_empty() { path d=(solid) {} }
            @if !dashed.is_empty() { path stroke-dasharray="4 3" d=(dashed) {} }
            @if !dotted.is_empty() { path stroke-dasharray="2 4" d=(dotted) {} }
            g fill="currentColor" stroke="none" font-size="12" {
                @if !heads.is_empty() { path d=(heads) {} }
                @for (styles, class, size) in STYLES {
                    @if texts(styles).next().is_some() {
                        g class=[class] font-size=[size] {
                            @for (x, y, _, text) in texts(styles) { text x=(x) y=(y) { (text) } }
                        }
                    }
                }
            }
        }
    }
}

/// A card's outline, clockwise from its upper left corner, and the rule below its head.
fn outline(card: &PlacedCard) -> String {
    let &PlacedCard { x, y, height: h, rule, .. } = card;
    let w = CARD;
    let mut path = match card.card.kind {
        Kind::Container => rounded(x, y, h, 4),
        Kind::Network => rounded(x, y, h, 16),
        // A cylinder.
        Kind::Volume => format!(
            "M{x} {}a{r} {ELLIPSE} 0 0 1 {w} 0v{side}a{r} {ELLIPSE} 0 0 1-{w} 0zm0 0a{r} {ELLIPSE} 0 0 0 {w} 0",
            y + ELLIPSE,
            r = w / 2,
            side = h - 2 * ELLIPSE,
        ),
        // A folder.
        Kind::HostPath => format!("M{x} {y}h48l5 5h{}v{}h-{w}z", w - 53, h - 5),
    };
    if let Some(rule) = rule {
        // Writing to a string does not fail.
        let _ = write!(path, "M{x} {rule}h{w}");
    }
    path
}

fn rounded(x: i32, y: i32, h: i32, r: i32) -> String {
    let (across, down) = (CARD - 2 * r, h - 2 * r);
    format!(
        "M{} {y}h{across}q{r} 0 {r} {r}v{down}q0 {r}-{r} {r}h-{across}q-{r} 0-{r}-{r}v-{down}q0-{r} {r}-{r}z",
        x + r
    )
}

/// An arrow without its heads.
fn curve(arrow: &Arrow) -> String {
    let &Arrow { kind, is_active, from, to } = arrow;
    let (head_from, head_to) = match kind {
        LinkKind::ReadWrite if is_active => (HEAD, HEAD),
        LinkKind::ReadOnly if is_active => (HEAD, 0),
        _ => (0, 0),
    };
    let (start, end) = (from.0 + head_from, to.0 - head_to);
    if from.1 == to.1 {
        return format!("M{start} {}H{end}", from.1);
    }
    let middle = i32::midpoint(from.0, to.0);
    format!("M{start} {}C{middle} {} {middle} {} {end} {}", from.1, from.1, to.1, to.1)
}

/// The arrow heads, in the direction of the data: to the container that reads, and to the volume or path
/// that is written.
fn heads(arrow: &Arrow) -> String {
    let &Arrow { kind, is_active, from, to } = arrow;
    let at_container = format!("M{} {}l{HEAD}-4v8z", from.0, from.1);
    match kind {
        LinkKind::ReadWrite if is_active => {
            format!("{at_container}M{} {}l-{HEAD}-4v8z", to.0, to.1)
        }
        LinkKind::ReadOnly if is_active => at_container,
        _ => String::new(),
    }
}
