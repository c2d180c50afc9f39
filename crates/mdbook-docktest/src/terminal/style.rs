//! Text styles: the attributes and colours of ECMA-48's SGR sequences.
//!
//! Every colour is reduced to the nearest of the sixteen named ones. The style sheet has a value for
//! each of these in light and in dark themes, so that all text is readable in every theme.

use avt::{Color, Pen, Rgb};

/// The style of text on a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) foreground: Option<Colour>,
    pub(crate) background: Option<Colour>,
    pub(crate) bold: bool,
    pub(crate) dim: bool,
    pub(crate) italic: bool,
    pub(crate) underline: bool,
    pub(crate) strikethrough: bool,
    pub(crate) inverse: bool,
    /// Whether the text is the symbol of an invisible character.
    pub(crate) symbol: bool,
}

impl Style {
    /// The style after an SGR sequence with these parameters. Unknown parameters are ignored, as are
    /// those for concealed and blinking text.
    pub(super) fn select(mut self, parameters: &str) -> Self {
        let mut parameters = parameters.split(';');
        while let Some(parameter) = parameters.next() {
            let (code, detail) = parameter.split_once(':').unwrap_or((parameter, ""));
            // A missing number is 0.
            let code = if code.is_empty() { Some(0) } else { code.parse().ok() };
            match code.unwrap_or(u8::MAX) {
                0 => self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = detail != "0",
                7 => self.inverse = true,
                9 => self.strikethrough = true,
                21 => self.underline = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                29 => self.strikethrough = false,
                code @ 30..=37 => self.foreground = Some(Colour(code - 30)),
                38 => self.foreground = extended(detail, &mut parameters).or(self.foreground),
                39 => self.foreground = None,
                code @ 40..=47 => self.background = Some(Colour(code - 40)),
                48 => self.background = extended(detail, &mut parameters).or(self.background),
                49 => self.background = None,
                // The colour of underlines is ignored, but its numbers must be consumed.
                58 => drop(extended(detail, &mut parameters)),
                code @ 90..=97 => self.foreground = Some(Colour(code - 90 + 8)),
                code @ 100..=107 => self.background = Some(Colour(code - 100 + 8)),
                _ => {}
            }
        }
        self
    }
}

impl From<&Pen> for Style {
    fn from(pen: &Pen) -> Self {
        Self {
            foreground: pen.foreground().map(Colour::from),
            background: pen.background().map(Colour::from),
            bold: pen.is_bold(),
            dim: pen.is_faint(),
            italic: pen.is_italic(),
            underline: pen.is_underline(),
            strikethrough: pen.is_strikethrough(),
            inverse: pen.is_inverse(),
            symbol: false,
        }
    }
}

/// Parses the colour after 38, 48 or 58: `5;n` or `2;r;g;b`, or the same with colons, where the ID of a
/// colour space may come before the red.
fn extended<'a>(detail: &'a str, parameters: &mut impl Iterator<Item = &'a str>) -> Option<Colour> {
    let number = |text: &str| text.parse::<u8>().ok();
    if detail.is_empty() {
        let mut next = || number(parameters.next()?);
        return match next()? {
            5 => next().map(Colour::indexed),
            2 => {
                // Consume all three, even if one of them is invalid.
                let (r, g, b) = (next(), next(), next());
                Some(Colour::rgb([r?, g?, b?]))
            }
            _ => None,
        };
    }
    let numbers: Vec<&str> = detail.split(':').collect();
    match numbers.as_slice() {
        ["5", index] => Some(Colour::indexed(number(index)?)),
        ["2", r, g, b] | ["2", _, r, g, b, ..] => {
            Some(Colour::rgb([number(r)?, number(g)?, number(b)?]))
        }
        _ => None,
    }
}

/// One of the sixteen named colours: black, red, green, yellow, blue, magenta, cyan, white, and their
/// bright variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(u8);

