use std::fmt::Write as _;

use proptest::prelude::*;

use mdbook_preprocessor::config::Config;

use super::*;
use crate::model::markdown::Unmarked;
use crate::model::remedy::Basis;
use crate::text::splice::splice;

fn scenario(text: &str) -> Scenario {
    extract(Path::new("chapter.md"), text, Extensions::default())
}

/// Returns one line for each step and each finding.
fn outline(text: &str) -> String {
    let scenario = scenario(text);
    let mut outline = String::new();
    for step in &scenario.steps {
        write!(outline, "{} {:?}", step.line, step.script).expect("writing to a string succeeds");
        for expectation in &step.expectations {
            write!(outline, " -> {} {:?}", expectation.line, expectation.text)
                .expect("writing to a string succeeds");
        }
        outline.push('\n');
    }
    for finding in &scenario.findings {
        let Finding { line, column, code, span, .. } = finding;
        writeln!(outline, "{line}:{column} {code} {:?}", &text[span.clone()])
            .expect("writing to a string succeeds");
    }
    outline
}

#[test]
fn every_shell_block_is_a_step() {
    let text =
        "# T\n\n```bash\na\nb\n```\n\n~~~sh\nc\n~~~\n\n```Console\n$ d\n```\n```shell\n```\n";
    assert_eq!(outline(text), "4 \"a\\nb\\n\"\n9 \"c\\n\"\n13 \"$ d\\n\"\n16 \"\"\n");
    assert_eq!(scenario(text).steps[2].language, "console");
}

#[test]
fn only_blocks_that_are_rendered_as_shell_blocks_are_steps() {
    assert_eq!(outline("````md\n```bash\na\n```\n````\n"), "");
    assert_eq!(outline("text\n\n    ```bash\n    a\n    ```\n"), "");
    assert_eq!(outline("<!--\n```bash\na\n```\n-->\n"), "");
    assert_eq!(outline("```dockerfile\nFROM alpine\n```\n\n```\nplain\n```\n"), "");
    assert_eq!(outline("`` ```bash `` in a sentence\n"), "");
}

#[test]
fn container_prefixes_are_not_part_of_a_step() {
    assert_eq!(outline("- x\n\n  ```bash\n  a\n    b\n  ```\n"), "4 \"a\\n  b\\n\"\n");
    assert_eq!(outline("> ```bash\n> a\n>\n> b\n> ```\n"), "2 \"a\\n\\nb\\n\"\n");
    assert_eq!(outline("> 1. x\n>    ```bash\n>    a\n>    ```\n"), "3 \"a\\n\"\n");
    assert_eq!(outline("-\tx\n\n\t```bash\n\ta\n\t```\n"), "4 \"a\\n\"\n");
    assert_eq!(outline("- ````sh\n  ```\n  ````\n"), "2 \"```\\n\"\n");
    assert_eq!(outline("> [!NOTE]\n> ```bash\n> a\n> ```\n"), "3 \"a\\n\"\n");
}

#[test]
fn windows_line_endings_and_a_byte_order_mark_are_accepted() {
    let text = "\u{feff}```bash\r\na\r\n\r\nb\r\n```\r\n\r\n```output\r\nx\r\n```\r\n";
    assert_eq!(outline(text), "2 \"a\\n\\nb\\n\" -> 8 \"x\\n\"\n");
    let step = &scenario(text).steps[0];
    assert_eq!(&text[step.command.clone()], "a");
    assert_eq!(&text[step.fence.block.clone()], "```bash\r\na\r\n\r\nb\r\n```");
}

#[test]
fn spans_are_exact() {
    let text = "é\n\n> ```bash exit=1\n> ls /nö\n> cd\n> ```  \n>\n> ```output\n> x\n> ```\n";
    let scenario = scenario(text);
    let step = &scenario.steps[0];
    assert_eq!(&text[step.fence.block.clone()], "```bash exit=1\n> ls /nö\n> cd\n> ```");
    assert_eq!(&text[step.command.clone()], "ls /nö");
    let [expectation] = step.expectations.as_slice() else { panic!("{step:?}") };
    assert_eq!(&text[expectation.fence.block.clone()], "```output\n> x\n> ```");
    assert_eq!(&text[expectation.body.clone()], "> x\n");
}

#[test]
fn each_line_of_an_expectation_has_its_place() {
    let lines = |text: &str| -> Vec<String> {
        let scenario = scenario(text);
        let expectation = &scenario.steps[0].expectations[0];
        expectation.lines.iter().map(|line| text[line.clone()].to_owned()).collect()
    };
    assert_eq!(lines("```sh\n```\n```output\na\n\n  é b  \n```\n"), ["a", "", "  é b"]);
    assert_eq!(
        lines("> - ```sh\r\n>   ```\r\n>   ```output\r\n>   a\r\n>\r\n>   b\r\n>   ```\r\n"),
        ["a", "", "b"]
    );
    assert_eq!(lines("- ```sh\n  ```\n  ```output\n  a\n\n    b\n  ```\n"), ["a", "", "  b"]);
}

#[test]
fn an_output_block_belongs_to_the_step_right_before_it() {
    assert_eq!(outline("```bash\na\n```\n\n\n```output\nb\n```\n"), "2 \"a\\n\" -> 7 \"b\\n\"\n");
    assert_eq!(outline("```bash\na\n```\n```output\n```\n"), "2 \"a\\n\" -> 5 \"\"\n");
    assert_eq!(
        outline("> ```bash\n> a\n> ```\n>\n> ```output\n> b\n> ```\n"),
        "2 \"a\\n\" -> 6 \"b\\n\"\n"
    );
}

