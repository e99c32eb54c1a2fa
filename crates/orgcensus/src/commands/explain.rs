//! `orgcensus explain`: one policy, or one a line, and who can reach what it protects.

use std::io::{BufReader, BufWriter, Read, Write};

use orgcensus_policy::{Context, Explainer, Explanation, Lines, MAX_DOCUMENT_BYTES, read_policy};

use super::lines::{BUFFER_BYTES, answered, opened, unread};
use crate::args::Explain;
use crate::failure::{Failure, exit};
use crate::terminal::{output, printable};

/// Reads, explains and prints.
pub(crate) fn run(arguments: &Explain) -> Result<u8, Failure> {
    let input = opened(arguments.file.as_deref())?;
    let context = context(arguments);
    if arguments.jsonl {
        lines(BufReader::with_capacity(BUFFER_BYTES, input), BufWriter::new(output()), context)?;
        return Ok(exit::WHOLE);
    }
    let text = text(input)?;
    let document = read_policy(text.trim()).map_err(|error| Failure::Usage(error.to_string()))?;
    let explanation = Explainer::new(context).explain(&document);
    // Whoever wrote the policy named its statements.
    let reasons = explanation.reasons.iter().map(|reason| printable(reason)).collect();
    write!(output(), "{}", Explanation { reasons, ..explanation })?;
    Ok(exit::WHOLE)
}

/// All of the input, as far as a policy can be long.
fn text(input: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    input.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    // An input that is too long may be cut inside a letter. It is refused for its length anyway.
    let text = if bytes.len() > MAX_DOCUMENT_BYTES {
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        String::from_utf8(bytes).map_err(|_| Failure::Usage("policy: not UTF-8".to_owned()))?
    };
    Ok(text)
}

/// The context of the flags. A list without items was not given.
fn context(arguments: &Explain) -> Context {
    let list = |items: &[String]| (!items.is_empty()).then(|| items.to_vec());
    Context {
        resource_account: arguments.resource_account.clone(),
        org_ids: list(&arguments.org_id),
        org_accounts: list(&arguments.org_account),
        trusted_accounts: list(&arguments.trusted_account),
        trusted_vpcs: list(&arguments.trusted_vpc),
        trusted_tenants: list(&arguments.trusted_tenant),
        service: arguments.service.clone(),
        function_url_created_at: arguments.function_url_created_at,
        resource: arguments.resource.clone(),
    }
}

/// Answers every line in order.
fn lines(input: BufReader<impl Read>, output: impl Write, context: Context) -> Result<(), Failure> {
    let mut lines = Lines::new(context);
    answered(input, output, |line| lines.answer(line))
}

#[cfg(test)]
mod tests {
    use orgcensus_policy::MAX_LINE_BYTES;

    use std::io;

    use super::*;

    fn answers(input: &[u8]) -> Vec<serde_json::Value> {
        let mut output = Vec::new();
        lines(BufReader::new(input), &mut output, Context::default()).unwrap();
        output
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    #[test]
    fn order_is_kept_and_what_cannot_be_read_does_not_end_it() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*"}}"#;
        let long = "x".repeat(MAX_LINE_BYTES + 10);
        let input = format!("{{\"id\":1,\"policy\":{policy}}}\n\nnope\r\n{long}\n{{\"id\":2,\"policy\":{policy}}}");
        let found = answers(input.as_bytes());
        assert_eq!(found.len(), 4);
        assert_eq!((&found[0]["id"], &found[3]["id"]), (&1.into(), &2.into()));
        assert!(found[1]["error"].is_string() && found[2]["error"].as_str().unwrap().contains("longer than"));
    }

    /// An input that comes in pieces, and notes what was answered each time that more is asked for.
    struct Pieces<'a> {
        left: Vec<&'static [u8]>,
        output: &'a std::cell::RefCell<Vec<u8>>,
        answered: Vec<usize>,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let answers = self.output.borrow().iter().filter(|byte| **byte == b'\n').count();
            self.answered.push(answers);
            let Some(piece) = self.left.pop() else { return Ok(0) };
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    struct Shared<'a>(&'a std::cell::RefCell<Vec<u8>>);

    impl Write for Shared<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_answer_waits_for_more_input() {
        let output = std::cell::RefCell::default();
        let left: Vec<&[u8]> = vec![b"}}\n", b"\"policy\":{}}\n{\"id\":3,\"policy\":{", b"{\"id\":1}\n{\"id\":2,"];
        let mut pieces = Pieces { left, output: &output, answered: Vec::new() };
        lines(BufReader::new(&mut pieces), BufWriter::new(Shared(&output)), Context::default()).unwrap();
        assert_eq!(pieces.answered, [0, 1, 2, 3]);
    }

    #[test]
    fn a_line_of_just_the_limit_is_read_whole() {
        let line = "y".repeat(MAX_LINE_BYTES);
        let found = answers(format!("{line}\n{line}z\n1").as_bytes());
        let errors: Vec<_> = found.iter().map(|it| it["error"].as_str().unwrap().contains("longer")).collect();
        assert_eq!(errors, [false, true, false]);
    }
}
