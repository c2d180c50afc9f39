//! Files that are written before steps, and values that took the place of placeholders.

use super::*;
use crate::extract::extract_with;
use crate::model::page_id::PageId;
use crate::model::values::{Reading, Values};

const CAPTION: &str = "<!--docktest--><p class=\"docktest-file\">Fichier ";

#[test]
fn the_name_of_a_file_is_above_its_block() {
    assert_eq!(
        html("~~~dockerfile file=Dockerfile\r\nFROM x\r\n~~~\r\n", vec![]).trim_end(),
        format!(
            "{CAPTION}<code translate=\"no\">Dockerfile</code></p>\r\n~~~dockerfile\r\nFROM x\r\n~~~"
        )
    );
    assert_eq!(
        html("- ```text file=\"<a>.sh\" mode=755\n  x\n  ```\n", vec![]).trim_end(),
        format!(
            "- {CAPTION}<code translate=\"no\">&lt;a&gt;.sh</code> · permissions 755</p>\n  ```text\n  x\n  ```"
        )
    );
    assert_eq!(
        markdown("> Text\n> ```text file=a_b.txt append\n> x\n> ```\n", vec![]).trim_end(),
        "> Text\n> \n> *Ajouté au fichier **a\\_b\\.txt***\n> ```text\n> x\n> ```"
    );
}

#[test]
fn a_hidden_file_is_not_shown() {
    let text = "- a\n\n  ```text file=x hidden\n  x\n  ```\n- b\n";
    assert_eq!(html(text, vec![]).trim_end(), "- a\n\n  <!--docktest-->\n- b");
    assert_eq!(markdown(text, vec![]).trim_end(), "- a\n\n  [docktest]: # \"\"\n- b");
}

/// Renders a chapter in a book with the value `moby` for `<name>`, and the value `SAME` for `SAME`.
fn with_values(renderer: Renderer, text: &str, steps: Vec<StepRecording>) -> String {
    let table = [("<name>", "moby"), ("SAME", "SAME")];
    let table = table.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let values = Values::new(table.into()).expect("the entries are valid");
    let reading = Reading { values: values.into(), ..Reading::default() };
    let scenario = extract_with(Path::new("c.md"), text, Extensions::default(), &reading);
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let recording = Recording { steps, ..Recording::default() };
    render(text, &scenario, Some(&recording), &[], &page(Language::En, renderer))
}

#[test]
fn the_page_shows_the_placeholder_and_below_it_the_value() {
    let values = "<!--docktest--><p class=\"docktest-values\">Run with \
        <code translate=\"no\">&lt;name&gt;</code> = <code translate=\"no\">moby</code></p>";
    let text = "```bash\necho <name> SAME; echo <name>\n```\n";
    let html = with_values(Renderer::Html, text, vec![printed("")]);
    assert!(
        html.contains("<span>echo &lt;name&gt; SAME; echo &lt;name&gt;</span>")
            && html.contains(&format!("no output</p></figure></div>{values}")),
        "{html}"
    );
    let markdown = with_values(Renderer::Markdown, text, vec![printed("")]);
    assert!(markdown.contains("```\n```text\nRun with <name> = moby\n```\n"), "{markdown}");
    let skipped = with_values(Renderer::Html, text, vec![StepRecording::Skipped]);
    assert!(!skipped.contains("docktest-values"), "{skipped}");
    let file = with_values(Renderer::Html, "```text file=x\n<name>\n```\n", vec![]);
    assert!(
        file.contains(
            "```text\n<name>\n```\n<!--docktest--><p class=\"docktest-values\">Written with"
        ),
        "{file}"
    );
}

#[test]
fn the_page_shows_what_runs_in_the_place_of_its_ids() {
    let id = |page: &str, actual: &str| PageId { page: page.to_owned(), actual: actual.to_owned() };
    let mut step = printed("9f21\n");
    if let StepRecording::Ran { commands, .. } = &mut step {
        "docker stop d4b0".clone_into(&mut commands[0].command);
        // The second one is only in the output.
        commands[0].page_ids = vec![id("d4b0", "9f21"), id("d4b0ac1b1b5e", "9f21c0de77aa")];
    }
    let values = "</div><!--docktest--><p class=\"docktest-values\">Run with \
        <code translate=\"no\">d4b0</code> = <code translate=\"no\">9f21</code></p>";
    let html = with_values(Renderer::Html, "```bash\ndocker stop d4b0\n```\n", vec![step]);
    assert!(html.contains(values), "{html}");
}
