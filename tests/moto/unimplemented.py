"""What moto 5.2.5 does not implement: it answers 500 or 404, and a page of HTML. By collector, the first such call."""

UNIMPLEMENTED = {
    "accessanalyzer_analyzers": "accessanalyzer:ListAnalyzers",
    "account_access_entitlements": "accountaccess:ListApplications",
    "aiops_investigation_groups": "aiops:ListInvestigationGroups",
    "aoss_access_policies": "opensearchserverless:ListAccessPolicies",
    "appstream_images": "appstream:DescribeImages",
    "bedrock_guardrails": "bedrock:ListGuardrails",
    "cleanrooms_ml_models": "cleanroomsml:ListConfiguredAudienceModels",
    "cloudtrail_channels": "cloudtrail:ListChannels",
    "cloudtrail_dashboards": "cloudtrail:ListDashboards",
    "cloudtrail_event_data_stores": "cloudtrail:ListEventDataStores",
    "codeartifact_domains": "codeartifact:ListDomains",
    "codeartifact_repositories": "codeartifact:ListRepositories",
    "codebuild_report_groups": "codebuild:ListReportGroups",
    "elbv2_trust_stores": "elasticloadbalancingv2:DescribeTrustStores",
    "entityresolution_workflows": "entityresolution:ListMatchingWorkflows",
    "glue_catalog_policies": "glue:GetResourcePolicies",
    "iam_delegation_requests": "iam:ListDelegationRequests",
    "iam_outbound_federation": "iam:GetOutboundWebIdentityFederationInfo",
    "imagebuilder_components": "imagebuilder:ListComponents",
    "imagebuilder_container_recipes": "imagebuilder:ListContainerRecipes",
    "imagebuilder_image_recipes": "imagebuilder:ListImageRecipes",
    "imagebuilder_images": "imagebuilder:ListImages",
    "lightsail_buckets": "lightsail:GetBuckets",
    "mediatailor_channels": "mediatailor:ListChannels",
    "network_firewall_policies": "networkfirewall:ListFirewallPolicies",
    "network_firewall_rule_groups": "networkfirewall:ListRuleGroups",
    "oam_sinks": "oam:ListSinks",
    "omics_shares": "omics:ListShares",
    "redshift_datashares": "redshift:DescribeDataShares",
    "redshift_serverless_namespaces": "redshiftserverless:ListNamespaces",
    "redshift_serverless_snapshots": "redshiftserverless:ListSnapshots",
    "redshift_serverless_workgroups": "redshiftserverless:ListWorkgroups",
    "refactor_spaces_environments": "migrationhubrefactorspaces:ListEnvironments",
    "rekognition_projects": "rekognition:DescribeProjects",
    "route53resolver_firewall_rule_groups": "route53resolver:ListFirewallRuleGroups",
    "rum_app_monitors": "rum:ListAppMonitors",
    "schemas_registries": "schemas:ListRegistries",
    "serverlessrepo_applications": "serverlessapplicationrepository:ListApplications",
    "shield_protections": "shield:GetSubscriptionState",
    "signin_settings": "signin:GetResourcePolicy",
    "sms_voice_phone_numbers": "pinpointsmsvoicev2:DescribePhoneNumbers",
    "ssm_contacts_contacts": "ssmcontacts:ListContacts",
    "ssm_incidents_response_plans": "ssmincidents:ListResponsePlans",
    "ssm_ops_item_group_policies": "ssm:GetResourcePolicies",
}

# What it lacks of an item of a kind that it has: where there are such items, the task is partial.
OF_ITEMS = {
    # There are no permissions.
    "acm_pca_certificate_authorities": ("acmpca:ListPermissions", "HTTP500"),
    # There is no call for the policies.
    "amp_workspaces": ("amp:DescribeResourcePolicy", "HTTP404"),
    "backup_vaults": ("backup:GetBackupVaultAccessPolicy", "HTTP404"),
    "bedrock_agentcore_gateways": ("bedrockagentcorecontrol:GetResourcePolicy", "HTTP500"),
    "bedrock_agentcore_runtimes": ("bedrockagentcorecontrol:GetResourcePolicy", "HTTP500"),
    "bedrock_custom_models": ("bedrock:GetResourcePolicy", "HTTP500"),
    "bedrock_knowledge_bases": ("bedrock:GetResourcePolicy", "HTTP500"),
    "codebuild_projects": ("codebuild:GetResourcePolicy", "HTTP500"),
    "ds_directories": ("directory:DescribeSharedDirectories", "HTTP500"),
    "glacier_vaults": ("glacier:GetVaultAccessPolicy", "HTTP404"),
    # It gives the region's policies again where those of log groups are asked for, so without a group.
    "logs_resource_policies": ("cloudwatchlogs:DescribeResourcePolicies", "ValueUnread"),
    "networkmanager_core_networks": ("networkmanager:GetResourcePolicy", "HTTP404"),
    "route53resolver_query_log_configs": ("route53resolver:GetResolverQueryLogConfigPolicy", "HTTP500"),
    "route53resolver_rules": ("route53resolver:GetResolverRulePolicy", "HTTP500"),
    "s3tables_buckets": ("s3tables:GetTableBucketPolicy", "HTTP500"),
    "sagemaker_model_package_groups": ("sagemaker:GetModelPackageGroupPolicy", "HTTP500"),
    "wafv2_cloudfront_rule_groups": ("wafv2:GetPermissionPolicy", "HTTP500"),
    "wafv2_rule_groups": ("wafv2:GetPermissionPolicy", "HTTP500"),
    # There is no call for the block of public access, which is asked for where there are images or snapshots.
    "ec2_images": ("ec2:GetImageBlockPublicAccessState", "HTTP500"),
    "ec2_snapshots": ("ec2:GetSnapshotBlockPublicAccessState", "HTTP500"),
    # The policy of a stream is looked for at a table of the stream's name.
    "dynamodb_tables": ("dynamodb:GetResourcePolicy", "ResourceNotFoundException"),
    # A grant has no CreationDate, nor does it name who made it.
    "kms_keys": ("kms:ListGrants", "ValueUnread"),
    # As for functions, which every account has.
    "lambda_aliases": ("lambda:GetResourcePolicy", "HTTP404"),
    "lambda_versions": ("lambda:GetResourcePolicy", "HTTP404"),
    # Where there is no policy, moto breaks instead of saying so.
    "lex_bot_aliases": ("lexmodelsv2:DescribeResourcePolicy", "HTTP500"),
    "lex_bots": ("lexmodelsv2:DescribeResourcePolicy", "HTTP500"),
    # There are groups of channels, and no call that lists channels.
    "mediapackagev2_channels": ("mediapackagev2:ListChannels", "HTTP500"),
    "mediapackagev2_origin_endpoints": ("mediapackagev2:ListChannels", "HTTP500"),
    # Members that AWS always gives are missing.
    "rds_cluster_snapshots": ("rds:DescribeDBClusterSnapshots", "ValueUnread"),
    "redshift_clusters": ("redshift:DescribeClusters", "ValueUnread"),
    "redshift_snapshots": ("redshift:DescribeClusterSnapshots", "ValueUnread"),
    "s3vectors_buckets": ("s3vectors:ListVectorBuckets", "ValueUnread"),
}
