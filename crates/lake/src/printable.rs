//! Text that came from elsewhere, made harmless for a terminal.

/// Format characters (Unicode's category Cf) and separators of lines and paragraphs, as ranges: they are not seen, and
/// change how what is seen is read.
const UNSEEN: [(char, char); 22] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
    ('\u{e0100}', '\u{e01ef}'),
    ('\u{fe00}', '\u{fe0e}'),
];

/// The same text with control and format characters escaped: a tag's value must not steer the terminal, begin a line of
/// its own, or turn what is read around.
pub fn printable(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same for a text of several lines: their ends stay.
pub fn printable_lines(text: &str) -> String {
    escaped(text, |character| character == '\n')
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if is_seen(character) || stays(character) {
            printable.push(character);
        } else {
            printable.extend(character.escape_default());
        }
    }
    printable
}

fn is_seen(character: char) -> bool {
    !character.is_control() && !UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_a_reader_is_escaped() {
        for (text, shown) in [
            ("a\u{1b}[31mb\nc\u{9b}é", "a\\u{1b}[31mb\\nc\\u{9b}é"),
            ("\u{202e}txt.exe\u{2066}", "\\u{202e}txt.exe\\u{2066}"),
            ("a\u{200b}b\u{feff}c\u{2028}d\u{ad}", "a\\u{200b}b\\u{feff}c\\u{2028}d\\u{ad}"),
            ("\r\u{8}\u{7f}\u{0}", "\\r\\u{8}\\u{7f}\\u{0}"),
            ("\u{e0041}tag", "\\u{e0041}tag"),
            ("Größe 漢字 العربية 👍", "Größe 漢字 العربية 👍"),
        ] {
            assert_eq!(printable(text), shown);
        }
        assert_eq!(printable_lines("a\nb\u{1b}\r\n"), "a\nb\\u{1b}\\r\n");
    }
}
