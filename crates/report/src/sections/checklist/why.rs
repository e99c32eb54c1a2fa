//! Why a point is unknown: of what of it the census cannot tell, which tasks were not complete, and what is not
//! collected at all.

use std::collections::BTreeSet;

use orgcensus_answers::{Line, Question, Standing, ask_json};
use serde_json::Value;

use super::PLACES_SHOWN;
use crate::Result;
use crate::asked::{Asked, Object, first, number, text};

/// Why a point is unknown that was asked: what of it was not read.
pub(super) async fn unknown(
    asked: &Asked,
    planned: Option<&BTreeSet<String>>,
    questions: &[Question],
    line: &Line,
) -> Result<Option<String>> {
    let Some(standing) = line.standing.as_ref().filter(|it| it.error.is_none() && line.state == "unknown") else {
        return Ok(None);
    };
    let Some(question) = questions.iter().find(|it| it.id == line.id) else { return Ok(None) };
    let (rests_on, extent) = (asked.snapshot.rests_on(), asked.snapshot.extent());
    let (short, short_count) =
        first(asked.snapshot.query(&question.short_tasks(rests_on, extent)).await?, PLACES_SHOWN).await?;
    // The cases say of how many it is not known, the fact says of which.
    let has_causes = !question.is_list() && standing.unknown_count.is_some_and(|count| count > 0);
    let causes = match has_causes {
        true => causes(ask_json(&asked.snapshot, &[question]).await?.as_array().map_or(&[][..], Vec::as_slice)),
        false => Vec::new(),
    };
    let uncollected = uncollected(planned, rests_on.collectors(question));
    Ok(Some(Gaps { causes, short, short_count, uncollected }.words(standing)))
}

/// The collectors that had something to read. None of a part: what is the organization's is read elsewhere.
pub(super) async fn planned(asked: &Asked) -> Result<Option<BTreeSet<String>>> {
    if !asked.part.is_whole() {
        return Ok(None);
    }
    let rows = asked.rows("SELECT DISTINCT collector FROM coverage WHERE is_planned").await?;
    Ok(Some(rows.iter().map(|row| text(row, "collector").to_owned()).collect()))
}

/// Those of the collectors that had nothing to read; none if nobody knows which had.
fn uncollected(planned: Option<&BTreeSet<String>>, collectors: Option<Vec<String>>) -> Vec<String> {
    let Some(planned) = planned else { return Vec::new() };
    collectors.into_iter().flatten().filter(|name| !planned.contains(name)).collect()
}

/// Of how many subjects it is not known, and of which, as the question says it: `2 trails: those whose …`
fn causes(facts: &[Value]) -> Vec<String> {
    let mut causes: Vec<(String, Option<&str>)> = Vec::new();
    for fact in facts {
        let Some(unknown) = fact["unknown_count"].as_u64().filter(|count| *count > 0) else { continue };
        let subjects = format!("{unknown} {}", fact["population"].as_str().unwrap_or_default().replace('_', " "));
        let said = fact["caveat"].as_str().and_then(said_of_unknown);
        match causes.iter_mut().find(|(others, _)| *others == subjects) {
            // Two shares of the same subjects.
            Some((_, others)) => *others = others.or(said),
            None => causes.push((subjects, said)),
        }
    }
    let words = |(subjects, said): (String, Option<&str>)| match said {
        Some(said) => format!("{subjects}: {said}"),
        None => subjects,
    };
    causes.into_iter().map(words).collect()
}

/// The sentence of a caveat that says which subjects are unknown.
fn said_of_unknown(caveat: &str) -> Option<&str> {
    let said = caveat.split(". ").find(|it| it.starts_with("Unknown ") || it.starts_with("Always unknown"))?;
    Some(["Unknown are ", "Unknown is "].iter().find_map(|it| said.strip_prefix(it)).unwrap_or(said))
}

/// What is missing for an answer.
#[derive(Debug, Default)]
struct Gaps {
    /// Of what it is not known, share by share.
    causes: Vec<String>,
    /// The first tasks that were not complete.
    short: Vec<Object>,
    short_count: u64,
    /// Collectors that had no task.
    uncollected: Vec<String>,
}

