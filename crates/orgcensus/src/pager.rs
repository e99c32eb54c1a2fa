//! A pager for an answer that is longer than the terminal. The answer is kept as long as it may fit, at most a screen of
//! it; then the pager begins, and gets what was kept and all that follows.

use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Result, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};

/// The pager that most systems have: it ends by itself where the answer fits, and leaves the text on the screen.
const USUAL: &str = "less";
const USUAL_OPTIONS: &str = "FRX";

/// What is on its way to the terminal; none where nothing is paged.
static ANSWER: Mutex<Option<Answer>> = Mutex::new(None);

/// Pages what is written from here on, if standard output is a terminal and there is a pager.
pub(crate) fn begin() {
    let output = std::io::stdout();
    let pager = pager(std::env::var_os("PAGER"), std::env::var_os("PATH"));
    let (Some(pager), true) = (pager, output.is_terminal()) else { return };
    let Ok(size) = rustix::termios::tcgetwinsize(&output) else { return };
    // Some terminals do not know their size.
    if size.ws_row > 0 && size.ws_col > 0 {
        *answer() = Some(Answer::new(pager, usize::from(size.ws_row), usize::from(size.ws_col)));
    }
}

/// Whether what is written is paged, if it is long.
pub(crate) fn is_on() -> bool {
    answer().is_some()
}

/// Writes to the terminal or to the pager; to standard output where nothing is paged.
pub(crate) fn write(bytes: &[u8]) -> Result<usize> {
    match answer().as_mut() {
        Some(answer) => answer.write(bytes),
        None => std::io::stdout().write(bytes),
    }
}

/// Flushes what is not paged. A pager shows at once what it gets.
pub(crate) fn flush() -> Result<()> {
    if is_on() { Ok(()) } else { std::io::stdout().flush() }
}

/// Before something is said beside the answer: what was written of it is shown first, and read.
pub(crate) fn settle() {
    let has_begun = answer().as_ref().is_some_and(|it| it.paged.is_some() || !it.kept.is_empty());
    if has_begun {
        end();
    }
}

/// Writes what was kept, or waits until the reader has left the pager.
pub(crate) fn end() {
    let answer = answer().take();
    if let Some(answer) = answer {
        answer.end();
    }
}

fn answer() -> MutexGuard<'static, Option<Answer>> {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The command of the pager: what PAGER says, else less if there is one. An empty PAGER means none.
fn pager(own: Option<OsString>, path: Option<OsString>) -> Option<OsString> {
    if own.is_some() {
        return own.filter(|it| !it.to_string_lossy().trim().is_empty());
    }
    std::env::split_paths(&path?).any(|folder| folder.join(USUAL).is_file()).then(|| USUAL.into())
}

struct Answer {
    pager: OsString,
    rows: usize,
    columns: usize,
    /// What was written and may fit; no more than the screen holds.
    kept: Vec<u8>,
    /// How many rows of the screen it takes, and how much of the last of them.
    rows_used: usize,
    columns_used: usize,
    /// What came of the pager, once there is more than a screen.
    paged: Option<Paged>,
}

enum Paged {
    By(Child),
    /// It cannot be started.
    Not,
}

impl Answer {
    fn new(pager: OsString, rows: usize, columns: usize) -> Self {
        Self { pager, rows, columns, kept: Vec::new(), rows_used: 0, columns_used: 0, paged: None }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.paged.is_some() {
            self.pass(bytes)?;
            return Ok(bytes.len());
        }
        self.count(bytes);
        self.kept.extend_from_slice(bytes);
        // One row is left for the prompt that follows.
        if self.rows_used >= self.rows {
            self.paged = Some(started(&self.pager));
            let kept = std::mem::take(&mut self.kept);
            self.pass(&kept)?;
        }
        Ok(bytes.len())
    }

    fn pass(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.paged {
            Some(Paged::By(Child { stdin: Some(input), .. })) => input.write_all(bytes),
            _ => std::io::stdout().write_all(bytes),
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let continues_a_letter = byte & 0xC0 == 0x80;
            if byte == b'\n' {
                (self.rows_used, self.columns_used) = (self.rows_used + 1, 0);
            } else if !continues_a_letter {
                self.columns_used += 1;
                if self.columns_used > self.columns {
                    (self.rows_used, self.columns_used) = (self.rows_used + 1, 1);
                }
            }
        }
    }

    fn end(self) {
        match self.paged {
            // Waiting closes its input first. How it ended says nothing of the answer.
            Some(Paged::By(mut pager)) => drop(pager.wait()),
            _ => {
                let mut output = std::io::stdout();
                // If the reader is gone, so is the need.
                let _ = output.write_all(&self.kept).and_then(|()| output.flush());
            }
        }
    }
}

fn started(pager: &OsStr) -> Paged {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script(pager)).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", USUAL_OPTIONS);
    }
    // Ctrl-C is for the pager from here on, which would else be left alone with the terminal.
    if Handle::try_current().is_ok() {
        drop(signal(SignalKind::interrupt()));
    }
    command.spawn().map_or(Paged::Not, Paged::By)
}

/// Runs the pager. If there is no such program, the shell says so, and the answer is shown without it. Ctrl-C is for
/// the pager, and must not end the shell that waits for it.
fn script(pager: &OsStr) -> OsString {
    let mut script = OsString::from("trap : INT\n");
    script.push(pager);
    script.push("\ncase $? in 126|127) exec cat ;; esac");
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_is_what_pager_says_or_less_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = || Some(OsString::from(folder.path()));
        assert_eq!(pager(None, path()), None, "no less there");
        std::fs::write(folder.path().join(USUAL), "").unwrap();
        assert_eq!(pager(None, path()), Some(USUAL.into()));
        assert_eq!(pager(Some("more -d".into()), path()), Some("more -d".into()));
        assert_eq!([pager(Some(" ".into()), path()), pager(None, None)], [None, None]);
    }

    #[test]
    fn rows_are_counted_as_a_terminal_breaks_them() {
        let rows = |text: &str| {
            let mut answer = Answer::new(OsString::new(), 24, 4);
            answer.count(text.as_bytes());
            answer.rows_used
        };
        assert_eq!([rows("a\nb\n"), rows("abcd\n"), rows("abcde\n"), rows("äöü…\n")], [2, 1, 2, 1]);
    }

    #[test]
    fn what_fits_is_kept_and_what_does_not_goes_to_the_pager() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let mut answer = Answer::new(format!("cat > {}", seen.display()).into(), 3, 80);
        answer.write(b"1\n2\n").unwrap();
        assert!(answer.paged.is_none() && answer.kept == b"1\n2\n");
        answer.write(b"3\n").unwrap();
        answer.write(b"4\n").unwrap();
        assert!(answer.kept.is_empty(), "no more than a screen is kept");
        answer.end();
        assert_eq!(std::fs::read_to_string(seen).unwrap(), "1\n2\n3\n4\n");
    }

    #[test]
    fn where_there_is_no_such_pager_the_answer_is_shown_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let pager = format!("exec > {}\nno-such-pager", seen.display());
        let mut answer = Answer::new(pager.into(), 1, 80);
        answer.write(b"1\n2\n").unwrap();
        answer.end();
        assert_eq!(std::fs::read_to_string(seen).unwrap(), "1\n2\n");
    }

    #[test]
    fn a_pager_that_ends_early_is_a_reader_that_is_gone() {
        let mut answer = Answer::new("true".into(), 1, 80);
        let mut write = || (0..100_000).try_for_each(|_| answer.write(b"a line\n").map(|_| ()));
        assert_eq!(write().unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
        answer.end();
    }
}
