//! The floor under `scripts/bench`: the SDK alone, making the calls that a crawl makes and reading their answers, and
//! doing nothing with them. No limiter, no rows, no stage, no files.
//!
//! This parallel census is frozen at the services it has: a new service needs no line here.
//!
//! ```text
//! bare-sdk http://127.0.0.1:4510 us-east-1,eu-west-1
//! ```

mod organization;
mod regional;
mod s3_and_iam;

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use futures::StreamExt;

/// The simulator's management account, as it knows itself.
const MANAGEMENT_ACCESS_KEY: &str = "AKIASIMULATEDMANAGEMENT";
const MANAGEMENT_SECRET_KEY: &str = "CANARY/management/secret/access/key";

/// As many at once as the crawl's defaults.
const ACCOUNTS: usize = 64;
const TASKS: usize = 16;
const ITEMS: usize = 8;

static CALLS: AtomicU64 = AtomicU64::new(0);

/// Waits for an answer and counts it, even a refusal: a call that is refused here is refused to the crawl too.
async fn called<T, E>(answer: impl Future<Output = Result<T, E>>) -> Option<T> {
    CALLS.fetch_add(1, Ordering::Relaxed);
    answer.await.ok()
}

/// All items of all pages.
macro_rules! pages {
    ($call:expr, $items:ident) => {{
        let (mut pages, mut items) = ($call.into_paginator().send(), Vec::new());
        while let Some(page) = pages.next().await {
            $crate::CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            match page {
                Ok(page) => items.extend(page.$items.into_iter().flatten()),
                Err(_) => break,
            }
        }
        items
    }};
}
use pages;

/// Does something for each item, several at a time.
async fn each<I, F: Future<Output = ()>>(items: impl IntoIterator<Item = I>, at_once: usize, work: impl FnMut(I) -> F) {
    futures::stream::iter(items).map(work).buffer_unordered(at_once).collect::<()>().await;
}

fn in_region(config: &SdkConfig, region: &str) -> SdkConfig {
    config.clone().into_builder().region(Region::new(region.to_owned())).build()
}

async fn account(sts: &aws_sdk_sts::Client, management: &SdkConfig, own: &str, id: &str, regions: &[String]) {
    let config = if id == own {
        management.clone()
    } else {
        let role = format!("arn:aws:iam::{id}:role/orgcensus");
        let answer = called(sts.assume_role().role_arn(role).role_session_name("bench").send()).await;
        let Some(it) = answer.and_then(|answer| answer.credentials) else { return };
        let credentials =
            Credentials::new(it.access_key_id, it.secret_access_key, Some(it.session_token), None, "role");
        let provider = aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
        management.clone().into_builder().credentials_provider(provider).build()
    };
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let found = called(ec2.describe_regions().all_regions(true).send()).await.and_then(|answer| answer.regions);
    let is_on = |region: &&String| {
        found
            .iter()
            .flatten()
            .any(|it| it.region_name.as_ref() == Some(*region) && it.opt_in_status.as_deref() != Some("not-opted-in"))
    };
    let on: Vec<&String> = regions.iter().filter(is_on).collect();
    let mut tasks: Vec<futures::future::BoxFuture<'_, ()>> = s3_and_iam::tasks(&config, id);
    for region in on {
        tasks.extend(regional::tasks(in_region(&config, region)));
    }
    each(tasks, TASKS, |task| task).await;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(endpoint), Some(regions)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare-sdk ENDPOINT REGION,…".into());
    };
    let regions: Vec<String> = regions.split(',').map(str::to_owned).collect();
    let management = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(regions[0].clone()))
        .credentials_provider(Credentials::new(MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, None, None, "bench"))
        .load()
        .await;
    let sts = aws_sdk_sts::Client::new(&management);
    let own = called(sts.get_caller_identity().send()).await.and_then(|it| it.account).unwrap_or_default();
    let organizations = aws_sdk_organizations::Client::new(&management);
    let members = organization::read(&organizations).await;
    let active = members.iter().filter(|(_, is_active)| *is_active);
    let crawl = each(active, ACCOUNTS, |(id, _)| account(&sts, &management, &own, id, &regions));
    futures::join!(crawl, organization::tags(&organizations, &members));
    println!("{{\"calls\": {}}}", CALLS.load(Ordering::Relaxed));
    Ok(())
}
