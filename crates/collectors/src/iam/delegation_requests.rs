//! Requests of partners to act in the account for a time, by ListDelegationRequests. Calls for each account: one for
//! each 1000.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{DelegationRequest as Listed, PolicyParameter};
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::Unread;

const LIST: &str = "iam:ListDelegationRequests";

/// One request of a partner to act in the account for a time. What an accepted one allows is in no role.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_delegation_requests", key = "delegation_request_id")]
pub struct DelegationRequest {
    /// The request's id.
    pub delegation_request_id: String,
    /// The account of the partner who asks, 12 digits.
    pub requestor_account_id: Option<String>,
    /// The partner's name.
    pub requestor_name: Option<String>,
    /// What the partner says of such requests.
    pub description: Option<String>,
    /// What the partner says of this one. Null: nothing.
    pub request_message: Option<String>,
    /// UNASSIGNED, ASSIGNED, PENDING_APPROVAL, FINALIZED, ACCEPTED, REJECTED or EXPIRED.
    pub state: Option<String>,
    /// The account in which the partner wants to act, 12 digits.
    pub owner_account_id: Option<String>,
    /// The ARN of the identity to which the request belongs. Null: AWS did not say.
    pub owner_arn: Option<String>,
    /// The ARN of the identity that approves it. Null: AWS did not say.
    pub approver_arn: Option<String>,
    /// The ARN of the partner's policy by which the permissions are made. Null: AWS did not say.
    pub policy_template_arn: Option<String>,
    /// The values that are put into this policy, by the parameter's name; several are separated by commas.
    pub policy_parameters: BTreeMap<String, String>,
    /// The permissions that are asked for, as a policy's JSON. Null: AWS did not say.
    pub permission_policy_json: Option<String>,
    /// The ARNs of the permissions boundaries that roles must have which the partner makes.
    pub role_boundary_arns: Vec<String>,
    /// How long the partner's session lasts, in seconds.
    pub session_duration_seconds: Option<i32>,
    /// When the request expires (UTC).
    pub expires_at: Option<Timestamp>,
    /// Whole days until then; negative when it has expired.
    pub days_until_expiry: Option<i32>,
    /// Why it was rejected, in the rejecter's words. Null: it was not, or nobody said why.
    pub rejection_reason: Option<String>,
    /// What was noted on it. Null: nothing.
    pub notes: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// The requests of partners to an account. Those that belong to nobody are not listed.
pub const DELEGATION_REQUESTS: Collector = Collector {
    name: "iam_delegation_requests",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "ListDelegationRequests")],
    resources: &[],
    tables: &[table::<DelegationRequest>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    // The SDK has no paginator for this one.
    let mut marker: Option<String> = None;
    loop {
        let page = iam.list_delegation_requests().max_items(1000).set_marker(marker.clone()).send().await?;
        for listed in page.delegation_requests.unwrap_or_default() {
            let mut unread = Unread::default();
            let row = delegation_request(listed, rows.captured_at(), &mut unread);
            unread.push(rows, LIST, row).await?;
        }
        let next = page.marker.filter(|_| page.is_truncated);
        if next.is_none() {
            return Ok(());
        }
        marker = next;
    }
}

fn delegation_request(it: Listed, now: Timestamp, unread: &mut Unread) -> Option<DelegationRequest> {
    let delegation_request_id = unread.value("DelegationRequestId", it.delegation_request_id)?;
    let created_at = it.create_date.as_ref().and_then(timestamp);
    let expires_at = it.expiration_time.as_ref().and_then(timestamp);
    let (policy_template_arn, parameters) =
        it.permissions.map(|asked| (asked.policy_template_arn, asked.parameters)).unwrap_or_default();
    Some(DelegationRequest {
        delegation_request_id,
        requestor_account_id: unread.value("RequestorId", it.requestor_id),
        requestor_name: it.requestor_name,
        description: it.description,
        request_message: it.request_message,
        state: unread.value("State", it.state.map(|state| state.as_str().to_owned())),
        owner_account_id: it.owner_account_id,
        owner_arn: it.owner_id,
        approver_arn: it.approver_id,
        policy_template_arn,
        policy_parameters: unread
            .each("Parameters.Name", parameters.unwrap_or_default().into_iter().map(parameter))
            .into_iter()
            .collect(),
        permission_policy_json: it.permission_policy,
        role_boundary_arns: it.role_permission_restriction_arns.unwrap_or_default(),
        session_duration_seconds: it.session_duration,
        expires_at,
        days_until_expiry: expires_at.map(|at| now.days_until(at)),
        rejection_reason: it.rejection_reason,
        notes: it.notes,
        created_at: unread.value("CreateDate", created_at),
        age_days: created_at.map(|at| at.days_until(now)),
        modified_at: it.updated_time.as_ref().and_then(timestamp),
    })
}

fn parameter(it: PolicyParameter) -> Option<(String, String)> {
    Some((it.name?, it.values.unwrap_or_default().join(",")))
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const OPERATION: &str = "ListDelegationRequests";

    fn page(requests: &str, rest: &str) -> String {
        format!(
            "<ListDelegationRequestsResponse><ListDelegationRequestsResult><DelegationRequests>{requests}\
             </DelegationRequests>{rest}</ListDelegationRequestsResult></ListDelegationRequestsResponse>"
        )
    }

    #[tokio::test]
    async fn requests_of_two_pages_one_whole_and_one_bare() {
        let whole = "<member><DelegationRequestId>dr-1</DelegationRequestId><OwnerAccountId>111122223333</OwnerAccountId>\
            <Permissions><PolicyTemplateArn>arn:template</PolicyTemplateArn><Parameters><member><Name>Bucket</Name>\
            <Values><member>a</member><member>b</member></Values><Type>stringList</Type></member></Parameters></Permissions>\
            <PermissionPolicy>{}</PermissionPolicy><State>RESTING</State><RequestorId>444455556666</RequestorId>\
            <RequestorName>Vendor</RequestorName><ExpirationTime>2026-01-08T00:00:00Z</ExpirationTime>\
            <CreateDate>2025-12-22T00:00:00Z</CreateDate><SessionDuration>3600</SessionDuration></member>";
        let bare = "<member><DelegationRequestId>dr-2</DelegationRequestId></member>";
        let recorded = Recorded::new()
            .answer_to(OPERATION, "MaxItems=1000", &page(whole, "<isTruncated>true</isTruncated><Marker>next</Marker>"))
            .answer_to(
                OPERATION,
                "Marker=next",
                &page(&format!("{bare}<member/>"), "<isTruncated>false</isTruncated>"),
            );
        let collected = recorded.run(&DELEGATION_REQUESTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DELEGATION_REQUESTS);
        let names = ["delegation_request_id", "requestor_account_id", "state", "days_until_expiry", "age_days"];
        assert_eq!(
            columns(&collected, "iam_delegation_requests", &names),
            [json!(["dr-1", "444455556666", "RESTING", 7, 10]), json!(["dr-2", null, null, null, null])]
        );
        let request = &collected.table("iam_delegation_requests")[0];
        assert_eq!(request["policy_parameters"], json!({"Bucket": "a,b"}));
        assert_eq!(
            (&request["policy_template_arn"], &request["permission_policy_json"]),
            (&json!("arn:template"), &json!("{}"))
        );
        // Who asks, the state and the moment of the bare one, and one without an id.
        assert_eq!(collected.short(), (4, vec!["iam_delegation_requests"]));
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(OPERATION, "", 403, &denied).run(&DELEGATION_REQUESTS).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