#[test]
fn an_output_block_that_does_not_follow_a_step_is_an_orphan() {
    let orphan = "2 \"a\\n\"\n6:1 orphan-output \"```output\"\n";
    assert_eq!(outline("```output\nb\n```\n"), "1:1 orphan-output \"```output\"\n");
    assert_eq!(outline("```bash\na\n```\n# Title\n\n```output\nb\n```\n"), orphan);
    assert_eq!(outline("```bash ignore\na\n```\n\n\n```output\nb\n```\n"), orphan);
    assert_eq!(
        outline("```bash\na\n```\n\n> ```output\n> b\n> ```\n"),
        "2 \"a\\n\"\n5:3 orphan-output \"```output\"\n"
    );
    assert_eq!(
        outline("```bash\na\n```\n```output\n```\n```output\n```\n"),
        "2 \"a\\n\" -> 5 \"\"\n6:1 orphan-output \"```output\"\n"
    );
}

#[test]
fn each_stream_can_have_an_output_block() {
    let chapter = |first: &str, second: &str| {
        format!(
            "> ```bash\n> a\n> ```\n>\n> ```{first}\n> b\n> ```\n>\n> ```{second}\n> c\n> ```\n"
        )
    };
    for (first, second) in
        [("output stdout", "output stderr exact"), ("output stderr", "output stdout")]
    {
        let text = chapter(first, second);
        assert_eq!(outline(&text), "2 \"a\\n\" -> 6 \"b\\n\" -> 10 \"c\\n\"\n");
        assert_eq!(scenario(&text).steps[0].lines(&text), 1..=11);
    }
    for (first, second, known) in [
        ("output", "output", "both streams"),
        ("output", "output stderr", "both streams"),
        ("output stdout", "output", "standard output"),
        ("output stderr", "output stderr", "standard error"),
    ] {
        let text = chapter(first, second);
        let expected = format!("2 \"a\\n\" -> 6 \"b\\n\"\n9:3 orphan-output \"```{second}\"\n");
        assert_eq!(outline(&text), expected);
        let message = &scenario(&text).findings[0].message;
        assert_eq!(*message, format!("an `output` block above already expects {known}"));
    }
    let apart = "```bash\na\n```\n```output stdout\n```\ntext\n```output stderr\n```\n";
    assert_eq!(outline(apart), "2 \"a\\n\" -> 5 \"\"\n7:1 orphan-output \"```output stderr\"\n");
}

#[test]
fn output_blocks_for_versions_that_do_not_overlap_belong_to_a_step() {
    let chapter = |blocks: &[&str]| {
        let blocks = blocks.iter().map(|block| format!("```output {block}\na\n```\n"));
        format!("```bash\na\n```\n{}", blocks.collect::<String>())
    };
    let text = chapter(&[
        "engine=\"<23\"",
        "stdout engine=\">=23 <28\"",
        "stderr engine=\">=23 <28\"",
        "engine=\">=28\"",
    ]);
    let found = scenario(&text);
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    let step = &found.steps[0];
    let lines = |engine| -> Vec<usize> {
        step.expectations_on(engine).map(|expectation| expectation.line).collect()
    };
    assert_eq!(
        (lines("20.10.24"), lines("26.1.5"), lines("28.0.0")),
        (vec![5], vec![8, 11], vec![14])
    );
    assert_eq!(step.lines(&text), 1..=15);

    for (first, second, conflict) in [
        ("engine=\">=23\"", "engine=20.10.7", None),
        ("engine=\">=23\"", "engine=26.1", Some("both streams on Docker Engine 26.1")),
        ("stdout engine=26", "stderr engine=26", None),
        ("stdout engine=26", "engine=26", Some("standard output on Docker Engine 26")),
        ("engine=26", "", Some("both streams on Docker Engine `26`")),
        ("", "engine=26", Some("both streams on all versions of Docker Engine")),
    ] {
        let found = scenario(&chapter(&[first, second])).findings;
        let found: Vec<(Code, &str)> =
            found.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
        let expected =
            conflict.map(|conflict| format!("an `output` block above already expects {conflict}"));
        let expected: Vec<(Code, &str)> =
            expected.iter().map(|message| (Code::OrphanOutput, message.as_str())).collect();
        assert_eq!(found, expected, "{first} / {second}");
    }
}

#[test]
fn a_file_is_written_before_the_next_step_that_runs_on_the_engine() {
    let text = "```bash\na\n```\n```text file=f\nx\n```\n```bash engine=\"<23\"\nb\n```\n```bash\nc\n```\n";
    let scenario = scenario(text);
    let before = |step, engine| scenario.files_before_on(step, engine).count();
    assert_eq!((before(1, "20.10"), before(2, "20.10")), (1, 0));
    assert_eq!(before(2, "26.1"), 1);
}

#[test]
fn an_unclosed_fence_is_a_finding_and_not_a_step() {
    let open = "1:1 unterminated-fence \"```bash\"\n";
    assert_eq!(outline("```bash\na\n"), open);
    assert_eq!(outline("```bash"), open);
    assert_eq!(outline("```bash\n"), open);
    assert_eq!(outline("```bash\na\n    ```\n"), open, "indented too far to close it");
    assert_eq!(outline("```bash\na\n    ```"), open);
    assert_eq!(outline("```bash\na\n~~~\n"), open);
    assert_eq!(outline("````bash\na\n```\n"), "1:1 unterminated-fence \"````bash\"\n");
    assert_eq!(outline("> ```bash\n> a\n\ntext\n"), "1:3 unterminated-fence \"```bash\"\n");
    assert_eq!(outline("- ```bash\n  a\n\ntext\n"), "1:3 unterminated-fence \"```bash\"\n");
    assert_eq!(outline("- ```bash\n\n```\n"), "1:3 unterminated-fence \"```bash\"\n");
    assert_eq!(
        outline("```bash\na\n```\n```output\nb\n"),
        "2 \"a\\n\"\n4:1 unterminated-fence \"```output\"\n"
    );
}

