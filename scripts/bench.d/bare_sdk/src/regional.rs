//! What is read in each region.

use aws_config::SdkConfig;
use aws_sdk_sqs::types::QueueAttributeName;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::{ITEMS, called, each, pages};

/// One future for each collector.
pub(crate) fn tasks(config: SdkConfig) -> Vec<BoxFuture<'static, ()>> {
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let (instances, defaults) = (ec2.clone(), ec2);
    let ecr = aws_sdk_ecr::Client::new(&config);
    let (registry, repositories) = (ecr.clone(), ecr);
    vec![
        async move { drop(pages!(instances.describe_instances().max_results(1000), reservations)) }.boxed(),
        async move { drop(called(defaults.get_instance_metadata_defaults().send()).await) }.boxed(),
        async move { drop(called(registry.get_registry_policy().send()).await) }.boxed(),
        async move { ecr_repositories(&repositories).await }.boxed(),
        kms_keys(aws_sdk_kms::Client::new(&config)).boxed(),
        lambda_functions(aws_sdk_lambda::Client::new(&config)).boxed(),
        secrets(aws_sdk_secretsmanager::Client::new(&config)).boxed(),
        topics(aws_sdk_sns::Client::new(&config)).boxed(),
        queues(aws_sdk_sqs::Client::new(&config)).boxed(),
    ]
}

async fn ecr_repositories(ecr: &aws_sdk_ecr::Client) {
    let listed = pages!(ecr.describe_repositories().max_results(1000), repositories);
    each(listed, ITEMS, |it| async move {
        let policy = called(ecr.get_repository_policy().set_repository_name(it.repository_name).send()).await;
        let tags = called(ecr.list_tags_for_resource().set_resource_arn(it.repository_arn).send()).await;
        drop((policy, tags));
    })
    .await;
}

async fn kms_keys(kms: aws_sdk_kms::Client) {
    use aws_sdk_kms::types::KeySpec::SymmetricDefault;
    let (kms, aliases) = (&kms, pages!(kms.list_aliases().limit(100), aliases));
    let listed = pages!(kms.list_keys().limit(1000), keys);
    each(listed, ITEMS, |it| async move {
        let id = it.key_id.unwrap_or_default();
        let key = called(kms.describe_key().key_id(&id).send()).await.and_then(|it| it.key_metadata);
        let policy = called(kms.get_key_policy().key_id(&id).policy_name("default").send()).await;
        let rotates = key.as_ref().is_none_or(|key| {
            key.custom_key_store_id.is_none() && key.key_spec.as_ref().is_none_or(|spec| *spec == SymmetricDefault)
        });
        if rotates {
            called(kms.get_key_rotation_status().key_id(&id).send()).await;
        }
        drop((policy, pages!(kms.list_resource_tags().key_id(&id).limit(50), tags)));
    })
    .await;
    drop(aliases);
}

async fn lambda_functions(lambda: aws_sdk_lambda::Client) {
    let (lambda, listed) = (&lambda, pages!(lambda.list_functions().max_items(50), functions));
    each(listed, ITEMS, |it| async move {
        let name = it.function_name.unwrap_or_default();
        let mut urls = lambda.list_function_url_configs().function_name(&name).into_paginator().send();
        let mut qualifiers = vec![None];
        while let Some(page) = urls.next().await {
            let Some(page) = called(async { page }).await else { break };
            let of_alias = page.function_url_configs.iter().filter_map(|url| url.function_arn.split(':').nth(7));
            qualifiers.extend(of_alias.map(|alias| Some(alias.to_owned())));
        }
        for qualifier in qualifiers {
            called(lambda.get_policy().function_name(&name).set_qualifier(qualifier).send()).await;
        }
        called(lambda.list_tags().set_resource(it.function_arn).send()).await;
    })
    .await;
}

async fn secrets(client: aws_sdk_secretsmanager::Client) {
    let call = client.list_secrets().include_planned_deletion(true).max_results(100);
    let (client, listed) = (&client, pages!(call, secret_list));
    each(listed.into_iter().filter(|it| it.deleted_date.is_none()), ITEMS, |it| async move {
        called(client.get_resource_policy().set_secret_id(it.arn).send()).await;
    })
    .await;
}

async fn topics(sns: aws_sdk_sns::Client) {
    let (sns, listed) = (&sns, pages!(sns.list_topics(), topics));
    each(listed, ITEMS, |it| async move {
        let arn = it.topic_arn.unwrap_or_default();
        let attributes = called(sns.get_topic_attributes().topic_arn(&arn).send()).await;
        drop((attributes, called(sns.list_tags_for_resource().resource_arn(&arn).send()).await));
    })
    .await;
}

async fn queues(sqs: aws_sdk_sqs::Client) {
    let (sqs, listed) = (&sqs, pages!(sqs.list_queues().max_results(1000), queue_urls));
    each(listed, ITEMS, |url| async move {
        let names = QueueAttributeName::All;
        let attributes = called(sqs.get_queue_attributes().queue_url(&url).attribute_names(names).send()).await;
        drop((attributes, called(sqs.list_queue_tags().queue_url(&url).send()).await));
    })
    .await;
}
