//! Which chapters have changed since their results were saved in the table.

use std::collections::BTreeSet;

use super::EngineTable;
use crate::book::settings::Settings;
use crate::model::finding::Code;
use crate::render::verifications::VersionResult;
use crate::report::Report;
use crate::store::replay::{Recordings, shown};

impl EngineTable {
    /// Reports the chapters whose results are of other steps, or that have none.
    pub(crate) fn report_stale(&self, report: &mut Report, settings: &Settings) {
        let recordings = Recordings::new(settings);
        for chapter in report.chapters.iter_mut().filter(|chapter| chapter.needs_run()) {
            let results = self.results(chapter, &recordings, settings);
            let what = match results.values().next() {
                Some(VersionResult::Current { .. }) => continue,
                Some(VersionResult::OutOfDate) => "was saved with other steps of this chapter",
                None => "has no results for this chapter",
            };
            let message = format!("the table {} {what}", shown(&self.path));
            let help = format!(
                "run `mdbook-docktest verify --engines {} --save-table {}` to update it",
                self.engines(),
                chapter.path.display()
            );
            chapter.add_finding(Code::StaleTable, 0, message, help, settings);
        }
    }

    /// The versions of the engine in the table, as `--engines` takes them.
    fn engines(&self) -> String {
        let versions = self.document.chapters.values().flat_map(|row| row.engines.keys());
        let short = versions.map(|version| version.split('+').next().unwrap_or(version));
        short.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TEXT, chapter, engine, ran, settings};
    use super::*;

    #[test]
    fn a_chapter_with_results_of_other_steps_or_without_results_is_reported() {
        let directory = tempfile::tempdir().unwrap();
        let settings = settings(directory.path());
        let mut table = EngineTable::new(directory.path());
        for version in ["28.5.2+dfsg3", "20.10.24+dfsg1"] {
            let report = ran(TEXT, &settings, [Some(0), None, Some(0)]);
            table.add(&report, &settings, &engine("e", version));
        }
        let table_path = EngineTable::path_in(directory.path());
        let stale = |text: &str, recording: &str| -> Vec<(Code, String, Option<String>)> {
            let mut chapter = chapter(text, &settings);
            chapter.recording_path = directory.path().join(recording);
            let mut report = Report { chapters: vec![chapter], ..Report::default() };
            table.report_stale(&mut report, &settings);
            let findings = report.chapters.remove(0).findings.into_iter();
            findings.map(|finding| (finding.code, finding.message, finding.help)).collect()
        };
        let help = "run `mdbook-docktest verify --engines 20.10.24,28.5.2 --save-table src/part/a.md` to update it";
        let finding = |what: &str| {
            let message = format!("the table {} {what}", table_path.display());
            vec![(Code::StaleTable, message, Some(help.to_owned()))]
        };
        assert_eq!(stale(TEXT, "part/a.md.json"), []);
        assert_eq!(stale(&format!("# Prose\n\n{TEXT}"), "part/a.md.json"), []);
        let changed = TEXT.replace("d\n", "e\n");
        let expected = finding("was saved with other steps of this chapter");
        assert_eq!(stale(&changed, "part/a.md.json"), expected);
        assert_eq!(stale(TEXT, "part/b.md.json"), finding("has no results for this chapter"));
        assert_eq!(stale("# Only prose\n", "part/b.md.json"), []);
    }
}
