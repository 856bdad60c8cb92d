// SPDX-License-Identifier: GPL-2.0-only
//! Which function of the guest's kernel an address belongs to.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::counter::Snapshot;
use crate::error::{Error, Result};

/// A function of the kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its module, if it is in one.
    pub module: Option<String>,
}

/// Functions by their first addresses.
#[derive(Debug, Default)]
pub struct Symbols(Vec<(u64, Function)>);

/// Instructions by function.
pub type Histogram = HashMap<Function, u64>;

impl Symbols {
    /// Reads what the guest's /proc/kallsyms had, perhaps several times.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read(path).map_err(Error::file(path))?;
        Ok(Self::parse(&String::from_utf8_lossy(&text)))
    }

    fn parse(text: &str) -> Self {
        let mut functions: Vec<_> = text.lines().filter_map(function).collect();
        functions.sort_by_key(|(address, _)| *address);
        // Of several names for one place, the first is the one that the kernel itself uses.
        functions.dedup_by_key(|(address, _)| *address);
        Self(functions)
    }

    /// The function around an address.
    pub fn at(&self, address: u64) -> Option<&Function> {
        let behind = self.0.partition_point(|(start, _)| *start <= address);
        Some(&self.0.get(behind.checked_sub(1)?)?.1)
    }

    /// Sums up by function.
    pub fn histogram(&self, counts: &Snapshot) -> Histogram {
        let unknown = Function {
            name: "(unknown)".to_owned(),
            module: None,
        };
        let mut histogram = Histogram::new();
        for (&address, &count) in &counts.kernel {
            let function = self.at(address).unwrap_or(&unknown);
            match histogram.get_mut(function) {
                Some(sum) => *sum += count,
                None => drop(histogram.insert(function.clone(), count)),
            }
        }
        histogram
    }
}

/// A line ADDRESS TYPE NAME [MODULE], if it is of code.
fn function(line: &str) -> Option<(u64, Function)> {
    let mut words = line.split_whitespace();
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    let kind = words.next()?;
    if !matches!(kind, "t" | "T" | "w" | "W") || address == 0 {
        return None;
    }
    let name = words.next()?.to_owned();
    let module = words.next().map(|word| word.trim_matches(['[', ']']));
    Some((
        address,
        Function {
            name,
            module: module.map(str::to_owned),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_the_function_before_it() {
        let symbols = Symbols::parse(
            "ffffffffc0000010 t rx_fixup\t[qmi_wwan]\nffffffff81000000 T first\n\
             ffffffff81000000 T alias\nffffffff81000010 D data\n0000000000000000 A percpu\n",
        );
        let name = |address| symbols.at(address).map(|function| function.name.as_str());
        assert_eq!(name(0xffff_ffff_80ff_ffff), None);
        assert_eq!(name(0xffff_ffff_8100_0020), Some("first"));
        assert_eq!(name(0xffff_ffff_c000_0011), Some("rx_fixup"));
        let module = symbols.at(0xffff_ffff_c000_0010).unwrap().module.as_deref();
        assert_eq!(module, Some("qmi_wwan"));
    }
}
