//! The command line.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use glob::Pattern;

use crate::model::partition::Partition;

/// Runs the shell blocks of a book on a throw-away Docker Engine, checks the results, and shows them
/// in the book.
///
/// Without a command, it is a preprocessor for mdBook, which sends it a book on standard input.
#[derive(Debug, Parser)]
#[command(name = "mdbook-docktest", version, after_help = EXIT_STATUSES)]
pub struct Cli {
    /// The command; `None` to preprocess a book for mdBook.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_STATUSES: &str = "\
Exit status:
  0    everything passed
  1    something failed
  2    wrong usage, book.toml or annotations, or an input or output error
  3    no engine or image available
  130  interrupted";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Exits with 0 if a renderer of mdBook can show results, or with 1 if it cannot
    Supports {
        /// The renderer's name
        renderer: String,
    },
    /// Adds the preprocessor, the style sheet and the scripts to a book
    ///
    /// Existing settings and files are kept, except for files that come from another version of this program and
    /// were not edited.
    Install(Install),
    /// Runs everything and reports what fails
    ///
    /// With `--engines`, on several versions of Docker Engine, one after the other; the report then ends with a table
    /// of chapters and versions.
    Verify(Verify),
    /// Runs everything, rewrites expected output that differs, and reports the remaining findings
    ///
    /// Lines that still match are kept as they are, and so are steps with other findings. Values that change from run
    /// to run become placeholders. Chapters that pass then are recorded, as by `record`.
    Accept(Accept),
    /// Runs everything, applies the remedies that are certain, and reports the remaining findings
    ///
    /// A remedy is certain if the text or the run shows that it is right, and if it does not turn a failure
    /// into an expected one. Other remedies are applied only if they are named: see `--with`. Chapters that
    /// have changed are run again, as a remedy can reveal the next finding.
    Fix(Fix),
    /// Runs everything and writes recordings, from which books can be built without an engine
    ///
    /// A recording that differs from the existing one only in values that change with every run (IDs,
    /// dates, sizes…) is not written. Chapters with failures are not recorded.
    Record(Record),
    /// Writes a chapter's recording as a terminal recording, for asciinema and its players (asciicast v2)
    ///
    /// Nothing runs. Outputs appear at the times that were recorded. A second passes before each command: when
    /// a reader would type it is not known.
    Cast(Cast),
    /// Completes the pages that mdBook has built: descriptions, data for previews, a site map, the “not found” page
    ///
    /// Run it after each `mdbook build`. Addresses are added if book.toml says where the site will be, with a
    /// `site-url` that begins with `https://`, or with `cname`.
    Finish(Finish),
    /// Prints a script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Writes the manual pages, one for each command
    Man {
        /// The directory to write to; it is created if it is missing
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Runs a chapter that another process of this program sends, and answers with its recording
    #[command(hide = true)]
    RunChapter,
    /// Prepares engines, tries them, and shows or removes what the program keeps on this machine
    #[command(subcommand)]
    Engine(Engine),
}

/// The arguments of `install`.
#[derive(Debug, Args)]
pub struct Install {
    /// The directory of the book.toml
    #[arg(default_value = ".", value_name = "DIR")]
    pub directory: PathBuf,
    /// Also write a workflow that checks each proposed change of the book, and publishes its pages
    #[arg(long, value_enum, value_name = "HOST")]
    pub ci: Option<CiHost>,
    /// Also replace style sheets, scripts and workflows that were edited
    #[arg(long)]
    pub force: bool,
}

/// Who runs a repository's workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CiHost {
    /// GitHub Actions, in `.github/workflows/book.yml`
    Github,
    /// GitLab CI/CD, in `.gitlab-ci.yml`
    Gitlab,
}

/// The arguments of `cast`.
#[derive(Debug, Args)]
pub struct Cast {
    /// The file of a chapter
    pub chapter: PathBuf,
    /// Only the step at this line
    #[arg(long, value_name = "LINE")]
    pub step: Option<usize>,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The arguments of `finish`.
#[derive(Debug, Args)]
pub struct Finish {
    /// The directory of the book.toml
    #[arg(default_value = ".", value_name = "DIR")]
    pub directory: PathBuf,
}

/// The arguments of `fix`.
#[derive(Debug, Args)]
pub struct Fix {
    /// What to fix, and how to report.
    #[command(flatten)]
    pub run: Options,
    /// Change nothing, and print a unified diff instead of the report; exits with 1 if it is not empty
    #[arg(long, conflicts_with_all = ["format", "output"])]
    pub dry_run: bool,
    /// Apply the remedy with this name, such as `exit`, to the steps at FILE:LINE, instead of those that are
    /// certain; may be repeated
    #[arg(long = "with", value_name = "NAME")]
    pub names: Vec<String>,
}

/// The arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// What to run, and how to report.
    #[command(flatten)]
    pub run: Options,
    /// Versions of Docker Engine, or releases of Debian, to run on, separated by commas, such as `20.10,26.1,sid`;
    /// each must be prepared by `engine prepare`
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        conflicts_with_all = ["engine_root", "engine_image"]
    )]
    pub engines: Vec<String>,
    /// Write the table of chapters and versions beside the recordings, so that the book’s page about verification
    /// shows it
    #[arg(long, requires = "engines")]
    pub save_table: bool,
    /// Which chapters to run.
    #[command(flatten)]
    pub part: Part,
}

/// The part of the chapters to run.
#[derive(Debug, Args)]
pub struct Part {
    /// Only the chapters of the Kth of N parts, which take about the same time; together, the parts are all chapters
    #[arg(long, value_name = "K/N")]
    pub partition: Option<Partition>,
}

