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

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use domain::{GridCode, GridUnit, Scope};
use store::{Role, Store, StoreError};

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

/// The data to write, which is created if need be. Whatever lies there half written is put away.
fn open_to_write(data: &Path) -> Result<Store, Complaint> {
    let unopened =
        |error: StoreError| Complaint(format!("the data in {} cannot be opened: {error}", data.display()));
    Store::open(data, Role::Office).map_err(unopened)
}

/// That there is data: a mistyped folder is not to look like an empty office.
fn must_be_there(data: &Path) -> Result<(), Complaint> {
    match data.join("replica.sqlite").exists() {
        true => Ok(()),
        false => Err(Complaint(format!("there is no data in {}; import something first", data.display()))),
    }
}

/// The data to read, which must be there. What a running server is writing just now is left alone.
fn open(data: &Path) -> Result<Store, Complaint> {
    must_be_there(data)?;
    match Store::open_reading(data) {
        // No server of this version has run since: it is brought up to date here.
        Err(StoreError::OtherVersion(..)) => open_to_write(data),
        Ok(store) if store.role() != Role::Office => Err(StoreError::OtherRole.into()),
        // Its tables are of another one.
        Ok(store) if store.read::<_, StoreError>(|reader| reader.other_view_version())?.is_some() => {
            open_to_write(data)
        }
        opened => Ok(opened?),
    }
}

/// The data to read, which is created if need be.
fn open_or_create(data: &Path) -> Result<Store, Complaint> {
    if must_be_there(data).is_ok() { open(data) } else { open_to_write(data) }
}

/// The unit, which must be known.
fn known(store: &Store, grid: &GridCode) -> Result<GridUnit, Complaint> {
    store.read::<_, StoreError>(|reader| reader.unit(grid))?.ok_or_else(|| {
        Complaint(format!(
            "{grid} is in no list of divisions that was imported; see 'sync-server import divisions'"
        ))
    })
}

/// The scope of these units, which must be known; `None` of none.
fn scope_of(store: &Store, grid: Vec<GridCode>) -> Result<Option<Scope>, Complaint> {
    for code in &grid {
        known(store, code)?;
    }
    Ok((!grid.is_empty()).then(|| Scope::new(grid)))
}
