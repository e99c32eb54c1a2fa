//! Questions at a glance, a line for each: the controls of a framework, and the list that is looked through in ten
//! minutes.

use serde_json::{Map, Value, json};

use crate::controls::{Control, Framework};
use crate::question::{Kind, Share};
use crate::standing::{Place, Standing, State};
use crate::{Question, Result, Snapshot};

/// The points of the ten-minute list: a question's id, and a title.
const POINTS: &str = include_str!("../data/anti_patterns.tsv");

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The control's id, or the question's.
    pub id: &'static str,
    /// The title of a point; controls have none.
    pub title: Option<&'static str>,
    /// The state in one word.
    pub state: &'static str,
    /// The ids of the questions that it is made of.
    pub questions: Vec<&'static str>,
    /// What their cases say; `None` if there is no question.
    pub standing: Option<Standing>,
}

/// The words for a case, for none, for what is not known, and for no question.
struct Words([&'static str; 4]);

const OF_CONTROLS: Words = Words(["fail", "pass", "unknown", "not covered"]);
const OF_POINTS: Words = Words(["red", "green", "unknown", "not asked yet"]);

impl Words {
    fn of(&self, standing: Option<&Standing>) -> &'static str {
        let [found, clear, unknown, absent] = self.0;
        match standing.map(Standing::state) {
            Some(State::Found) => found,
            Some(State::Clear) => clear,
            Some(State::Unknown) => unknown,
            None => absent,
        }
    }
}

/// A line for each control of a framework, by the questions that answer it.
pub async fn lines_of(snapshot: &Snapshot, framework: &Framework, questions: &[&Question]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for control in framework.controls() {
        lines.push(of_control(snapshot, control, questions).await?);
    }
    Ok(lines)
}

async fn of_control(snapshot: &Snapshot, control: Control, questions: &[&Question]) -> Result<Line> {
    let (mut ids, mut together): (_, Option<Standing>) = (Vec::new(), None);
    for question in questions {
        let Some(shares) = question.answering(control) else { continue };
        ids.push(question.id);
        let standing = Standing::of(snapshot, question, &shares).await?;
        together = Some(match together {
            Some(others) => others.and(standing),
            None => standing,
        });
    }
    let state = OF_CONTROLS.of(together.as_ref());
    Ok(Line { id: control.id, title: None, state, questions: ids, standing: together })
}

/// The lines of the ten-minute list, each by the question of its id.
pub async fn ten_minutes(snapshot: &Snapshot, questions: &[&Question]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (id, title) in points() {
        let question = questions.iter().find(|question| question.id == id);
        let standing = match question {
            Some(question) => Some(Standing::of(snapshot, question, &shares(question)).await?),
            None => None,
        };
        let state = OF_POINTS.of(standing.as_ref());
        let questions = question.iter().map(|it| it.id).collect();
        lines.push(Line { id, title: Some(title), state, questions, standing });
    }
    Ok(lines)
}

fn points() -> impl Iterator<Item = (&'static str, &'static str)> {
    POINTS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

fn shares(question: &Question) -> Vec<&Share> {
    match &question.kind {
        Kind::Fact { shares, .. } => shares.iter().collect(),
        Kind::List { .. } => Vec::new(),
    }
}

/// An array with an object for each line. What has no question has no counts.
pub fn lines_json(lines: &[Line]) -> Value {
    lines.iter().map(line_json).collect()
}

/// The lines of a framework, under its name and version.
pub fn framework_json(framework: &Framework, lines: &[Line]) -> Value {
    let version = (!framework.version.is_empty()).then_some(framework.version);
    json!({"framework": framework.name, "version": version, "controls": lines_json(lines)})
}

fn line_json(line: &Line) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), line.id.into());
    if let Some(title) = line.title {
        object.insert("title".to_owned(), title.into());
    }
    object.insert("state".to_owned(), line.state.into());
    object.insert("questions".to_owned(), json!(line.questions));
    if let Some(standing) = &line.standing {
        object.insert("case_count".to_owned(), standing.case_count.into());
        object.insert("unknown_count".to_owned(), json!(standing.unknown_count));
        object.insert("coverage_percent".to_owned(), json!(standing.coverage_percent));
        object.insert("places".to_owned(), standing.places.iter().map(place_json).collect());
        if let Some(error) = &standing.error {
            object.insert("error".to_owned(), error.as_str().into());
        }
    }
    Value::Object(object)
}

