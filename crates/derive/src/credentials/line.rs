//! What a line of the credential report says.

use orgcensus_collectors::iam::credential_report::CredentialsRef;
use orgcensus_row::Timestamp;

use super::review::{Credential, Facts, Standing, Use};
use super::subject::Subject;

/// After so long a report is old. AWS makes a new one after four hours.
const DAY_MILLIS: i64 = 86_400_000;

/// A user, or the root user, by its line.
pub(super) fn subject(row: &CredentialsRef<'_>, now: Timestamp) -> Subject {
    let keys = [
        slot("access_key_1", row.access_key_1_active, row.access_key_1_age_days, row.access_key_1_last_used_days),
        slot("access_key_2", row.access_key_2_active, row.access_key_2_age_days, row.access_key_2_last_used_days),
    ];
    let facts = Facts {
        is_root: row.is_root,
        standing: Standing::InReport,
        has_old_report: row.report_generated_at.is_some_and(|at| now.0 - at.0 > DAY_MILLIS),
        password: password(row),
        has_mfa: row.mfa_active,
        keys: keys.into_iter().flatten().collect(),
        has_keys_beyond: row.additional_access_key_count != Some(0),
        others: certificates(row),
        has_all_others: false,
    };
    let text = |text: Option<&str>| text.map(str::to_owned);
    let mut subject = Subject {
        facts,
        arn: text(row.arn),
        path: text(row.user_path),
        owner: None,
        created_at: row.created_at,
        password_used_at: row.password_last_used_at,
        last_key_use: None,
        report_generated_at: row.report_generated_at,
    };
    subject.key_used(
        row.access_key_1_last_used_at,
        row.access_key_1_last_used_region,
        row.access_key_1_last_used_service,
    );
    subject.key_used(
        row.access_key_2_last_used_at,
        row.access_key_2_last_used_region,
        row.access_key_2_last_used_service,
    );
    subject
}

fn password(row: &CredentialsRef<'_>) -> Credential {
    let used = match (row.password_last_used_days, row.password_last_used_state) {
        (Some(days), _) => Use::Days(days),
        (None, Some("no_information" | "not_applicable")) => Use::Never,
        (None, _) => Use::Unread,
    };
    Credential { name: "password".to_owned(), is_active: row.password_enabled, age_days: row.password_age_days, used }
}

/// One of the two keys; none if there is none. The report says of a key that is off when it was made.
fn slot(name: &str, is_active: Option<bool>, age_days: Option<i32>, used_days: Option<i32>) -> Option<Credential> {
    let used = used_days.map_or(Use::Never, Use::Days);
    let is_there = is_active != Some(false) || age_days.is_some();
    is_there.then(|| Credential { name: name.to_owned(), is_active, age_days, used })
}

/// The signing certificates that are active, or may be.
fn certificates(row: &CredentialsRef<'_>) -> Vec<(&'static str, Option<bool>)> {
    let has_more = row.additional_credentials_info.is_some() && row.additional_access_key_count == Some(0);
    let more = has_more.then_some(None);
    let all = [row.cert_1_active, row.cert_2_active].into_iter().chain(more);
    all.filter(|is_active| *is_active != Some(false)).map(|is_active| ("signing_certificate", is_active)).collect()
}
