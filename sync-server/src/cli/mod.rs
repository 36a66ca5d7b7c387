//! The command line. Scripts at bureaus rely on it: what is asked for goes to standard output, everything else to
//! standard error, and the exit code is 0 only when all was done.

mod device;
mod export;
mod import;
mod person;
mod serve;
mod totals;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::{App, system_clock};
use clap::{Parser, Subcommand, ValueEnum};
use domain::{GridCode, GridUnit, Scope};
use store::StoreError;

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
    /// People: what they are to the team, and for which grid units
    Person {
        #[command(subcommand)]
        command: Person,
    },
    /// Devices that may sync
    Device {
        #[command(subcommand)]
        command: Device,
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

#[derive(Debug, Subcommand)]
enum Device {
    /// Let a device of somebody sync. Prints the device's token, which is shown only this once
    Add {
        /// What to call the device
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Whose it is. If not given, it is that of the inspector who is called as the device is; one is made for the
        /// grid unit where there is nobody of that name
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        /// Keep it to this unit and all beneath it: 2, 4, 6, 9 or 12 digits. May be given several times; all that its
        /// person is responsible for if not given
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
    },
}

#[derive(Debug, Subcommand)]
enum Person {
    /// Add somebody
    Add {
        /// Their name, under which they record
        #[arg(long, value_name = "NAME")]
        name: String,
        /// What they are to the team
        #[arg(long, value_enum)]
        role: Role,
        /// A unit that they are responsible for, with all beneath it: 2, 4, 6, 9 or 12 digits. May be given several
        /// times; an administrator without any is responsible for everything
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
    },
    /// Print everybody: name, role and grid units, separated by tabs
    List,
    /// Change somebody; what is not given stays
    Change {
        /// Their name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Another name. What they recorded keeps the old one
        #[arg(long, value_name = "NAME")]
        new_name: Option<String>,
        /// Another role
        #[arg(long, value_enum)]
        role: Option<Role>,
        /// The units that they are responsible for from now on
        #[arg(long, value_name = "CODE")]
        grid: Vec<GridCode>,
    },
    /// Let somebody in no more: their sessions end and their devices stop. What they recorded stays
    Remove {
        /// Their name
        #[arg(long, value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Looks at ledgers and figures: a bureau
    Viewer,
    /// Walks the villages
    Inspector,
    /// Leads a team
    Lead,
    /// Sets the rules of a county
    Admin,
}

impl From<Role> for domain::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Inspector => Self::Inspector,
            Role::Lead => Self::Lead,
            Role::Admin => Self::Admin,
        }
    }
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
        Command::Person { command } => match command {
            Person::Add { name, role, grid } => person::add(&data, &name, role.into(), grid),
            Person::List => person::list(&data),
            Person::Change { name, new_name, role, grid } => {
                person::change(&data, &name, new_name.as_deref(), role.map(Into::into), grid)
            }
            Person::Remove { name } => person::remove(&data, &name),
        },
        Command::Device { command: Device::Add { name, person, grid } } => {
            device::add(&data, &name, person.as_deref(), grid)
        }
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