#[test]
fn invalid_annotations_are_found_at_their_place() {
    assert_eq!(
        outline("- é\n\n  ```bash  exti=1, lines=no\n  a\n  ```\n"),
        "4 \"a\\n\"\n3:12 unknown-attribute \"exti\"\n3:26 bad-attribute \"no\"\n"
    );
    assert_eq!(
        outline("```bash\n```\n```output exakt\n```\n"),
        "2 \"\" -> 4 \"\"\n3:11 unknown-attribute \"exakt\"\n"
    );
}

#[test]
fn the_command_is_the_first_line_that_is_not_blank() {
    let command = |text: &str| {
        let scenario = scenario(text);
        text[scenario.steps[0].command.clone()].to_owned()
    };
    assert_eq!(command("```bash\n\n\n  ls \\\n -l\n```\n"), "ls \\");
    assert_eq!(command("> ```bash\r\n>\r\n> ls\r\n> ```\r\n"), "ls");
    assert_eq!(command("-\t```bash\n\t\tls\n\t```\n"), "ls");
    assert_eq!(command("```bash hidden\n\n```\n"), "```bash hidden");
}

/// Returns the findings about blocks that are no steps: the place, why, and the text after each remedy.
fn not_steps(text: &str) -> Vec<(&str, String, Vec<String>)> {
    let scenario = scenario(text);
    assert_eq!(scenario.steps.len(), 0);
    let outline = |finding: &Finding| {
        assert_eq!(finding.code, Code::NotAStep);
        let why =
            finding.message.strip_prefix("this block looks like commands, but does not run: ");
        let fixed = finding.remedies.iter().map(|remedy| {
            let basis = if remedy.basis == Basis::Proved { "proved: " } else { "" };
            format!("{basis}{}", splice(text, remedy.edits.clone()))
        });
        (&text[finding.span.clone()], why.unwrap().to_owned(), fixed.collect())
    };
    scenario.findings.iter().map(outline).collect()
}

#[test]
fn a_block_that_looks_like_commands_and_is_not_a_step_is_found() {
    let found = |text| {
        let [(place, why, remedies)] = &not_steps(text)[..] else { panic!("{text}") };
        format!("{place} | {why} | {}", remedies.join(" | ")).replace('\n', "/")
    };
    assert_eq!(
        found("```\n$ docker ps\nabc\n```\n"),
        "``` | it has no language | proved: ```console/$ docker ps/abc/```/ | ```console ignore/$ docker ps/abc/```/"
    );
    assert_eq!(
        found("> ~~~\n> docker ps\n> ~~~\n"),
        "~~~ | it has no language | proved: > ~~~bash/> docker ps/> ~~~/ | > ~~~text/> docker ps/> ~~~/"
    );
    assert_eq!(
        found("```\ndocker ps\nmytool up\n```\n"),
        "``` | it has no language | ```bash/docker ps/mytool up/```/ | ```text/docker ps/mytool up/```/"
    );
    assert_eq!(
        found("> ```\n>\n> docker ps\n> ID\n> ```\n"),
        "``` | it has no language | proved: > ```console/>/> $ docker ps/> ID/> ```/ | > ```text/>/> docker ps/> ID/> ```/"
    );
    assert_eq!(
        found("```\ndocker ps\nID\ndocker rm web\nweb\n```\n"),
        "``` | it has no language | ```text/docker ps/ID/docker rm web/web/```/"
    );
    assert_eq!(
        found("```docker\ndocker ps\n```\n"),
        "```docker | `docker` is not one of the languages of steps | proved: ```bash/docker ps/```/ | ```text/docker ps/```/"
    );
    assert_eq!(
        found("```PowerShell\ndocker ps\n$x = 1\n```\n"),
        "```PowerShell | `PowerShell` is not one of the languages of steps | ```bash/docker ps/$x = 1/```/ | ```text/docker ps/$x = 1/```/"
    );
    assert_eq!(
        found("```python\n$ python app.py\n```\n"),
        "```python | `python` is not one of the languages of steps | proved: ```console/$ python app.py/```/ | ```console ignore/$ python app.py/```/"
    );
    assert_eq!(
        found("```ruby\n$ something else\n$ docker ps\n```\n"),
        "```ruby | `ruby` is not one of the languages of steps | ```console/$ something else/$ docker ps/```/ | ```console ignore/$ something else/$ docker ps/```/"
    );
    assert_eq!(
        found("```docker title=a\ndocker ps\n```\n"),
        "```docker title=a | `docker` is not one of the languages of steps | ```bash title=a/docker ps/```/ | ```text title=a/docker ps/```/"
    );
    assert_eq!(
        found("- a\n\n      $ docker ps\n      abc\n"),
        "$ docker ps | it is indented, not fenced | proved: - a//  ```console/  $ docker ps/  abc/  ```/"
    );
    assert_eq!(
        found("> a\n>\n>     docker ps\n>\n>     docker info\n>\n> b\n"),
        "docker ps | it is indented, not fenced | proved: > a/>/> ```bash/> docker ps/>/> docker info/> ```/>/> b/"
    );
    assert_eq!(
        found("a\n\n    docker ps\n    ID\n\nb\n"),
        "docker ps | it is indented, not fenced | "
    );
    assert_eq!(
        found("a\n\n    $ docker ps\n    ```\n\nb\n"),
        "$ docker ps | it is indented, not fenced | "
    );
    assert_eq!(
        found("<div>\n```bash\nexit 9\n```\n</div>\n"),
        "```bash | its fence is within HTML, where it is text to every viewer | <div>//```bash/exit 9/```/</div>/"
    );
    assert_eq!(
        found("> <details>\n> ```\n> $ docker ps\n> ```\n> </details>\n"),
        "``` | its fence is within HTML, where it is text to every viewer | "
    );
    assert_eq!(
        found("<pre><code>docker run --name &lt;x&gt; <b>alpine</b>\n</code></pre>\n"),
        "<pre><code>docker run --name &lt;x&gt; <b>alpine</b> | it is HTML | "
    );
    assert_eq!(found("<div>\n<pre>\n$ docker ps\n</pre>\n"), "<pre> | it is HTML | ");
    assert_eq!(
        found("```text title=a\n$ docker ps\nabc\n```\n"),
        "```text title=a | `text` is not one of the languages of steps | ```console title=a/$ docker ps/abc/```/ | ```console ignore title=a/$ docker ps/abc/```/"
    );
    assert_eq!(
        found("a\n\n{% highlight bash %}\ndocker ps\n{% endhighlight %}\n"),
        "{% highlight bash %} | it is between tags of Jekyll or Hugo, which mdBook shows as text | a//```bash/docker ps/```/"
    );
    assert_eq!(
        found(
            "> {{< highlight console \"linenos=table\" >}}\n> $ docker ps\n>\n> $ ls\n> {{< /highlight >}}\n"
        ),
        "{{< highlight console \"linenos=table\" >}} | it is between tags of Jekyll or Hugo, which mdBook shows as text | > ```console/> $ docker ps/>/> $ ls/> ```/"
    );
}