fn place_json(place: &Place) -> Value {
    json!({"id": place.id, "name": place.name, "region": place.region, "case_count": place.case_count})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_file::QuestionFile;
    use crate::{Which, testing};

    fn question(id: &str, controls: &str, is_so: &str) -> Question {
        let text = format!(
            "-- id: {id}\n-- title: X\n-- subject: account_id, account_name\n-- rests on: organization\n{controls}\
             -- of: accounts\nSELECT account_id, account_name, {is_so} AS is_so FROM accounts\n"
        );
        QuestionFile::parse("x", text.leak()).unwrap().questions.remove(0)
    }

    async fn newest() -> (tempfile::TempDir, Snapshot) {
        let (folder, lake) = testing::lake().await;
        let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
        (folder, snapshot)
    }

    #[test]
    fn the_list_has_21_points_of_one_line() {
        let ids: Vec<_> = points().map(|(id, _)| id.to_owned()).collect();
        assert_eq!(ids, (1..=21).map(|number| format!("E{number}")).collect::<Vec<_>>());
        assert!(points().all(|(_, title)| !title.is_empty() && title.len() <= 60));
    }

    #[tokio::test]
    async fn a_point_is_red_green_unknown_or_not_asked_yet() {
        let (_folder, snapshot) = newest().await;
        let red = question("E1", "", "account_id = '000000000003'");
        let green = question("E2", "", "false");
        let unknown = question("E20", "", "CASE WHEN account_id <> '000000000003' THEN false END");
        let other = question("F1", "", "true");
        let lines = ten_minutes(&snapshot, &[&red, &green, &unknown, &other]).await.unwrap();
        assert_eq!(lines.len(), 21);
        let states: Vec<_> =
            lines.iter().map(|line| (line.id, line.state)).filter(|it| it.1 != "not asked yet").collect();
        assert_eq!(states, [("E1", "red"), ("E2", "green"), ("E20", "unknown")]);
        let objects = lines_json(&lines);
        let places = json!([{"id": "000000000003", "name": "account 3", "region": null, "case_count": 1}]);
        let first = json!({
            "id": "E1", "title": lines[0].title, "state": "red", "questions": ["E1"], "case_count": 1, "unknown_count": 0,
            "coverage_percent": 100.0, "places": places
        });
        assert_eq!(objects[0], first);
        let third = json!({"id": "E3", "title": lines[2].title, "state": "not asked yet", "questions": []});
        assert_eq!(objects[2], third);
    }

    #[tokio::test]
    async fn a_control_fails_passes_is_unknown_or_is_not_covered() {
        let (_folder, snapshot) = newest().await;
        let fails = question("X1", "-- controls: FSBP IAM.1, IAM.2; CIS 6.0 2.9\n", "account_id = '000000000003'");
        let passes = question("X2", "-- controls: FSBP IAM.2, IAM.3, IAM.4\n", "false");
        let unknown =
            question("X3", "-- controls: FSBP IAM.4\n", "CASE WHEN account_id <> '000000000003' THEN false END");
        let fsbp = Framework::named("fsbp").unwrap();
        let lines = lines_of(&snapshot, fsbp, &[&fails, &passes, &unknown]).await.unwrap();
        assert_eq!(lines.len(), fsbp.ids.len());
        let states: Vec<_> = lines.iter().filter(|line| line.state != "not covered").collect();
        let states: Vec<_> = states.iter().map(|line| (line.id, line.state, line.questions.join(" "))).collect();
        let expected = [
            ("IAM.1", "fail", "X1"),
            ("IAM.2", "fail", "X1 X2"),
            ("IAM.3", "pass", "X2"),
            ("IAM.4", "unknown", "X2 X3"),
        ];
        assert_eq!(states, expected.map(|(id, state, questions)| (id, state, questions.to_owned())));
        let object = framework_json(fsbp, &lines);
        assert_eq!((&object["framework"], &object["version"]), (&"FSBP".into(), &Value::Null));
        let first = json!({"id": "ACM.1", "state": "not covered", "questions": []});
        assert_eq!(object["controls"][0], first);
        let cis = Framework::named("cis-6.0").unwrap();
        let lines = lines_of(&snapshot, cis, &[&fails]).await.unwrap();
        assert_eq!(lines.iter().filter(|line| line.state == "fail").map(|line| line.id).collect::<Vec<_>>(), ["2.9"]);
    }
}
