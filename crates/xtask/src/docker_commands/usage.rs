//! The positional arguments in a usage line.

/// A positional argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Positional {
    /// A name for Rust: lower-case words with `_` between them.
    pub(super) name: String,
    pub(super) count: Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// `NAME`
    One,
    /// `[NAME]`
    Optional,
    /// `NAME [NAME...]`
    List,
    /// `[NAME...]`
    OptionalList,
    /// `COMMAND [ARG...]`: a program for a container.
    Program,
    /// `[COMMAND] [ARG...]`
    OptionalProgram,
}

/// The positional arguments that follow `path` in a usage line.
pub(super) fn positionals(usage: &str, path: &[String]) -> Vec<Positional> {
    let usage = usage.strip_prefix(&path.join(" ")).unwrap_or(usage).replace(" | ", "|");
    let mut all: Vec<Positional> = Vec::new();
    for word in words(&usage) {
        let optional = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
        let inner = optional.unwrap_or(word);
        let (inner, is_list) = match inner.strip_suffix("...") {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let name = name(inner);
        let count = match (name.as_str(), optional) {
            ("options", _) => continue,
            ("arg" | "args", _) => continue,
            ("command", None) => Count::Program,
            ("command" | "ps_options", Some(_)) => Count::OptionalProgram,
            // What compose calls `[SERVICES]`.
            ("services", Some(_)) => Count::OptionalList,
            _ if is_list => Count::OptionalList,
            (_, None) => Count::One,
            (_, Some(_)) => Count::Optional,
        };
        let name = match count {
            Count::Program | Count::OptionalProgram => "program".to_owned(),
            _ if name == "services" => "service".to_owned(),
            _ => name,
        };
        match all.last_mut() {
            Some(last) if is_repeated(last, &name, optional.is_some()) => {
                last.count = match last.count {
                    Count::One | Count::List => Count::List,
                    _ => Count::OptionalList,
                };
            }
            _ => all.push(Positional { name, count }),
        }
    }
    all
}

/// Whether the optional argument with this name repeats the last one: `NAME [NAME...]`,
/// `[NAME] [NAME...]`.
fn is_repeated(last: &Positional, name: &str, is_optional: bool) -> bool {
    is_optional && last.name == name
}

/// The words of a usage line: brackets keep what is in them together.
fn words(usage: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (index, character) in usage.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                words.push(&usage[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    words.push(&usage[start..]);
    words.retain(|word| !word.is_empty());
    words
}

/// `IMAGE[:TAG]` is `image`, `file|URL|-` is `file`, `CONTAINER:SRC_PATH` is `container_src_path`,
/// `(worker|manager)` is `kind`.
fn name(word: &str) -> String {
    if word.starts_with('(') {
        return "kind".to_owned();
    }
    let mut alternatives = word.split(['|', '[']);
    // `self|NODE`: a node, of which `self` is one.
    let first = alternatives.find(|name| *name != "self").unwrap_or_default();
    let first = first.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    first.to_ascii_lowercase().replace(|character: char| !character.is_ascii_alphanumeric(), "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The positionals of a usage line of `x`, in short: `name` `name?` `name+` `name*`; of a
    /// program `name!`, or `name!?`.
    fn short(usage: &str) -> String {
        let all = positionals(&format!("x {usage}"), &["x".to_owned()]);
        let short = all.iter().map(|Positional { name, count }| {
            let mark = match count {
                Count::One => "",
                Count::Optional => "?",
                Count::List => "+",
                Count::OptionalList => "*",
                Count::Program => "!",
                Count::OptionalProgram => "!?",
            };
            format!("{name}{mark}")
        });
        short.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn all_forms_are_read() {
        for (usage, expected) in [
            ("", ""),
            ("[OPTIONS]", ""),
            ("CONTAINER NEW_NAME", "container new_name"),
            ("[OPTIONS] CONTAINER [CONTAINER...]", "container+"),
            ("[OPTIONS] NAME|ID [NAME|ID...]", "name+"),
            ("[OPTIONS] self|NODE [NODE...]", "node+"),
            ("IMAGE[:TAG] [IMAGE[:TAG]...]", "image+"),
            ("[OPTIONS] [SERVICE...]", "service*"),
            ("[OPTIONS] [SERVICES]", "service*"),
            ("[OPTIONS] [NAME] [NAME...]", "name*"),
            ("SERVICE [SERVICE...] [OPTIONS]", "service+"),
            ("OPTIONS NAME REPOSITORY [REPOSITORY...] ", "name repository+"),
            ("[OPTIONS] IMAGE [COMMAND] [ARG...]", "image program!?"),
            ("[OPTIONS] SERVICE COMMAND [ARGS...]", "service program!"),
            ("CONTAINER [ps OPTIONS]", "container program!?"),
            ("[OPTIONS] PATH | URL | -", "path"),
            ("[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", "file repository?"),
            ("CONTAINER [PRIVATE_PORT[/PROTO]]", "container private_port?"),
            ("[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-", "container_src_path dest_path"),
            ("PLUGIN KEY=VALUE [KEY=VALUE...]", "plugin key_value+"),
            ("[OPTIONS] [MANIFEST_LIST] MANIFEST", "manifest_list? manifest"),
            ("[OPTIONS] (worker|manager)", "kind"),
        ] {
            assert_eq!(short(usage), expected, "{usage}");
        }
    }
}
