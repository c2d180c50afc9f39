use super::*;
use crate::render::labels::Language;

/// Returns the chapter with titled boxes, each opening as `{title}` and each closing as `{/}`.
fn titled(text: &str, language: Language) -> String {
    let labels = Labels::new(language);
    let next_line = |place: &Range<usize>| {
        let line = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
        format!("\n{}", text[line..place.start].replace(|c| c != '>', " "))
    };
    let edits = edits(text, &Extensions::default(), &labels, next_line);
    let text = crate::text::splice::splice(text, edits);
    let opening = regex::Regex::new(
        r#"<!--docktest--><div class="docktest-alert blockquote-tag blockquote-tag-(\w+)" role="note" aria-label="([^"]+)"><p class="blockquote-tag-title"><svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><path d="M[^"]+"></path></svg>([^<]+)</p>"#,
    );
    let opening = opening.expect("the regex is valid");
    let text = opening.replace_all(&text, |found: &regex::Captures<'_>| {
        assert_eq!(found[2], found[3], "the name is the title");
        format!("{{{} {}}}", &found[1], &found[2])
    });
    text.replace("<!--docktest--></div>", "{/}")
}

#[test]
fn a_box_has_a_title_in_the_books_language() {
    assert_eq!(
        titled("a\n\n> [!WARNING]\n> b\n>\n> c\n\nd\n", Language::Fr),
        "a\n\n{warning Piège}\n> \n> b\n>\n> c\n{/}\n\nd\n"
    );
    assert_eq!(
        titled("> [!NOTE]\n> a\n\n> [!TIP]\n> b\n\n> [!CAUTION]\n> c", Language::Fr),
        "{note Remarque}\n> \n> a\n{/}\n\n{tip Bonne pratique}\n> \n> b\n{/}\n\n{caution Attention}\n> \n> c\n{/}"
    );
}

#[test]
fn boxes_in_containers_stay_there() {
    assert_eq!(
        titled("- a\n\n  > [!TIP]\n  > b\n- > > [!NOTE]\n  > > c\n", Language::Fr),
        "- a\n\n  {tip Bonne pratique}\n  > \n  > b\n  {/}\n- > {note Remarque}\n  > > \n  > > c\n  > {/}\n"
    );
}

#[test]
fn blank_lines_at_the_end_belong_to_the_box() {
    assert_eq!(
        titled("> > [!TIP]\n> > a\n> >\n> b\n\n> [!NOTE]\n> c\n>\nd\n", Language::Fr),
        "> {tip Bonne pratique}\n> > \n> > a\n> >\n> {/}\n> b\n\n{note Remarque}\n> \n> c\n>\n{/}\nd\n"
    );
}

#[test]
fn a_box_with_mdbooks_own_title_is_unchanged() {
    let text = "> [!IMPORTANT]\n> a\n\n> [!WARNING]\n> b\n";
    assert_eq!(titled(text, Language::En), text);
    let first = "> [!IMPORTANT]\n> a\n\n";
    assert!(titled(text, Language::Fr).starts_with(first), "« Important » is the same word");
}

#[test]
fn other_quotes_and_code_are_unchanged() {
    for text in [
        "> a\n",
        "> [!NOPE]\n> a\n",
        "```text\n> [!NOTE]\n> a\n```\n",
        "> [!NOTE] a\n",
        "`[!NOTE]`",
    ] {
        assert_eq!(titled(text, Language::Fr), text);
    }
}