#[test]
fn commands_are_found_in_blocks_of_any_language() {
    for text in [
        "```js\nnpm install\ndocker build -t x .\n```\n",
        "```ruby\n# a comment\ndocker ps\ndocker run \\\n  -d nginx\n```\n",
        "```yaml\ndocker run -d nginx\n```\n",
        "```ini\ndocker run -d nginx\n```\n",
        "```html\ndocker run -d nginx\n```\n",
        "```Dockerfile\ncd app\ndocker build -t x .\n```\n",
        "```docker-compose\ndocker-compose up\n```\n",
        "```yaml\ndocker ps\nCONTAINER ID   IMAGE\n```\n",
        "```python\nsudo apt-get install -y python3\n```\n",
        "```cli\nmytool up\n```\n",
        "```azurecli\naz group create --name x\n```\n",
        "```azurecli-interactive\naz group create --name x\n```\n",
        "```dotnetcli\ndotnet new web\n```\n",
        "```bash-script\nmytool up\n```\n",
        "```Batchfile\nset X=1\n```\n",
        "```powershell\nGet-Service docker\n```\n",
        "```plain text\n$ docker ps\n```\n",
        "```text\nme@box:~$ docker ps\nCONTAINER ID\n```\n",
        "{% highlight shell %}\nmytool up\n{% endhighlight %}\n",
        "Do:\n{%- highlight yaml -%}\ndocker ps\n{%- endhighlight -%}\n",
        "{% codeblock lang:bash %}\ndocker ps\n{% endcodeblock %}\n",
        "<details>\n```powershell\ndocker ps\n```\n</details>\n",
        "<details>\n```docker\ndocker ps\n```\n</details>\n",
        "<details>\n```cli\nmytool up\n```\n</details>\n",
        "<details>\n```text\n$ docker ps\n```\n</details>\n",
        "<!-- x --><pre>\n$ docker ps\n</pre>\n",
        "<!-- x\n--><pre>\n\n$ docker ps\n</pre>\n",
        "Run it: <pre>docker run -d nginx</pre>\n",
        "- Run it: <pre>\n  docker run -d nginx\n  </pre>\n",
        "<div>a <pre class=\"x\">docker run -d nginx</pre>\n",
        "<code>\ndocker run -d nginx\ndocker ps\n</code>\n",
    ] {
        assert_eq!(not_steps(text).len(), 1, "{text}");
    }
}

#[test]
fn blocks_of_other_languages_without_commands_are_no_finding() {
    for text in [
        "```yaml\nservices:\n  web:\n    image: nginx\n    command: npm run dev\n```\n",
        "```yaml\nscript:\n  - docker build -t x .\n  - docker push x\n```\n",
        "```yaml\nrun: |\n  docker build -t x .\n  docker push x\n```\n",
        "```json\n{\n  \"scripts\": { \"up\": \"docker compose up\" }\n}\n```\n",
        "```ini\n[Service]\nExecStart=/usr/bin/docker start -a web\n```\n",
        "```env\nexport TAG=1\nexport REGISTRY=example.org\n```\n",
        "```dockerfile\nFROM alpine\nRUN docker ps\n```\n",
        "```dockerfile\nRUN apt-get update && \\\n    apt-get install -y curl\n```\n",
        "```js\nimport x from 'x';\nconst y = require('y');\n```\n",
        "```js\n// npm install\nconst docker = new Docker();\ndocker.run('alpine');\n```\n",
        "```python\nimport docker\nclient = docker.from_env()\n```\n",
        "```python\nimport os\nfrom time import sleep\n```\n",
        "```php\necho \"a\";\nexit(1);\n```\n",
        "```php\necho 'docker ps';\n```\n",
        "```ruby\nexec \"docker ps\"\nputs 1\n```\n",
        "```groovy\nsh 'docker build -t x .'\n```\n",
        "```groovy\nsh 'docker build -t x .'\necho 'done'\n```\n",
        "```makefile\nbuild:\n\tdocker build -t x .\n\tdocker push x\n```\n",
        "```sql\nset names utf8;\nselect * from docker;\n```\n",
        "```tcl\nset x 1\nexec docker ps\n```\n",
        "```vim\nset number\nsource ~/.vimrc\n```\n",
        "```nginx\nuser nginx;\nlisten 80;\n```\n",
        "```http\nGET /containers/json HTTP/1.1\nHost: docker\n```\n",
        "```toml\n[docker]\nrun = \"docker run\"\n```\n",
        "```console-output\nCONTAINER ID   IMAGE\n```\n",
        "```log\nnginx | started\n```\n",
        "```go\ngo func() { docker() }()\n```\n",
        "```cli\n\n```\n",
        "```azurecli ignore\naz group create\n```\n",
        "```diff\n- docker ps\n+ docker ps -a\n```\n",
        "```diff\n> docker ps\n```\n",
        "{% highlight yaml %}\na: docker ps\n{% endhighlight %}\n",
        "{% highlight bash %}\nnever closed\n",
        "`{% highlight bash %}` begins\ndocker ps\n{% endhighlight %}\n",
        "<details>\n```js ignore\ndocker ps\n```\n</details>\n",
        "<div>\n```ruby\nputs 1\n```\n</div>\n",
        "<prefix>\ndocker ps\n</prefix>\n",
        "<p>\nUse\n<code>docker ps</code> here.\n</p>\n",
        "Text <pre>plain</pre>\n\nand more: docker ps\n",
        "<!-- <pre>\n$ docker ps\n</pre> -->\n",
        "<!--docktest--><div><pre>$ docker ps</pre></div>\n",
    ] {
        assert_eq!(not_steps(text), [], "{text}");
    }
}

