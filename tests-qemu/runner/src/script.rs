// SPDX-License-Identifier: GPL-2.0-only
//! Scripts that describe themselves in the comments at their top.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A script of a folder.
pub struct Script {
    /// The file's name without its ending.
    pub name: String,
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
            path: PathBuf::new(),
            text: text.to_owned(),
        }
    }
}

/// The scripts of a folder whose names end with `ending`, sorted by name; none of its subfolders.
pub fn all(folder: &Path, ending: &str) -> Result<Vec<Script>> {
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some(name), true) = (
            name.and_then(|name| name.strip_suffix(ending)),
            path.is_file(),
        ) {
            scripts.push(Script {
                name: name.to_owned(),
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
}
