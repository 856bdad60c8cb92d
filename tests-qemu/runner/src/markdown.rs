// SPDX-License-Identifier: GPL-2.0-only
//! Tables of the documentation: written, and read again.

use comfy_table::{presets, Row, Table};

/// What stands between the cells of a row.
const BETWEEN: &str = " | ";

/// A table with these titles of its columns.
pub fn table(titles: impl Into<Row>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(titles);
    table
}

/// A text as it can stand in a cell.
pub fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The texts of the cells of a line, if it is a row of a table.
pub fn cells(line: &str) -> Option<Vec<String>> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let texts = row.split(BETWEEN);
    Some(texts.map(|text| text.trim().replace("\\|", "|")).collect())
}

/// `document` with `table` in place of what stands between `<!-- NAME -->` and `<!-- end -->`; [`None`] if it has no such place.
pub fn replace(document: &str, name: &str, table: &Table) -> Option<String> {
    let (before, rest) = document.split_once(&format!("<!-- {name} -->\n"))?;
    let (_, after) = rest.split_once("<!-- end -->")?;
    Some(format!(
        "{before}<!-- {name} -->\n{table}\n<!-- end -->{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_again() {
        let mut written = table(["a", "b", "c"]);
        written.add_row([cell("x | y"), String::new(), "z".to_owned()]);
        let text = written.to_string();
        let row = text.lines().last().unwrap();
        assert_eq!(cells(row).unwrap(), ["x | y", "", "z"]);
        assert_eq!(cells("no row"), None);
    }

    #[test]
    fn a_place_is_filled() {
        let mut written = table(["a"]);
        written.add_row(["b"]);
        let document = "# Title\n<!-- here -->\nold\n<!-- end -->\nrest\n";
        let new = replace(document, "here", &written).unwrap();
        assert!(new.starts_with("# Title\n<!-- here -->\n| a |"));
        assert!(new.ends_with("| b |\n<!-- end -->\nrest\n"));
        assert_eq!(replace(document, "there", &written), None);
    }
}