#[test]
fn a_text_block_can_show_the_commands_of_its_step_again() {
    let found = |commands: &str| {
        let text = format!("```bash\ndocker ps\ndocker info\n```\n\n```text\n{commands}```\n");
        scenario(&text).findings.len()
    };
    assert_eq!(found("$ docker ps\nCONTAINER ID\n$ docker info\n"), 0);
    assert_eq!(found("$ docker ps\nCONTAINER ID\n$ docker stop web\n"), 1);
}

#[test]
fn what_is_only_shown_is_no_finding() {
    for text in [
        "```text ignore\n$ docker ps\n```\n",
        "```text\n/ # ls\nbin\n```\n",
        "```text\nC:\\> docker ps\n```\n",
        "```text\n$ 5 per month\n```\n",
        "```plaintext\ndocker ps\n```\n",
        "```markdown\n$ docker ps\n```\n",
        "``` ignore\n$ docker ps\n```\n",
        "```powershell ignore\ndocker ps\n```\n",
        "```yaml\ncommand: docker ps\n```\n",
        "```dockerfile\n# docker build .\nFROM alpine\n```\n",
        "```docker\nFROM alpine\nRUN true\n```\n",
        "```python\nimport os\n```\n",
        "    text that is indented\n",
        "<div>\n```yaml\na: b\n```\n</div>\n",
        "<div>\n```bash ignore\na\n```\n</div>\n",
        "<!--\n```bash\na\n```\n-->\n",
        "<!-- a -->\n<pre>\ntext\n</pre>\n",
        "Use `docker ps` and <code>docker ps</code>.\n",
    ] {
        assert_eq!(not_steps(text), [], "{text}");
    }
}

/// Extracts with the setting `unmarked = "run"`.
fn scenario_with_unmarked(text: &str) -> Scenario {
    let extensions = Extensions { unmarked: Unmarked::Run, ..Extensions::default() };
    extract(Path::new("chapter.md"), text, extensions)
}

#[test]
fn an_output_block_below_prose_belongs_to_the_step_above() {
    for prose in [
        "The output is:",
        "A sentence about `this` and `docker`.\n\nAnd another one, about `echo a`. It prints:",
        "If all goes well, it prints:",
    ] {
        let text = format!("```bash\necho a\n```\n\n{prose}\n\n```output\na\n```\n");
        let line = text.lines().count() - 1;
        assert_eq!(outline(&text), format!("2 \"echo a\\n\" -> {line} \"a\\n\"\n"));
    }
    let in_item =
        "1. Do:\n\n   ```bash\n   echo a\n   ```\n\n   It prints:\n\n   ```output\n   a\n   ```\n";
    assert_eq!(outline(in_item), "4 \"echo a\\n\" -> 10 \"a\\n\"\n");
}

#[test]
fn an_output_block_belongs_to_no_step_if_the_text_between_says_otherwise() {
    let orphan = |between: &str, output: &str| {
        let text = format!("```bash\necho a\n```\n\n{between}\n\n{output}\na\n```\n");
        let scenario = scenario(&text);
        assert!(scenario.steps[0].expectations.is_empty(), "{text}");
        let [finding] = &scenario.findings[..] else { panic!("{text}") };
        assert_eq!(finding.code, Code::OrphanOutput);
        finding.message.clone()
    };
    for between in [
        "Otherwise it prints:",
        "On Windows, the output is:",
        "If it fails, the output is:",
        "If there is no such file, you see an error:",
        "The output is as follows.\n\nSinon :",
    ] {
        let message = orphan(between, "```output");
        assert_eq!(message, "the text above this `output` block says that it is of another case");
    }
    assert_eq!(
        orphan("Then `docker ps -a` prints:", "```output"),
        "the text above this `output` block names another command than its step: `docker ps -a`"
    );
    let does_not_follow = "this `output` block does not follow a step";
    for between in ["## Title", "---", "- item", "> quote", "<div></div>", "```yaml\na: b\n```"] {
        assert_eq!(orphan(between, "```output"), does_not_follow, "{between}");
    }
    assert_eq!(orphan("It prints:", "```output stdout"), does_not_follow);
    let second = "```bash\necho a\n```\n```output\na\n```\n\nOr:\n\n```output\nb\n```\n";
    assert_eq!(
        outline(second),
        "2 \"echo a\\n\" -> 5 \"a\\n\"\n10:1 orphan-output \"```output\"\n"
    );
}

