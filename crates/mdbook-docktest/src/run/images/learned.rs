//! Images that a chapter turned out to use: those that its commands name only by a variable, or in files
//! that they fetch. They are known to later runs of the same commands.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use docker_images::{Digest, Reference};

use super::supplier::Supplier;
use crate::model::recording::{Change, Effect, ObjectKind};
use crate::model::scenario::Scenario;

/// What earlier runs on this machine have found out.
pub(in crate::run) struct Learned {
    directory: PathBuf,
}

impl Learned {
    /// What is in the supplier's cache.
    pub(in crate::run) fn new(supplier: &Supplier) -> Self {
        Self { directory: supplier.cache.learned() }
    }

    /// The images that an earlier run of a chapter had to pull.
    pub(in crate::run) fn images(&self, scenario: &Scenario) -> Vec<Reference> {
        // Without the file, or with a damaged one, the run finds out again.
        let text = fs::read_to_string(self.file(scenario)).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Keeps these images for later runs, with those of earlier runs: a run that begins with the ones does
    /// not pull them, and so learns only the others.
    pub(in crate::run) fn keep(&self, scenario: &Scenario, images: &[Reference]) {
        let mut all = self.images(scenario);
        let new: Vec<&Reference> = images.iter().filter(|image| !all.contains(image)).collect();
        all.extend(new.into_iter().cloned());
        let lines: String = all.iter().map(|image| format!("{image}\n")).collect();
        let write = || {
            fs::create_dir_all(&self.directory)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
            file.write_all(lines.as_bytes())?;
            file.persist(self.file(scenario))?;
            std::io::Result::Ok(())
        };
        // If this fails, the next run finds out again.
        let _ = write();
    }

    fn file(&self, scenario: &Scenario) -> PathBuf {
        let mut commands = Vec::new();
        for (index, step) in scenario.steps_that_run() {
            for (_, file) in scenario.files_before(index) {
                commands.extend(
                    [file.name.as_bytes(), b"\0", file.contents().as_bytes(), b"\0"].concat(),
                );
            }
            for command in &step.commands {
                commands.extend(command.script().as_bytes());
                commands.push(0);
            }
        }
        self.directory.join(Digest::of(&commands).hex())
    }
}

/// The images that commands have pulled without saying so: those that were not there when a container
/// was created or an image was built.
pub(in crate::run) fn pulled_unasked(
    scenario: &Scenario,
    effects: &[(usize, Effect)],
) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    for (step, effect) in effects {
        let Change::Created { image: Some(image), .. } = &effect.change else { continue };
        let command = scenario.steps.get(*step).and_then(|step| step.commands.get(effect.command));
        let asks = command.is_some_and(|command| command.text.contains("pull"));
        if effect.kind != ObjectKind::Image || asks {
            continue;
        }
        // A registry on the engine itself is made by the chapter.
        if let Ok(reference) = image.parse::<Reference>()
            && !reference.is_local()
            && !found.contains(&reference)
        {
            found.push(reference);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extract::{Extensions, extract};

    fn scenario(text: &str) -> Scenario {
        extract(Path::new("c.md"), text, Extensions::default())
    }

    fn pull(step: usize, command: usize, image: &str) -> (usize, Effect) {
        let effect = Effect {
            command,
            kind: ObjectKind::Image,
            name: image.to_owned(),
            id: image.to_owned(),
            change: Change::created(Some(image.to_owned())),
        };
        (step, effect)
    }

    #[test]
    fn what_a_run_has_pulled_is_known_to_the_next_one() {
        let directory = tempfile::tempdir().unwrap();
        let learned = Learned { directory: directory.path().join("learned") };
        let chapter = scenario("```bash\ndocker run $IMAGE\n```\n");
        assert_eq!(learned.images(&chapter), []);
        let images: Vec<Reference> =
            ["alpine", "ghcr.io/team/app:1"].map(|image| image.parse().unwrap()).into();
        learned.keep(&chapter, &images);
        assert_eq!(learned.images(&chapter), images);
        let same = scenario("Prose.\n\n```bash hidden\ndocker run $IMAGE\n```\n");
        assert_eq!(learned.images(&same), images);
        let other = scenario("```bash\ndocker run $OTHER\n```\n");
        assert_eq!(learned.images(&other), []);
    }

    #[test]
    fn what_later_runs_pull_is_known_as_well() {
        let directory = tempfile::tempdir().unwrap();
        let learned = Learned { directory: directory.path().join("learned") };
        let chapter = scenario("```bash\ndocker run $ONE\ndocker run $TWO\n```\n");
        let images: Vec<Reference> =
            ["alpine", "team/app:1"].map(|image| image.parse().unwrap()).into();
        learned.keep(&chapter, &images[..1]);
        learned.keep(&chapter, &images[1..]);
        learned.keep(&chapter, &images[..1]);
        assert_eq!(learned.images(&chapter), images);
    }

    #[test]
    fn a_pull_that_the_author_asked_for_is_not_learnt() {
        let chapter = scenario(
            "```bash\ndocker run $IMAGE\ndocker pull $IMAGE\n```\n```bash\ndocker build .\n```\n",
        );
        let effects = [
            pull(0, 0, "alpine:latest"),
            pull(0, 1, "busybox:latest"),
            pull(1, 0, "nginx:1.27"),
            pull(1, 0, "docker.io/library/alpine:latest"),
            pull(1, 0, "localhost:5000/app:1"),
        ];
        let expected: Vec<Reference> =
            ["alpine", "nginx:1.27"].map(|image| image.parse().unwrap()).into();
        assert_eq!(pulled_unasked(&chapter, &effects), expected);
    }
}
