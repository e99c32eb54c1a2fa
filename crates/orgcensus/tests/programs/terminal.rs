//! The program on a terminal, which is a pseudo-terminal of a known width.

use crate::world::{World, on_terminal};

#[test]
fn parquet_is_never_written_to_a_terminal() {
    let world = World::crawled();
    for arguments in [&["query", "SELECT 1 AS n"][..], &["files"], &["snapshots"]] {
        let arguments = [arguments, &["--format", "parquet"]].concat();
        let (code, shown) = on_terminal(world.command(&arguments), 80);
        assert_eq!(code, 2, "{arguments:?}: {shown}");
        assert!(shown.contains("standard output is a terminal"), "{arguments:?}: {shown}");
        assert!(!shown.contains("PAR1"), "{arguments:?}");
        let piped = world.command(&arguments).output().expect("the program starts");
        assert!(piped.status.success() && piped.stdout.starts_with(b"PAR1"), "{arguments:?}");
    }
}

const SQL: &str = "SELECT arn, region, run_id, account_name FROM iam_roles LIMIT 3";

#[test]
fn a_table_fits_the_terminal_and_says_of_which_day_it_is() {
    let world = World::crawled();
    let shown = |arguments: &[&str], columns| {
        let (code, shown) = on_terminal(world.command(arguments), columns);
        assert_eq!(code, 0, "{arguments:?}: {shown}");
        shown
    };
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let table = shown(&["query", SQL], 80);
    assert!(table.starts_with('+') && table.contains('…') && table.contains("| arn:aw"), "{table}");
    let (last, rows) = table.trim_end().rsplit_once('\n').map(|(rows, last)| (last, rows)).expect("lines");
    assert!(widest(rows) <= 80, "{table}");
    let day = format!(" of {}; ", world.simulation.organization_id());
    assert!(last.starts_with("snapshot 20") && last.contains(&day), "{last}");
    assert!(last.ends_with(" % of the tasks behind iam_roles are complete"), "{last}");

    let wide = shown(&["query", "--wide", SQL], 80);
    assert!(widest(&wide) > 80 && !wide.contains('…'), "{wide}");
    assert!(!shown(&["query", SQL], 200).contains('…'), "there is room");
    let many = "SELECT * FROM iam_roles LIMIT 1";
    let lines = shown(&["query", many], 80);
    assert!(lines.starts_with("-- row 1\n") && lines.contains("\naccount_name "), "{lines}");

    let piped = world.run(&["query", SQL]);
    assert!(widest(&piped.out) > 80 && !piped.out.contains("snapshot 20"), "{}", piped.out);
    let lines = world.run(&["query", "--format", "lines", SQL]);
    assert_eq!(lines.out.matches("-- row ").count(), 3, "{}", lines.out);
}

#[test]
fn answers_say_how_much_they_rest_on() {
    let world = World::crawled();
    for (arguments, words) in [
        (&["ask", "F9"][..], " % of the tasks behind "),
        (&["ask", "E"], " % of the tasks behind its tables are complete"),
        (&["query", "SELECT 1 AS n"], &format!(" of {}", world.simulation.organization_id())),
    ] {
        let (code, shown) = on_terminal(world.command(arguments), 120);
        let last = shown.lines().last().unwrap_or_default();
        assert!(code == 0 && last.starts_with("snapshot 20") && last.contains(words), "{arguments:?}: {shown}");
    }
    let (_, json) = on_terminal(world.command(&["ask", "F9", "--format", "json"]), 120);
    assert!(json.trim_end().ends_with(']'), "data have no such line: {json}");
}

#[test]
fn what_is_longer_than_the_terminal_is_paged() {
    let world = World::crawled();
    let shown = |pager: &str, arguments: &[&str]| {
        let mut command = world.command(arguments);
        command.env("PATH", "/usr/bin:/bin").env("PAGER", pager);
        let (code, shown) = on_terminal(command, 80);
        assert_eq!(code, 0, "{arguments:?}: {shown}");
        shown
    };
    let long = "SELECT account_id, collector, region FROM coverage ORDER BY 1, 2, 3 LIMIT 100";
    for arguments in [&["tables"][..], &["query", long]] {
        let paged = shown("sed s/^/paged:/", arguments);
        assert!(paged.lines().all(|line| line.starts_with("paged:")), "{arguments:?}: {paged}");
        let whole = shown("sed s/^/paged:/", &[arguments, &["--no-pager"]].concat());
        assert_eq!(paged.replace("paged:", ""), whole, "{arguments:?}: the pager gets what the terminal would");
        assert_eq!(
            shown("head -n 3", arguments).lines().count(),
            3,
            "{arguments:?}: a pager that ends early is no error"
        );
    }
    for unpaged in [&["query", SQL][..], &["query", "--format", "json", long], &["query", "--timeout", "60", long]] {
        assert!(!shown("sed s/^/paged:/", unpaged).contains("paged:"), "{unpaged:?}");
    }
}