#[test]
fn a_book_can_take_unmarked_blocks_as_steps() {
    let text = "```docker\n$ docker ps\nabc\n```\n\n```\ntrue\n```\n\n> - a\n>\n>       $ docker ps \\\n>         -a\n>\n>       abc\n\n```\nplain\n```\n";
    let scenario = scenario_with_unmarked(text);
    assert_eq!(scenario.findings, []);
    let steps = scenario.steps.iter().map(|step| {
        let commands: Vec<_> = step.commands.iter().map(|command| command.text.as_str()).collect();
        let block = &text[step.fence.block.clone()];
        (step.language.as_str(), commands.join("|"), block.to_owned(), step.line)
    });
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            ("console", "docker ps".to_owned(), "```docker\n$ docker ps\nabc\n```".to_owned(), 2),
            ("bash", "true".to_owned(), "```\ntrue\n```".to_owned(), 7),
            (
                "console",
                "docker ps \\\n  -a".to_owned(),
                "$ docker ps \\\n>         -a\n>\n>       abc".to_owned(),
                12
            ),
        ]
    );
    let step = &scenario.steps[2];
    let prefix = &step.fence.closing.as_ref().unwrap().prefix;
    assert_eq!(&text[prefix.clone()], ">   ");
    let expectation = step.commands[0].expectation.as_ref().unwrap();
    assert_eq!((expectation.text.as_str(), expectation.line), ("abc\n", 15));
    assert_eq!(&text[step.commands[0].span.clone()], "docker ps \\");
}

#[test]
fn blocks_that_cannot_run_stay_findings_in_a_book_that_takes_unmarked_blocks() {
    for text in [
        "```\ndocker ps\nCONTAINER ID\n```\n",
        "```cli\ndocker ps\nCONTAINER ID\n```\n",
        "```cli\nCOMMAND    DESCRIPTION\n```\n",
        "```cli\nC:\\> docker ps\n```\n",
        "```cli title=a\ndocker ps\n```\n",
        "```fish\ndocker ps\n```\n",
        "```ruby\ndocker ps\n```\n",
        "```text\n$ docker ps\n```\n",
        "<pre>\n$ docker ps\n</pre>\n",
        "<details>\n```bash\ndocker ps\n```\n</details>\n",
        "{% highlight bash %}\ndocker ps\n{% endhighlight %}\n",
    ] {
        let scenario = scenario_with_unmarked(text);
        let codes: Vec<Code> = scenario.findings.iter().map(|found| found.code).collect();
        assert_eq!((scenario.steps.len(), codes), (0, vec![Code::NotAStep]), "{text}");
    }
}

#[test]
fn blocks_for_any_shell_run_in_a_book_that_takes_unmarked_blocks() {
    for (language, content, expected) in [
        ("cli", "docker ps\n", "bash"),
        ("command", "mytool up\n", "bash"),
        ("commands", "docker ps\nmytool up\n", "bash"),
        ("cmdline", "$ docker ps\nabc\n", "console"),
        ("docker-cli", "docker ps\n", "bash"),
        ("azurecli", "az group create --name x\n", "bash"),
    ] {
        let scenario = scenario_with_unmarked(&format!("```{language}\n{content}```\n"));
        assert_eq!(scenario.findings, [], "{language}");
        let [step] = &scenario.steps[..] else { panic!("{language}: {:?}", scenario.steps) };
        assert_eq!((step.language.as_str(), step.runs()), (expected, true), "{language}");
    }
}

#[test]
fn lines_that_mdbook_hides_run_without_their_prefix() {
    let hidelines = [("bash".to_owned(), "~".to_owned())].into();
    let extensions = Extensions { hidelines, ..Extensions::default() };
    let read = |text: &str| {
        let scenario = extract(Path::new("chapter.md"), text, extensions.clone());
        assert_eq!(scenario.findings, []);
        let step = &scenario.steps[0];
        let command = |command: &Command| {
            let places = command.lines.iter().map(|line| text[line.clone()].to_owned());
            assert_eq!(text[command.span.clone()], command.text.lines().next().unwrap()[..]);
            format!("{} @ {}", command.text, places.collect::<Vec<_>>().join("|"))
        };
        step.commands.iter().map(command).collect::<Vec<_>>()
    };
    assert_eq!(
        read("> ```bash\n> ~export X=1\n> for i in 1; do\n>   ~echo $i\n> done\n> ```\n"),
        [
            "export X=1 @ export X=1",
            "for i in 1; do\n  echo $i\ndone @ for i in 1; do|  ~echo $i|done"
        ]
    );
    assert_eq!(read("```sh\n~/run\n```\n"), ["~/run @ ~/run"]);
    assert_eq!(read("```bash hidelines=!!!\n!!!a\n~b\n```\n"), ["a @ a", "~b @ ~b"]);
    assert_eq!(read("```sh,hidelines=#,exit=1\n#a\n```\n"), ["a @ a"]);
}

#[test]
fn extensions_come_from_the_book() {
    let mut config = Config::default();
    assert_eq!(Extensions::from_config(&config), Extensions::default());
    config.set("output.html.admonitions", false).expect("the key exists");
    config.set("output.html.code.hidelines.bash", "~").expect("the key exists");
    config.set("preprocessor.docktest.unmarked", "run").expect("the key exists");
    let expected = Extensions {
        admonitions: false,
        hidelines: [("bash".to_owned(), "~".to_owned())].into(),
        unmarked: Unmarked::Run,
        ..Extensions::default()
    };
    assert_eq!(Extensions::from_config(&config), expected);
}

