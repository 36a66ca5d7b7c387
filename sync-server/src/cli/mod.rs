//! The command line. Scripts at bureaus rely on it: what is asked for goes to standard output, everything else to
//! standard error, and the exit code is 0 only when all was done.

mod backup;
mod device;
mod export;
mod import;
mod invite;
mod person;
mod progress;
mod restore;
mod serve;
mod totals;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::{App, system_clock};
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use domain::{GridCode, GridUnit, Scope};
use store::StoreError;

use crate::config::Options;

/// The office server of Village Ledger (村台账): keeps the ledgers of villages, syncs with inspectors' devices, and
/// shows the office console in the browser.
#[derive(Debug, Parser)]
#[command(name = "sync-server", version, arg_required_else_help = true)]
struct Cli {
    /// The folder with the server's data; `serve`, `import` and `device` create it
    #[arg(long, value_name = "DIR", env = "VILLAGE_LEDGER_DATA_DIR", global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is interrupted. Prints its address and a sign-in link that opens the console once
    Serve {
        /// A file of settings, in place of /etc/village-ledger/sync-server.toml and sync-server.toml in the data
        #[arg(long, value_name = "FILE", env = "VILLAGE_LEDGER_CONFIG")]
        config: Option<PathBuf>,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Read a file and put on record what it says. With a row that cannot be read nothing is written and the exit code
    /// is 1
    Import {
        /// What the file holds
        #[arg(value_enum)]
        what: What,
        /// Division codes as CSV, boundaries as GeoJSON, or a ledger as CSV or XLSX
        file: PathBuf,
        /// Only tell what would be done
        #[arg(long)]
        dry_run: bool,
        /// Leave out the rows that cannot be read instead of writing nothing
        #[arg(long)]
        skip_bad_rows: bool,
    },
    /// Print the totals of a grid unit
    Totals {
        /// The unit's code: 2, 4, 6, 9 or 12 digits
        #[arg(long, value_name = "CODE")]
        grid: GridCode,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write records to a file
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// People: what they are to the team, and for which grid units
    Person {
        #[command(subcommand)]
        command: person::Command,
    },
    /// Devices that may sync
    Device {
        #[command(subcommand)]
        command: device::Command,
    },
    /// Make a backup while the server runs: records, people, photos, certificate. With --check prove one where it lies
    #[command(group = clap::ArgGroup::new("what").required(true))]
    Backup {
        /// The folder that the backup becomes, such as backups/2026-11-22. It must not be there yet. Photos that an earlier
        /// backup beside it holds take no more room
        #[arg(long, value_name = "DIR", group = "what")]
        out: Option<PathBuf>,
        /// Prove this backup instead: every byte of it, and that all documents load
        #[arg(long, value_name = "DIR", group = "what")]
        check: Option<PathBuf>,
        /// Make it although photos are missing or damaged. They are named in it
        #[arg(long, requires = "out")]
        without_lacking: bool,
    },
    /// Restore a backup into the folder of --data, which must be empty or not there. Devices then offer again all they have
    Restore {
        /// The backup
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
    },
    /// Look at everything, also while the server runs, and name each thing that is wrong: hashes of photos and changes,
    /// documents, tables, people. The exit code is 0 only if all is right
    Verify {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print another link that opens the console once
    SignInLink {
        /// For whom; the first administrator if not given
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        /// The address under which the console is reached; the one at which the server was last started if not given
        #[arg(long, value_name = "URL")]
        address: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Division codes
    Divisions,
    /// Outlines of grid units
    Boundaries,
    /// Sites
    Ledger,
    /// Petitions and assigned tasks
    Tasks,
}

#[derive(Debug, Subcommand)]
enum Export {
    /// The ledger (台账) of a grid unit, one row a site
    Ledger {
        /// The unit's code: 2, 4, 6, 9 or 12 digits
        #[arg(long, value_name = "CODE")]
        grid: GridCode,
        /// The form of the file
        #[arg(long, value_enum)]
        format: Format,
        /// The file to write, in place of one that is there; standard output if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// UTF-8 with byte-order mark, as Excel and WPS open it without questions
    Csv,
}

/// A sentence for standard error.
#[derive(Debug)]
struct Complaint(String);

impl<E: std::error::Error> From<E> for Complaint {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The command line as it is parsed, for what documents it.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let Cli { data, command } = Cli::parse();
    let data = match (data, &command) {
        (Some(data), _) => data,
        // The backup says all that is needed.
        (None, Command::Backup { check: Some(_), .. }) => PathBuf::new(),
        (None, _) => {
            let message = "say where the server's data lies: --data DIR, or VILLAGE_LEDGER_DATA_DIR";
            Cli::command().error(clap::error::ErrorKind::MissingRequiredArgument, message).exit()
        }
    };
    let result = match command {
        Command::Backup { out: Some(out), without_lacking, .. } => backup::make(&data, &out, without_lacking),
        Command::Backup { check, .. } => backup::check(&check.unwrap_or_default()),
        Command::Restore { from } => restore::run(&from, &data),
        Command::Verify { json } => verify::run(&data, json),
        Command::Serve { config, options } => serve::run(&data, config.as_deref(), *options),
        Command::Import { what, file, dry_run, skip_bad_rows } => {
            import::run(&data, what, &file, dry_run, skip_bad_rows)
        }
        Command::Totals { grid, json } => totals::run(&data, &grid, json),
        Command::Export { what: Export::Ledger { grid, format: Format::Csv, out } } => {
            export::run(&data, &grid, out.as_deref())
        }
        Command::Person { command } => person::run(&data, command),
        Command::Device { command } => device::run(&data, command),
        Command::SignInLink { person, address } => serve::print_link(&data, person.as_deref(), address),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Complaint(sentence)) => {
            eprintln!("sync-server: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// The data, which is created if need be.
fn open_or_create(data: &Path) -> Result<App, Complaint> {
    Ok(App::open(data, store::Role::Office, system_clock())?)
}

/// The data, which must be there: a mistyped folder is not to look like an empty office.
fn open(data: &Path) -> Result<App, Complaint> {
    if !data.join("replica.sqlite").exists() {
        return Err(Complaint(format!("there is no data in {}; import something first", data.display())));
    }
    open_or_create(data)
}

/// The unit, which must be known.
fn known(app: &App, grid: &GridCode) -> Result<GridUnit, Complaint> {
    app.store().read::<_, StoreError>(|reader| reader.unit(grid))?.ok_or_else(|| {
        Complaint(format!(
            "{grid} is in no list of divisions that was imported; see 'sync-server import divisions'"
        ))
    })
}

/// The scope of these units, which must be known; `None` of none.
fn scope_of(app: &App, grid: Vec<GridCode>) -> Result<Option<Scope>, Complaint> {
    for code in &grid {
        known(app, code)?;
    }
    Ok((!grid.is_empty()).then(|| Scope::new(grid)))
}
