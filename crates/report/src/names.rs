//! Names that someone else has chosen: of accounts, users, resources, tags. They are shown as text, never as markup;
//! what would turn the reading direction or is not seen is shown by its code; what is very long is cut, so that no one
//! can push other rows off the page.

use orgcensus_lake::printable;

/// Characters of a name that are shown. The longest ARNs fit but for a few.
const CHARACTERS_MAX: usize = 500;

/// A name that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// What is shown of it.
    pub(crate) text: String,
    /// How many characters are left out.
    pub(crate) left_out: usize,
}

pub(crate) fn shown(name: &str) -> Shown {
    let end = name.char_indices().nth(CHARACTERS_MAX).map_or(name.len(), |(at, _)| at);
    Shown { text: printable(&name[..end]), left_out: name[end..].chars().count() }
}

impl Shown {
    /// As one text, with what was left out in words.
    pub(crate) fn whole(self) -> String {
        match self.left_out {
            0 => self.text,
            more => format!("{}… ({more} more characters)", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_turns_nothing_around() {
        assert_eq!(shown("Größe <b> \"x\" 漢字").whole(), "Größe <b> \"x\" 漢字", "escaping is the writer's");
        assert_eq!(shown("a\u{202e}gpj.exe\n").whole(), "a\\u{202e}gpj.exe\\n");
        let long = shown(&"é".repeat(10_000));
        assert_eq!((long.text.chars().count(), long.left_out), (500, 9_500));
        assert!(long.whole().ends_with("é… (9500 more characters)"));
        assert_eq!(shown(&"x".repeat(500)).left_out, 0);
    }
}
