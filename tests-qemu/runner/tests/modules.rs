// SPDX-License-Identifier: GPL-2.0-only
//! No two modules of these programs use each other, directly or by way of others.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::setup::CHECKOUT;
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, UseTree};

type Name = Vec<String>;

/// A file's place among the modules, and what it names.
struct Module {
    name: Name,
    /// Each path, from the root of the crate.
    paths: Vec<Name>,
}

/// Takes the paths in a file.
struct Paths {
    /// The module that the visitor is in.
    within: Name,
    /// Paths as they are written, and in which module.
    found: Vec<(Name, Name)>,
}

impl Paths {
    fn take_use(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.take_use(&with(&path.ident), &path.tree),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.take_use(before, tree);
                }
            }
            UseTree::Name(name) => self.found.push((self.within.clone(), with(&name.ident))),
            UseTree::Rename(name) => self.found.push((self.within.clone(), with(&name.ident))),
            UseTree::Glob(_) => self.found.push((self.within.clone(), before.to_vec())),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if is_test(&module.attrs) {
            return;
        }
        self.within.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.within.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.take_use(&[], &item.tree);
    }

    // `pub(super)` uses nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter();
        let names: Name = segments.map(|segment| segment.ident.to_string()).collect();
        // One name alone may be that of a variable.
        if names.len() > 1 {
            self.found.push((self.within.clone(), names));
        }
        visit::visit_path(self, path);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

/// A path from the root of the crate; one that begins with a name may be a child's.
fn absolute(within: &[String], path: &[String]) -> Name {
    let mut base = within.to_vec();
    let mut rest = path;
    while let [first, others @ ..] = rest {
        match first.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            _ => break,
        }
        rest = others;
    }
    [&base, rest].concat()
}

/// The module in this file, and those that it declares.
fn read(file: &Path, folder: &Path, name: Name, modules: &mut Vec<Module>) {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut paths = Paths {
        within: name.clone(),
        found: Vec::new(),
    };
    paths.visit_file(&parsed);
    for item in &parsed.items {
        if let Item::Mod(ItemMod {
            ident,
            content: None,
            ..
        }) = item
        {
            let below = folder.join(ident.to_string());
            let own = below.with_extension("rs");
            let file = if own.is_file() {
                own
            } else {
                below.join("mod.rs")
            };
            let name = [name.as_slice(), &[ident.to_string()]].concat();
            read(&file, &below, name, modules);
        }
    }
    let found = paths.found.iter();
    modules.push(Module {
        paths: found.map(|(within, path)| absolute(within, path)).collect(),
        name,
    });
}

/// Modules that use each other. Of a name only the first `depth` parts count.
fn cycles(modules: &[Module], depth: usize) -> Vec<String> {
    let short = |name: &[String]| name[..name.len().min(depth)].join("::");
    let names: Vec<String> = modules
        .iter()
        .map(|module| module.name.join("::"))
        .collect();
    let shorts: Vec<String> = modules.iter().map(|module| short(&module.name)).collect();
    let mut graph = DiGraphMap::<&str, ()>::new();
    for (module, from) in modules.iter().zip(&shorts) {
        for path in &module.paths {
            // The longest part of the path that is a module.
            let lengths = (0..=path.len()).rev();
            let used = lengths.map(|length| &path[..length]).find_map(|part| {
                let part = part.join("::");
                names.iter().position(|name| *name == part)
            });
            if let Some(to) = used.map(|used| &shorts[used]).filter(|to| *to != from) {
                graph.add_edge(from, to, ());
            }
        }
    }
    let found = tarjan_scc(&graph).into_iter();
    let found = found.filter(|together| together.len() > 1);
    found.map(|together| together.join(", ")).collect()
}

/// The folders of the programs.
fn crates() -> Vec<PathBuf> {
    let folder = Path::new(CHECKOUT).join("tests-qemu");
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.join("src/lib.rs").is_file())
        .collect()
}

#[test]
fn modules_do_not_use_each_other() {
    let crates = crates();
    assert!(!crates.is_empty());
    let mut found = Vec::new();
    for folder in crates {
        let src = folder.join("src");
        let mut modules = Vec::new();
        read(&src.join("lib.rs"), &src, Vec::new(), &mut modules);
        // Files, and the folders in `src` as a whole.
        for depth in [usize::MAX, 1] {
            let cycles = cycles(&modules, depth).into_iter();
            found.extend(cycles.map(|cycle| format!("{}: {cycle}", folder.display())));
        }
    }
    assert!(
        found.is_empty(),
        "modules that use each other; move what they share into one of its own:\n{}",
        found.join("\n")
    );
}

#[test]
fn cycles_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let found = || {
        let mut modules = Vec::new();
        read(
            &folder.path().join("lib.rs"),
            folder.path(),
            Vec::new(),
            &mut modules,
        );
        cycles(&modules, usize::MAX)
    };
    fs::create_dir(folder.path().join("c")).unwrap();
    write("lib.rs", "mod a; mod b; pub mod c;");
    write("a.rs", "use crate::c::{self, X};");
    write(
        "b.rs",
        "fn f() -> super::a::A {} #[cfg(test)] mod tests { use crate::c::X; }",
    );
    write("c/mod.rs", "pub mod d;");
    write("c/d.rs", "mod e { fn f() { super::super::super::b::g() } }");
    assert_eq!(found(), Vec::<String>::new());
    write("c/mod.rs", "pub mod d; pub use d::X;");
    let mut all: Vec<String> = found()[0].split(", ").map(str::to_owned).collect();
    all.sort();
    assert_eq!(all, ["a", "b", "c", "c::d"]);
}
