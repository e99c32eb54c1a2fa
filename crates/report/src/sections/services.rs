//! Where the services that watch are on, and whether anybody hears them: a grid of services by unit. A count is of
//! accounts' regions.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::coverage_of;

use super::Declared;
use crate::asked::{Asked, Object, number, text};
use crate::lists::ROWS_MAX;
use crate::model::{Block, Cell, Column, Row, Table};
use crate::places::Places;
use crate::{Error, Result};

pub(crate) const SECTION: Declared =
    Declared { id: "services", title: "Security services", is_brief: false, read: |asked| Box::pin(read(asked)) };

const COUNTS: &str = "SELECT
  ou_path,
  service,
  COUNT(*) FILTER (WHERE is_on) AS on_count,
  COUNT(*) FILTER (WHERE NOT is_on) AS off_count,
  COUNT(*) FILTER (WHERE is_on IS NULL) AS unseen_count,
  COUNT(*) FILTER (WHERE is_on AND is_heard) AS heard_count,
  COUNT(*) FILTER (WHERE is_on AND NOT is_heard) AS unheard_count,
  COUNT(*) FILTER (WHERE is_on AND managed_by IN ('organization', 'administrator')) AS managed_count,
  COUNT(*) FILTER (WHERE is_on AND managed_by = 'account') AS alone_count,
  COUNT(*) FILTER (WHERE is_on AND NOT is_what_it_needs_there) AS lacking_count
FROM security_services
WHERE true{among}
GROUP BY ou_path, service
ORDER BY ou_path, service";

