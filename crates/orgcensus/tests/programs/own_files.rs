//! Questions and rules of a folder: listed like the shipped ones, and a mistake in them is exit code 2 with its line.

use crate::world::World;

const QUESTION: &str = "\
-- id: X1
-- title: Users whose password is idle for over {own_days} days
-- subject: organization_id, account_id, user_name
-- threshold: own_days 120
-- of: users
SELECT organization_id, account_id, user_name, password_last_used_days > {own_days} AS is_so
FROM iam_credential_report
WHERE NOT is_root
";

const RULE: &str = "\
-- id: X1
-- title: A role was made
-- priority: notice
-- watches: iam_roles
-- finds: appeared
-- resource: arn
true
";

fn world() -> World {
    let world = World::of(1);
    for (folder, file, text) in [("questions", "x01_idle.sql", QUESTION), ("rules", "x01_role_made.sql", RULE)] {
        std::fs::create_dir(world.path(folder)).expect("made");
        std::fs::write(world.path(folder).join(file), text).expect("written");
    }
    world
}

#[test]
fn they_are_listed_with_the_shipped_values_beside() {
    let world = world();
    let own = world.run(&["ask", "x1", "--list", "--questions", "questions"]);
    assert_eq!(own.out, "X1   Users whose password is idle for over 120 days\n", "{}", own.err);
    let own = world.run(&["changes", "x1", "--list", "--rules", "rules"]);
    assert_eq!(own.out, "X1   notice   A role was made\n", "{}", own.err);
    let listed = world.run(&["changes", "--list", "--rules", "rules"]);
    assert_eq!(listed.out.lines().count(), 35, "{}", listed.err);
    world.configure(
        "[questions]\ndir = \"questions\"\n[rules]\ndir = \"rules\"\n[rules.priorities]\nX1 = \"error\"\nd9 = \"notice\"\n\
         [thresholds]\nown_days = 200\n",
    );
    let own = world.run_configured(&["ask", "X1", "--list"]);
    let expected = "X1   Users whose password is idle for over 200 days; own_days 200 (shipped: 120)\n";
    assert_eq!(own.out, expected, "{}", own.err);
    let sql = world.run_configured(&["ask", "X1", "--sql"]);
    assert!(sql.out.contains("-- threshold: own_days 200 (shipped: 120)\n"), "{} {}", sql.out, sql.err);
    let own = world.run_configured(&["changes", "D9", "X1", "--list"]);
    let expected = "D9   notice   A security group's rule lets in the whole world (shipped: critical)\n\
        X1   error    A role was made (shipped: notice)\n";
    assert_eq!(own.out, expected, "{}", own.err);
    let unknown = world.run(&["ask", "X1", "--list"]);
    assert!(unknown.code != 0 && unknown.err.contains("find question X1"), "{}", unknown.err);
}

#[test]
fn a_mistake_is_exit_code_2_with_file_and_line() {
    let world = world();
    for (folder, command, was, is, words) in [
        ("questions", "ask", "id: X1", "id: F9", "questions/x01_idle.sql, line 1: the id F9 is taken"),
        ("questions", "ask", "user_name, password", "usr_name, password", "questions/x01_idle.sql, line 6: "),
        ("questions", "ask", "> {own_days}", "> {own_dyas}", "questions/x01_idle.sql, line 6: no -- threshold: has"),
        ("rules", "changes", "id: X1", "id: D9", "rules/x01_role_made.sql, line 1: the id D9 is taken"),
        (
            "rules",
            "changes",
            "resource: arn",
            "resource: anr",
            "rules/x01_role_made.sql, line 6: iam_roles has no column",
        ),
    ] {
        let (file, text) = if folder == "rules" { ("x01_role_made.sql", RULE) } else { ("x01_idle.sql", QUESTION) };
        assert!(text.contains(was), "{was}");
        std::fs::write(world.path(folder).join(file), text.replace(was, is)).expect("written");
        let refused = world.run(&[command, "--list", &format!("--{folder}"), folder]);
        assert_eq!(refused.code, 2, "{is}: {}", refused.err);
        assert!(refused.err.contains(&format!("failed to read {words}")), "{is}: {}", refused.err);
    }
    world.configure("[thresholds]\nidle_dyas = 60\n");
    let refused = world.run_configured(&["ask", "--list"]);
    assert!(refused.code == 2 && refused.err.contains("crawl.toml:"), "{}", refused.err);
    assert!(refused.err.contains("unknown threshold `idle_dyas`"), "{}", refused.err);
    let refused = world.run(&["ask", "--list", "--questions", "nowhere"]);
    assert!(refused.code == 2 && refused.err.contains("failed to read folder nowhere"), "{}", refused.err);
}
