//! What is not shown, and what is around it.

use super::*;

#[test]
fn hidden_steps_and_outputs_are_not_shown() {
    assert_eq!(
        html("- ```bash hidden\n  ls\n  ```\n  ```output\n  a\n  ```\n", vec![printed("a")]),
        "- <!--docktest-->\n  <!--docktest-->"
    );
    assert_eq!(
        html("```bash no-output\nls\n```\n```output\na\n```\n", vec![printed("a")]),
        format!("<!--docktest-->{LS}\n<!--docktest-->")
    );
    assert_eq!(
        html("```bash ignore\nls\n```\n", vec![StepRecording::Ignored]).trim_end(),
        format!("<!--docktest-->{LS}")
    );
}

#[test]
fn a_hidden_step_leaves_nothing_in_markdown() {
    let step = "```bash hidden\nls\n```\n";
    for (text, expected) in [
        (format!("{step}\"a\"\n"), "<p>“a”</p>\n"),
        (format!("text\n{step}after\n"), "<p>text</p>\n<p>after</p>\n"),
        (format!("{step}{step}# a\n"), "<h1>a</h1>\n"),
        (
            "- a\n\n".to_owned() + step + "\n- b\n",
            "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n",
        ),
        (
            "- ```bash hidden\n  ls\n  ```\n  a\n- b\n".to_owned(),
            "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
        ),
    ] {
        let steps = vec![printed("a"); text.matches("hidden").count()];
        let rendered = markdown(&text, steps);
        let mut html = String::new();
        let options = mdbook_markdown::MarkdownOptions::default();
        let parser = mdbook_markdown::new_cmark_parser(&rendered, &options);
        mdbook_markdown::pulldown_cmark::html::push_html(&mut html, parser);
        assert_eq!(html, expected, "{rendered}");
        assert!(!rendered.contains("<!--"), "{rendered}");
    }
}

/// Lines, fences and whole steps, in and out of containers.
const PIECES: &str = "(```bash\n|```bash hidden\n|~~~~sh\n|```output\n|```\n|~~~~\n|> |- |1\\. |  |   |\t|\n|\r\n|ls|text\n|\\{\\{#docktest diagram}}|\\{\\{#docktest diagram}}\n|\\[\\^long\\]: |# h\n|<div>\n|<!-- |-->\n|ls\n```\n\n|> ```bash\n> ls\n>  ```\n|- ```bash\n\n  ls\n  ```\n|-\t```sh\n\tls\n\t ```\n|> - ```sh\r\n>   ls\r\n>   ```\r\n|  ```output\n  x\n  ```\n){0,40}";

#[test]
fn text_below_a_hidden_step_that_ends_a_list_is_outside_of_the_item() {
    assert_eq!(
        markdown(
            "- text\n```bash hidden\nls\n  ```\n  ```bash\npwd\n  ```\n",
            vec![printed(""), printed("a")]
        ),
        "- text\n\n[docktest]: # \"\"\n  ```bash\npwd\n  ```\n  ```text\n  a\n  ```"
    );
    assert_eq!(
        markdown("> text\n> ```bash hidden\n> ls\n> ```\n> more", vec![printed("")]),
        "> text\n> \n> [docktest]: # \"\"\n> more"
    );
}

proptest! {
    /// Inserted text is not extracted as a step, and does not affect the steps around it.
    #[test]
    fn a_rendered_chapter_has_the_same_visible_steps(text in PIECES, markdown: bool) {
        let scenario = extract(Path::new("c.md"), &text, Extensions::default());
        let steps = scenario.steps.iter().map(|_| {
            engine::printed_and_made("```\n\n- a\n> ```bash\n", "```\n```bash\n")
        });
        let steps = steps.collect();
        let recording = Recording { steps, ..Recording::default() };
        let renderer = if markdown { Renderer::Markdown } else { Renderer::Html };
        let page = self::page(Language::En, renderer);
        let rendered = render(&text, &scenario, Some(&recording), &[], &page);

        let visible = scenario.steps.iter().filter(|step| !step.attributes.hidden);
        // In HTML, only what is no closed fence stays Markdown.
        let is_kept = |step: &&Step| {
            markdown || step.fence.marks.is_empty() || step.fence.closing.is_none()
        };
        let kept: Vec<_> = visible.clone().filter(is_kept).map(|step| step.script.clone()).collect();
        let again = extract(Path::new("c.md"), &rendered, Extensions::default());
        let again: Vec<_> = again.steps.iter().map(|step| step.script.clone()).collect();
        // Others stay, too, if their lines are not found in the chapter.
        let mut rest = again.iter();
        prop_assert!(kept.iter().all(|script| rest.any(|other| other == script)), "{}", rendered);

        let sorted = |texts: Vec<String>| {
            let lines = texts.iter().flat_map(|text| text.lines());
            let mut lines: Vec<String> =
                lines.filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let markup = cells(&rendered).into_iter().map(|(code, _)| code);
        let shown = sorted(markup.chain(again).collect());
        let written = sorted(visible.map(|step| step.script.clone()).collect());
        prop_assert_eq!(shown, written, "{}", rendered);
    }
}