/// The services, as the table names them and as AWS does. One that is not here has its own name.
static SERVICES: [(&str, &str); 9] = [
    ("access_analyzer", "Access Analyzer"),
    ("cloudtrail", "CloudTrail"),
    ("config", "Config"),
    ("detective", "Detective"),
    ("guardduty", "GuardDuty"),
    ("inspector", "Inspector"),
    ("macie", "Macie"),
    ("security_hub", "Security Hub"),
    ("security_hub_cspm", "Security Hub CSPM"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let sql = asked.own(COUNTS);
    let rows = match asked.rows(&sql).await {
        Ok(rows) => rows,
        Err(Error::Answers(error)) => {
            return Ok(vec![Block::Table(Table { error: Some(error.unanswered()?), ..grid(&BTreeMap::new()) })]);
        }
        Err(error) => return Err(error),
    };
    let coverage_percent = coverage_of(&asked.snapshot, &["security_services".to_owned()]).await?;
    let units = units(&rows);
    let words = "Each count is of accounts' regions that should have been read. Managed: by the organization's \
                 delegated administrator, its trail or analyzer, or by another account. Heard: rules of EventBridge \
                 tell somebody of every severe finding. Lacking: what it needs of another service is not there. Not \
                 seen is neither on nor off.";
    let table = |table: Table| Block::Table(Table { coverage_percent, sql: Some(asked.dated(&sql)), ..table });
    Ok(vec![Block::Words(words.to_owned()), table(totals(&units)), table(grid(&units))])
}

/// By unit, by service.
type Units = BTreeMap<String, BTreeMap<String, Places>>;

fn units(rows: &[Object]) -> Units {
    let mut units = Units::new();
    for row in rows {
        let unit = units.entry(text(row, "ou_path").to_owned()).or_default();
        unit.insert(text(row, "service").to_owned(), places(row));
    }
    units
}

fn places(row: &Object) -> Places {
    let count = |name| number(row, name);
    Places {
        on: count("on_count"),
        off: count("off_count"),
        unseen: count("unseen_count"),
        heard: count("heard_count"),
        unheard: count("unheard_count"),
        managed: count("managed_count"),
        alone: count("alone_count"),
        lacking: count("lacking_count"),
    }
}

/// A row for each service, over all units.
fn totals(units: &Units) -> Table {
    let columns = [
        Column::text("service", "service"),
        Column::number("on_count", "on"),
        Column::number("off_count", "off"),
        Column::number("unseen_count", "not seen"),
        Column::number("heard_count", "heard"),
        Column::number("unheard_count", "not heard"),
        Column::number("hearing_unknown_count", "hearing not known"),
        Column::number("managed_count", "managed"),
        Column::number("alone_count", "by the account itself"),
        Column::number("manager_unknown_count", "managed not known"),
        Column::number("lacking_count", "lacking"),
    ];
    let mut services: BTreeMap<&str, Places> = BTreeMap::new();
    for (service, places) in units.values().flatten() {
        *services.entry(service).or_default() += *places;
    }
    let row = |(service, it): (&str, Places)| {
        let counts = [
            it.on,
            it.off,
            it.unseen,
            it.heard,
            it.unheard,
            it.hearing_unknown(),
            it.managed,
            it.alone,
            it.manager_unknown(),
            it.lacking,
        ];
        let counts = counts.map(|count| Cell::Number(count.to_string()));
        let cells = [Cell::Name(called(service).to_owned())].into_iter().chain(counts).collect();
        Row { key: Some(service.to_owned()), cells }
    };
    let rows: Vec<Row> = services.into_iter().map(row).collect();
    Table {
        id: "services-table",
        title: "Services, in accounts' regions".to_owned(),
        columns: columns.to_vec(),
        count: rows.len() as u64,
        rows,
        is_whole: true,
        ..Table::default()
    }
}

/// A row for each unit, a column for each service.
fn grid(units: &Units) -> Table {
    let met: BTreeSet<&str> = units.values().flat_map(|unit| unit.keys().map(String::as_str)).collect();
    let shown: Vec<&(&str, &str)> = SERVICES.iter().filter(|(service, _)| met.contains(service)).collect();
    let service_columns = shown.iter().map(|&&(service, name)| Column::text(service, name));
    let columns = [Column::text("ou_path", "unit")].into_iter().chain(service_columns).collect();
    let row = |(unit, services): (&String, &BTreeMap<String, Places>)| {
        let name = if unit.is_empty() { Cell::Unknown } else { Cell::Name(unit.clone()) };
        let cell = |&&(service, _): &&(&str, &str)| services.get(service).map_or(Cell::Nothing, |it| Cell::Places(*it));
        Row { key: Some(unit.clone()), cells: [name].into_iter().chain(shown.iter().map(cell)).collect() }
    };
    let unknown: Vec<&str> = met.into_iter().filter(|service| called(service) == *service).collect();
    let beside = match &unknown[..] {
        [] => String::new(),
        names => format!(" Above alone: {}.", names.join(", ")),
    };
    let note = format!(
        "✓ on wherever it should have been read; ◐ on in some, off in others; ✗ on in none; ? not all was seen. In a \
         bar, full is on, empty is off, dashed is not seen. A report of a unit has its rows alone.{beside}"
    );
    Table {
        id: "services-grid",
        title: "Services by unit".to_owned(),
        columns,
        rows: units.iter().take(ROWS_MAX).map(row).collect(),
        count: units.len() as u64,
        note: Some(note),
        ..Table::default()
    }
}

fn called(service: &str) -> &str {
    SERVICES.iter().find(|(name, _)| *name == service).map_or(service, |&(_, called)| called)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(unit: &str, service: &str, [on, off, unseen]: [u64; 3]) -> Object {
        let row = json!({
            "ou_path": unit, "service": service, "on_count": on, "off_count": off, "unseen_count": unseen,
            "heard_count": 1, "unheard_count": 2, "managed_count": 3, "alone_count": 0, "lacking_count": 1,
        });
        row.as_object().cloned().unwrap()
    }

    fn rows() -> [Object; 3] {
        [
            row("Root/A", "guardduty", [5, 2, 1]),
            row("Root/B", "guardduty", [4, 0, 3]),
            row("Root/B", "macie", [4, 0, 0]),
        ]
    }

    #[test]
    fn services_are_summed_over_units_and_what_is_not_known_is_counted() {
        let table = totals(&units(&rows()));
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[0].key.as_deref(), Some("guardduty"));
        let numbers = ["9", "2", "4", "2", "4", "3", "6", "0", "3", "2"].map(|it| Cell::Number(it.into()));
        assert_eq!(table.rows[0].cells[1..], numbers);
        assert_eq!(table.rows[0].cells.len(), table.columns.len());
    }

    #[test]
    fn a_unit_without_a_service_has_an_empty_cell_there() {
        let table = grid(&units(&rows()));
        let heads: Vec<_> = table.columns.iter().map(|column| column.head).collect();
        assert_eq!(heads, ["unit", "GuardDuty", "Macie"]);
        assert_eq!(table.rows[0].cells[2], Cell::Nothing);
        let Cell::Places(places) = &table.rows[1].cells[1] else { panic!("{table:?}") };
        assert_eq!((places.on, places.off, places.unseen), (4, 0, 3));
    }

    #[test]
    fn a_service_of_tomorrow_is_counted_under_its_own_name() {
        let units = units(&[row("Root", "sentinel", [1, 0, 0])]);
        assert_eq!(totals(&units).rows[0].cells[0], Cell::Name("sentinel".into()));
        let note = grid(&units).note.unwrap();
        assert!(note.ends_with(" Above alone: sentinel."), "{note}");
    }
}
