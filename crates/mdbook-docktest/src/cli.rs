//! The command line.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use glob::Pattern;

/// Runs the shell blocks of a book on a throw-away Docker Engine, checks what comes out, and shows
/// it in the book.
///
/// Without a command it is a preprocessor for mdBook, which sends it a book on standard input.
#[derive(Debug, Parser)]
#[command(name = "mdbook-docktest", version, after_help = EXIT_STATUSES)]
pub struct Cli {
    /// What to do.
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
    /// Says, by its exit status, whether results can be shown with a renderer of mdBook: 0 if so, 1 if
    /// not
    Supports {
        /// The renderer's name
        renderer: String,
    },
    /// Adds to a book what it needs: the preprocessor, the style sheet and the scripts
    ///
    /// What is there already stays as it is, but for style sheets and scripts of another version of
    /// this program that nobody has edited.
    Install(Install),
    /// Runs everything, and reports what does not hold
    Verify(Options),
    /// Verifies, then rewrites the expected outputs that do not hold, and reports what is left
    ///
    /// Lines that still hold stay as they are written, and so do steps with other findings.
    Accept(Options),
    /// Verifies, then keeps what came out, for builds without an engine and for everybody to see
    ///
    /// A recording that says the same as the one that is there, but for what nobody can foresee (IDs,
    /// dates, sizes…), is not written. Chapters that do not hold are not recorded.
    Record(Record),
}

/// What `install` is told.
#[derive(Debug, Args)]
pub struct Install {
    /// The directory of the book.toml
    #[arg(default_value = ".", value_name = "DIR")]
    pub directory: PathBuf,
    /// Replace style sheets and scripts that were edited, too
    #[arg(long)]
    pub force: bool,
}

/// What `record` is told.
#[derive(Debug, Args)]
pub struct Record {
    /// What to record, and how to report.
    #[command(flatten)]
    pub run: Options,
    /// Run nothing, and report which recordings are missing, stale, unused or edited by hand
    #[arg(long)]
    pub check: bool,
}

/// What to run, how, and how to report.
#[derive(Debug, Args)]
pub struct Options {
    /// Directories of books, Markdown files, or FILE:LINE for one step and those before it
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only chapters whose path, or the end of whose path, matches; may be given several times
    #[arg(long = "chapter", value_name = "GLOB")]
    pub chapters: Vec<Pattern>,
    /// Where steps run
    #[arg(long, value_enum, default_value_t)]
    pub engine: EngineKind,
    /// A prepared root file system to start engines from
    #[arg(long, value_name = "DIR")]
    pub engine_root: Option<PathBuf>,
    /// How many chapters to run at a time, each on an engine of its own; by default as many as there
    /// are processors and memory for
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// A file to report to, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// End a chapter with its first step that fails; steps marked `cleanup` run all the same
    #[arg(long)]
    pub fail_fast: bool,
}

/// Where steps run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// The first that can run here
    #[default]
    Auto,
    /// A dockerd in namespaces of its own
    Process,
}

/// How to report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// One object
    Json,
    /// JUnit XML, for build servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
}
