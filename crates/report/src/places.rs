//! A service in the accounts' regions of a unit, as a mark, a small picture and words. The words say all of it: neither
//! colour nor picture is needed.

use std::ops::AddAssign;

use maud::{Markup, html};

const WIDTH: u64 = 72;
const HEIGHT: u64 = 8;

/// Counts of accounts' regions. What is known only where the service is on is counted there alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) on: u64,
    pub(crate) off: u64,
    /// Where it is not known whether it is on.
    pub(crate) unseen: u64,
    pub(crate) heard: u64,
    pub(crate) unheard: u64,
    /// By another account: the organization's, or an administrator's.
    pub(crate) managed: u64,
    /// By nobody but the account itself.
    pub(crate) alone: u64,
    /// Where what it needs of other services is not there.
    pub(crate) lacking: u64,
}

impl Places {
    /// Where it is on, and is not known to be heard or not.
    pub(crate) fn hearing_unknown(&self) -> u64 {
        self.on.saturating_sub(self.heard + self.unheard)
    }

    /// Where it is on, and it is not known who manages it.
    pub(crate) fn manager_unknown(&self) -> u64 {
        self.on.saturating_sub(self.managed + self.alone)
    }

    /// What was not seen may be either, so it is never a good mark, and never a bad one.
    fn mark(&self) -> &'static str {
        match (self.on, self.off, self.unseen) {
            (0, 0, _) => "?",
            (_, 0, 0) => "✓",
            (0, _, 0) => "✗",
            (1.., 1.., _) => "◐",
            _ => "?",
        }
    }

    /// `on 5 of 7, not seen 1, heard 1 (not known 2), managed 3, lacking 1`
    pub(crate) fn words(&self) -> String {
        let mut words = Vec::new();
        if self.on + self.off > 0 {
            words.push(format!("on {} of {}", self.on, self.on + self.off));
        }
        if self.unseen > 0 {
            words.push(format!("not seen {}", self.unseen));
        }
        if self.on > 0 {
            words.push(with_unknown("heard", self.heard, self.hearing_unknown()));
            words.push(with_unknown("managed", self.managed, self.manager_unknown()));
        }
        if self.lacking > 0 {
            words.push(format!("lacking {}", self.lacking));
        }
        words.join(", ")
    }

    pub(crate) fn marked(&self) -> String {
        format!("{} {}", self.mark(), self.words())
    }

    /// The mark, a bar (full, empty, dashed) and the words.
    pub(crate) fn picture(&self) -> Markup {
        let all = (self.on + self.off + self.unseen).max(1);
        let (on, seen) = (WIDTH * self.on / all, WIDTH * (self.on + self.off) / all);
        html! {
            span aria-hidden="true" { (self.mark()) " " }
            svg.places viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT) aria-hidden="true" {
                rect.off x="0" y="0" width=(seen) height=(HEIGHT) {}
                rect.on x="0" y="0" width=(on) height=(HEIGHT) {}
                rect.unseen x=(seen) y="0" width=(WIDTH - seen) height=(HEIGHT) {}
            }
            " " (self.words())
        }
    }
}

fn with_unknown(what: &str, count: u64, unknown: u64) -> String {
    if unknown == 0 { format!("{what} {count}") } else { format!("{what} {count} (not known {unknown})") }
}

impl AddAssign for Places {
    fn add_assign(&mut self, other: Self) {
        self.on += other.on;
        self.off += other.off;
        self.unseen += other.unseen;
        self.heard += other.heard;
        self.unheard += other.unheard;
        self.managed += other.managed;
        self.alone += other.alone;
        self.lacking += other.lacking;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_say_what_is_not_known_and_leave_out_no_service_that_nobody_hears() {
        let some = Places { on: 5, off: 2, unseen: 1, heard: 1, unheard: 2, managed: 3, alone: 2, lacking: 1 };
        assert_eq!(some.marked(), "◐ on 5 of 7, not seen 1, heard 1 (not known 2), managed 3, lacking 1");
        let quiet = Places { on: 2, unheard: 2, alone: 2, ..Places::default() };
        assert_eq!(quiet.marked(), "✓ on 2 of 2, heard 0, managed 0");
        assert_eq!(Places { off: 3, ..Places::default() }.marked(), "✗ on 0 of 3");
    }

    #[test]
    fn what_was_not_seen_is_neither_on_nor_off() {
        assert_eq!(Places { unseen: 4, ..Places::default() }.marked(), "? not seen 4");
        let mark = |on, off| Places { on, off, unseen: 1, ..Places::default() }.mark();
        assert_eq!([mark(3, 0), mark(0, 3), mark(3, 3)], ["?", "?", "◐"]);
    }

    #[test]
    fn the_bar_is_as_wide_as_its_counts() {
        let picture = Places { on: 2, off: 1, unseen: 1, ..Places::default() }.picture().into_string();
        for rect in [
            r#"<rect class="off" x="0" y="0" width="54""#,
            r#"<rect class="on" x="0" y="0" width="36""#,
            r#"<rect class="unseen" x="54" y="0" width="18""#,
        ] {
            assert!(picture.contains(rect), "{rect}: {picture}");
        }
    }
}
