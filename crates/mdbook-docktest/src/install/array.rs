//! Adding a string to a TOML array in the style of its author.

use toml_edit::{Array, Value};

/// Adds a string before the element at `index`, or at the end.
pub(super) fn insert(array: &mut Array, index: usize, text: &str) {
    let indent = array.get(index.min(array.len().saturating_sub(1))).map(indent);
    if index < array.len() {
        let mut value = Value::from(text);
        // The comments above the next element belong to it.
        value.decor_mut().set_prefix(indent.unwrap_or_default());
        array.insert_formatted(index, value);
        if let Some(next) = array.get_mut(index + 1).filter(|next| prefix(next).is_empty()) {
            next.decor_mut().set_prefix(" ");
        }
        return;
    }
    let Some(indent) = indent else {
        array.push(text);
        return;
    };
    // A comment after the last element stays with it.
    let mut after = String::new();
    if let Some(last) = array.iter_mut().last() {
        after += last.decor().suffix().and_then(|suffix| suffix.as_str()).unwrap_or_default();
        last.decor_mut().set_suffix("");
    }
    after += array.trailing().as_str().unwrap_or_default();
    let is_on_lines = indent.contains('\n');
    let (tail, closing) = match after.rfind('\n') {
        Some(end) if is_on_lines => after.split_at(end),
        _ => ("", after.as_str()),
    };
    let mut value = Value::from(text);
    let prefix = if is_on_lines { format!("{tail}{indent}") } else { " ".to_owned() };
    value.decor_mut().set_prefix(prefix);
    array.set_trailing(closing);
    array.push_formatted(value);
}

/// The text before an element on its line, with the line feed if it is the first.
fn indent(element: &Value) -> String {
    let prefix = prefix(element);
    prefix[prefix.rfind('\n').unwrap_or(0)..].to_owned()
}

fn prefix(element: &Value) -> &str {
    element.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::*;

    fn inserted(array: &str, index: usize) -> String {
        let mut document: DocumentMut = format!("a = {array}\n").parse().unwrap();
        insert(document["a"].as_array_mut().unwrap(), index, "new");
        let text = document.to_string();
        text.parse::<DocumentMut>().unwrap_or_else(|error| panic!("{text}{error}"));
        text.trim_end().strip_prefix("a = ").unwrap().to_owned()
    }

    #[test]
    fn a_new_element_follows_the_style_of_the_others() {
        for (before, after) in [
            ("[]", r#"["new"]"#),
            (r#"["a"]"#, r#"["a", "new"]"#),
            (r#"[ "a" ]"#, r#"[ "a", "new" ]"#),
            ("[\n  \"a\"\n]", "[\n  \"a\",\n  \"new\"\n]"),
            ("[\n  \"a\",\n]", "[\n  \"a\",\n  \"new\",\n]"),
            ("[\n  \"a\", # one\n]", "[\n  \"a\", # one\n  \"new\",\n]"),
            ("[\n  \"a\" # one\n]", "[\n  \"a\", # one\n  \"new\"\n]"),
            ("[\n  # one\n  \"a\",\n  # end\n]", "[\n  # one\n  \"a\",\n  # end\n  \"new\",\n]"),
        ] {
            assert_eq!(inserted(before, 9), after);
        }
    }

    #[test]
    fn an_element_can_be_inserted_before_another() {
        assert_eq!(inserted(r#"["a", "b"]"#, 1), r#"["a", "new", "b"]"#);
        assert_eq!(inserted(r#"["a"]"#, 0), r#"["new", "a"]"#);
        assert_eq!(inserted("[\n  \"a\",\n]", 0), "[\n  \"new\",\n  \"a\",\n]");
    }
}
