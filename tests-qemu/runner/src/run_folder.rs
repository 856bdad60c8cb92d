// SPDX-License-Identifier: GPL-2.0-only
//! One run: where its logs and sockets lie, and what its scenarios are told.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::setup::Settings;

/// A fresh folder named by the time of day, beside those of earlier runs.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
    settings: Settings,
}

impl RunFolder {
    /// Makes the folder in `parent`, and removes all but the last `keep - 1` of the older ones.
    pub fn create(parent: &Path, keep: usize, settings: Settings) -> Result<Self> {
        fs::create_dir_all(parent).map_err(Error::file(parent))?;
        let mut older = Vec::new();
        for entry in fs::read_dir(parent).map_err(Error::file(parent))? {
            let path = entry?.path();
            if is_run(&path) {
                older.push(path);
            }
        }
        older.sort();
        let surplus = (older.len() + 1).saturating_sub(keep.max(1));
        for path in older.iter().take(surplus) {
            match fs::remove_dir_all(path) {
                // Another run was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                result => result.map_err(Error::file(path))?,
            }
        }
        let path = loop {
            let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
            let path = parent.join(now.replace(':', "-"));
            match fs::create_dir(&path) {
                Ok(()) => break path,
                // Of a run that was started in the same millisecond: the next one is not far.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::file(&path)(error)),
            }
        };
        Ok(Self { path, settings })
    }

    /// What its scenarios are told.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// The part of the run in a folder below.
    pub fn part(&self, name: &str) -> Result<Self> {
        Ok(Self {
            path: self.subfolder(name)?,
            settings: self.settings,
        })
    }

    /// A folder for one guest or scenario.
    pub fn subfolder(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(Error::file(&path))?;
        Ok(path)
    }
}

/// Whether this is the folder of a run: named by a time.
fn is_run(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("20") && name.ends_with('Z')) && path.is_dir()
}

/// The path as the user sees it, outside the SDK's tree.
pub fn outside(path: &Path) -> PathBuf {
    match (env::var_os("QMI_WWAN_RS_CACHE"), path.strip_prefix("/sdk")) {
        (Some(cache), Ok(rest)) => Path::new(&cache).join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_start_at_once_have_folders_of_their_own() {
        let parent = tempfile::tempdir().unwrap();
        let settings = Settings {
            seed: 0,
            full: false,
        };
        for _ in 0..20 {
            RunFolder::create(parent.path(), 100, settings).unwrap();
        }
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 20);
    }

    #[test]
    fn only_the_last_runs_are_kept() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["2026-01-01Z", "2026-01-02Z", "2026-01-03Z", "mine"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let settings = Settings {
            seed: 0,
            full: false,
        };
        RunFolder::create(parent.path(), 2, settings).unwrap();
        let mut left: Vec<_> = fs::read_dir(parent.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left.len(), 3);
        assert_eq!(left[0], "2026-01-03Z");
        assert_eq!(left[2], "mine");
    }
}
