// SPDX-License-Identifier: GPL-2.0-only
//! Kernels that the archive has.

use crate::kernel::Arch;

/// A kernel that may be tried.
pub struct Candidate {
    /// Which archive has it.
    pub from: String,
    /// The version of its packages.
    pub version: String,
    /// What `uname -r` says there.
    pub release: String,
    /// Debian's word for what it is for.
    pub flavour: String,
}

impl Candidate {
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.strip_prefix("kernel ")?.split(' ').collect();
        let [from, version, release, flavour] = words[..] else {
            return None;
        };
        Some(Self {
            from: from.to_owned(),
            version: version.to_owned(),
            release: release.to_owned(),
            flavour: flavour.to_owned(),
        })
    }

    pub fn name(&self) -> String {
        format!("{}/{}", self.from, self.release)
    }

    /// Whether it must be possible to try it. Packages of Debian's later suites may not fit together for days.
    pub fn is_certain(&self) -> bool {
        !["sid", "experimental"].contains(&&*self.from)
    }

    pub fn arch(&self) -> Arch {
        if self.flavour.starts_with("arm64") {
            Arch::Arm64
        } else {
            Arch::Amd64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_parsed() {
        let candidate = Candidate::parse("kernel sid 7.2.13-1 7.2.13+deb14-amd64 amd64").unwrap();
        assert_eq!(candidate.name(), "sid/7.2.13+deb14-amd64");
        assert_eq!(candidate.arch(), Arch::Amd64);
        assert!(!candidate.is_certain());
        let oldest = Candidate::parse("kernel source 7.1.13 7.1.13-guest guest").unwrap();
        assert!(oldest.is_certain());
        assert!(Candidate::parse("W: no such archive").is_none());
    }
}