/// The arguments of `accept`.
#[derive(Debug, Args)]
pub struct Accept {
    /// What to run, and how to report.
    #[command(flatten)]
    pub run: Options,
    /// Also add the output of steps and commands for which nothing is expected yet
    #[arg(long)]
    pub new: bool,
    /// Also drop rows of tables that were not printed, and add those that are not shown
    #[arg(long)]
    pub rows: bool,
}

/// The arguments of `record`.
#[derive(Debug, Args)]
pub struct Record {
    /// What to record, and how to report.
    #[command(flatten)]
    pub run: Options,
    /// Run nothing, and report recordings that are missing, stale, unused or edited by hand
    #[arg(long, conflicts_with = "partition")]
    pub check: bool,
    /// With `--check`, also ask registries, and report images that have moved since they were recorded
    #[arg(long, requires = "check")]
    pub moved_images: bool,
    /// Which chapters to record.
    #[command(flatten)]
    pub part: Part,
}

/// The commands below `engine`.
#[derive(Debug, Subcommand)]
pub enum Engine {
    /// Builds the root file system that engines start from, unless it exists
    ///
    /// It is built from Debian's packages, which are downloaded. The machine's own Docker, if there is one,
    /// is not used.
    Prepare(EnginePrepare),
    /// Tries each kind of engine on this machine, and says what works and what does not
    ///
    /// Exits with 0 if one works, and with 3 if none does.
    Doctor(EngineDoctor),
    /// Lists the images that a book uses, and where each is or would come from
    ///
    /// Nothing runs, and no registry is asked: images that a chapter names only by a variable may be missing.
    Images(EngineImages),
    /// Removes images and whatever else the program keeps on this machine and on its Docker
    ///
    /// What a running program uses is kept, and so are the prepared root file systems that engines start from unless
    /// `--all` is given.
    Clean(EngineClean),
}

/// The arguments of `engine prepare`.
#[derive(Debug, Args)]
pub struct EnginePrepare {
    /// The release of Debian to take the packages from, and with them the version of Docker Engine
    #[arg(long, value_enum, default_value_t)]
    pub suite: PreparedSuite,
}

/// A release of Debian.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PreparedSuite {
    /// Debian 12, with Docker Engine 20.10, without `docker compose` and `docker buildx`
    Bookworm,
    /// Debian 13, with Docker Engine 26.1
    #[default]
    Trixie,
    /// The next release, with the newest Docker Engine in Debian
    Sid,
}

/// The arguments of `engine doctor`.
#[derive(Debug, Args)]
pub struct EngineDoctor {
    /// A prepared root file system to start engines from
    #[arg(long, value_name = "DIR")]
    pub engine_root: Option<PathBuf>,
    /// The Docker of a context, instead of the one that `docker` uses by itself; may be repeated
    #[arg(long = "context", value_name = "NAME")]
    pub contexts: Vec<String>,
    /// The format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// The arguments of `engine images`.
#[derive(Debug, Args)]
pub struct EngineImages {
    /// Directories of books, or Markdown files
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only chapters whose path, or the end of whose path, matches; may be repeated
    #[arg(long = "chapter", value_name = "GLOB")]
    pub chapters: Vec<Pattern>,
    /// The format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// The arguments of `engine clean`.
#[derive(Debug, Args)]
pub struct EngineClean {
    /// Only print what would be removed
    #[arg(long)]
    pub dry_run: bool,
    /// Also remove the prepared root file systems that engines start from
    #[arg(long)]
    pub all: bool,
    /// The Docker of a context, instead of the one that `docker` uses by itself; may be repeated
    #[arg(long = "context", value_name = "NAME")]
    pub contexts: Vec<String>,
}

/// The format of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table for people
    #[default]
    Human,
    /// A JSON object for programs
    Json,
}

/// The arguments of the commands that run steps.
#[derive(Debug, Args)]
pub struct Options {
    /// Directories of books, Markdown files, or FILE:LINE for a step and those before it
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only chapters whose path, or the end of whose path, matches; may be repeated
    #[arg(long = "chapter", value_name = "GLOB")]
    pub chapters: Vec<Pattern>,
    /// Where steps run
    #[arg(long, value_enum, default_value_t)]
    pub engine: EngineKind,
    /// With the engine `dind`, a context of `docker` to run chapters on; may be repeated, and chapters are then
    /// spread
    #[arg(long = "context", value_name = "NAME")]
    pub contexts: Vec<String>,
    /// With the engine `dind`, the image to run engines in, instead of one that is made for this
    #[arg(long, value_name = "IMAGE")]
    pub engine_image: Option<String>,
    /// A prepared root file system to start engines from
    #[arg(long, value_name = "DIR")]
    pub engine_root: Option<PathBuf>,
    /// How many chapters to run at a time, each on an engine of its own; default: as many as processors
    /// and memory allow. With several contexts, on each
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
    /// The format of the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show all findings in full; by default, the first ten, and a line for each of the others
    #[arg(long)]
    pub all_findings: bool,
    /// End a chapter at its first failed step; steps marked `cleanup` still run
    #[arg(long)]
    pub fail_fast: bool,
}

/// Where steps run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// The first that works here
    #[default]
    Auto,
    /// A dockerd in namespaces of its own
    Process,
    /// A dockerd in a privileged container on the Docker that `docker` reaches, on this machine or another
    Dind,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people
    #[default]
    Human,
    /// A JSON object for programs
    Json,
    /// JUnit XML, for build servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
}
