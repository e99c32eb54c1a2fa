//! Who may read what the program writes: stage, lake and reports are its user's alone, unless the configuration asks for
//! the umask.

use std::sync::OnceLock;

use rustix::fs::Mode;
use rustix::process::umask;

/// The umask that the program was started with.
static ASKED: OnceLock<Mode> = OnceLock::new();

/// From now on files are made with mode 0600, and directories with 0700.
pub(crate) fn begin() {
    let _ = ASKED.set(umask(Mode::RWXG | Mode::RWXO));
}

/// Files get the mode that the umask gives with which the program was started.
pub(crate) fn by_umask() {
    if let Some(mode) = ASKED.get() {
        umask(*mode);
    }
}
