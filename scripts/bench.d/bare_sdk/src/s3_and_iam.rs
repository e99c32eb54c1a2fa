//! What is read once for each account.

use aws_config::SdkConfig;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::{ITEMS, called, each, in_region, pages};

/// One future for each collector.
pub(crate) fn tasks<'a>(config: &'a SdkConfig, account_id: &'a str) -> Vec<BoxFuture<'a, ()>> {
    let iam = aws_sdk_iam::Client::new(config);
    let (aliases, summary, details, report, password) = (iam.clone(), iam.clone(), iam.clone(), iam.clone(), iam);
    vec![
        async move { account_aliases(&aliases).await }.boxed(),
        async move { drop(called(summary.get_account_summary().send()).await) }.boxed(),
        async move { authorization_details(&details).await }.boxed(),
        async move { credential_report(&report).await }.boxed(),
        async move { drop(called(password.get_account_password_policy().send()).await) }.boxed(),
        async move {
            let s3control = aws_sdk_s3control::Client::new(config);
            called(s3control.get_public_access_block().account_id(account_id).send()).await;
        }
        .boxed(),
        buckets(config).boxed(),
    ]
}

async fn authorization_details(iam: &aws_sdk_iam::Client) {
    use aws_sdk_iam::types::EntityType::{Group, LocalManagedPolicy, Role, User};
    let mut call = iam.get_account_authorization_details().max_items(1000);
    for kind in [User, Group, Role, LocalManagedPolicy] {
        call = call.filter(kind);
    }
    drop(pages!(call, role_detail_list));
}

async fn credential_report(iam: &aws_sdk_iam::Client) {
    use aws_sdk_iam::types::ReportStateType::Complete;
    loop {
        let answer = called(iam.generate_credential_report().send()).await;
        match answer {
            Some(answer) if answer.state != Some(Complete) => {
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
            _ => break,
        }
    }
    called(iam.get_credential_report().send()).await;
}

async fn buckets(config: &SdkConfig) {
    let client = |config: &SdkConfig| {
        let builder = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
        aws_sdk_s3::Client::from_conf(builder.build())
    };
    let listed = pages!(client(config).list_buckets().max_buckets(10_000), buckets);
    each(listed, ITEMS, |bucket| async move {
        let s3 = client(&in_region(config, bucket.bucket_region().unwrap_or_default()));
        let name = bucket.name().unwrap_or_default();
        let policy = called(s3.get_bucket_policy().bucket(name).send()).await;
        let status = called(s3.get_bucket_policy_status().bucket(name).send()).await;
        let acl = called(s3.get_bucket_acl().bucket(name).send()).await;
        let ownership = called(s3.get_bucket_ownership_controls().bucket(name).send()).await;
        let block = called(s3.get_public_access_block().bucket(name).send()).await;
        let tags = called(s3.get_bucket_tagging().bucket(name).send()).await;
        let encryption = called(s3.get_bucket_encryption().bucket(name).send()).await;
        let versioning = called(s3.get_bucket_versioning().bucket(name).send()).await;
        let logging = called(s3.get_bucket_logging().bucket(name).send()).await;
        drop((policy, status, acl, ownership, block, tags, encryption, versioning, logging));
    })
    .await;
}

/// Its items are no option, so that the common way does not fit.
async fn account_aliases(iam: &aws_sdk_iam::Client) {
    let mut pages = iam.list_account_aliases().into_paginator().send();
    while let Some(page) = pages.next().await {
        called(async { page }).await;
    }
}
