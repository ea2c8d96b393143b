//! The beginning of an upload as an import would read it, so that a person sees whether it is read right before anything is planned.

use super::{
    columns::{ColumnUse, Columns, MappedBy},
    format::{Delimiter, Encoding, FileProblem},
    inspect::{Chosen, Extent, Inspector},
    reader::{Record, RowReader},
};
use crate::contact::Problem;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many rows are shown.
const ROWS: usize = 10;

/// How an import would read a file, with its first rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// How its bytes become text: chosen, or found.
    pub encoding: Encoding,
    /// What stands between two cells: chosen, or found.
    pub delimiter: Delimiter,
    /// What each column fills.
    pub columns: Vec<ColumnUse>,
    /// What stands against these columns: two that fill one field, or none that fills any. An import is refused until they are mapped another way.
    pub problems: Vec<Problem>,
    /// The first rows below the header.
    pub rows: Vec<PreviewRow>,
}

/// A row as it would be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    /// The line of the file that it begins on, from 1.
    #[schema(examples(2))]
    pub line: u64,
    /// As many cells as there are columns; none when the row cannot be read.
    #[schema(examples("ann@example.com"))]
    pub cells: Vec<String>,
    /// Why the row cannot be read.
    #[schema(examples("the row has 3 cells, the header has 2: check the row for a missing or surplus delimiter"))]
    pub problem: Option<String>,
    /// What in the row may be meant otherwise than it was read. It is no reason to fail.
    #[schema(examples("in column 2 (“company”) there is a quote inside a cell that does not begin with one: it was read as part of the text"))]
    pub remark: Option<String>,
}

impl Preview {
    /// Reads the first bytes of a file. What is found of the encoding counts for these bytes; the import looks at all of them.
    pub fn of(bytes: &[u8], extent: Extent, chosen: Chosen, remembered: &BTreeMap<String, String>) -> Result<Self, FileProblem> {
        let mut inspector = Inspector::new(chosen);
        inspector.push(bytes);
        let format = inspector.conclude(extent)?;
        let mut reader = RowReader::new(&format);
        reader.push(bytes);
        if extent == Extent::Whole {
            reader.end();
        }
        let rows = reader.take(ROWS).map(row).collect();
        let (columns, problems) = match Columns::map(&format.header, &BTreeMap::new(), remembered) {
            Ok(columns) => (columns.uses(), Vec::new()),
            Err(problems) => (format.header.iter().map(|name| alone(name, remembered)).collect(), problems),
        };
        Ok(Self { encoding: format.encoding, delimiter: format.delimiter, columns, problems, rows })
    }
}

fn row(record: Record) -> PreviewRow {
    let remark = record.remark();
    let (cells, problem) = match record.cells {
        Ok(cells) => (cells, None),
        Err(problem) => (Vec::new(), Some(problem.to_string())),
    };
    PreviewRow { line: record.line, cells, problem, remark }
}

/// What a column fills when no other is looked at.
fn alone(name: &str, remembered: &BTreeMap<String, String>) -> ColumnUse {
    let ignored = || ColumnUse { header: name.to_owned(), field: None, by: MappedBy::Ignored };
    let columns = Columns::map(&[name.to_owned()], &BTreeMap::new(), remembered);
    columns.ok().and_then(|columns| columns.uses().pop()).unwrap_or_else(ignored)
}

#[cfg(test)]
mod tests {
    use super::{Delimiter, Encoding, Extent, FileProblem, Preview};
    use std::collections::BTreeMap;

    fn of(bytes: &[u8], extent: Extent) -> Result<Preview, FileProblem> {
        Preview::of(bytes, extent, super::Chosen::default(), &BTreeMap::new())
    }

    #[test]
    fn the_end_of_a_beginning_is_not_taken_for_a_row() -> Result<(), FileProblem> {
        let file = "firstName,primaryEmail\nZoë,zoe@x.com\nAnn,ann@x.com\n".as_bytes();
        let cells = |bytes: &[u8], extent| of(bytes, extent).map(|preview| preview.rows.len());
        assert_eq!(cells(file, Extent::Whole)?, 2);
        assert_eq!(cells(&file[..file.len() - 3], Extent::Beginning)?, 1);
        assert_eq!(cells(&file[..file.len() - 3], Extent::Whole)?, 2);
        // Cut within the two bytes of “ë”, which does not make it another encoding.
        assert_eq!(of(&file[..26], Extent::Beginning)?.encoding, Encoding::Utf8);
        Ok(())
    }

    #[test]
    fn columns_that_contradict_each_other_are_shown_with_the_reason() -> Result<(), FileProblem> {
        let preview = of(b"firstName;Vorname;Schuhe\nAnn;Anna;43\nBob;Bo\n", Extent::Whole)?;
        assert_eq!(preview.delimiter, Delimiter::Semicolon);
        assert_eq!(preview.columns.iter().map(|column| column.field.as_deref()).collect::<Vec<_>>()[0], Some("firstName"));
        assert!(preview.rows[0].problem.is_none() && preview.rows[1].problem.is_some() && preview.rows[1].cells.is_empty());
        let twice = of(b"firstName,firstName\nA,B\n", Extent::Whole)?;
        assert_eq!((twice.problems.len(), twice.columns.len()), (1, 2));
        Ok(())
    }
}