proptest! {
    #[test]
    fn any_text_is_accepted(text in "(```|~~~|````|bash|console|\\$ |output|exit=|until=\"|[>\\-\t\r\n \\\\]|1\\.|é|\u{feff}|\0|<!--|\\PC){0,60}") {
        let scenario = scenario(&text);
        for step in &scenario.steps {
            let spans = [&step.fence.block, &step.command];
            let lines = step.expectations.iter().flat_map(|expectation| &expectation.lines);
            let in_session = step.commands.iter().filter_map(|command| command.expectation.as_ref());
            let in_session = in_session.flat_map(|expectation| &expectation.lines);
            let spans = spans.into_iter().chain(lines).chain(in_session).chain(&step.session_markup);
            let spans: Vec<_> = spans.collect();
            prop_assert!(spans.iter().all(|span| text.get((**span).clone()).is_some()));
        }
        let spans = scenario.findings.iter().map(|finding| finding.span.clone());
        prop_assert!(spans.into_iter().all(|span| text.get(span).is_some()));
    }
}

#[test]
fn a_console_block_contains_the_output_of_each_command() {
    let text = "> ```console timeout=9s\r\n> $ docker ps \\\r\n>     -a\r\n>\r\n>  a  \r\n> \r\n> $ ls\r\n> ```\r\n";
    let scenario = scenario(text);
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let [step] = &scenario.steps[..] else { panic!("{:?}", scenario.steps) };
    let commands: Vec<_> = step.commands.iter().map(|command| command.text.as_str()).collect();
    assert_eq!(commands, ["docker ps \\\n    -a", "ls"]);
    let spans = step.commands.iter().map(|command| &text[command.span.clone()]);
    assert_eq!(spans.collect::<Vec<_>>(), ["docker ps \\", "ls"]);
    let expectation = step.commands[0].expectation.as_ref().expect("it has an expectation");
    assert_eq!((expectation.line, expectation.text.as_str()), (5, " a  \n"));
    assert_eq!(&text[expectation.lines[0].clone()], " a");
    assert_eq!(&text[expectation.body.clone()], ">  a  \r\n");
    assert!(step.commands[1].expectation.is_none());
    let markup: Vec<_> = step.session_markup.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(markup, ["$ ", ">\r\n", ">  a  \r\n", "> \r\n", "$ "]);
}

#[test]
fn a_line_without_a_prompt_in_a_console_block_is_found() {
    assert_eq!(
        outline("```console\nout\n\n$ a\n```\n"),
        "2 \"out\\n\\n$ a\\n\"\n2:1 missing-prompt \"out\"\n"
    );
    assert_eq!(
        outline("- ```console\n  ls\n  ps\n  ```\n"),
        "2 \"ls\\nps\\n\"\n2:3 missing-prompt \"ls\"\n"
    );
    assert_eq!(outline("```console ignore\nout\n```\n"), "2 \"out\\n\"\n");
}

#[test]
fn a_console_block_with_its_own_output_has_no_output_block() {
    let output = "```output\nb\n```\n";
    assert_eq!(outline(&format!("```console\n$ a\n```\n{output}")), "2 \"$ a\\n\" -> 5 \"b\\n\"\n");
    assert_eq!(
        outline(&format!("```console\n$ a\nb\n```\n{output}")),
        "2 \"$ a\\nb\\n\"\n5:1 orphan-output \"```output\"\n"
    );
}

#[test]
fn a_shell_block_with_prompts_is_a_session() {
    let text =
        "- ```bash\n    $ docker volume ls \\\n    > -q\n    data\n      x\n    $ ls\n  ```\n";
    let scenario = scenario(text);
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let [step] = &scenario.steps[..] else { panic!("{:?}", scenario.steps) };
    assert_eq!(step.language, "bash");
    let commands: Vec<_> = step.commands.iter().map(|command| command.text.as_str()).collect();
    assert_eq!(commands, ["docker volume ls \\\n-q", "ls"]);
    let places = step.commands[0].lines.iter().map(|line| &text[line.clone()]);
    assert_eq!(places.collect::<Vec<_>>(), ["docker volume ls \\", "-q"]);
    let expectation = step.commands[0].expectation.as_ref().unwrap();
    assert_eq!(expectation.text, "data\n  x\n");
    let markup: Vec<_> = step.session_markup.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(markup, ["$ ", "> ", "    data\n", "      x\n", "$ "]);
}

#[test]
fn a_step_whose_command_goes_on_as_on_windows_does_not_run() {
    for text in [
        "```console\n$ docker run -d ^\n    --name web ^\n    nginx\n```\n",
        "```bash\ndocker run -d `\n  nginx\n```\n",
        "```powershell\n$ docker run -d `\n  nginx\n```\n",
    ] {
        let [(_, why, remedies)] = &not_steps(text)[..] else { panic!("{text}") };
        assert_eq!(why, "it is for a shell of Windows");
        assert!(remedies.iter().all(|remedy| !remedy.starts_with("proved")), "{remedies:?}");
        assert!(scenario(text).steps.is_empty(), "{text}");
    }
    for text in [
        "```bash\ndocker rm `\n  docker ps -aq`\n```\n",
        "```bash\ngrep ^\nls\n```\n",
        "```bash ignore\ndocker run -d ^\n  nginx\n```\n",
    ] {
        assert_eq!(scenario(text).findings, [], "{text}");
    }
}

#[test]
fn a_session_of_powershell_is_not_proved_to_be_one_of_bash() {
    let [(_, _, remedies)] = &not_steps("```powershell\n$ docker ps\n```\n")[..] else { panic!() };
    assert_eq!(remedies[0], "```console\n$ docker ps\n```\n");
}

