//! A book whose pages have everything that the program can add to a page.

use std::sync::LazyLock;

use browser_tests::{BuiltBook, Lab, Ran};
use mdbook_docktest::internal::{Change, ContainerSpec, End, ObjectKind, Port, Stream};

/// The pages of the book.
pub(crate) const PAGES: [&str; 7] = [
    "sorties.html",
    "flux.html",
    "session.html",
    "larges.html",
    "etat.html",
    "fichiers.html",
    "constats.html",
];

pub(crate) fn showcase() -> &'static BuiltBook {
    static SHOWCASE: LazyLock<BuiltBook> = LazyLock::new(build);
    &SHOWCASE
}

fn build() -> BuiltBook {
    Lab::new()
        .chapter("sorties.md", OUTPUTS, outputs())
        .chapter("flux.md", STREAM, streams())
        .chapter("session.md", SESSION, session())
        .chapter("larges.md", WIDE, wide())
        .chapter("etat.md", STATE, state())
        .chapter("fichiers.md", FILES, vec![vec![Ran::printing("bonjour\n")]])
        .chapter("constats.md", FINDINGS, vec![vec![Ran::printing("deux\n")]])
        .build("showcase")
}

const OUTPUTS: &str = "# Sorties

Une commande qui n’affiche rien, une autre qui échoue, dans la même étape.

```bash exit=2
docker volume create donnees
ls /absent
```

Des couleurs, et une réponse tapée à l’invite.

```bash tty
docker run --rm alpine ls --color /
```

```bash stdin=\"oui\\n\"
docker volume prune
```

- Dans une liste, avec une sortie de deux cents lignes.

  ```bash
  docker logs serveur
  ```

> Dans une citation.
>
> ```bash
> docker run -d --name serveur -v donnees:/data:ro alpine sleep 600
> ```
";

fn outputs() -> Vec<Vec<Ran>> {
    let volume = Ran::printing("donnees\n").takes(47).does(
        ObjectKind::Volume,
        "donnees",
        Change::created(None),
    );
    let refused = Ran::printing("")
        .chunk(12, Stream::Stderr, "ls: /absent: No such file or directory\n")
        .ends(End::Exited { status: 2 })
        .takes(1234);
    let codes = [1, 30, 31, 32, 33, 34, 35, 36, 37, 90, 91, 92, 93, 94, 95, 96, 97];
    let colours = codes.map(|code| format!("\u{1b}[{code}mcouleur {code}\u{1b}[0m\r\n")).concat();
    let colours = Ran::printing(&colours).at_a_terminal();
    let asked = Ran::printing("WARNING! This will remove all volumes.\nContinue? [y/N] ")
        .chunk(540, Stream::Typed, "oui\n")
        .chunk(560, Stream::Stdout, "Total reclaimed space: 0B\n");
    let long: String = (1..=200).map(|line| format!("ligne {line} du journal\n")).collect();
    let id = "7623a30f6bc9d06ab905015daddee97b715be7e710c4efa570aca9b66b9588f4";
    let started = Ran::printing(&format!("{id}\n"))
        .does(ObjectKind::Container, "serveur", Change::created(Some("alpine".to_owned())))
        .does(
            ObjectKind::Volume,
            "donnees",
            Change::Mounted {
                container: "serveur".to_owned(),
                destination: "/data".to_owned(),
                read_only: true,
            },
        )
        .does(ObjectKind::Container, "serveur", Change::Started);
    vec![
        vec![volume, refused],
        vec![colours],
        vec![asked],
        vec![Ran::printing(&long).takes(75_000)],
        vec![started],
    ]
}

const STREAM: &str = "# Flux

```bash lines=4
docker logs -f serveur
```
";

fn streams() -> Vec<Vec<Ran>> {
    let line = |second: u64| format!("2026-11-23 09:41:{second:02} : utilisateur connecté\n");
    let stream = (0..4).fold(Ran::printing(""), |ran, second| {
        ran.chunk(second * 1000 + 20, Stream::Stdout, &line(second))
    });
    vec![vec![stream.chunk(3100, Stream::Typed, "^C").ends(End::Stopped)]]
}

