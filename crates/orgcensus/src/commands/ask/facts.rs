//! The study's facts as people read them: the title whole, and below it the numbers.

use orgcensus_answers::{Snapshot, ask_json, select};
use serde_json::Value;

use crate::failure::Failure;
use crate::terminal::hung;

/// The narrowest terminal that people have.
const WIDTH: usize = 80;

/// Where the numbers begin, below the title.
const INDENT: usize = 5;

/// Prints the facts of part F.
pub(crate) async fn print(snapshot: &Snapshot) -> Result<(), Failure> {
    for fact in ask_json(snapshot, &select(&["F"])?).await?.as_array().into_iter().flatten() {
        println!("{}", hung(&lines(fact).join("\n"), WIDTH).trim_end());
    }
    println!("?4: of four more it is not known whether they are so; neither number has them.");
    Ok(())
}

/// The title, and the numbers in as few lines as they fit.
fn lines(fact: &Value) -> Vec<String> {
    let text = |name: &str| fact[name].as_str().unwrap_or_default();
    let percent = |name: &str| fact[name].as_f64().map(|it| format!("{it:.1} %"));
    let unknown = fact["unknown_count"].as_u64().filter(|&it| it > 0).map_or(String::new(), |it| format!(" ?{it}"));
    let of = format!("{} of {}{unknown} {}", fact["numerator"], fact["denominator"], text("population"));
    let here =
        format!("{:>7}  {} ({})", percent("percent").unwrap_or("-".to_owned()), of.trim_end(), text("definition"));
    let study = match (percent("study_2022_percent"), percent("study_2022_text_percent")) {
        (Some(table), Some(in_text)) => Some(format!("study of 2022 {table}, text {in_text}")),
        (None, Some(in_text)) => Some(format!("study of 2022, text {in_text}")),
        (table, None) => table.map(|it| format!("study of 2022 {it}")),
    };
    let coverage = format!("coverage {}", percent("coverage_percent").unwrap_or("-".to_owned()));
    let mut lines = vec![format!("{:INDENT$}{}", text("id"), text("fact"))];
    let mut line = format!("{:INDENT$}{here}", "");
    for part in study.into_iter().chain([coverage]) {
        let longer = format!("{line}; {part}");
        if longer.chars().count() <= WIDTH {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, format!("{:INDENT$}{:7}  {part}", "", "")));
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fact(population: &str) -> Value {
        json!({
            "id": "F9", "fact": "IAM users with a console password and no MFA device", "population": population,
            "definition": "study", "numerator": 31, "denominator": 229, "unknown_count": 4, "percent": 13.5,
            "study_2022_percent": 11.0, "study_2022_text_percent": 10.0, "coverage_percent": 94.7,
        })
    }

    #[test]
    fn a_fact_is_whole_and_no_wider_than_a_terminal() {
        let title = "F9   IAM users with a console password and no MFA device";
        assert_eq!(
            lines(&fact("users")),
            [
                title,
                "      13.5 %  31 of 229 ?4 users (study); study of 2022 11.0 %, text 10.0 %",
                "              coverage 94.7 %",
            ]
        );
        let long = lines(&fact("users_with_an_active_key_that_is_old"));
        assert!(long.iter().all(|line| line.chars().count() <= WIDTH), "{long:?}");
        assert!(long[1].contains("31 of 229 ?4 users_with_an_active_key_that_is_old (study)"), "{long:?}");
    }

    #[test]
    fn what_is_not_known_is_a_dash() {
        let fact = json!({
            "id": "F1", "fact": "Organizations", "population": "organizations", "definition": "lake",
            "numerator": 0, "denominator": 0, "unknown_count": 0, "percent": null, "coverage_percent": null,
        });
        assert_eq!(lines(&fact)[1], "           -  0 of 0 organizations (lake); coverage -");
    }
}
