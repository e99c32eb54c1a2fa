//! `orgcensus who-can` and `what-can`: effective access, asked of a snapshot.

use arrow::record_batch::RecordBatch;
use orgcensus_answers::{Format, format_within, nearest_behind};
use orgcensus_lake::Commit;
use orgcensus_policy::{actions, services};
use orgcensus_reach::{Error, Reach, SENSITIVE, batch, layers};

use crate::args::{Shown, Source, WhatCan, WhoCan};
use crate::commands::source::{refuse_terminal, warn_of};
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{lake_access, reporter};

/// Who may do the action on the resource.
pub(crate) async fn who(arguments: &WhoCan) -> Result<u8, Failure> {
    let WhoCan { source, shown, explain, action, resource } = arguments;
    tell_unknown(std::slice::from_ref(action));
    let reach = open(source, shown.format).await?;
    tell_left_out(&reach, std::slice::from_ref(action), false).await?;
    let rows = match explain {
        Some(principal) => layers(&reach.explain(principal, action, resource).await.map_err(why)?),
        None => batch(&reach.who_can(action, resource).await.map_err(why)?),
    };
    print(&rows.map_err(why)?, *shown)
}

/// What the principal may do.
pub(crate) async fn what(arguments: &WhatCan) -> Result<u8, Failure> {
    let WhatCan { source, shown, explain, principal, actions } = arguments;
    tell_unknown(actions);
    let reach = open(source, shown.format).await?;
    tell_left_out(&reach, actions, true).await?;
    let rows = match (explain, actions.as_slice()) {
        (Some(resource), [action]) => layers(&reach.explain(principal, action, resource).await.map_err(why)?),
        (Some(_), _) => return Err(Failure::Usage("--explain is about one action: name it".to_owned())),
        (None, []) => {
            let all = SENSITIVE.map(str::to_owned);
            batch(&reach.what_can(principal, &all).await.map_err(why)?)
        }
        (None, actions) => batch(&reach.what_can(principal, actions).await.map_err(why)?),
    };
    print(&rows.map_err(why)?, *shown)
}

/// Warns of actions that are perhaps misspelt. They are asked: AWS may have them since this version was made.
fn tell_unknown(names: &[String]) {
    names.iter().filter_map(|name| unknown(name)).for_each(|words| reporter::say("warning", &words));
}

fn unknown(action: &str) -> Option<String> {
    let lower = action.to_ascii_lowercase();
    let (service, name) = lower.split_once(':')?;
    if actions(service).any(|known| known == name) {
        return None;
    }
    let nearest = match services().any(|known| known == service) {
        true => nearest_behind(name, actions(service)),
        false => nearest_behind(service, services()),
    };
    Some(format!("this version knows no action {action}{nearest}"))
}

/// Says what no answer rests on. Who is asked for no action is asked for one of S3 too.
async fn tell_left_out(reach: &Reach, actions: &[String], is_of_what: bool) -> Result<(), Failure> {
    let sensitive = SENSITIVE.map(str::to_owned);
    let actions = if actions.is_empty() { sensitive.as_slice() } else { actions };
    let left_out = reach.left_out(actions, is_of_what).await.map_err(why)?;
    if !left_out.is_empty() {
        reporter::say("note", &format!("not looked at: {}", left_out.join(", and ")));
    }
    Ok(())
}

async fn open(source: &Source, format: Format) -> Result<Reach, Failure> {
    refuse_terminal(format)?;
    let lake = lake_access::of(&source.place).await?;
    let reach = Reach::open(&lake, &source.snapshot).await.map_err(why)?;
    let commits: &[Commit] = reach.commits();
    warn_of(commits, source)?;
    Ok(reach)
}

fn print(rows: &RecordBatch, shown: Shown) -> Result<u8, Failure> {
    format_within(std::slice::from_ref(rows), shown.format, width(shown.wide), output())?;
    Ok(exit::WHOLE)
}

/// What is no action, no principal or not there is a word of the command line.
fn why(error: Error) -> Failure {
    match error {
        Error::Answers(error) => error.into(),
        Error::Lake(error) => error.into(),
        error => Failure::Usage(format!("failed to {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_action_is_told_with_the_nearest() {
        assert_eq!(unknown("s3:GetObject"), None);
        let words = unknown("iam:CreateUsr").unwrap();
        assert!(
            words.starts_with("this version knows no action iam:CreateUsr; the nearest ")
                && words.contains("createuser")
        );
        assert!(unknown("dynamdb:GetItem").unwrap().contains("dynamodb"));
        assert_eq!(unknown("s3:OfTomorrowOrLater").unwrap(), "this version knows no action s3:OfTomorrowOrLater");
    }
}
