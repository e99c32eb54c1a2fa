//! The lines of the credential report: what each says of one user, by the names of its header.

use std::collections::{BTreeMap, BTreeSet};

use aws_smithy_types::date_time::{DateTime, Format};
use csv::StringRecord;
use orgcensus_collect::timestamp;
use orgcensus_row::Timestamp;

use super::{Credentials, ROOT, Reported};
use crate::items::Unread;

/// The column about keys and certificates beyond two. Reports of most accounts do not have it.
const ADDITIONAL: &str = "additional_credentials_info";

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
    /// The places of the columns that were asked for.
    asked: BTreeSet<usize>,
    unread: Unread,
}

impl<'a> Line<'a> {
    fn place(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    /// What the line has in a column; the report leaves no value out.
    fn raw(&mut self, column: &str) -> Option<&'a str> {
        let index = self.place(column);
        self.asked.extend(index);
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

    /// What the report says of keys and certificates beyond two, and how many keys that are.
    fn additional(&mut self) -> (Option<String>, Option<i32>) {
        if self.place(ADDITIONAL).is_none() {
            return (None, Some(0));
        }
        let Some(raw) = self.raw(ADDITIONAL) else { return (None, None) };
        match self.said(ADDITIONAL) {
            Some(text) if raw != "0" => {
                (Some(text.to_owned()), self.unread.parsed(ADDITIONAL, Some(text), additional_keys))
            }
            _ => (None, Some(0)),
        }
    }

    /// The values of the columns that were not asked for.
    fn others(&self) -> BTreeMap<String, String> {
        let values = self.header.iter().zip(self.record).enumerate();
        let others = values.filter(|(index, (name, _))| !self.asked.contains(index) && !name.is_empty());
        others.map(|(_, (name, value))| (name.to_owned(), value.to_owned())).collect()
    }
}

/// How many keys there are beyond two, by words that AWS does not document. If they name certificates alone, none; if
/// they have several numbers, the largest.
fn additional_keys(text: &str) -> Option<i32> {
    let words = text.to_ascii_lowercase();
    if words.contains("certificate") && !words.contains("key") {
        return Some(0);
    }
    words.split(|it: char| !it.is_ascii_digit()).filter_map(|number| number.parse().ok()).max()
}

/// The path of a user, which stands in its ARN before its name. None: the ARN is root's.
fn path(arn: &str) -> Option<String> {
    let (_, path) = arn.split_once(":user")?;
    let (path, _) = path.rsplit_once('/')?;
    Some(format!("{path}/"))
}

/// A line's values. `None`: it names no user.
pub(super) fn reported(
    header: &StringRecord,
    record: &StringRecord,
    captured_at: Timestamp,
    generated_at: Option<Timestamp>,
) -> Option<Reported> {
    let mut line = Line { header, record, asked: BTreeSet::new(), unread: Unread::default() };
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
    let (additional_credentials_info, additional_access_key_count) = line.additional();
    let arn = line.text("arn");
    Credentials {
        is_root: user_name == ROOT,
        user_name,
        user_path: arn.as_deref().and_then(path),
        arn,
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
        additional_credentials_info,
        additional_access_key_count,
        // The last: what is left.
        other_columns: line.others(),
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
