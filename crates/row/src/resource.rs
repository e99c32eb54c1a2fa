//! What every table of resources has in common, read from it by its columns' types: so one reader reads them all.

use arrow::record_batch::RecordBatch;

use crate::{Entries, Error, Row, Timestamp};

/// What a row says of a resource, whatever its table.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'b> {
    /// Its ARN.
    pub arn: Option<&'b str>,
    /// Its type, where the rows of its table are of several.
    pub resource_type: Option<&'b str>,
    /// Its name. None: resources of its type have none, or it was not read.
    pub name: Option<&'b str>,
    /// When it was made (UTC). None: AWS does not say it of this type, or it was not read.
    pub created_at: Option<Timestamp>,
    /// Its tags. None: the table has none, or they were not read.
    pub tags: Option<Entries<'b>>,
}

/// Shows each row of a batch as a resource.
type Each = for<'b, 'f> fn(&'b RecordBatch, &'f mut (dyn FnMut(Resource<'b>) + 'f)) -> Result<(), Error>;

/// A table each of whose rows is a resource. The derive makes it.
#[derive(Debug, Clone, Copy)]
pub struct ResourceTable {
    /// The type of the resources: `sqs_queue`.
    pub resource_type: &'static str,
    /// Shows each row of a batch of this table.
    pub each: Each,
}

/// The type of the resources that the rows of a table are: `sqs_queue`. Rows that are no resources do not compile here.
pub fn resource_type<R: Row>() -> &'static str {
    const {
        match R::RESOURCE {
            Some(table) => table.resource_type,
            None => panic!("the rows of this table are no resources"),
        }
    }
}

/// A column's value, whether or not the column may be null. The derive calls it.
pub fn some<T>(value: impl Into<Option<T>>) -> Option<T> {
    value.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use crate::{BatchBuilder, Row, Table, Timestamp, stamp, table};

    type Tags = BTreeMap<String, String>;

    /// A thing whose columns have the usual names.
    #[derive(Serialize, Row)]
    #[row(table = "test_public_policies", key = "arn")]
    struct Usual {
        /// Its ARN.
        arn: String,
        /// Its unit's name.
        unit_name: String,
        /// Its name.
        policy_name: Option<String>,
        /// When it was made (UTC).
        created_at: Option<Timestamp>,
        /// Its tags.
        tags: Option<Tags>,
    }

    /// A type that is declared elsewhere.
    const BUS: &str = "test_bus";

    /// A thing whose columns have other names, and which has no tags.
    #[derive(Serialize, Row)]
    #[row(table = "test_odd_buses", key = "arn", resource = BUS, name = "identifier", created = "uploaded_at")]
    struct Odd {
        /// Its ARN.
        arn: Option<String>,
        /// Its name.
        identifier: String,
        /// When it was made (UTC).
        uploaded_at: Timestamp,
    }

    /// Something that is no resource of an account.
    #[derive(Serialize, Row)]
    #[row(table = "test_others", key = "arn", resource = "none")]
    struct Other {
        /// Its ARN.
        arn: String,
    }

    /// Something within another thing.
    #[derive(Serialize, Row)]
    #[row(table = "test_parts", key = "arn, number")]
    struct Part {
        /// Its ARN.
        arn: String,
        /// Its number.
        number: i32,
    }

    fn told<R: Row>(rows: &[R]) -> Vec<String> {
        let Table { resource, .. } = table::<R>();
        let mut builder = BatchBuilder::new(table::<R>()).unwrap();
        rows.iter().for_each(|row| builder.push(row).unwrap());
        let batch = builder.take(&stamp::example()).unwrap();
        let mut told = Vec::new();
        (resource.unwrap().each)(&batch, &mut |it| {
            let created_at = it.created_at.map(|at| at.0);
            told.push(format!("{:?} {:?} {created_at:?} {:?}", it.arn, it.name, it.tags));
        })
        .unwrap();
        told
    }

    fn resource_type<R: Row>() -> Option<&'static str> {
        table::<R>().resource.map(|resource| resource.resource_type)
    }

    #[test]
    fn a_table_by_arn_is_one_of_resources_and_its_usual_columns_are_found() {
        assert_eq!(resource_type::<Usual>(), Some("test_public_policy"));
        let row = |name: Option<&str>, tags| Usual {
            arn: "a".into(),
            unit_name: "u".into(),
            policy_name: name.map(str::to_owned),
            created_at: name.map(|_| Timestamp(7)),
            tags,
        };
        let tags = Tags::from([("team".to_owned(), "red".to_owned())]);
        let expected = [r#"Some("a") Some("n") Some(7) Some({"team": "red"})"#, r#"Some("a") None None None"#];
        assert_eq!(told(&[row(Some("n"), Some(tags)), row(None, None)]), expected);
    }

    #[test]
    fn what_is_called_otherwise_is_declared() {
        assert_eq!((resource_type::<Odd>(), super::resource_type::<Odd>()), (Some("test_bus"), "test_bus"));
        let odd =
            |arn: Option<&str>| Odd { arn: arn.map(str::to_owned), identifier: "n".into(), uploaded_at: Timestamp(7) };
        let expected = [r#"Some("a") Some("n") Some(7) None"#, r#"None Some("n") Some(7) None"#];
        assert_eq!(told(&[odd(Some("a")), odd(None)]), expected);
    }

    #[test]
    fn what_is_no_resource_or_a_part_of_one_has_none() {
        assert_eq!((resource_type::<Other>(), resource_type::<Part>()), (None, None));
    }
}
