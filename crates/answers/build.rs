//! Writes the lists of the shipped questions' and rules' files, so that each is added by its file alone.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    list("questions")?;
    list("rules")
}

/// Writes the list of the files of a folder of `config`.
fn list(folder_name: &str) -> Result<(), Box<dyn Error>> {
    // As it runs and not as it was compiled: a kept build may come from another clone.
    let crate_folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let folder = crate_folder.join("../../config").join(folder_name).canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        files.push(entry?.path());
    }
    files.retain(|path| path.extension().is_some_and(|it| it == "sql"));
    files.sort();
    let mut list = "&[\n".to_owned();
    for path in &files {
        let name = path.file_name().ok_or("a file has a name")?.to_string_lossy();
        writeln!(list, "    ({name:?}, include_str!({:?})),", path.display().to_string())?;
    }
    list.push_str("]\n");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join(format!("{folder_name}.rs")), list)?;
    Ok(())
}
