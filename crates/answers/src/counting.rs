//! How a question's numbers are made. Where that changes from one night to the next, a trend breaks.

use std::fmt::Write;

use crate::{Kind, Population, Question};

/// How a question's numbers are made, as the table `facts` says it of each night.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counting {
    /// The thresholds in force, by name, `idle_days 90`; none if the question has none.
    pub thresholds: Option<String>,
    /// The SHA-256 of the question's query with its thresholds' names, its populations and conditions.
    pub text_sha256: String,
}

impl Question {
    /// How its numbers are made.
    pub fn counting(&self) -> Counting {
        let mut thresholds: Vec<String> =
            self.thresholds.iter().map(|it| format!("{} {}", it.name, it.value)).collect();
        thresholds.sort();
        Counting {
            thresholds: (!thresholds.is_empty()).then(|| thresholds.join(", ")),
            text_sha256: orgcensus_lake::sha256(text(self).as_bytes()),
        }
    }
}

/// What makes the numbers of a question, without the words that only say what they are.
fn text(question: &Question) -> String {
    let mut text = format!("{}\nrests on {}\n", question.sql, question.rests_on.join(", "));
    let Kind::Fact { shares, .. } = &question.kind else { return text };
    for share in shares {
        let (what, of) = match share.of {
            Population::Subjects(of) => ("of", of),
            Population::Each(of) => ("of each", of),
            Population::Organizations(of) => ("per organization", of),
        };
        let within = share.within.unwrap_or_default();
        let _ = writeln!(text, "{what} {of}, where {within}, is so {}, definition {}", share.is_so, share.definition);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::select;

    #[test]
    fn a_trend_breaks_where_the_query_changes_and_not_where_a_word_or_a_number_does() {
        let was = select(&["C1"]).unwrap()[0].clone();
        let sixty = was.with_thresholds(&BTreeMap::from([("idle_days".to_owned(), 60)]));
        assert_eq!(text(&sixty), text(&was));
        assert_eq!(sixty.counting().text_sha256, was.counting().text_sha256);
        assert_eq!(sixty.counting().thresholds.as_deref(), Some("idle_days 60"));
        let Kind::Fact { shares, .. } = &was.kind else { panic!("a list") };
        let mut of_words = shares.clone();
        of_words[0].caveat = None;
        let mut of_conditions = shares.clone();
        of_conditions[0].is_so = "other";
        let with = |shares| match &was.kind {
            Kind::Fact { subject, .. } => {
                Question { kind: Kind::Fact { subject: subject.clone(), shares }, ..was.clone() }
            }
            Kind::List { .. } => panic!("a list"),
        };
        assert_eq!(with(of_words).counting(), was.counting());
        assert_ne!(with(of_conditions).counting(), was.counting());
        assert_ne!(Question { sql: "SELECT 1", ..was.clone() }.counting(), was.counting());
    }
}
