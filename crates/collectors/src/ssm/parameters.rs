//! Parameters of Systems Manager: DescribeParameters. Their values are never read.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;
use crate::secret_names::is_secret_like_path;

const LIST: Read<Page> = reads("ssm", "DescribeParameters");

/// One parameter of Systems Manager, without its value.
#[derive(Debug, Serialize, Row)]
#[row(table = "ssm_parameters", key = "arn")]
pub struct Parameter {
    /// The parameter's ARN.
    pub arn: String,
    /// The parameter's name, with its path.
    pub parameter_name: String,
    /// String, StringList or SecureString. Null: AWS did not say.
    pub parameter_type: Option<String>,
    /// Whether its value is encrypted: it is a SecureString. Null: AWS did not say.
    pub is_secure: Option<bool>,
    /// Standard, Advanced or Intelligent-Tiering. Only advanced ones can be shared. Null: AWS did not say.
    pub tier: Option<String>,
    /// The KMS key that encrypts its value: an id, an ARN or an alias. Null: it is not encrypted.
    pub kms_key_id: Option<String>,
    /// What its value must be: text, aws:ec2:image … Null: AWS did not say.
    pub data_type: Option<String>,
    /// Its version: how often it was set. Null: AWS did not say.
    pub parameter_version: Option<i64>,
    /// What happens to it by itself: Expiration, ExpirationNotification, NoChangeNotification.
    pub policy_types: Vec<String>,
    /// When it was last set (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whole days since it was last set.
    pub last_modified_days: Option<i32>,
    /// Who set it last, by ARN. Null: AWS did not say.
    pub last_modified_by: Option<String>,
    /// Whether the last part of its name looks like a secret's, whatever its type.
    pub has_secret_like_name: bool,
}

/// The parameters of one region.
pub const PARAMETERS: Collector = Collector {
    name: "ssm_parameters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Parameter>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    parameters: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    #[serde(rename = "ARN")]
    arn: Option<String>,
    #[serde(rename = "Type")]
    parameter_type: Option<String>,
    key_id: Option<String>,
    last_modified_date: Option<Moment>,
    last_modified_user: Option<String>,
    version: Option<i64>,
    tier: Option<String>,
    policies: Vec<Inline>,
    data_type: Option<String>,
}

/// Not a policy of access: what happens to the parameter after some time.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Inline {
    policy_type: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 50}));
    while let Some(page) = pages.next().await {
        for listed in page?.parameters {
            let mut unread = Unread::default();
            let row = parameter(session, listed, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn parameter(session: &Session, it: Listed, now: Timestamp, unread: &mut Unread) -> Option<Parameter> {
    let (arn, parameter_name) = unread.identity("Name", it.name, it.arn, |name| arn(session, name))?;
    let last_modified_at = unread.moment("LastModifiedDate", it.last_modified_date.as_ref());
    Some(Parameter {
        arn,
        has_secret_like_name: is_secret_like_path(&parameter_name),
        parameter_name,
        is_secure: it.parameter_type.as_deref().map(|of| of == "SecureString"),
        parameter_type: it.parameter_type,
        tier: it.tier,
        kms_key_id: it.key_id,
        data_type: it.data_type,
        parameter_version: it.version,
        policy_types: it.policies.into_iter().filter_map(|policy| policy.policy_type).collect(),
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        last_modified_by: it.last_modified_user,
    })
}

/// The ARN of a parameter: of `/shop/db` and `shop/db` alike, `parameter/shop/db`.
pub(super) fn arn(session: &Session, name: &str) -> String {
    session.arn("ssm", &format!("parameter/{}", name.strip_prefix('/').unwrap_or(name)))
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::PARAMETERS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "DescribeParameters";
    const FULL: &str = r#"{"Name":"/shop/db","ARN":"arn:db","Type":"SecureString","KeyId":"alias/aws/ssm","Tier":"Advanced",
        "LastModifiedDate":1766361600.5,"LastModifiedUser":"arn:ana","Version":7,"DataType":"text",
        "Policies":[{"PolicyText":"{}","PolicyType":"Expiration","PolicyStatus":"Pending"}]}"#;

    #[tokio::test]
    async fn parameters_of_two_pages_have_rows_without_values() {
        let first = format!(r#"{{"Parameters":[{FULL}],"NextToken":"more"}}"#);
        let second = r#"{"Parameters":[{"Name":"/flag","Type":"Rune","LastModifiedDate":"once"},{"Name":"plain"},{}]}"#;
        let collected = Recorded::new().answer(LIST, &first).answer_to(LIST, "more", second).run(&PARAMETERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&PARAMETERS);
        let names = ["arn", "parameter_type", "is_secure", "tier", "kms_key_id", "last_modified_days", "policy_types"];
        assert_eq!(
            columns(&collected, "ssm_parameters", &names),
            [
                json!(["arn:db", "SecureString", true, "Advanced", "alias/aws/ssm", 9, ["Expiration"]]),
                json!(["arn:aws:ssm:eu-west-1:111122223333:parameter/flag", "Rune", false, null, null, null, []]),
                json!(["arn:aws:ssm:eu-west-1:111122223333:parameter/plain", null, null, null, null, null, []]),
            ]
        );
        // A moment, and a parameter without a name.
        assert_eq!(collected.short(), (2, vec!["ssm_parameters"]));
    }

    #[tokio::test]
    async fn a_name_that_looks_like_a_secrets_is_told_whatever_the_type() {
        let listed = r#"{"Parameters":[{"Name":"/shop/db/password","Type":"String"},{"Name":"/shop/db/secret-arn"},
            {"Name":"githubToken","Type":"SecureString"}]}"#;
        let collected = Recorded::new().answer(LIST, listed).run(&PARAMETERS).await;
        assert_eq!(
            columns(&collected, "ssm_parameters", &["has_secret_like_name", "is_secure"]),
            [json!([true, false]), json!([false, null]), json!([true, true])]
        );
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&PARAMETERS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
