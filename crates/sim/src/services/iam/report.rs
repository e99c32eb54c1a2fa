//! The credential report: a caller asks for it, waits for it, and reads it as CSV.

use super::credentials::PublicKey;
use super::password_policy::password_policy;
use super::population::Iam;
use super::users::{Key, Root, User};
use crate::account::Account;
use crate::clock::{DAY_MILLIS, iso, iso_offset};
use crate::context::Context;
use crate::protocol::Refusal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const NONE: &str = "N/A";

/// How many requests a report takes. It is none in some accounts, where someone else asked for a report in the last
/// four hours.
fn polls_needed(account: &Account) -> u8 {
    u8::try_from(account.index % 4).unwrap_or_default().min(2)
}

pub(super) fn generate(context: &Context<'_>) -> Value {
    let account = context.place.account;
    let (needed, before) = (polls_needed(account), context.report_polls.ask(account));
    let (state, description) = match before {
        before if before >= needed => ("COMPLETE", None),
        0 => ("STARTED", Some("No report exists. Starting a new report generation task")),
        _ => ("INPROGRESS", None),
    };
    json!({ "State": state, "Description": description })
}

pub(super) fn get(context: &Context<'_>) -> Result<Value, Refusal> {
    let account = context.place.account;
    match (context.report_polls.asked(account), polls_needed(account)) {
        (0, 1..) => Err(Refusal::new(410, "ReportNotPresent", "No report exists, call GenerateCredentialReport")),
        // A caller may also wait by asking for the report itself again.
        (asked, needed @ 1..) if asked <= needed => {
            context.report_polls.ask(account);
            Err(Refusal::new(404, "ReportInProgress", "Report is being generated, please wait"))
        }
        _ => {
            let place = &context.place;
            let max_age_days = password_policy(place).and_then(|policy| policy.max_age_days);
            let csv = csv(&Iam::of(place), &place.iam_arn("root"), max_age_days);
            Ok(json!({
                "Content": STANDARD.encode(csv),
                "ReportFormat": "text/csv",
                "GeneratedTime": iso(place.organization.clock.wall_millis()),
            }))
        }
    }
}

fn csv(iam: &Iam, root_arn: &str, max_age_days: Option<i64>) -> String {
    let mut lines = vec![HEADER.to_owned(), root_line(&iam.root, root_arn)];
    lines.extend(iam.users.iter().map(|user| user_line(user, max_age_days)));
    lines.join("\n")
}

fn root_line(root: &Root, arn: &str) -> String {
    let used = root.password_used_millis.map_or_else(|| "no_information".to_owned(), iso_offset);
    let mut fields = vec!["<root_account>".to_owned(), arn.to_owned(), iso_offset(root.created_millis)];
    fields.extend(["not_supported".to_owned(), used, "not_supported".to_owned(), "not_supported".to_owned()]);
    fields.push(root.has_mfa.to_string());
    fields.extend(key_fields(root.key.as_ref()));
    fields.extend(key_fields(None));
    fields.extend(certificate_fields(None));
    fields.extend(certificate_fields(None));
    fields.join(",")
}

fn user_line(user: &User, max_age_days: Option<i64>) -> String {
    let mut fields = vec![user.name.clone(), user.arn.clone(), iso_offset(user.created_millis)];
    fields.extend(match &user.password {
        None => ["false", NONE, NONE, NONE].map(str::to_owned),
        Some(password) => [
            "true".to_owned(),
            password.used_millis.map_or_else(|| "no_information".to_owned(), iso_offset),
            iso_offset(password.changed_millis),
            max_age_days
                .map_or_else(|| NONE.to_owned(), |days| iso_offset(password.changed_millis + days * DAY_MILLIS)),
        ],
    });
    fields.push(user.has_mfa.to_string());
    fields.extend(key_fields(user.keys.first()));
    fields.extend(key_fields(user.keys.get(1)));
    fields.extend(certificate_fields(user.others.certificates.first()));
    fields.extend(certificate_fields(user.others.certificates.get(1)));
    fields.join(",")
}

fn key_fields(key: Option<&Key>) -> [String; 5] {
    let Some(key) = key else { return ["false", NONE, NONE, NONE, NONE].map(str::to_owned) };
    let (used, region, service) = match key.used_millis {
        Some(millis) => (iso_offset(millis), key.used_region, key.used_service),
        None => (NONE.to_owned(), NONE, NONE),
    };
    [key.is_active.to_string(), iso_offset(key.created_millis), used, region.to_owned(), service.to_owned()]
}

fn certificate_fields(certificate: Option<&PublicKey>) -> [String; 2] {
    match certificate {
        Some(certificate) => [certificate.is_active.to_string(), iso_offset(certificate.uploaded_millis)],
        None => ["false", NONE].map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::STANDARD;
    use crate::testing::{Client, quiet};
    use base64::Engine;

    #[test]
    fn a_report_is_asked_for_waited_for_and_read() {
        let client = Client::new(quiet(4, 1)).assume(2, "").unwrap();
        let get = || client.query("iam", "Action=GetCredentialReport");
        let generate = || client.query("iam", "Action=GenerateCredentialReport").element("State");
        assert_eq!(get().element("Code"), "ReportNotPresent");
        assert_eq!(generate(), "STARTED");
        assert_eq!(get().element("Code"), "ReportInProgress");
        assert_eq!(generate(), "COMPLETE");
        let csv = String::from_utf8(STANDARD.decode(get().element("Content")).unwrap()).unwrap();
        let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!((lines[0][0], lines[1][0], lines[0].len()), ("user", "<root_account>", 22));
        assert!(lines.iter().all(|line| line.len() == 22));
        let users = client.query("iam", "Action=ListUsers").elements("UserName");
        assert!(!users.is_empty());
        assert_eq!(lines[2..].iter().map(|line| line[0]).collect::<Vec<_>>(), users);
    }
}
