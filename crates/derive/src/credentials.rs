//! The worklist of credentials: one row for each user and each root user, with who uses it, what is wrong with it, and
//! what to do next. The program only reads: no step is carried out.
//!
//! ```text
//! line           a line of the credential report -> facts
//! account        the other tables of the account -> more facts
//! nights         the previous snapshot -> since when nothing works, when root was used
//! review         facts -> class, reasons, next step
//! replacement    class, where its key was used -> what could take its place
//! ```

use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::ecs::tasks::Task;
use orgcensus_collectors::iam::access_keys::AccessKey;
use orgcensus_collectors::iam::credential_report::Credentials;
use orgcensus_collectors::iam::root_users::RootUser;
use orgcensus_collectors::iam::service_specific_credentials::ServiceSpecificCredential;
use orgcensus_collectors::iam::ssh_public_keys::SshPublicKey;
use orgcensus_collectors::iam::users::User;
use orgcensus_collectors::lambda::functions::Function;
use orgcensus_crawl::{Derivation, Derive, Derived, Error, TaskCoverage};
use orgcensus_row::{GLOBAL, Timestamp, table};

use self::account::{Account, Sources};
use self::nights::Earlier;
use self::review::Standing;
use self::subject::Subject;
use crate::owners::AccountOwner;

mod account;
mod line;
mod nights;
mod replacement;
mod review;
mod rows;
mod subject;

pub use rows::CredentialReview;

/// The derivation. What runs in the account is a hint alone, so the rows do not rest on it.
pub(crate) const CREDENTIAL_REVIEW: Derivation = Derivation {
    name: "credential_review",
    reads: &[
        table::<AccessKey>(),
        table::<AccountOwner>(),
        table::<Credentials>(),
        table::<Function>(),
        table::<Instance>(),
        table::<RootUser>(),
        table::<ServiceSpecificCredential>(),
        table::<SshPublicKey>(),
        table::<Task>(),
        table::<TaskCoverage>(),
        table::<User>(),
    ],
    reads_previous: &[table::<CredentialReview>()],
    writes: &[Derived {
        table: table::<CredentialReview>(),
        rests_on: &[
            table::<AccessKey>(),
            table::<Credentials>(),
            table::<RootUser>(),
            table::<ServiceSpecificCredential>(),
            table::<SshPublicKey>(),
            table::<User>(),
        ],
    }],
    run: |derive| Box::pin(run(derive)),
};

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let mut sources = Sources::open(derive)?;
    let mut previous = derive.previous::<CredentialReview>().await?;
    let (mut rows, now) = (derive.rows::<CredentialReview>()?, derive.crawl().captured_at);
    for member in &derive.organization().accounts {
        let earlier = Earlier::read(&mut previous, &member.id).await?;
        let mut account = sources.account(&member.id)?;
        account.carry(&earlier);
        let stamp = derive.stamp(&member.id, GLOBAL);
        let reviews = account.subjects.iter().map(|(name, subject)| row(name, subject, &account, &earlier, now));
        derive.extend(&mut rows, &stamp, reviews)?;
        derive.stage(&mut rows, &stamp)?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// The row of a user, or of the root user.
fn row(name: &str, subject: &Subject, account: &Account, earlier: &Earlier, now: Timestamp) -> CredentialReview {
    let (facts, key) = (&subject.facts, subject.last_key_use.as_ref());
    let days = |at: Option<Timestamp>| at.map(|at| at.days_until(now));
    let is_inactive = facts.is_inactive();
    let inactive_seen_since = earlier.inactive_since(name, is_inactive, subject.created_at, now);
    let judgement = facts.judge(days(inactive_seen_since));
    let replacements = account.places.replacements(judgement.class, key.and_then(|it| it.region.as_deref()));
    let has_line = matches!(facts.standing, Standing::InReport | Standing::Gone);
    let key_used_at = key.map(|it| it.at);
    let used_at = [subject.password_used_at, key_used_at];
    let root_used_dates = earlier.used_dates(name, used_at, now).filter(|_| facts.is_root);
    CredentialReview {
        user_name: name.to_owned(),
        arn: subject.arn.clone(),
        user_path: subject.path.clone(),
        is_root: facts.is_root,
        class: judgement.class.map(str::to_owned),
        class_facts: texts(judgement.class_facts),
        reason_count: count(judgement.reasons.len()),
        reasons: texts(judgement.reasons),
        next_step: judgement.next_step.map(str::to_owned),
        next_step_about: judgement.next_step_about,
        replacements: texts(replacements),
        account_owner: account.owner.clone(),
        user_owner: subject.owner.clone(),
        ask: subject.owner.clone().or_else(|| account.ask.clone()),
        password_enabled: facts.password.is_active,
        mfa_active: facts.has_mfa,
        password_last_used_at: subject.password_used_at,
        password_last_used_days: days(subject.password_used_at),
        active_access_key_count: has_line.then(|| count(facts.keys.iter().filter(|key| key.is_on()).count())),
        oldest_access_key_age_days: facts.keys.iter().filter_map(|key| key.age_days).max(),
        access_key_last_used_at: key_used_at,
        access_key_last_used_days: days(key_used_at),
        access_key_last_used_region: key.and_then(|it| it.region.clone()),
        access_key_last_used_service: key.and_then(|it| it.service.clone()),
        is_inactive,
        inactive_seen_since,
        inactive_seen_days: days(inactive_seen_since),
        root_used_date_count: root_used_dates.as_ref().map(|dates| count(dates.len())),
        root_used_dates,
        report_generated_at: subject.report_generated_at,
    }
}

fn texts(words: Vec<&str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