const SESSION: &str = "# Session

```console
$ docker run --rm -it alpine sh
/ # echo bonjour
bonjour
/ # ls /
bin
data
/ # exit
```
";

fn session() -> Vec<Vec<Ran>> {
    let typed = |text: &str| Ran::printing("").chunk(20, Stream::Stdout, text).at_prompt("/ # ");
    let hello = Ran::printing("").chunk(30, Stream::Stdout, "bonjour\r\n").at_prompt("/ # ");
    let opening = Ran::printing("").at_a_terminal().takes(300);
    vec![vec![opening, hello, typed("bin\r\ndata\r\n"), Ran::printing("").at_prompt("/ # ")]]
}

const WIDE: &str = "# Lignes larges

Un mot de la commande est plus large que l’écran.

```bash
printf %s aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
echo large
echo hostile
```

| Une | table |
|-----|-------|
| 1   | 2     |
";

/// Output with markup and with characters that change the direction of text.
const HOSTILE: &str = "</samp></pre></figure><script>document.title = 'pris'</script>\
    <img src=x onerror=\"document.title = 'pris'\"> &lt;&amp; <b>gras\n\
    \u{202e}ellirgne \u{2066}tuot\u{0}\n";

fn wide() -> Vec<Vec<Ran>> {
    let word = Ran::printing(&"a".repeat(300)).chunk(20, Stream::Stderr, &"e".repeat(300));
    let line = format!("{}\n", "mot ".repeat(2500));
    vec![vec![word, Ran::printing(&line), Ran::printing(HOSTILE)]]
}

const STATE: &str = "# État

```bash diagram
docker network create interne
docker run -d --name base --network interne -v donnees:/var/lib/base postgres:15
docker run -d --name vitrine-du-magasin-en-ligne --network interne -p 8080:80 -v donnees:/donnees:ro nginx
```
";

fn state() -> Vec<Vec<Ran>> {
    let container = |name: &str, image: &str, mount: (&str, bool), ports: Vec<Port>| {
        let spec = ContainerSpec { ports, ..ContainerSpec::default() };
        let created = Change::Created { image: Some(image.to_owned()), spec };
        let mounted = Change::Mounted {
            container: name.to_owned(),
            destination: mount.0.to_owned(),
            read_only: mount.1,
        };
        Ran::printing("7623a30f6bc9d06ab905015daddee97b715be7e710c4efa570aca9b66b9588f4\n")
            .does(ObjectKind::Container, name, created)
            .does(ObjectKind::Network, "interne", Change::Connected { container: name.to_owned() })
            .does(ObjectKind::Volume, "donnees", mounted)
            .does(ObjectKind::Container, name, Change::Started)
    };
    let network =
        Ran::printing("interne\n").does(ObjectKind::Network, "interne", Change::created(None));
    let base = container("base", "postgres:15", ("/var/lib/base", false), Vec::new()).does(
        ObjectKind::Volume,
        "donnees",
        Change::created(None),
    );
    let port = Port { address: None, host: Some(8080), container: 80, protocol: "tcp".to_owned() };
    let shop = container("vitrine-du-magasin-en-ligne", "nginx", ("/donnees", true), vec![port]);
    vec![vec![network, base, shop]]
}

const FILES: &str = "# Fichiers

À enregistrer sous ce nom :

```dockerfile file=Dockerfile
FROM alpine
COPY accueil.sh /
```

- Dans une liste, avec un nom plus large que l’écran.

  ```sh file=dossier/un-nom-de-fichier-plus-large-que-l-ecran-dun-telephone-et-meme-que-celui-dun-ordinateur.sh mode=755
  echo bonjour
  ```

```text file=accueil.txt append
bonjour
```

```bash
cat accueil.txt
```
";

const FINDINGS: &str = "# Constats

```bash
echo deux
```

```output
un
```
";
