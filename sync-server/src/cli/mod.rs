//! The command line. Scripts at bureaus rely on it: what is asked for goes to standard output, everything else to
//! standard error, and the exit code is 0 only when all was done.

mod device;
mod export;
mod import;
mod serve;
mod totals;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::{App, system_clock};
use clap::{Parser, Subcommand, ValueEnum};
use domain::{GridCode, GridUnit};
use store::{Role, StoreError};

/// The office server of Village Ledger (村台账): keeps the ledgers of villages, syncs with inspectors' devices, and
/// shows the office console in the browser.
#[derive(Debug, Parser)]
#[command(name = "sync-server", version, arg_required_else_help = true)]
struct Cli {
    /// The folder with the server's data; `serve`, `import` and `device` create it
    #[arg(long, value_name = "DIR", env = "VILLAGE_LEDGER_DATA_DIR")]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is interrupted. Prints its address and a sign-in link that opens the console once
    Serve {
        /// Where to listen; port 0 takes any free one
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8770")]
        listen: String,
        /// The folder of the built user interface; looked for beside the program and in ui/dist if not given
        #[arg(long, value_name = "DIR")]
        ui: Option<PathBuf>,
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
    /// Devices that may sync
    Device {
        #[command(subcommand)]
        command: Device,
    },
    /// Print another link that opens the console once
    SignInLink {
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

#[derive(Debug, Subcommand)]
enum Device {
    /// Let a device sync a grid unit and all beneath it. Prints the device's token, which is shown only this once
    Add {
        /// What to call the device
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The unit's code: 2, 4, 6, 9 or 12 digits
        #[arg(long, value_name = "CODE")]
        grid: GridCode,
    },
}

/// A sentence for standard error.
#[derive(Debug)]
struct Complaint(String);

impl<E: std::error::Error> From<E> for Complaint {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let Cli { data, command } = Cli::parse();
    let result = match command {
        Command::Serve { listen, ui } => serve::run(&data, &listen, ui),
        Command::Import { what, file, dry_run, skip_bad_rows } => {
            import::run(&data, what, &file, dry_run, skip_bad_rows)
        }
        Command::Totals { grid, json } => totals::run(&data, &grid, json),
        Command::Export { what: Export::Ledger { grid, format: Format::Csv, out } } => {
            export::run(&data, &grid, out.as_deref())
        }
        Command::Device { command: Device::Add { name, grid } } => device::add(&data, &name, grid),
        Command::SignInLink { address } => serve::print_link(&data, address),
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
    Ok(App::open(data, Role::Office, system_clock())?)
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
