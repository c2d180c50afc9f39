//! Findings on the page.

use super::*;

#[test]
fn findings_are_shown_with_their_step_or_at_the_top() {
    let text = "```bash\nls\n```\n\ntext\n";
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let finding = |span: Range<usize>| Finding {
        code: Code::ExitStatus,
        severity: Severity::Error,
        path: "c.md".into(),
        span,
        line: 1,
        column: 1,
        message: "it ended with <1>".into(),
        help: Some("add `exit=1`".into()),
        remedies: Vec::new(),
    };
    let page = self::page(Language::En, Renderer::Html);
    let with_step = render(text, &scenario, None, &[finding(8..10)], &page);
    assert_eq!(
        with_step,
        format!("<!--docktest-->{LS}")
            + "<div class=\"docktest-findings\" role=\"note\">\
         <p><strong>This block failed</strong></p><p lang=\"en\">\
         <code>error[exit-status]</code> it ended with &lt;1&gt;<br>help: add `exit=1`</p></div>\
         \n\ntext\n"
    );
    let in_markdown = Page { renderer: Renderer::Markdown, ..page.clone() };
    let with_step = render(text, &scenario, None, &[finding(8..10)], &in_markdown);
    let expected =
        "```text\nerror[exit-status]: it ended with <1>\nhelp: add `exit=1`\n```\n\ntext\n";
    assert!(with_step.ends_with(expected), "{with_step}");
    let at_top = render(text, &scenario, None, &[finding(16..20)], &page);
    assert!(at_top.starts_with("<!--docktest--><div class=\"docktest-findings\""), "{at_top}");
    let below = format!("</div>\n\n<!--docktest-->{LS}\n\ntext\n");
    assert!(at_top.ends_with(&below), "{at_top}");
}
