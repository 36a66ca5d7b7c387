//! Writes the TypeScript types into the folder that is named, `ui/src/wire` by default.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "ui/src/wire".to_owned());
    let folder = std::path::Path::new(&folder);
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    wire::typescript::write_to(folder)
}
