//! The account's password policy, by GetAccountPasswordPolicy.

use aws_sdk_iam::types::PasswordPolicy as Answer;
use orgcensus_collect::{Collector, Error, Optional, Rows, Runs, Said, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

use crate::items::{Unread, given};

const GET: &str = "iam:GetAccountPasswordPolicy";

/// The password policy of one account. An account without one has a row as well: AWS's default holds there, at least 8
/// characters of three kinds, without expiry.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_password_policies")]
pub struct PasswordPolicy {
    /// Whether the account has a policy of its own; if not, all other columns are null.
    pub is_configured: bool,
    /// The fewest characters of a password.
    pub minimum_password_length: Option<i32>,
    /// Whether a password needs a symbol.
    pub requires_symbols: Option<bool>,
    /// Whether a password needs a digit.
    pub requires_numbers: Option<bool>,
    /// Whether a password needs an uppercase letter.
    pub requires_uppercase_characters: Option<bool>,
    /// Whether a password needs a lowercase letter.
    pub requires_lowercase_characters: Option<bool>,
    /// Whether users may change their own password.
    pub allows_users_to_change_password: Option<bool>,
    /// Whether passwords expire.
    pub expires_passwords: Option<bool>,
    /// After how many days a password expires; null when none does.
    pub max_password_age_days: Option<i32>,
    /// How many former passwords may not be used again; null when all may.
    pub password_reuse_prevention: Option<i32>,
    /// Whether a user whose password has expired needs an administrator to set a new one.
    pub is_hard_expiry: Option<bool>,
}

/// The password policy of an account.
pub const PASSWORD_POLICIES: Collector = Collector {
    name: "iam_password_policies",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GetAccountPasswordPolicy")],
    resources: &[],
    tables: &[table::<PasswordPolicy>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let said = Said::new();
    let get = client!(session, aws_sdk_iam).get_account_password_policy().customize().interceptor(said.clone());
    let answer = get.send().await.optional(&["NoSuchEntity"])?;
    let answer = answer.map(|answer| given(answer.password_policy, GET, "PasswordPolicy")).transpose()?;
    let mut unread = Unread::default();
    let row = policy(answer.as_ref(), &said, &mut unread);
    unread.count(rows, PasswordPolicy::TABLE, GET);
    rows.push(row).await
}

/// The SDK returns false for a flag that is missing in the answer.
fn policy(answer: Option<&Answer>, said: &Said, unread: &mut Unread) -> PasswordPolicy {
    let mut flag = |name: &str, value: fn(&Answer) -> bool| {
        answer.and_then(|it| unread.value(name, said.has(name).then(|| value(it))))
    };
    PasswordPolicy {
        is_configured: answer.is_some(),
        minimum_password_length: answer.and_then(|it| it.minimum_password_length),
        requires_symbols: flag("RequireSymbols", |it| it.require_symbols),
        requires_numbers: flag("RequireNumbers", |it| it.require_numbers),
        requires_uppercase_characters: flag("RequireUppercaseCharacters", |it| it.require_uppercase_characters),
        requires_lowercase_characters: flag("RequireLowercaseCharacters", |it| it.require_lowercase_characters),
        allows_users_to_change_password: flag("AllowUsersToChangePassword", |it| it.allow_users_to_change_password),
        expires_passwords: flag("ExpirePasswords", |it| it.expire_passwords),
        // In some accounts AWS writes zero for "never" and "none"; in others it leaves the value out.
        max_password_age_days: answer.and_then(|it| it.max_password_age).filter(|days| *days > 0),
        password_reuse_prevention: answer.and_then(|it| it.password_reuse_prevention).filter(|count| *count > 0),
        is_hard_expiry: answer.and_then(|it| it.hard_expiry),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;

    use super::*;
    use crate::testing::xml_error;

    const ANSWER: &str = "<GetAccountPasswordPolicyResponse><GetAccountPasswordPolicyResult><PasswordPolicy>\
        <MinimumPasswordLength>14</MinimumPasswordLength><RequireSymbols>true</RequireSymbols>\
        <RequireNumbers>false</RequireNumbers><ExpirePasswords>true</ExpirePasswords>\
        <RequireUppercaseCharacters>true</RequireUppercaseCharacters>\
        <AllowUsersToChangePassword>false</AllowUsersToChangePassword><MaxPasswordAge>90</MaxPasswordAge><PasswordReusePrevention>0</PasswordReusePrevention>\
        </PasswordPolicy></GetAccountPasswordPolicyResult></GetAccountPasswordPolicyResponse>";

    #[tokio::test]
    async fn a_policy_is_one_row() {
        let collected = Recorded::new().answer("GetAccountPasswordPolicy", ANSWER).run(&PASSWORD_POLICIES).await;
        let [row] = collected.assert_all_calls(&PASSWORD_POLICIES).table("iam_password_policies") else { panic!() };
        assert_eq!((&row["is_configured"], &row["minimum_password_length"]), (&true.into(), &14.into()));
        assert_eq!((&row["requires_symbols"], &row["requires_numbers"]), (&true.into(), &false.into()));
        assert_eq!(row["max_password_age_days"], 90);
        // The answer lacks this one.
        assert!(row["requires_lowercase_characters"].is_null(), "{row}");
        assert_eq!(
            (&row["requires_uppercase_characters"], &row["allows_users_to_change_password"]),
            (&true.into(), &false.into())
        );
        assert_eq!(collected.short(), (1, vec!["iam_password_policies"]));
        assert!(row.get("password_reuse_prevention").is_none_or(serde_json::Value::is_null), "{row}");
    }

    #[tokio::test]
    async fn none_is_a_row_and_a_refusal_is_not() {
        let none = Recorded::new().refuse("GetAccountPasswordPolicy", "", 404, &xml_error("NoSuchEntity"));
        let collected = none.run(&PASSWORD_POLICIES).await;
        collected.result.as_ref().unwrap();
        let [row] = collected.table("iam_password_policies") else { panic!() };
        assert_eq!(row["is_configured"], false);
        assert!(row.get("requires_symbols").is_none_or(serde_json::Value::is_null), "{row}");

        let denied = Recorded::new().refuse("GetAccountPasswordPolicy", "", 403, &xml_error("AccessDenied"));
        let collected = denied.run(&PASSWORD_POLICIES).await;
        assert!(collected.table("iam_password_policies").is_empty());
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
