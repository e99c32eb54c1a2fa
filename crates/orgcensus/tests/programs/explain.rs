//! `orgcensus explain` as a program: the hand-written cases through `--jsonl`, and a policy for a reader.

use std::io::Write;
use std::process::{Command, Output, Stdio};

#[path = "../../../policy/tests/cases/lines.rs"]
mod cases;

fn explain(arguments: &[&str], input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    program.arg("explain").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().expect("the program starts");
    let mut stdin = program.stdin.take().expect("its input");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = program.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("written");
    output
}

#[test]
fn all_cases_hold() {
    let cases = cases::all();
    cases::check_all_rules(&cases);
    let input: String = cases.iter().map(|case| format!("{}\n", case.line)).collect();
    let output = explain(&["--jsonl"], &input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    cases::check(&cases, &answers);
}

#[test]
fn a_policy_is_explained_to_a_reader() {
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sqs:SendMessage"}}"#;
    let output = explain(&["--resource-account", "111122223333", "--org-id", "o-ourorg0001"], policy);
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = "public    no\nexternal  yes\nin org    no\nbecause\n  \
        statement 0: AWS:999988887777 is external; access: Write\n";
    assert_eq!((output.status.code(), text.as_str()), (Some(0), expected));
    let broken = explain(&[], "nope");
    assert_eq!(broken.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("policy: not JSON"));
}
