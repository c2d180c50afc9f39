//! Stand-ins for official images, for machines that cannot reach their registries.
//!
//! Each is a recipe made of Debian packages. A stand-in behaves like the image as far as tutorials go: its
//! program runs, serves and answers. Versions, sizes and layers differ, and what a tutorial says about these
//! does not pass. A registry's image always takes precedence.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// How an image is made.
struct StandIn {
    /// The directory of its recipe.
    name: &'static str,
    /// The images that it stands for.
    images: &'static [&'static str],
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

const STAND_INS: [StandIn; 7] = [
    StandIn {
        name: "alpine",
        images: &["alpine", "alpine:edge", "alpine:3.3", "alpine:3.5", "alpine:3.19", "busybox"],
        content: Content::Course("book/images/alpine"),
    },
    StandIn {
        name: "postgres",
        images: &["postgres:15"],
        content: Content::Course("book/images/postgres"),
    },
    StandIn {
        name: "debian",
        images: &[
            "debian",
            "debian:jessie",
            "ubuntu",
            "ubuntu:12.04",
            "ubuntu:12.10",
            "ubuntu:14.04",
            "ubuntu:16.04",
            "ubuntu:18.04",
        ],
        content: Content::Packages("procps,gzip", "CMD [\"/bin/bash\"]\n"),
    },
    StandIn {
        name: "nginx",
        images: &["nginx", "nginx:1.9", "nginx:alpine"],
        content: Content::Packages(
            "nginx-light,curl",
            "RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log \
             && mkdir -p /usr/share/nginx/html && cp /var/www/html/index.nginx-debian.html /usr/share/nginx/html/index.html \
             && sed -i 's|root /var/www/html;|root /usr/share/nginx/html;|' /etc/nginx/sites-available/default\n\
             EXPOSE 80\nSTOPSIGNAL SIGQUIT\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n",
        ),
    },
    StandIn {
        name: "redis",
        images: &["redis", "redis:alpine"],
        content: Content::Packages(
            "redis-server",
            "VOLUME /data\nWORKDIR /data\nEXPOSE 6379\nCMD [\"redis-server\", \"--protected-mode\", \"no\"]\n",
        ),
    },
    StandIn {
        name: "registry",
        images: &["registry", "registry:2"],
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
        images: &["hello-world"],
        content: Content::Text(
            "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n\
             (A stand-in, not the official image.)\n\n",
        ),
    },
];

/// Returns the images without their tags.
pub(super) fn families() -> Vec<&'static str> {
    let mut names: Vec<&str> = STAND_INS
        .iter()
        .flat_map(|stand_in| stand_in.images)
        .map(|image| image.split(':').next().unwrap_or(image))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Writes the recipes below a directory. Returns the images and their recipes.
pub(super) fn write(project: &Path, directory: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
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
        recipes.extend(stand_in.images.iter().map(|image| (*image, recipe.clone())));
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_image_has_one_recipe_that_can_be_built() {
        let project = crate::project().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let recipes = write(&project, directory.path()).unwrap();
        let images: BTreeSet<&str> = recipes.iter().map(|(image, _)| *image).collect();
        assert_eq!(images.len(), recipes.len());
        for (image, recipe) in recipes {
            let dockerfile = fs::read_to_string(recipe.join("Dockerfile")).unwrap();
            assert!(dockerfile.contains("FROM scratch\n"), "{image}");
            assert!(dockerfile.contains("title=\"Stand-in for "), "{image}");
            let mode = fs::metadata(recipe.join("prepare")).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{image}");
        }
    }
}
