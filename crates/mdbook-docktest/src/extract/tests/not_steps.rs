//! Blocks that look like commands and are no steps.

use super::*;

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
        found("```.term1\ndocker ps\n```\n"),
        "```.term1 | it has no language | proved: ```bash .term1/docker ps/```/ | ```text .term1/docker ps/```/"
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
        found(
            "=== \"Linux\"\n\n    ```bash\n    docker ps\n    ```\n\n    ```json\n    {}\n    ```\n"
        ),
        "```bash | its fence is indented by four blanks or more, and so it is text | "
    );
    assert_eq!(
        found(
            "- a\n\n      text\n\n      ```\n      docker ps\n      ```\n\n      ```text\n      ls\n      ```\n"
        ),
        "``` | its fence is indented by four blanks or more, and so it is text | "
    );
    assert_eq!(
        found("<div>\n```bash\nexit 9\n```\n</div>\n"),
        "```bash | its fence is inside HTML, where every viewer shows it as text | <div>//```bash/exit 9/```/</div>/"
    );
    assert_eq!(
        found("> <details>\n> ```\n> $ docker ps\n> ```\n> </details>\n"),
        "``` | its fence is inside HTML, where every viewer shows it as text | "
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
        "```js\n// Start it\ndocker run -d nginx\n\n// Look at it\ndocker ps\n```\n",
        "```js\n// Look at it\ndocker ps\nCONTAINER ID   IMAGE\n```\n",
        "```java\n/*\n * Start it\n */\ndocker run -d nginx\n```\n",
        "```sql\n-- In another terminal\ndocker exec -it db psql\n```\n",
        "```html\n<!-- Start it -->\ndocker run -d nginx\n```\n",
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
        "```js\n// docker run -d nginx\n```\n",
        "```js\n// docker run -d nginx\nconst docker = 1;\n```\n",
        "```sql\n-- docker exec db psql\nselect * from docker;\n```\n",
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
