//! The lines of the credential report: what each says of one user, by the names of its header.

use aws_smithy_types::date_time::{DateTime, Format};
use csv::StringRecord;
use orgcensus_collect::timestamp;
use orgcensus_row::Timestamp;

use super::{Credentials, Reported};
use crate::items::Unread;

/// How the report names the root user.
const ROOT: &str = "<root_account>";

/// A line with more values than the header has columns: a user's name or path has commas, and nothing quotes them. The
/// ARN, which ends in the name, tells where it begins. `None`: it does not.
pub(super) fn put_together(header: &StringRecord, record: StringRecord) -> Option<StringRecord> {
    let extra = record.len().saturating_sub(header.len());
    if extra == 0 {
        return Some(record);
    }
    if (header.get(0), header.get(1)) != (Some("user"), Some("arn")) {
        return None;
    }
    let cells: Vec<&str> = record.iter().collect();
    let (front, rest) = cells.split_at(2 + extra);
    let front = front.join(",");
    let is_of = |user: &str, arn: &str| arn.ends_with(&format!("/{user}")) || (user == ROOT && arn.ends_with(":root"));
    let mut splits = front.match_indices(",arn:").map(|(at, _)| (&front[..at], &front[at + 1..]));
    let (user, arn) = splits.find(|(user, arn)| is_of(user, arn))?;
    Some([user, arn].into_iter().chain(rest.iter().copied()).collect())
}

/// One line of the report, its values by the header's names.
struct Line<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
    unread: Unread,
}

impl<'a> Line<'a> {
    /// What the line has in a column; the report leaves no value out.
    fn raw(&mut self, column: &str) -> Option<&'a str> {
        let index = self.header.iter().position(|name| name == column);
        let value = index.and_then(|index| self.record.get(index)).filter(|value| !value.is_empty());
        self.unread.value(column, value)
    }

    /// The same; none if the report has a word that means "none".
    fn said(&mut self, column: &str) -> Option<&'a str> {
        self.raw(column).filter(|value| !matches!(*value, "N/A" | "no_information" | "not_supported"))
    }

    fn text(&mut self, column: &str) -> Option<String> {
        self.said(column).map(str::to_owned)
    }

    fn flag(&mut self, column: &str) -> Option<bool> {
        let said = self.said(column);
        self.unread.parsed(column, said, |text| text.to_ascii_lowercase().parse().ok())
    }

    fn moment(&mut self, column: &str) -> Option<Timestamp> {
        let said = self.said(column);
        let parse = |text: &str| timestamp(&DateTime::from_str(text, Format::DateTimeWithOffset).ok()?);
        self.unread.parsed(column, said, parse)
    }
}

/// A line's values. `None`: it names no user.
pub(super) fn reported(
    header: &StringRecord,
    record: &StringRecord,
    captured_at: Timestamp,
    generated_at: Option<Timestamp>,
) -> Option<Reported> {
    let mut line = Line { header, record, unread: Unread::default() };
    let user_name = line.raw("user")?.to_owned();
    let credentials = credentials(&mut line, user_name, captured_at, generated_at);
    Some(Reported { credentials, unread: line.unread })
}

fn credentials(
    line: &mut Line<'_>,
    user_name: String,
    captured_at: Timestamp,
    generated_at: Option<Timestamp>,
) -> Credentials {
    let days = |at: Option<Timestamp>| at.map(|at| at.days_until(captured_at));
    let created_at = line.moment("user_creation_time");
    let password_enabled = line.flag("password_enabled");
    let password_last_used_at = line.moment("password_last_used");
    let password_last_changed_at = line.moment("password_last_changed");
    let made_with_user = created_at.filter(|_| password_enabled == Some(true));
    let (key_1, key_2) = (access_key(line, 1), access_key(line, 2));
    Credentials {
        is_root: user_name == ROOT,
        user_name,
        arn: line.text("arn"),
        created_at,
        age_days: days(created_at),
        password_enabled,
        password_last_used_at,
        password_last_used_days: days(password_last_used_at),
        password_last_used_state: password_state(line, password_last_used_at),
        password_last_changed_at,
        password_age_days: days(password_last_changed_at.or(made_with_user)),
        password_next_rotation_at: line.moment("password_next_rotation"),
        mfa_active: line.flag("mfa_active"),
        active_access_key_count: [key_1.active, key_2.active].into_iter().map(|active| active.map(i32::from)).sum(),
        access_key_1_active: key_1.active,
        access_key_1_last_rotated_at: key_1.last_rotated_at,
        access_key_1_age_days: days(key_1.last_rotated_at),
        access_key_1_last_used_at: key_1.last_used_at,
        access_key_1_last_used_days: days(key_1.last_used_at),
        access_key_1_last_used_region: key_1.last_used_region,
        access_key_1_last_used_service: key_1.last_used_service,
        access_key_2_active: key_2.active,
        access_key_2_last_rotated_at: key_2.last_rotated_at,
        access_key_2_age_days: days(key_2.last_rotated_at),
        access_key_2_last_used_at: key_2.last_used_at,
        access_key_2_last_used_days: days(key_2.last_used_at),
        access_key_2_last_used_region: key_2.last_used_region,
        access_key_2_last_used_service: key_2.last_used_service,
        cert_1_active: line.flag("cert_1_active"),
        cert_1_last_rotated_at: line.moment("cert_1_last_rotated"),
        cert_2_active: line.flag("cert_2_active"),
        cert_2_last_rotated_at: line.moment("cert_2_last_rotated"),
        report_generated_at: generated_at,
    }
}

/// What the report says where it gives no time; an unknown word is kept.
fn password_state(line: &mut Line<'_>, used_at: Option<Timestamp>) -> Option<String> {
    let state = match (used_at, line.raw("password_last_used")?) {
        (Some(_), _) => "used",
        (None, "N/A" | "not_supported") => "not_applicable",
        (None, word) => word,
    };
    Some(state.to_owned())
}

struct AccessKey {
    active: Option<bool>,
    last_rotated_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    last_used_region: Option<String>,
    last_used_service: Option<String>,
}

fn access_key(line: &mut Line<'_>, number: u8) -> AccessKey {
    let column = |name: &str| format!("access_key_{number}_{name}");
    AccessKey {
        active: line.flag(&column("active")),
        last_rotated_at: line.moment(&column("last_rotated")),
        last_used_at: line.moment(&column("last_used_date")),
        last_used_region: line.text(&column("last_used_region")),
        last_used_service: line.text(&column("last_used_service")),
    }
}
