//! `orgcensus may` as a program: requests through `--jsonl`, in order, whatever is wrong with one of them.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const CASES: &str = include_str!("../../../policy/tests/may/identity.jsonl");

fn may(arguments: &[&str], input: String) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    program.arg("may").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().expect("the program starts");
    let mut stdin = program.stdin.take().expect("its input");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = program.wait_with_output().expect("it ends");
    // It may end before it has read anything.
    let _ = writer.join().expect("no panic");
    output
}

#[test]
fn requests_are_answered_in_order_and_a_bad_line_stops_none() {
    let mut input = String::new();
    let mut expected = Vec::new();
    for (place, line) in CASES.lines().enumerate() {
        let mut case: Value = serde_json::from_str(line).unwrap();
        let expect = case.as_object_mut().and_then(|members| members.remove("expect")).unwrap_or_default();
        expected.push((case["id"].clone(), Some(expect["result"].clone())));
        input.push_str(&format!("{case}\n"));
        if place % 10 == 0 {
            let odd = json!({"id": place, "question": case["question"], "who": 1});
            expected.push((json!(place), None));
            input.push_str(&format!("{odd}\n\n"));
        }
    }
    let output = may(&["--jsonl"], input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = answers.iter().map(|it| (it["id"].clone(), it.get("result").cloned()));
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert!(answers.iter().all(|it| it["error"].is_string() != it["result"].is_string()));
}

#[test]
fn without_lines_it_says_what_it_reads() {
    let output = may(&[], String::new());
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--jsonl"));
}
