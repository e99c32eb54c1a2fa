//! What exceptions do, as rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;

use super::{Hold, Use};
use crate::Result;

impl Hold {
    /// The column's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Replaced => "replaced",
            Self::InForce => "in_force",
        }
    }
}

impl Use {
    /// What somebody should look at; none if the exception does what it is there for.
    pub fn remark(&self) -> Option<String> {
        let until = &self.exception.until;
        let expired = (self.hold == Hold::Expired).then(|| match self.lapsed_count {
            0 => format!("it expired on {until}"),
            count => format!("it expired on {until}: {count} of its cases are active again"),
        });
        let replaced = (self.hold == Hold::InForce && self.lapsed_count > 0)
            .then(|| format!("{} of its cases were made after it was accepted, and are active", self.lapsed_count));
        let unused = self.unused_since.as_ref();
        let unused = unused.map(|day| format!("it was about nothing in every complete snapshot since {day}"));
        let unread = self.unread.as_ref().map(|reason| format!("it could not be looked at everywhere ({reason})"));
        let all: Vec<_> = [expired, replaced, unused, unread].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// A row for each exception, in the file's order.
pub fn uses_batch(uses: &[Use]) -> Result<RecordBatch> {
    let text =
        |of: &dyn Fn(&Use) -> Option<String>| -> ArrayRef { Arc::new(uses.iter().map(of).collect::<StringArray>()) };
    let number = |of: &dyn Fn(&Use) -> Option<u64>| -> ArrayRef {
        let numbers = uses.iter().map(|it| of(it).and_then(|it| i64::try_from(it).ok()));
        Arc::new(numbers.collect::<Int64Array>())
    };
    let columns: [(&str, ArrayRef); 14] = [
        ("line", number(&|it| Some(it.exception.line as u64))),
        ("questions", text(&|it| Some(it.exception.of.join(", ")))),
        ("account", text(&|it| it.exception.account.as_ref().map(|it| it.as_str().to_owned()))),
        ("resource", text(&|it| it.exception.resource.as_ref().map(|it| it.as_str().to_owned()))),
        ("principal", text(&|it| it.exception.principal.as_ref().map(|it| it.as_str().to_owned()))),
        ("state", text(&|it| Some(it.hold.as_str().to_owned()))),
        ("case_count", number(&|it| it.case_count)),
        ("lapsed_count", number(&|it| Some(it.lapsed_count))),
        ("reason", text(&|it| Some(it.exception.reason.clone()))),
        ("accepted_by", text(&|it| Some(it.exception.by.clone()))),
        ("accepted_since", text(&|it| it.exception.since.as_ref().map(ToString::to_string))),
        ("accepted_until", text(&|it| Some(it.exception.until.to_string()))),
        ("unused_since", text(&|it| it.unused_since.as_ref().map(ToString::to_string))),
        ("remark", text(&Use::remark)),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Day, Exceptions, Format, format};

    fn used(hold: Hold, lapsed_count: u64) -> Use {
        let text =
            "[[exception]]\nof = [\"F9\", \"D6\"]\naccount = \"1*\"\nreason = \"r\"\nby = \"b\"\nuntil = 2027-03-31\n";
        let exception = Exceptions::parse(text, "x.toml", &["F9", "D6"]).unwrap().all()[0].clone();
        Use { exception, hold, case_count: Some(3), lapsed_count, unused_since: None, unread: None }
    }

    #[test]
    fn what_somebody_should_look_at_is_said() {
        let says = |it: Use| it.remark().unwrap_or_default();
        assert_eq!(says(used(Hold::InForce, 0)), "");
        assert_eq!(says(used(Hold::NotYet, 3)), "");
        assert_eq!(says(used(Hold::Expired, 0)), "it expired on 2027-03-31");
        assert_eq!(says(used(Hold::Expired, 3)), "it expired on 2027-03-31: 3 of its cases are active again");
        let made = "1 of its cases were made after it was accepted, and are active";
        assert_eq!(says(used(Hold::InForce, 1)), made);
        let unread = Some("D6: to: users denied".to_owned());
        let words = "it could not be looked at everywhere (D6: to: users denied)";
        assert_eq!(says(Use { unread, ..used(Hold::InForce, 0) }), words);
        let unused_since = Day::parse("2026-10-01");
        let words = "it was about nothing in every complete snapshot since 2026-10-01";
        assert_eq!(says(Use { unused_since, ..used(Hold::InForce, 0) }), words);
    }

    #[test]
    fn a_row_says_what_the_file_says_and_what_came_of_it() {
        let mut text = Vec::new();
        format(&[uses_batch(&[used(Hold::Expired, 3)]).unwrap()], Format::Csv, &mut text).unwrap();
        let row = "1,\"F9, D6\",1*,,,expired,3,3,r,b,,2027-03-31,,\
            it expired on 2027-03-31: 3 of its cases are active again\n";
        assert!(String::from_utf8(text).unwrap().ends_with(row));
        assert_eq!(uses_batch(&[]).unwrap().num_rows(), 0);
    }
}
