//! `history`: one thing over all snapshots.

use clap::Args;
use orgcensus_answers::Subject;

use super::{Place, Shown};

pub(super) const HISTORY_HELP: &str = "\
Examples:
  orgcensus history arn:aws:iam::111122223333:user/ana
  orgcensus history arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0a1b \\
    ec2_security_group_rules
  orgcensus history 111122223333 --format json
  orgcensus history 111122223333 coverage

A row is what happened to one row of a table: the thing's own, and those that name it in their key, as policies and \
verdicts do; of a user also its keys and devices, of a security group its rules. Of an account it is the account's own \
row, and what a table has once for each account and region; if coverage is named, also how its tasks ended. Rows are \
matched and judged as `orgcensus diff` does it, but each with the night that last saw it. The column change says:
  seen          it is there, and nobody knows since when: in the first
                snapshot, or after nights that may have missed it
  appeared      the night before saw that it was not there
  changed       a column, what it was, what it is now
  unknown       a value is null because it was not read, or because a verdict
                is not known
  not_seen      this night may have missed it; the nights after it, until it is
                seen, say nothing
  gone          all collectors of the table were complete there, then and now
  account_left  the organization no longer lists the account, or lists it as
                closed
  region_off    the account has switched the region off
Who made what appeared, was changed or is gone is said where CloudTrail's events were read, by the rules of `orgcensus \
changes`: actor_arn, event_time and event_id of the one event that fits; else actor_reason says why nobody is named.";

/// `history`
#[derive(Debug, Args)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// An ARN, or the id of an account.
    #[arg(value_name = "ARN")]
    pub(crate) subject: Subject,
    /// Only these tables; none means all that may have a row about it.
    #[arg(value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
}
