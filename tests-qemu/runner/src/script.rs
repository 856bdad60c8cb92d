// SPDX-License-Identifier: GPL-2.0-only
//! Scripts that describe themselves in the comments at their top.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A script of a folder.
pub struct Script {
    /// The file's name without its ending.
    pub name: String,
    /// The name of the folder that it is in.
    pub folder: String,
    /// The file.
    pub path: PathBuf,
    text: String,
}

impl Script {
    /// Its comments up to the first other line, without the licence.
    pub fn comments(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .map_while(|line| line.strip_prefix('#'))
            .filter(|line| !line.starts_with('!'))
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("SPDX"))
    }
}

#[cfg(test)]
impl Script {
    /// A script that is in no file.
    pub fn of(text: &str) -> Self {
        Self {
            name: "a".to_owned(),
            folder: "b".to_owned(),
            path: PathBuf::new(),
            text: text.to_owned(),
        }
    }
}

/// The scripts in the subfolders of `folder`, but for `without`, whose names end with `ending`, sorted by name.
///
/// # Errors
/// If two of them have the same name.
pub fn in_subfolders(folder: &Path, without: &str, ending: &str) -> Result<Vec<Script>> {
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let entry = entry?;
        if entry.path().is_dir() && entry.file_name() != without {
            scripts.extend(all(&entry.path(), ending)?);
        }
    }
    scripts.sort_by(|a, b| (&a.name, &a.folder).cmp(&(&b.name, &b.folder)));
    for pair in scripts.windows(2) {
        if let [first, second] = pair {
            if first.name == second.name {
                return Err(Error::SameName(first.path.clone(), second.path.clone()));
            }
        }
    }
    Ok(scripts)
}

/// The scripts of a folder whose names end with `ending`, sorted by name; none of its subfolders.
pub fn all(folder: &Path, ending: &str) -> Result<Vec<Script>> {
    let mut scripts = Vec::new();
    let of = folder.file_name().unwrap_or_default().to_string_lossy();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some(name), true) = (
            name.and_then(|name| name.strip_suffix(ending)),
            path.is_file(),
        ) {
            scripts.push(Script {
                name: name.to_owned(),
                folder: of.clone().into_owned(),
                text: fs::read_to_string(&path).map_err(Error::file(&path))?,
                path,
            });
        }
    }
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scripts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_end_with_the_first_command() {
        let script =
            Script::of("#!/bin/sh\n# SPDX-License-Identifier: X\n#\n# One\n# Two\n:\n# Three\n");
        assert_eq!(script.comments().collect::<Vec<_>>(), ["One", "Two"]);
    }

    /// A folder with empty scripts of these names.
    fn folder_of(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn scripts_are_found_in_subfolders() {
        let folder = folder_of(&["top.sh", "x/b.sh", "x/text", "y/a.sh", "lib/c.sh"]);
        let found = in_subfolders(folder.path(), "lib", ".sh").unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|script| (script.folder.as_str(), script.name.as_str()))
            .collect();
        assert_eq!(found, [("y", "a"), ("x", "b")]);
    }

    #[test]
    fn no_two_have_the_same_name() {
        let folder = folder_of(&["x/a.sh", "y/b.sh", "y/a.sh"]);
        let error = in_subfolders(folder.path(), "lib", ".sh").err().unwrap();
        let text = error
            .to_string()
            .replace(folder.path().to_str().unwrap(), "");
        assert_eq!(text, "/x/a.sh and /y/a.sh have the same name; rename one");
    }
}