#[test]
fn a_fence_that_goes_on_from_the_text_above_is_found() {
    let found = |text: &str| {
        let found = not_steps(text).into_iter().map(|(place, why, remedies)| {
            assert_eq!(
                why,
                "its fence is indented too far, so that it goes on from the text above"
            );
            format!("{place} | {}", remedies.join(" | ")).replace('\n', "/")
        });
        found.collect::<Vec<_>>()
    };
    for (text, expected) in [
        ("Now:\n    ```bash\n    exit 9\n    ```\n", "```bash | proved: Now:/```bash/exit 9/```/"),
        (
            "- a\n\n- Now:\n      ```console\n      $ ls\n\n      $ id\n      ```\n",
            "```console | proved: - a//- Now:/  ```console/  $ ls//  $ id/  ```/",
        ),
        ("!!! note\n    ~~~\n    docker ps\n    ~~~\n", "~~~ | !!! note/~~~/docker ps/~~~/"),
        ("1. Now:\n       ```sh\n       ls\n\n", "```sh | "),
        ("> Now:\n>     ```sh\n>     ls\n>     ```\n", "```sh | "),
    ] {
        assert_eq!(found(text), [expected], "{text}");
    }
    for text in [
        "Now:\n    ```yaml\n    a: b\n    ```\n",
        "Now:\n    ```bash ignore\n    exit 9\n    ```\n",
        "Now:\n    ```docker ps```\n",
        "Now: ```bash\nexit 9```\n",
        "Now:\n    ```\n    a word\n    ```\n",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
}

#[test]
fn a_session_without_a_prompt_is_held_and_becomes_a_script_if_it_has_only_commands() {
    let text = "```console\ndocker ps\n```\n\n```console\nout\n```\n\n```sh\n/ # ls\n```\n\n```console\n```\n";
    let scenario = scenario(text);
    let held: Vec<_> = scenario.steps.iter().map(|step| step.is_held).collect();
    assert_eq!(held, [true, true, true, false]);
    let remedies = |finding: &Finding| {
        let [remedy, ..] = finding.remedies.as_slice() else { panic!("{finding:?}") };
        (remedy.basis, splice(text, remedy.edits.clone()))
    };
    let (bases, fixed): (Vec<_>, Vec<_>) = scenario.findings.iter().map(remedies).unzip();
    assert_eq!(bases, [Basis::Proved, Basis::Proposed, Basis::Proposed], "only commands run");
    assert_eq!(fixed[0], text.replacen("console", "bash", 1));
    assert_eq!(fixed[1], text.replace("console\nout", "text\nout"));
    assert_eq!(fixed[2], text.replace("sh\n/", "text\n/"));
}

#[test]
fn a_session_without_a_prompt_that_may_be_output_is_not_proved_to_be_a_script() {
    let basis = |content: &str| {
        let text = format!("```console\n{content}```\n");
        let [finding] = &scenario(&text).findings[..] else { panic!("{text}") };
        let of_bash = |remedy: &&Remedy| remedy.title.contains("`bash`");
        finding.remedies.iter().find(of_bash).unwrap().basis
    };
    for script in [
        "docker run \\\n  -d \\\n  nginx\n",
        "# first\ndocker compose up -d\n\ndocker compose ps\n",
    ] {
        assert_eq!(basis(script), Basis::Proved, "{script}");
    }
    for other in ["cat\nls\n", "docker ps\nCONTAINER ID\n", "mytool up\n", "Usage: docker ps\n"] {
        assert_eq!(basis(other), Basis::Proposed, "{other}");
    }
}

#[test]
fn a_command_before_the_first_prompt_can_get_one() {
    let text = "> ```bash\n> docker ps\n> $ docker ps\n> a table\n> ```\n";
    let scenario = scenario(text);
    assert!(scenario.steps[0].runs());
    let [finding] = &scenario.findings[..] else { panic!("{:?}", scenario.findings) };
    assert_eq!((finding.code, finding.line), (Code::MissingPrompt, 2));
    let fixed = splice(text, finding.remedies[0].edits.clone());
    assert_eq!(fixed, text.replacen("docker", "$ docker", 1));
}

#[test]
fn a_script_with_prompts_can_be_marked_as_a_session() {
    let text = "```Bash timeout=9s\n$ a\n```\n\n```sh\na\n```\n\n```console\n$ a\n```\n";
    let remedies: Vec<_> = scenario(text).steps.iter().map(Step::mark_as_console).collect();
    let [Some(remedy), None, None] = remedies.as_slice() else { panic!("{remedies:?}") };
    assert_eq!(remedy.basis, Basis::Proved);
    assert_eq!(splice(text, remedy.edits.clone()), text.replace("Bash", "console"));
}

#[test]
fn a_prompt_without_a_blank_is_found_unless_it_is_a_variable() {
    let found = |text: &str| {
        let scenario = scenario(text);
        let held: Vec<bool> = scenario.steps.iter().map(|step| step.is_held).collect();
        let [finding] = &scenario.findings[..] else { return (held, None) };
        assert_eq!(finding.code, Code::MissingPrompt);
        (held, Some(splice(text, finding.remedies[0].edits.clone())))
    };
    for language in ["bash", "console"] {
        let text = format!("```{language}\n$docker pull x\n$docker run x\n```\n");
        assert_eq!(found(&text), (vec![true], Some(text.replace('$', "$ "))));
    }
    let mixed = "```bash\n$ docker pull x\n$docker run x\nhello\n```\n";
    assert_eq!(found(mixed), (vec![false], None));
    for variable in
        ["```bash\ndocker=podman\n$docker ps\n```\n", "```bash\n$DOCKER ps\n$HOME/x y\n```\n"]
    {
        assert_eq!(found(variable), (vec![false], None), "{variable}");
    }
}
