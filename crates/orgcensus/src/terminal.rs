//! The one place where text meets a terminal. Names come from anyone who may tag a resource. So `println!` and
//! `eprintln!` of this crate escape the characters that would steer a terminal or reverse the text. A name within a
//! line goes through [`printable`], so that it begins no line of its own. JSON, CSV and Parquet are data: not from
//! here.

use std::fmt::Arguments;
use std::io::{ErrorKind, IsTerminal, Result, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use orgcensus_lake::printable;
use orgcensus_lake::printable_lines;

use crate::pager;

/// Prints a line on standard output.
macro_rules! println {
    () => { $crate::terminal::line($crate::terminal::output(), format_args!("")) };
    ($($words:tt)*) => { $crate::terminal::line($crate::terminal::output(), format_args!($($words)*)) };
}

/// Prints a line on standard error.
macro_rules! eprintln {
    ($($words:tt)*) => { $crate::terminal::line(std::io::stderr(), format_args!($($words)*)) };
}

/// Writes words as a line. If the reader is gone, the work continues.
pub(crate) fn line(mut output: impl Write, words: Arguments<'_>) {
    let _ = writeln!(output, "{}", printable_lines(&words.to_string()));
}

/// Whether the reader of [`output`] has stopped reading: `orgcensus query … | head`.
static IS_READER_GONE: AtomicBool = AtomicBool::new(false);

/// Standard output, or the pager before it. Where rows and documents are written, an error of it ends the command, and the
/// reader who has read enough is no failure: what writes rows wraps the error in so many ways that it is noted here.
pub(crate) struct Output;

/// Standard output.
pub(crate) fn output() -> Output {
    Output
}

/// Whether the reader of standard output has stopped reading.
pub(crate) fn is_reader_gone() -> bool {
    IS_READER_GONE.load(Ordering::Relaxed)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        noted(pager::write(bytes))
    }

    fn flush(&mut self) -> Result<()> {
        noted(pager::flush())
    }
}

fn noted<T>(result: Result<T>) -> Result<T> {
    if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        IS_READER_GONE.store(true, Ordering::Relaxed);
    }
    result
}

/// The terminal that another process shows this one's output on: how many letters a line of it has.
static ELSEWHERE: OnceLock<usize> = OnceLock::new();

/// Says that standard output is shown on a terminal so many letters wide, by the process that reads it.
pub(crate) fn is_shown_elsewhere(columns: usize) {
    let _ = ELSEWHERE.set(columns);
}

/// How many letters a line of standard output has; none if it is no terminal.
pub(crate) fn columns() -> Option<usize> {
    const USUAL: u16 = 80;
    let output = std::io::stdout();
    if !output.is_terminal() {
        return ELSEWHERE.get().copied();
    }
    let columns = rustix::termios::tcgetwinsize(&output).map_or(USUAL, |size| size.ws_col);
    // Some terminals do not know how wide they are.
    Some(usize::from(if columns == 0 { USUAL } else { columns }))
}

/// The same for a table; none too if it may be as wide as it likes.
pub(crate) fn width(is_wide: bool) -> Option<usize> {
    if is_wide { None } else { columns() }
}

/// Lines that a terminal so wide need not break: they are broken between words, and go on below where their last column
/// begins, the text after two spaces.
pub(crate) fn hung(text: &str, width: usize) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let mut rest: Vec<char> = line.chars().collect();
        let indent = indent(&rest, width);
        while rest.len() > width {
            let Some(end) = (indent + 1..=width).rev().find(|&place| rest[place] == ' ') else { break };
            lines.push_str(String::from_iter(&rest[..end]).trim_end());
            lines.push('\n');
            rest = [vec![' '; indent], rest.split_off(end + 1)].concat();
        }
        lines.extend(rest);
        lines.push('\n');
    }
    lines
}

/// Where the last column of a line begins; at its beginning, if that would leave no room.
fn indent(line: &[char], width: usize) -> usize {
    let begins = |place: &usize| line[place - 2..=*place].iter().map(|it| *it == ' ').eq([true, true, false]);
    (2..line.len()).rev().find(begins).filter(|place| *place <= width * 2 / 3).unwrap_or_default()
}

/// The same text with its lines after the first set in, so that no part of a message looks like another one.
pub(crate) fn set_in(text: &str) -> String {
    text.trim_end().replace('\n', "\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_steers_nothing() {
        let mut written = Vec::new();
        line(&mut written, format_args!("user {}\n{}", "\u{1b}]0;x\u{7}", "\u{202e}eman"));
        assert_eq!(String::from_utf8(written).unwrap(), "user \\u{1b}]0;x\\u{7}\n\\u{202e}eman\n");
        assert_eq!(set_in("a\nb\n"), "a\n  b");
    }

    #[test]
    fn a_long_line_goes_on_below_its_last_column() {
        assert_eq!(hung("a   one two three\nshort\n", 11), "a   one two\n    three\nshort\n");
        assert_eq!(hung("one two three", 8), "one two\nthree\n");
        assert_eq!(hung("     100 %  4 of 4 accounts", 20), "     100 %  4 of 4\n            accounts\n");
        assert_eq!(hung("a  bbbbbbbbbbbbbb ccc", 8), "a  bbbbbbbbbbbbbb ccc\n", "a long word stays whole");
        assert_eq!(hung("aaaaaaaaaaaa  bbb ccc", 8), "aaaaaaaaaaaa  bbb ccc\n", "so does what leaves no room");
        assert_eq!(hung("", 8), "");
    }
}
