//! Which credentials to deal with first, and whom to ask before: the worklist of IAM users and root users.

use orgcensus_answers::coverage_of;

use super::Declared;
use crate::asked::Asked;
use crate::model::{Block, Column, Table};
use crate::ranked::{Beside, Rank, own};
use crate::{Result, lists};

pub(crate) const SECTION: Declared = Declared {
    id: "credentials",
    title: "Credentials to deal with",
    is_brief: false,
    read: |asked| Box::pin(read(asked)),
};

/// A macro, since a constant cannot be put together of constants.
macro_rules! credentials {
    ($columns:literal, $condition:literal) => {
        concat!(
            "SELECT
  credential_review.account_id,
  credential_review.account_name,
  credential_review.user_name,
  credential_review.arn,
  credential_review.is_root,
  credential_review.next_step,
  credential_review.reasons,
  COALESCE(NULLIF(TRIM(account_owners.owner), ''), 'no owner is named') AS owner,
  ",
            $columns,
            "
FROM credential_review
LEFT JOIN account_owners
  ON account_owners.organization_id = credential_review.organization_id
  AND account_owners.account_id = credential_review.account_id
WHERE ",
            $condition
        )
    };
}

const WORKLIST: &str = credentials!(
    "credential_review.ask,
  COALESCE(credential_review.class, 'not known') AS class,
  credential_review.next_step_about,
  credential_review.replacements,
  credential_review.password_last_used_days,
  credential_review.oldest_access_key_age_days,
  credential_review.access_key_last_used_days,
  credential_review.inactive_seen_days",
    "credential_review.next_step IS NOT NULL"
);

const UNKNOWN: &str = credentials!(
    "credential_review.ask,
  COALESCE(credential_review.class, 'not known') AS class,
  credential_review.class_facts",
    "credential_review.next_step IS NULL AND (credential_review.reason_count > 0 OR credential_review.class IS NULL)"
);

/// By whom the account is owned: a user's own owner is in the list.
const OWNERS: &str = concat!(
    "SELECT
  owner,
  ask,
  COUNT(DISTINCT account_id) AS account_count,
  COUNT(*) FILTER (WHERE next_step IS NOT NULL) AS credential_count,
  COUNT(*) FILTER (WHERE next_step IS NOT NULL AND is_root) AS root_count,
  COUNT(*) FILTER (WHERE next_step = 'add_mfa') AS add_mfa_count,
  COUNT(*) FILTER (WHERE next_step = 'deactivate') AS deactivate_count,
  COUNT(*) FILTER (WHERE next_step = 'confirm_with_owner') AS confirm_count,
  COUNT(*) FILTER (WHERE next_step = 'replace_or_rotate') AS replace_count,
  COUNT(*) FILTER (WHERE next_step = 'delete') AS delete_count,
  COUNT(*) FILTER (WHERE next_step = 'wait') AS wait_count,
  COUNT(*) FILTER (WHERE next_step IS NULL) AS unknown_count
FROM (
",
    credentials!(
        "account_owners.ask",
        "credential_review.next_step IS NOT NULL
  OR credential_review.reason_count > 0
  OR credential_review.class IS NULL"
    ),
    "
) AS credentials
WHERE true{among}
GROUP BY owner, ask
ORDER BY root_count DESC, credential_count DESC, unknown_count DESC, owner, ask"
);

const BY_OWNER: [Column; 12] = [
    Column::text("owner", "account's owner"),
    Column::text("ask", "whom to ask"),
    Column::number("account_count", "accounts"),
    Column::number("credential_count", "credentials"),
    Column::number("root_count", "of root users"),
    Column::number("add_mfa_count", "add MFA"),
    Column::number("deactivate_count", "deactivate"),
    Column::number("confirm_count", "confirm with owner"),
    Column::number("replace_count", "replace or rotate"),
    Column::number("delete_count", "delete"),
    Column::number("wait_count", "wait"),
    Column::number("unknown_count", "too little known"),
];

const KEY: [&str; 2] = ["account_id", "user_name"];

/// Root users, then administrators, then by step: what a password alone opens, what nobody uses, what somebody may use,
/// what is old, and what only rests.
const URGENCY: &str = "CASE
        WHEN listed.is_root THEN 0
        WHEN identity_access.is_administrator THEN 10
        ELSE 20
      END + CASE listed.next_step
        WHEN 'add_mfa' THEN 1
        WHEN 'deactivate' THEN 2
        WHEN 'confirm_with_owner' THEN 3
        WHEN 'replace_or_rotate' THEN 4
        WHEN 'delete' THEN 5
        ELSE 6
      END";

