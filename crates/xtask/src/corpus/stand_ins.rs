//! Stand-ins for official images, for machines that cannot reach their registries.
//!
//! Each is a recipe made of Debian packages. A stand-in behaves like the image as far as tutorials go: its
//! program runs, serves and answers. Versions, sizes and layers differ, and what a tutorial says about these
//! does not pass. A registry's image always takes precedence.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;

/// How an image is made.
struct StandIn {
    /// The directory of its recipe.
    name: &'static str,
    /// The repositories of the images that it stands for, with all tags.
    repositories: &'static [&'static str],
    content: Content,
}

enum Content {
    /// A recipe of the course.
    Course(&'static str),
    /// Debian packages, separated by commas, and the rest of the Dockerfile.
    Packages(&'static str, &'static str),
    /// A text that a container prints.
    Text(&'static str),
}

const STAND_INS: [StandIn; 11] = [
    StandIn {
        name: "alpine",
        repositories: &["alpine", "busybox"],
        content: Content::Course("book/images/alpine"),
    },
    StandIn {
        name: "postgres",
        repositories: &["postgres"],
        content: Content::Course("book/images/postgres"),
    },
    StandIn {
        name: "debian",
        repositories: &["debian", "ubuntu"],
        content: Content::Packages("procps,gzip", "CMD [\"/bin/bash\"]\n"),
    },
    StandIn {
        name: "golang",
        repositories: &["golang"],
        content: Content::Packages(
            "golang-go,git,ca-certificates",
            "ENV GOPATH=/go\nENV PATH=/go/bin:$PATH\nWORKDIR /go\nCMD [\"bash\"]\n",
        ),
    },
    StandIn {
        name: "httpd",
        repositories: &["httpd"],
        content: Content::Packages(
            "apache2,procps",
            "RUN mkdir -p /usr/local/apache2/htdocs /var/run/apache2 \
             && echo '<html><body><h1>It works!</h1></body></html>' >/usr/local/apache2/htdocs/index.html \
             && sed -i 's|/var/www/html|/usr/local/apache2/htdocs|' /etc/apache2/sites-available/000-default.conf \
             && sed -i 's|<Directory /var/www/>|<Directory /usr/local/apache2/htdocs/>|' /etc/apache2/apache2.conf \
             && echo 'ServerName localhost' >>/etc/apache2/apache2.conf \
             && ln -sf /dev/stdout /var/log/apache2/access.log && ln -sf /dev/stderr /var/log/apache2/error.log \
             && printf '#!/bin/sh\\nexec apache2ctl -D FOREGROUND\\n' >/usr/local/bin/httpd-foreground \
             && chmod +x /usr/local/bin/httpd-foreground\n\
             WORKDIR /usr/local/apache2\nEXPOSE 80\nSTOPSIGNAL SIGWINCH\nCMD [\"httpd-foreground\"]\n",
        ),
    },
    StandIn {
        name: "mariadb",
        repositories: &["mariadb", "mysql"],
        content: Content::Packages(
            "mariadb-server,procps",
            concat!(
                "COPY entrypoint /usr/local/bin/docker-entrypoint.sh\n",
                "VOLUME /var/lib/mysql\nEXPOSE 3306\n",
                "ENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD [\"mysqld\"]\n",
            ),
        ),
    },
    StandIn {
        name: "nginx",
        repositories: &["nginx"],
        content: Content::Packages(
            "nginx-light,curl",
            "RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log \
             && mkdir -p /usr/share/nginx/html && cp /var/www/html/index.nginx-debian.html /usr/share/nginx/html/index.html \
             && sed -i 's|root /var/www/html;|root /usr/share/nginx/html;|' /etc/nginx/sites-available/default\n\
             EXPOSE 80\nSTOPSIGNAL SIGQUIT\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
        ),
    },
    StandIn {
        name: "python",
        repositories: &["python"],
        content: Content::Packages(
            "python3,python3-pip,python-is-python3,ca-certificates",
            "RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED\nCMD [\"python3\"]\n",
        ),
    },
    StandIn {
        name: "redis",
        repositories: &["redis"],
        content: Content::Packages(
            "redis-server",
            "VOLUME /data\nWORKDIR /data\nEXPOSE 6379\nCMD [\"redis-server\", \"--protected-mode\", \"no\"]\n",
        ),
    },
    StandIn {
        name: "registry",
        repositories: &["registry"],
        content: Content::Packages(
            "docker-registry,apache2-utils,ca-certificates",
            "RUN ln -s docker-registry /usr/bin/registry && rm -rf /var/lib/registry && mkdir -p /var/lib/registry \
             && sed -i -e 's|/var/lib/docker-registry|/var/lib/registry|' -e '/^auth:/,/^[^ ]/d' /etc/docker/registry/config.yml\n\
             VOLUME /var/lib/registry\nEXPOSE 5000\nENTRYPOINT [\"/usr/bin/registry\"]\n\
             CMD [\"serve\", \"/etc/docker/registry/config.yml\"]\n",
        ),
    },
    StandIn {
        name: "hello-world",
        repositories: &["hello-world"],
        content: Content::Text(
            "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n\
             (A stand-in, not the official image.)\n\n",
        ),
    },
];

/// Returns the repositories of the images.
pub(super) fn families() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        STAND_INS.iter().flat_map(|stand_in| stand_in.repositories).copied().collect();
    names.sort_unstable();
    names
}

/// An image's name with a tag, not as a part of a longer name.
static TAGGED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\w./:-])([a-z][a-z0-9-]*):([0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?)")
        .expect("the pattern is valid")
});