impl Colour {
    /// The values that xterm uses.
    const NAMED: [[u8; 3]; 16] = [
        [0x00, 0x00, 0x00],
        [0xcd, 0x00, 0x00],
        [0x00, 0xcd, 0x00],
        [0xcd, 0xcd, 0x00],
        [0x00, 0x00, 0xee],
        [0xcd, 0x00, 0xcd],
        [0x00, 0xcd, 0xcd],
        [0xe5, 0xe5, 0xe5],
        [0x7f, 0x7f, 0x7f],
        [0xff, 0x00, 0x00],
        [0x00, 0xff, 0x00],
        [0xff, 0xff, 0x00],
        [0x5c, 0x5c, 0xff],
        [0xff, 0x00, 0xff],
        [0x00, 0xff, 0xff],
        [0xff, 0xff, 0xff],
    ];

    /// The number of the colour, from 0 to 15.
    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// The nearest named colour to one of xterm's palette of 256: the named ones, a cube and greys.
    fn indexed(index: u8) -> Self {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        match index {
            0..16 => Self(index),
            16..232 => {
                let level = |weight| LEVELS[usize::from((index - 16) / weight % 6)];
                Self::rgb([level(36), level(6), level(1)])
            }
            232.. => Self::rgb([8 + 10 * (index - 232); 3]),
        }
    }

    fn rgb(colour: [u8; 3]) -> Self {
        let distance = |named: [u8; 3]| -> u32 {
            let differences = named.into_iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)));
            differences.map(|difference| difference.pow(2)).sum()
        };
        let nearest = (0..).zip(Self::NAMED).min_by_key(|(_, named)| distance(*named));
        Self(nearest.map_or(0, |(number, _)| number))
    }
}

impl From<Color> for Colour {
    fn from(colour: Color) -> Self {
        match colour {
            Color::Indexed(index) => Self::indexed(index),
            Color::RGB(Rgb { r, g, b }) => Self::rgb([r, g, b]),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn selected(parameters: &str) -> Style {
        Style::default().select(parameters)
    }

    fn in_colour(number: u8) -> Style {
        Style { foreground: Some(Colour(number)), ..Style::default() }
    }

    #[test]
    fn attributes_are_set_and_reset() {
        let all = selected("1;2;3;4;7;9;31;42");
        let expected = Style {
            foreground: Some(Colour(1)),
            background: Some(Colour(2)),
            bold: true,
            dim: true,
            italic: true,
            underline: true,
            strikethrough: true,
            inverse: true,
            symbol: false,
        };
        assert_eq!(all, expected);
        assert_eq!(all.select("22;23;24;27;29;39;49"), Style::default());
        assert_eq!(all.select(""), Style::default());
        assert_eq!(all.select("0"), Style::default());
        assert_eq!(all.select("1;;3"), Style { italic: true, ..Style::default() });
        assert_eq!(all.select("4:0"), Style { underline: false, ..all });
        assert_eq!(all.select("5;8;53;999999"), all);
    }

    #[test]
    fn every_colour_syntax_is_parsed() {
        for red in
            ["91", "38;5;9", "38;5;196", "38:5:9", "38;2;255;0;0", "38:2::255:0:0", "38:2:250:5:5"]
        {
            assert_eq!(selected(red), in_colour(9), "{red}");
        }
        assert_eq!(selected("48;5;208").background, Some(Colour(3)), "orange is nearest to yellow");
        assert_eq!(selected("58;5;1;32"), in_colour(2));
        assert_eq!(selected("32;38;5"), in_colour(2));
        assert_eq!(selected("32;38;2;300;0;0"), in_colour(2));
        assert_eq!(selected("38;5;1;1"), Style { bold: true, ..in_colour(1) });
    }

    proptest! {
        #[test]
        fn a_named_colour_is_nearest_to_itself(number in 0..16u8) {
            prop_assert_eq!(Colour::rgb(Colour::NAMED[usize::from(number)]), Colour(number));
            prop_assert_eq!(Colour::indexed(number), Colour(number));
        }

        #[test]
        fn any_parameters_give_a_named_colour(parameters in "[0-9;:]{0,40}") {
            let style = selected(&parameters);
            for colour in [style.foreground, style.background].into_iter().flatten() {
                prop_assert!(colour.number() < 16);
            }
        }
    }
}