const BY_URGENCY: Rank<'static> = Rank {
    columns: &[
        Column::text("user_name", "user"),
        Column::account(),
        Column::text("account_name", "account's name"),
        Column::text("owner", "account's owner"),
        Column::text("ask", "whom to ask"),
        Column::flag("is_administrator", "is administrator"),
        Column::words("class", "used by", "used by"),
        Column::words("reasons", "reasons", "credential"),
        Column::words("next_step", "next step", "step"),
        Column::text("next_step_about", "of which credentials"),
        Column::text("replacements", "what could take its place"),
        Column::number("password_last_used_days", "days since its password's use"),
        Column::number("oldest_access_key_age_days", "days since its oldest key was made"),
        Column::number("access_key_last_used_days", "days since a key's use"),
        Column::number("inactive_seen_days", "days seen inactive"),
    ],
    note: "First come root users, then administrators, then the others; in each, those to give an MFA device, to \
           deactivate, to ask about, to replace, to delete, and those that rest. A step is about the credentials \
           beside it: the user's others may be in use; none named means the user as a whole. No days: never used, or \
           not read.",
    subject: None,
    severity: URGENCY,
    beside: Some(Beside {
        table: "identity_access",
        columns: "CASE WHEN listed.is_root THEN true ELSE identity_access.is_administrator END AS is_administrator",
        join: "LEFT JOIN identity_access
      ON identity_access.account_id = listed.account_id
      AND identity_access.identity_arn = listed.arn",
    }),
};

const TOO_LITTLE_KNOWN: Rank<'static> = Rank {
    columns: &[
        Column::text("user_name", "user"),
        Column::account(),
        Column::text("account_name", "account's name"),
        Column::text("owner", "account's owner"),
        Column::text("ask", "whom to ask"),
        Column::words("class", "used by", "used by"),
        Column::words("reasons", "reasons", "credential"),
        Column::text("class_facts", "what is known"),
    ],
    note: "First come root users, then what was not read. These are not safe, they are not known: without a report \
           there is no next step, and of a service's own credential AWS does not say its use.",
    subject: None,
    severity: "CASE WHEN listed.is_root THEN 0 ELSE 2 END
      + CASE WHEN cardinality(listed.reasons) > 0 THEN 0 ELSE 1 END",
    beside: None,
};

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let words = "Nothing is to be deactivated that was used within a year before its owner was asked, and nothing to \
                 be deleted before it was seen inactive for 90 days. Nobody takes a step but the reader. The owner \
                 is the account's owner tag, which the configuration names; where no owner is named, an address of \
                 the account's contacts says whom to ask.";
    let coverage_percent = coverage_of(&asked.snapshot, &["credential_review".to_owned()]).await?;
    let owners =
        lists::own(asked, "credential-owners", "Credentials by the account's owner", OWNERS, &BY_OWNER).await?;
    let title = "Credentials, the most urgent first";
    let worklist = own(asked, "credential-list", title, WORKLIST, &KEY, &BY_URGENCY).await?;
    let title = "Credentials of which too little is known";
    let unknown = own(asked, "credential-unknown", title, UNKNOWN, &KEY, &TOO_LITTLE_KNOWN).await?;
    let covered = |table: Table| Block::Table(Table { coverage_percent, ..table });
    Ok(vec![Block::Words(words.to_owned()), covered(owners), covered(worklist), covered(unknown)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_and_what_is_not_are_apart_and_both_are_counted() {
        assert!(WORKLIST.ends_with("WHERE credential_review.next_step IS NOT NULL"), "{WORKLIST}");
        assert!(UNKNOWN.contains("WHERE credential_review.next_step IS NULL AND ("), "{UNKNOWN}");
        for (name, columns) in [(WORKLIST, BY_URGENCY.columns), (UNKNOWN, TOO_LITTLE_KNOWN.columns)] {
            for column in columns.iter().filter(|column| column.name != "is_administrator") {
                assert!(name.contains(column.name), "{} is not selected", column.name);
            }
        }
        for column in &BY_OWNER {
            assert!(OWNERS.contains(column.name), "{} is not counted", column.name);
        }
    }

    /// A step that is not counted would be a credential that nobody deals with.
    #[test]
    fn each_step_has_its_count_and_its_place() {
        for step in ["add_mfa", "deactivate", "confirm_with_owner", "replace_or_rotate", "delete", "wait"] {
            assert!(OWNERS.contains(&format!("next_step = '{step}'")), "{step}");
            assert!(step == "wait" || URGENCY.contains(&format!("WHEN '{step}' THEN")), "{step}");
        }
    }
}
