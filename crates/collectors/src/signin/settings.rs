//! From where an account's console may be entered: GetResourcePolicy and GetConsoleAuthorizationConfiguration.

use std::collections::BTreeSet;

use orgcensus_collect::{Collector, Error, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::items::{Unread, given};

const POLICY: Read<ItsPolicy> = reads("signin", "GetResourcePolicy");
const CONSOLE: Read<Console> = reads("signin", "GetConsoleAuthorizationConfiguration");

/// How Sign-In says that an account has no policy, or that nothing was ever set.
const NONE: &[&str] = &["ResourceNotFoundException"];

/// What one account's sign-in asks of those who enter its console, besides their credentials. An account without a policy
/// has a row as well.
#[derive(Debug, Serialize, Row)]
#[row(table = "signin_settings")]
pub struct Settings {
    /// Whether the console authorizes sign-ins by the policy. False also where this was never set; null: it could not
    /// be read.
    pub is_console_authorization_enabled: Option<bool>,
    /// What this was set for: the account, or the root or the organization above it, by its id. Null: it was never set.
    pub console_authorization_target_id: Option<String>,
    /// The kind of this target, in AWS's words. Null: it was never set.
    pub console_authorization_scope: Option<String>,
    /// Whether the account has a policy for sign-ins.
    pub has_policy: bool,
    /// The policy, as JSON. Null: there is none.
    pub policy_json: Option<String>,
    /// How many statements it has. Null: there is none.
    pub statement_count: Option<i32>,
    /// The keys of its conditions, aws:SourceIp, aws:SourceVpc: from where people may sign in.
    pub condition_keys: Vec<String>,
}

/// The sign-in settings of an account.
pub const SETTINGS: Collector = Collector {
    name: "signin_settings",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[POLICY.call(), CONSOLE.call()],
    resources: &[],
    tables: &[table::<Settings>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItsPolicy {
    signin_resource_based_policy: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Console {
    target_id: Option<String>,
    scope: Option<String>,
    console_authorization_enabled: Option<bool>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = POLICY.send(session, json!({})).await.optional(NONE)?;
    let member = "signinResourceBasedPolicy";
    let call = POLICY.call().name();
    let policy = answer.map(|it| given(it.signin_resource_based_policy, &call, member)).transpose()?;
    let console = CONSOLE.send(session, json!({})).await.optional(NONE);
    let console = rows.item([Settings::TABLE], console)?;
    let mut unread = Unread::default();
    let row = settings(policy.as_ref(), console, &mut unread);
    unread.count(rows, Settings::TABLE, &CONSOLE.call().name());
    rows.push(row).await
}

/// The console's part is `None` where it could not be read, and none within where it was never set.
fn settings(policy: Option<&Value>, console: Option<Option<Console>>, unread: &mut Unread) -> Settings {
    let is_never_set = matches!(console, Some(None));
    let console = console.flatten();
    let is_enabled = console
        .as_ref()
        .and_then(|it| unread.value("consoleAuthorizationEnabled", it.console_authorization_enabled))
        .or(is_never_set.then_some(false));
    let (target_id, scope) = console.map(|it| (it.target_id, it.scope)).unwrap_or_default();
    let statements = policy.map(|it| it["Statement"].as_array().map(Vec::as_slice).unwrap_or_default());
    Settings {
        is_console_authorization_enabled: is_enabled,
        console_authorization_target_id: target_id,
        console_authorization_scope: scope,
        has_policy: policy.is_some(),
        policy_json: policy.map(Value::to_string),
        statement_count: statements.map(|all| i32::try_from(all.len()).unwrap_or(i32::MAX)),
        condition_keys: condition_keys(statements.unwrap_or_default()),
    }
}

fn condition_keys(statements: &[Value]) -> Vec<String> {
    let operators = statements.iter().filter_map(|it| it["Condition"].as_object()).flat_map(|it| it.values());
    let keys = operators.filter_map(Value::as_object).flat_map(|it| it.keys().cloned());
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SETTINGS;
    use crate::testing::{columns, json_error};

    const POLICY: &str = "GetResourcePolicy";
    const CONSOLE: &str = "GetConsoleAuthorizationConfiguration";

    const DOCUMENT: &str = r#"{"signinResourceBasedPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny",
        "Principal":{"AWS":"*"},"Action":["signin:Authenticate"],"Resource":"*",
        "Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24"]},"Bool":{"aws:ViaAWSService":["false"]}}}]}}"#;

    fn row(collected: &Collected) -> serde_json::Value {
        let names = ["is_console_authorization_enabled", "has_policy", "statement_count", "condition_keys"];
        columns(collected, "signin_settings", &names).remove(0)
    }

    #[tokio::test]
    async fn a_policy_and_what_it_rests_on() {
        let on = r#"{"targetId":"o-1","scope":"GALAXY","consoleAuthorizationEnabled":true}"#;
        let collected = Recorded::new().answer(POLICY, DOCUMENT).answer(CONSOLE, on).run(&SETTINGS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SETTINGS);
        assert_eq!(row(&collected), json!([true, true, 1, ["aws:SourceIp", "aws:ViaAWSService"]]));
        let names = ["console_authorization_target_id", "console_authorization_scope"];
        assert_eq!(columns(&collected, "signin_settings", &names), [json!(["o-1", "GALAXY"])]);
    }

    #[tokio::test]
    async fn nothing_set_is_a_row_and_a_refused_part_is_null() {
        let none = json_error("ResourceNotFoundException");
        let recorded = Recorded::new().refuse(POLICY, "", 404, &none).refuse(CONSOLE, "", 404, &none);
        assert_eq!(row(&recorded.run(&SETTINGS).await), json!([false, false, null, []]));
        let denied = json_error("AccessDeniedException");
        let recorded = Recorded::new().refuse(POLICY, "", 404, &none).refuse(CONSOLE, "", 403, &denied);
        let collected = recorded.run(&SETTINGS).await;
        assert_eq!(row(&collected), json!([null, false, null, []]));
        assert_eq!(collected.short(), (1, vec!["signin_settings"]));
        let bare = Recorded::new().refuse(POLICY, "", 404, &none).answer(CONSOLE, "{}").run(&SETTINGS).await;
        assert_eq!((row(&bare), bare.short().0), (json!([null, false, null, []]), 1));
    }

    #[tokio::test]
    async fn a_refused_policy_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(POLICY, "", 403, &denied).run(&SETTINGS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
