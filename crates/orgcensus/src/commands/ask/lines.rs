//! Questions at a glance, as a terminal shows them: a line for each control or anti-pattern.

use orgcensus_answers::{Line, Place, Standing};

use crate::terminal::{columns, hung, printable};

/// Places that a line shows.
const PLACES_SHOWN: usize = 2;

/// Prints the lines below a head, and how many there are of each state.
pub(super) fn print(lines: &[Line]) {
    let table = text(lines);
    let text = match columns() {
        Some(width) if table.iter().any(|line| line.chars().count() > width) => narrow(lines, width),
        _ => table,
    };
    for line in text {
        println!("{line}");
    }
}

/// The same where a table would be too wide: below what a line is about, what was found, and where.
fn narrow(lines: &[Line], width: usize) -> Vec<String> {
    let ids = lines.iter().map(|line| line.id.chars().count()).max().unwrap_or_default();
    let mut text = Vec::new();
    for line in lines {
        text.push(format!("{:ids$}  {}", line.id, words(line)));
        let mut found = line.state.to_owned();
        if let Some(standing) = &line.standing {
            let coverage = standing.coverage_percent.map_or(String::new(), |it| format!("; coverage {it:.1} %"));
            found = format!("{found}; cases {}{coverage}", cases(standing));
        }
        text.push(format!("{:ids$}  {found}", ""));
        let places = line.standing.as_ref().map_or(String::new(), places);
        if !places.is_empty() {
            text.push(format!("{:ids$}  {places}", ""));
        }
    }
    text.push(summary(lines));
    hung(&text.join("\n"), width).lines().map(str::to_owned).collect()
}

fn text(lines: &[Line]) -> Vec<String> {
    let width = |of: fn(&Line) -> String| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or_default();
    let widths = [width(|line| line.id.to_owned()), width(words)];
    let mut text = vec![row(["", "", "cases", "coverage", "", "most of them in"], widths)];
    for line in lines {
        let standing = line.standing.as_ref();
        let cases = standing.map_or(String::new(), cases);
        let coverage = standing.and_then(|it| it.coverage_percent).map_or(String::new(), |it| format!("{it:.1} %"));
        let places = standing.map_or(String::new(), places);
        text.push(row([line.id, line.state, &cases, &coverage, &words(line), &places], widths));
    }
    text.push(summary(lines));
    text
}

/// `widths` are those of the first cell and of the words.
fn row([id, state, cases, coverage, words, places]: [&str; 6], [ids, width]: [usize; 2]) -> String {
    format!("{id:ids$}  {state:13} {cases:>12} {coverage:>8}  {words:width$}  {places}").trim_end().to_owned()
}

/// What a point is called; of a control, the questions that answer it.
fn words(line: &Line) -> String {
    line.title.map_or_else(|| line.questions.join(" "), str::to_owned)
}

/// `3 ?4`: three, and of four more it is not known.
fn cases(standing: &Standing) -> String {
    match standing.unknown_count {
        Some(unknown) if unknown > 0 => format!("{} ?{unknown}", standing.case_count),
        _ => standing.case_count.to_string(),
    }
}

/// The places with the most cases, and how many more there are; else why it could not be asked.
fn places(standing: &Standing) -> String {
    if let Some(error) = &standing.error {
        return printable(error);
    }
    let mut shown: Vec<String> = standing.places.iter().take(PLACES_SHOWN).map(place).collect();
    let left_out = standing.places.len().saturating_sub(PLACES_SHOWN);
    if left_out > 0 {
        shown.push(format!("{left_out} more places"));
    }
    shown.join(", ")
}

fn place(place: &Place) -> String {
    let words = [Some(place.id.as_str()), place.name.as_deref(), place.region.as_deref()];
    let words: Vec<_> = words.into_iter().flatten().map(printable).collect();
    format!("{} ({})", words.join(" "), place.case_count)
}

/// `1 red, 2 green, 18 not asked yet`, in the order in which the states come.
fn summary(lines: &[Line]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for line in lines {
        match counts.iter_mut().find(|(state, _)| *state == line.state) {
            Some((_, count)) => *count += 1,
            None => counts.push((line.state, 1)),
        }
    }
    let counts: Vec<_> = counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
    format!("{}; ?4: of four more it is not known", counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &'static str, state: &'static str, standing: Option<Standing>) -> Line {
        Line { id, title: Some("Public buckets"), state, questions: Vec::new(), standing }
    }

    fn standing(places: &[&str]) -> Standing {
        let place = |name: &&str| Place {
            id: "111122223333".into(),
            name: Some((*name).into()),
            region: Some("eu-west-1".into()),
            case_count: 2,
        };
        Standing {
            case_count: 2 * places.len() as u64,
            unknown_count: Some(3),
            coverage_percent: Some(98.7),
            is_whole: false,
            places: places.iter().map(place).collect(),
            error: None,
        }
    }

    #[test]
    fn a_line_has_number_coverage_and_places() {
        let lines = [
            line("E6", "red", Some(standing(&["web", "\u{1b}[2J\n", "more", "most"]))),
            line("E7", "unknown", Some(Standing { error: Some("find table x".into()), ..standing(&[]) })),
            line("E21", "not asked yet", None),
        ];
        let text = text(&lines);
        let words = |index: usize| text[index].split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = "111122223333 web eu-west-1 (2), 111122223333 \\u{1b}[2J\\n eu-west-1 (2), 2 more places";
        assert_eq!(words(1), format!("E6 red 8 ?3 98.7 % Public buckets {shown}"));
        assert_eq!(words(2), "E7 unknown 0 ?3 98.7 % Public buckets find table x");
        assert_eq!(words(3), "E21 not asked yet Public buckets");
        assert_eq!(text[4], "1 red, 1 unknown, 1 not asked yet; ?4: of four more it is not known");
        assert!(text.iter().all(|line| !line.contains(['\n', '\u{1b}'])), "{text:#?}");
    }

    #[test]
    fn on_a_narrow_terminal_a_line_is_three() {
        let lines = [line("E6", "red", Some(standing(&["web"]))), line("E21", "not asked yet", None)];
        let expected = [
            "E6   Public buckets",
            "     red; cases 2 ?3; coverage 98.7 %",
            "     111122223333 web eu-west-1 (2)",
            "E21  Public buckets",
            "     not asked yet",
            "1 red, 1 not asked yet; ?4: of four more",
            "it is not known",
        ];
        assert_eq!(narrow(&lines, 41), expected);
    }

    #[test]
    fn a_control_shows_the_questions_that_answer_it() {
        let control = Line { title: None, questions: vec!["B1", "F9"], ..line("IAM.5", "pass", Some(standing(&[]))) };
        assert!(text(&[control])[1].ends_with("98.7 %  B1 F9"));
    }
}
