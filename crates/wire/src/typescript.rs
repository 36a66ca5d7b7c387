//! Writes the types of the commands for the user interface, so that both sides cannot drift apart.

use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, ExportError, TS, TypeVisitor};

/// A trait-free view of one list of commands: name, request type, reply type.
type Listing = Vec<(&'static str, String, String)>;

/// Writes one file for each type and `commands.ts` with all lists into a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write_to(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    crate::command::export_types(&config)?;
    crate::device::export_types(&config)?;
    crate::office::export_types(&config)?;
    crate::ApiError::export_all(&config)?;
    std::fs::write(folder.join("commands.ts"), commands_file(&config))?;
    Ok(())
}

/// Writes a type and all it is made of. Lists and options have no file of their own, so theirs are the types within.
pub(crate) fn export<T: TS + 'static>(config: &Config) -> Result<(), ExportError> {
    struct Within<'a>(&'a Config, Result<(), ExportError>);

    impl TypeVisitor for Within<'_> {
        fn visit<U: TS + 'static + ?Sized>(&mut self) {
            if self.1.is_ok() {
                self.1 = U::export_all(self.0);
            }
        }
    }

    match T::export_all(config) {
        Err(ExportError::CannotBeExported(_)) => {
            let mut within = Within(config, Ok(()));
            T::visit_generics(&mut within);
            within.1
        }
        result => result,
    }
}

fn commands_file(config: &Config) -> String {
    let everywhere = crate::command::typescript(config);
    let device = crate::device::typescript(config);
    let office = crate::office::typescript(config);
    let mut text = String::from("// Written by `cargo run -p wire --bin bindings`. Do not edit.\n");
    for name in type_names(everywhere.iter().chain(&device).chain(&office)) {
        let _ = writeln!(text, "import type {{ {name} }} from './{name}'");
    }
    write_list(&mut text, "Commands", &everywhere);
    write_list(&mut text, "DeviceCommands", &device);
    write_list(&mut text, "OfficeCommands", &office);
    text
}

fn write_list(text: &mut String, interface: &str, listing: &Listing) {
    let _ = writeln!(text, "\nexport interface {interface} {{");
    for (name, request, reply) in listing {
        let _ = writeln!(text, "  '{name}': {{ request: {request}; reply: {reply} }}");
    }
    text.push_str("}\n");
}

/// The declared types that appear in a listing: `Array<X>` and `X | null` name `X`.
fn type_names<'a>(listing: impl Iterator<Item = &'a (&'static str, String, String)>) -> Vec<String> {
    let mut names: Vec<String> = listing
        .flat_map(|(_, request, reply)| [request, reply])
        .flat_map(|name| name.split(|character: char| !character.is_alphanumeric()).map(str::to_owned))
        .filter(|name| !name.is_empty() && name != "Array" && name != "null")
        .collect();
    names.sort();
    names.dedup();
    names
}