impl Gaps {
    fn words(&self, standing: &Standing) -> String {
        let mut reasons = Vec::new();
        match (standing.unknown_count, &self.causes[..]) {
            (None, _) => reasons.push("the list does not say what is not known".to_owned()),
            (Some(0), _) => {}
            (Some(unknown), []) => reasons.push(format!("of {unknown} the census cannot tell")),
            (Some(unknown), causes) => {
                reasons.push(format!("of {unknown} the census cannot tell ({})", causes.join("; ")));
            }
        }
        if !self.short.is_empty() {
            let mut places: Vec<String> = self.short.iter().map(short_place).collect();
            match self.short_count.saturating_sub(self.short.len() as u64) {
                0 => {}
                more => places.push(format!("{more} more places")),
            }
            reasons.push(format!("not read: {}", places.join(", ")));
        }
        if !self.uncollected.is_empty() {
            reasons.push(format!("not collected, or not offered there: {}", self.uncollected.join(", ")));
        } else if self.short.is_empty() && standing.coverage_percent.is_none() {
            reasons.push("no task that it rests on was planned: what it needs is not collected".to_owned());
        }
        reasons.join("; ")
    }
}

/// `111122223333 iam_users and 2 more (role_not_assumable)`
fn short_place(row: &Object) -> String {
    let more = match number(row, "collector_count") {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    format!("{} {}{more} ({})", text(row, "account_id"), text(row, "collector"), text(row, "outcome"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_unknown_says_why() {
        let short = |account: &str, collectors: u64| {
            let row = json!({
                "account_id": account, "collector": "trails", "outcome": "denied", "collector_count": collectors,
            });
            row.as_object().cloned().unwrap()
        };
        let unknown = |unknown_count| Standing {
            case_count: 0,
            unknown_count,
            coverage_percent: Some(98.7),
            is_whole: false,
            places: Vec::new(),
            error: None,
        };
        let gaps = Gaps { short: vec![short("1", 1), short("2", 3)], short_count: 4, ..Gaps::default() };
        let expected = "of 38 the census cannot tell; not read: 1 trails (denied), 2 trails and 2 more (denied), \
                        2 more places";
        assert_eq!(gaps.words(&unknown(Some(38))), expected);
        let gaps = Gaps { causes: vec!["3 trails: those".into(), "35 accounts".into()], ..Gaps::default() };
        let expected = "of 38 the census cannot tell (3 trails: those; 35 accounts)";
        assert_eq!(gaps.words(&unknown(Some(38))), expected);
        assert_eq!(Gaps::default().words(&unknown(None)), "the list does not say what is not known");
        let nothing = Standing { coverage_percent: None, ..unknown(Some(0)) };
        assert!(Gaps::default().words(&nothing).ends_with("what it needs is not collected"));
        let gaps = Gaps { uncollected: vec!["trails".into()], ..Gaps::default() };
        assert_eq!(gaps.words(&nothing), "not collected, or not offered there: trails");
    }

    #[test]
    fn of_what_it_is_not_known_is_what_the_question_says() {
        let fact = |unknown_count: u64, population: &str, caveat: &str| {
            let [population, caveat] = [population, caveat].map(Value::from);
            json!({ "unknown_count": unknown_count, "population": population, "caveat": caveat })
        };
        let facts = [
            fact(3, "web_trails", "A trail counts"),
            fact(3, "web_trails", "A trail counts. Unknown are those that were not read"),
            fact(3, "web_trails", "Unknown are others"),
            fact(2, "people", "Always unknown: AWS has no API. Others are left out"),
            fact(1, "accounts", "A trail counts"),
            fact(0, "regions", "Unknown are those"),
            json!({ "error": "find table x" }),
        ];
        let expected =
            ["3 web trails: those that were not read", "2 people: Always unknown: AWS has no API", "1 accounts"];
        assert_eq!(causes(&facts), expected);
    }
}