/// Adds the images of these repositories that a text names with a tag. There are no images for Windows.
pub(super) fn add_tagged(images: &mut BTreeSet<String>, text: &str) {
    let families = families();
    for found in TAGGED.captures_iter(text) {
        let (repository, tag) = (&found[1], &found[2]);
        let is_for_windows = tag.contains("nanoserver") || tag.contains("windows");
        if families.contains(&repository) && tag != "latest" && !is_for_windows {
            images.insert(format!("{repository}:{tag}"));
        }
    }
}

/// Writes the recipes below a directory. Returns the images and their recipes: each repository without a tag, and
/// `tagged`.
pub(super) fn write(
    project: &Path,
    directory: &Path,
    tagged: &BTreeSet<String>,
) -> Result<Vec<(String, PathBuf)>> {
    let mut recipes = Vec::new();
    for stand_in in &STAND_INS {
        let recipe = match stand_in.content {
            Content::Course(recipe) => project.join(recipe),
            _ => {
                let recipe = directory.join(stand_in.name);
                stand_in
                    .write(project, &recipe)
                    .with_context(|| format!("cannot write {}", recipe.display()))?;
                recipe
            }
        };
        let is_its = |image: &&String| {
            let repository = image.split(':').next();
            repository.is_some_and(|repository| stand_in.repositories.contains(&repository))
        };
        let untagged = stand_in.repositories.iter().map(|name| (*name).to_owned());
        let images = untagged.chain(tagged.iter().filter(is_its).cloned());
        recipes.extend(images.map(|image| (image, recipe.clone())));
    }
    Ok(recipes)
}

impl StandIn {
    fn write(&self, project: &Path, recipe: &Path) -> Result<()> {
        fs::create_dir_all(recipe)?;
        let head = format!(
            "FROM scratch\nADD rootfs.tar /\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n\
             LABEL org.opencontainers.image.title=\"Stand-in for {}\"\n",
            self.name
        );
        let (dockerfile, prepare) = match self.content {
            Content::Course(_) => return Ok(()),
            Content::Packages(packages, rest) => {
                fs::write(recipe.join("packages"), packages)?;
                if rest.contains("COPY entrypoint ") {
                    let entrypoint = recipe.join("entrypoint");
                    fs::write(&entrypoint, include_str!("stand_ins/mariadb-entrypoint"))?;
                    fs::set_permissions(entrypoint, fs::Permissions::from_mode(0o755))?;
                }
                (head + rest, include_str!("stand_ins/prepare").to_owned())
            }
            Content::Text(text) => {
                fs::write(recipe.join("text"), text)?;
                let prepare = fs::read_to_string(project.join("book/images/alpine/prepare"))?;
                (head + "COPY text /\nCMD [\"cat\", \"/text\"]\n", prepare)
            }
        };
        fs::write(recipe.join("Dockerfile"), dockerfile)?;
        let file = recipe.join("prepare");
        fs::write(&file, prepare)?;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_image_has_one_recipe_that_can_be_built() {
        let project = crate::project().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let tagged = BTreeSet::from(["alpine:3.5".to_owned()]);
        let recipes = write(&project, directory.path(), &tagged).unwrap();
        let images: BTreeSet<&str> = recipes.iter().map(|(image, _)| image.as_str()).collect();
        assert_eq!(images.len(), recipes.len());
        assert!(images.contains("alpine") && images.contains("alpine:3.5"));
        for (image, recipe) in recipes {
            let dockerfile = fs::read_to_string(recipe.join("Dockerfile")).unwrap();
            assert!(dockerfile.contains("FROM scratch\n"), "{image}");
            assert!(dockerfile.contains("title=\"Stand-in for "), "{image}");
            let mode = fs::metadata(recipe.join("prepare")).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{image}");
        }
    }

    #[test]
    fn tags_are_those_that_the_texts_name() {
        let mut images = BTreeSet::new();
        add_tagged(
            &mut images,
            "docker run alpine:3.5 sh\nFROM nginx:1.9-alpine.\n`redis:7` nginx:latest me/alpine:1 golang:nanoserver x:1 myalpine:2 \
             localhost:5000/registry:2 alpine:edge\n",
        );
        let found: Vec<&str> = images.iter().map(String::as_str).collect();
        assert_eq!(found, ["alpine:3.5", "alpine:edge", "nginx:1.9-alpine", "redis:7"]);
    }
}
