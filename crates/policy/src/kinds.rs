//! Every type of resource that can have a policy, declared once. Collectors name it, `derive` and `explain` read it.
//!
//! Some types are here although no collector reads them: someone may want their policies explained. Where none can, the
//! type says why (`unread`). For a type that is missing, the names in its policies decide nothing.

use crate::gate::Gate;
use crate::kind::PolicyKind;
use crate::resource_kind::{OwnArn, ResourceKind, resource};

macro_rules! kinds {
    ($($(#[$comment:meta])* $name:ident = $kind:expr;)+) => {
        $($(#[$comment])* pub const $name: ResourceKind = $kind;)+

        /// Every kind. If the ARNs of two kinds are alike, the narrower kind comes first.
        pub static ALL: &[ResourceKind] = &[$($name),+];
    };
}

const OBJECT: &[&str] = &[
    "s3:getobject",
    "s3:putobject",
    "s3:deleteobject",
    "s3:restoreobject",
    "s3:replicate",
    "s3:abortmultipartupload",
    "s3:listmultipartuploadparts",
];
const BUCKET: &[&str] = &["s3:listbucket", "s3:getbucket", "s3:putbucket", "s3:deletebucket", "s3:createbucket"];
const RULE: &[&str] = &["events:putrule", "events:deleterule", "events:puttargets", "events:removetargets"];
const BUS: &[&str] = &["events:putevents", "events:describeeventbus"];
const ITEM: &[&str] = &["dynamodb:getitem", "dynamodb:putitem", "dynamodb:updateitem", "dynamodb:deleteitem"];

const QUALIFIED: &[OwnArn] = &[OwnArn::new("{arn}"), OwnArn::new("{arn}:*")];
const WITHIN: &[OwnArn] = &[OwnArn::new("{arn}"), OwnArn::new("{arn}/*")];

kinds! {
    /// An S3 access point.
    S3_ACCESS_POINT = resource("s3_access_point").also(&["access_point"]).with(PolicyKind::AccessPoint)
        .actions_of("s3").arn("s3:*:????????????:accesspoint/*").ends_at("/")
        .owns(&[OwnArn::new("{arn}").but(OBJECT), OwnArn::new("{arn}/object/*").but(BUCKET)])
        .near(&["{arn}/*"]).has_blocks();
    /// An S3 bucket.
    S3_BUCKET = resource("s3_bucket").actions_of("s3").arn("s3:::*").ends_at("/")
        .owns(&[OwnArn::new("{arn}").but(OBJECT), OwnArn::new("{arn}/*").but(BUCKET)])
        .has_blocks();
    /// A directory bucket of S3 Express.
    S3EXPRESS_BUCKET = resource("s3express_bucket").tier(2).actions_of("s3express")
        .arn("s3express:*:*:bucket/*").owns(WITHIN).ends_at("/").is_always_blocked();
    /// An access point of a directory bucket. Its policy may name the bucket as well.
    S3EXPRESS_ACCESS_POINT = resource("s3express_access_point").tier(2).with(PolicyKind::AccessPoint)
        .actions_of("s3express").arn("s3express:*:*:accesspoint/*").owns(WITHIN).near(&["{place}:bucket/*"])
        .ends_at("/").is_always_blocked();
    /// A table of an S3 table bucket.
    S3TABLES_TABLE = resource("s3tables_table").tier(2).actions_of("s3tables")
        .arn("s3tables:*:*:bucket/*/table/*");
    /// A table bucket of S3.
    S3TABLES_BUCKET = resource("s3tables_bucket").tier(2).actions_of("s3tables")
        .arn("s3tables:*:*:bucket/*").owns(WITHIN).ends_at("/");
    /// A bucket on an Outpost.
    S3_OUTPOSTS_BUCKET = resource("s3_outposts_bucket").tier(3).actions_of("s3-outposts")
        .arn("s3-outposts:*:*:outpost/*/bucket/*").owns(WITHIN).is_always_blocked();
    /// An access point on an Outpost.
    S3_OUTPOSTS_ACCESS_POINT = resource("s3_outposts_access_point").tier(3).with(PolicyKind::AccessPoint)
        .actions_of("s3-outposts").arn("s3-outposts:*:*:outpost/*/accesspoint/*").owns(WITHIN).is_always_blocked();
    /// An access point of S3 Object Lambda.
    S3_OBJECT_LAMBDA = resource("s3_object_lambda").tier(2).actions_of("s3-object-lambda")
        .arn("s3-object-lambda:*:*:accesspoint/*").owns(WITHIN).ends_at("/").has_blocks();
    /// An SQS queue.
    SQS_QUEUE = resource("sqs_queue").actions_of("sqs").arn("sqs:*:*:*");
    /// An SNS topic.
    SNS_TOPIC = resource("sns_topic").actions_of("sns").arn("sns:*:*:*").near(&["{arn}:*"]).ends_at(":");
    /// A KMS key. An alias may belong to the key. No policy of a key is about aliases, but the author of one may have
    /// meant the key.
    KMS_KEY = resource("kms_key").actions_of("kms").arn("kms:*:*:key/*").near(&["{place}:alias/*"]);
    /// A Lambda function, or one of its versions and aliases, which have policies of their own.
    LAMBDA_FUNCTION = resource("lambda_function").actions_of("lambda").arn("lambda:*:*:function:*").owns(QUALIFIED)
        .ends_at(":");
    /// A version of a layer of Lambda functions.
    LAMBDA_LAYER = resource("lambda_layer").actions_of("lambda").arn("lambda:*:*:layer:*").owns(QUALIFIED)
        .ends_at(":");
    /// A web function of Lambda. The authorization of its endpoints is not in its policy.
    LAMBDA_WEB_FUNCTION = resource("lambda_web_function").tier(2).actions_of("lambda");
    /// A secret of Secrets Manager. It may be named without the six characters that AWS appends.
    SECRETSMANAGER_SECRET = resource("secretsmanager_secret").actions_of("secretsmanager")
        .arn("secretsmanager:*:*:secret:*").near(&["{arn}-??????", "{stem}"]);
    /// An ECR repository.
    ECR_REPOSITORY = resource("ecr_repository").actions_of("ecr").arn("ecr:*:*:repository/*")
        .gate(Gate::AuthorizationToken);
    /// The ECR registry of one account and region. AWS gives it no ARN.
    ECR_REGISTRY = resource("ecr_registry").actions_of("ecr");
    /// A REST API of API Gateway.
    APIGATEWAY_REST_API = resource("apigateway_rest_api").also(&["apigateway", "api_gateway"])
        .actions_of("execute-api").arn("execute-api:*:*:*").owns(&[OwnArn::new("{arn}/*/*/*")])
        .near(&["{arn}", "{arn}/*"]).ends_at("/");
    /// An OpenSearch domain.
    OPENSEARCH_DOMAIN = resource("opensearch_domain").also(&["opensearch"]).actions_of("es")
        .arn("es:*:*:domain/*").owns(WITHIN).ends_at("/");
    /// An EFS file system.
    EFS_FILE_SYSTEM = resource("efs_file_system").also(&["efs"]).actions_of("elasticfilesystem")
        .arn("elasticfilesystem:*:*:file-system/*").near(&["{place}:access-point/*"]).gate(Gate::MountTarget);
    /// A stream of a DynamoDB table.
    DYNAMODB_STREAM = resource("dynamodb_stream").actions_of("dynamodb").arn("dynamodb:*:*:table/*/stream/*");
    /// A DynamoDB table.
    DYNAMODB_TABLE = resource("dynamodb_table").actions_of("dynamodb").arn("dynamodb:*:*:table/*").ends_at("/")
        .owns(&[OwnArn::new("{arn}"), OwnArn::new("{arn}/index/*").but(ITEM)]).near(&["{arn}/*"]);
    /// A consumer of a Kinesis stream.
    KINESIS_CONSUMER = resource("kinesis_consumer").tier(2).actions_of("kinesis")
        .arn("kinesis:*:*:stream/*/consumer/*");
    /// A Kinesis stream.
    KINESIS_STREAM = resource("kinesis_stream").tier(2).actions_of("kinesis").arn("kinesis:*:*:stream/*")
        .near(&["{arn}/*"])
        .ends_at("/");
    /// An event bus of EventBridge.
    EVENTS_EVENT_BUS = resource("events_event_bus").also(&["eventbridge"]).actions_of("events")
        .arn("events:*:*:event-bus/*").owns(&[OwnArn::new("{arn}").but(RULE), OwnArn::new("{place}:rule/*").but(BUS)]);
    /// The Glue catalogue of one account and region.
    GLUE_CATALOG = resource("glue_catalog").tier(2).actions_of("glue").arn("glue:*:*:catalog")
        .owns(&[OwnArn::new("{place}:*")]);
    /// An identity of SES.
    SES_IDENTITY = resource("ses_identity").tier(2).actions_of("ses").arn("ses:*:*:identity/*");
    /// A destination of CloudWatch Logs.
    LOGS_DESTINATION = resource("logs_destination").tier(2).actions_of("logs").arn("logs:*:*:destination:*");
    /// A private certificate authority.
    ACM_PCA = resource("acm_pca").tier(2).actions_of("acm-pca").arn("acm-pca:*:*:certificate-authority/*")
        .near(&["{arn}/*"]);
    /// A sink of CloudWatch's Observability Access Manager.
    OAM_SINK = resource("oam_sink").tier(2).actions_of("oam").arn("oam:*:*:sink/*");
    /// A channel of CloudTrail.
    CLOUDTRAIL_CHANNEL = resource("cloudtrail_channel").tier(2).actions_of("cloudtrail-data")
        .arn("cloudtrail:*:*:channel/*");
    /// An event data store of CloudTrail.
    CLOUDTRAIL_EVENT_DATA_STORE = resource("cloudtrail_event_data_store").tier(2).actions_of("cloudtrail")
        .arn("cloudtrail:*:*:eventdatastore/*");
    /// A service, or service network, of VPC Lattice.
    VPC_LATTICE_SERVICE = resource("vpc_lattice_service").tier(2).actions_of("vpc-lattice-svcs")
        .arn("vpc-lattice:*:*:service*/*").owns(WITHIN);
    /// A vault of Glacier.
    GLACIER_VAULT = resource("glacier_vault").tier(2).actions_of("glacier").arn("glacier:*:*:vaults/*")
        .near(&["{arn}/*"]);
    /// A project of CodeBuild.
    CODEBUILD_PROJECT = resource("codebuild_project").tier(2).actions_of("codebuild").arn("codebuild:*:*:project/*");
    /// A role. Its trust policy has no resource.
    IAM_ROLE = resource("iam_role").also(&["iam", "sts", "role"]).with(PolicyKind::Trust).actions_of("sts")
        .arn("iam:*:*:role/*").owns(&[]);
    /// A VPC endpoint. Its policy names what is reached through it.
    EC2_VPC_ENDPOINT = resource("ec2_vpc_endpoint").also(&["vpce", "vpc_endpoint"]).with(PolicyKind::VpcEndpoint)
        .actions_of("ec2").arn("ec2:*:*:vpc-endpoint/*").owns(&[]);
    /// An organization, by its policy for those who manage parts of it.
    ORGANIZATION = resource("organization").actions_of("organizations");
    /// A user.
    IAM_USER = resource("iam_user").with(PolicyKind::Inline);
    /// A group.
    IAM_GROUP = resource("iam_group").with(PolicyKind::Inline);
    /// A managed policy.
    IAM_MANAGED_POLICY = resource("iam_managed_policy").with(PolicyKind::Managed);
    /// A permission set of Identity Center.
    IDENTITY_CENTER_PERMISSION_SET = resource("identity_center_permission_set").with(PolicyKind::Inline);
    /// A control policy of the organization.
    ORGANIZATION_POLICY = resource("organization_policy").with(PolicyKind::Control);
    /// An image of EC2: who may launch it.
    EC2_IMAGE = resource("ec2_image").also(&["ami"]).with(PolicyKind::LaunchPermission).actions_of("ec2");
    /// A snapshot of EBS: who may make volumes of it.
    EC2_SNAPSHOT = resource("ec2_snapshot").also(&["ebs_snapshot"]).with(PolicyKind::SnapshotAttribute)
        .actions_of("ec2");
    /// An image for FPGAs: who may load it.
    EC2_FPGA_IMAGE = resource("ec2_fpga_image").tier(3).with(PolicyKind::LaunchPermission).actions_of("ec2");
    /// A service that others reach by endpoints in their VPCs: who may make one.
    EC2_VPC_ENDPOINT_SERVICE = resource("ec2_vpc_endpoint_service").with(PolicyKind::Share).actions_of("ec2");
    /// A group of Verified Access.
    EC2_VERIFIED_ACCESS_GROUP = resource("ec2_verified_access_group").tier(2).actions_of("verified-access");
    /// An endpoint of Verified Access.
    EC2_VERIFIED_ACCESS_ENDPOINT = resource("ec2_verified_access_endpoint").tier(2).actions_of("verified-access");
    /// A snapshot of an RDS instance: who may restore it.
    RDS_SNAPSHOT = resource("rds_snapshot").with(PolicyKind::SnapshotAttribute).actions_of("rds");
    /// A snapshot of a cluster of Aurora, Neptune or DocumentDB: who may restore it.
    RDS_CLUSTER_SNAPSHOT = resource("rds_cluster_snapshot").with(PolicyKind::SnapshotAttribute).actions_of("rds");
    /// A policy of CloudWatch Logs: of an account's region, or of one log group.
    LOGS_RESOURCE_POLICY = resource("logs_resource_policy").actions_of("logs");
    /// A destination of deliveries of CloudWatch Logs.
    LOGS_DELIVERY_DESTINATION = resource("logs_delivery_destination").tier(2).actions_of("logs")
        .arn("logs:*:*:delivery-destination:*");
    /// A document of Systems Manager: who may use it.
    SSM_DOCUMENT = resource("ssm_document").with(PolicyKind::Share).actions_of("ssm");
    /// A parameter of Systems Manager.
    SSM_PARAMETER = resource("ssm_parameter").tier(2).actions_of("ssm");
    /// The group of all OpsItems of one account and region. Its policy may be about the group, and about items.
    SSM_OPS_ITEM_GROUP = resource("ssm_ops_item_group").tier(3).actions_of("ssm").arn("ssm:*:*:opsitemgroup/*")
        .owns(&[OwnArn::new("{arn}"), OwnArn::new("{place}:opsitem/*")]);
    /// What Resource Access Manager shares, of whatever type.
    RAM_RESOURCE = resource("ram_resource").with(PolicyKind::Ram).actions_of("ram");
    /// The instance of S3 Access Grants of one account and region.
    S3_ACCESS_GRANTS_INSTANCE = resource("s3_access_grants_instance").tier(2).actions_of("s3");
    /// A Multi-Region Access Point of S3.
    S3_MULTI_REGION_ACCESS_POINT = resource("s3_multi_region_access_point").with(PolicyKind::AccessPoint)
        .actions_of("s3").has_blocks();
    /// A bucket for vectors of S3.
    S3VECTORS_BUCKET = resource("s3vectors_bucket").tier(3).actions_of("s3vectors");
    /// A file system of S3 Files. Like one of EFS, it is reached by mount targets.
    S3FILES_FILE_SYSTEM = resource("s3files_file_system").tier(3).actions_of("s3files").gate(Gate::MountTarget);
    /// A vault of AWS Backup.
    BACKUP_VAULT = resource("backup_vault").tier(2).actions_of("backup");
    /// A cluster of MSK.
    KAFKA_CLUSTER = resource("kafka_cluster").tier(2).actions_of("kafka");
    /// A domain of CodeArtifact.
    CODEARTIFACT_DOMAIN = resource("codeartifact_domain").tier(2).actions_of("codeartifact");
    /// A repository of CodeArtifact.
    CODEARTIFACT_REPOSITORY = resource("codeartifact_repository").tier(2).actions_of("codeartifact");
    /// A report group of CodeBuild.
    CODEBUILD_REPORT_GROUP = resource("codebuild_report_group").tier(2).actions_of("codebuild")
        .arn("codebuild:*:*:report-group/*");
    /// A public repository of ECR. Anyone may pull; its policy is about pushing.
    ECR_PUBLIC_REPOSITORY = resource("ecr_public_repository").tier(2).actions_of("ecr-public")
        .arn("ecr-public:*:*:repository/*");
    /// A bus of the second EventBridge.
    EVENTBRIDGEV2_EVENT_BUS = resource("eventbridgev2_event_bus").tier(3).actions_of("events")
        .unread("the service speaks nothing but CBOR");
    /// A registry of schemas of EventBridge.
    SCHEMAS_REGISTRY = resource("schemas_registry").tier(2).actions_of("schemas");
    /// A dashboard of CloudTrail.
    CLOUDTRAIL_DASHBOARD = resource("cloudtrail_dashboard").tier(2).actions_of("cloudtrail");
    /// A service network of VPC Lattice.
    VPC_LATTICE_SERVICE_NETWORK = resource("vpc_lattice_service_network").tier(2).actions_of("vpc-lattice-svcs");
    /// A resource configuration of VPC Lattice.
    VPC_LATTICE_RESOURCE_CONFIGURATION = resource("vpc_lattice_resource_configuration").tier(2)
        .actions_of("vpc-lattice");
    /// A snapshot of a Redshift cluster: who may restore it.
    REDSHIFT_SNAPSHOT = resource("redshift_snapshot").tier(2).with(PolicyKind::SnapshotAttribute)
        .actions_of("redshift");
    /// A datashare of Redshift: who may use its data.
    REDSHIFT_DATASHARE = resource("redshift_datashare").tier(2).with(PolicyKind::Share).actions_of("redshift");
    /// A cluster of Redshift, by the policy of its namespace.
    REDSHIFT_CLUSTER = resource("redshift_cluster").tier(2).actions_of("redshift");
    /// A snapshot of Redshift Serverless.
    REDSHIFT_SERVERLESS_SNAPSHOT = resource("redshift_serverless_snapshot").tier(2).actions_of("redshift-serverless");
    /// A namespace of Redshift Serverless. Its policy is about actions of Redshift: who may copy data into it.
    REDSHIFT_SERVERLESS_NAMESPACE = resource("redshift_serverless_namespace").tier(2).actions_of("redshift");
    /// A workgroup of Redshift Serverless: who may make endpoints in their VPCs that lead to it.
    REDSHIFT_SERVERLESS_WORKGROUP = resource("redshift_serverless_workgroup").tier(2).actions_of("redshift-serverless");
    /// A portfolio of Service Catalog: with whom it is shared.
    SERVICECATALOG_PORTFOLIO = resource("servicecatalog_portfolio").tier(2).with(PolicyKind::Share)
        .actions_of("servicecatalog");
    /// An identity pool of Cognito, by whether guests get a role.
    COGNITO_IDENTITY_POOL = resource("cognito_identity_pool").tier(2).with(PolicyKind::Share)
        .actions_of("cognito-identity");
    /// An authorization of AWS Config: which account may aggregate this one's data.
    CONFIG_AGGREGATION = resource("config_aggregation").tier(2).with(PolicyKind::Share).actions_of("config");
    /// A policy of X-Ray, of one account and region.
    XRAY_RESOURCE_POLICY = resource("xray_resource_policy").tier(2).actions_of("xray");
    /// A custom model of Bedrock.
    BEDROCK_CUSTOM_MODEL = resource("bedrock_custom_model").tier(2).actions_of("bedrock");
    /// A guardrail of Bedrock.
    BEDROCK_GUARDRAIL = resource("bedrock_guardrail").tier(2).actions_of("bedrock");
    /// A profile of Bedrock's guardrails: where a guardrail that works across regions is applied.
    BEDROCK_GUARDRAIL_PROFILE = resource("bedrock_guardrail_profile").tier(2).actions_of("bedrock");
    /// A knowledge base of Bedrock.
    BEDROCK_KNOWLEDGE_BASE = resource("bedrock_knowledge_base").tier(2).actions_of("bedrock");
    /// A runtime of Bedrock AgentCore.
    BEDROCK_AGENTCORE_RUNTIME = resource("bedrock_agentcore_runtime").tier(2).actions_of("bedrock-agentcore");
    /// A gateway of Bedrock AgentCore.
    BEDROCK_AGENTCORE_GATEWAY = resource("bedrock_agentcore_gateway").tier(2).actions_of("bedrock-agentcore");
    /// An application of the Serverless Application Repository.
    SERVERLESSREPO_APPLICATION = resource("serverlessrepo_application").tier(3).actions_of("serverlessrepo");
    /// A container of MediaStore.
    MEDIASTORE_CONTAINER = resource("mediastore_container").tier(3).actions_of("mediastore")
        .unread("AWS ended the service on 2025-11-13, and nobody reaches what was in it");
    /// A component of Image Builder.
    IMAGEBUILDER_COMPONENT = resource("imagebuilder_component").tier(3).actions_of("imagebuilder");
    /// An image of Image Builder.
    IMAGEBUILDER_IMAGE = resource("imagebuilder_image").tier(3).actions_of("imagebuilder");
    /// A recipe for images of Image Builder.
    IMAGEBUILDER_IMAGE_RECIPE = resource("imagebuilder_image_recipe").tier(3).actions_of("imagebuilder");
    /// A recipe for containers of Image Builder.
    IMAGEBUILDER_CONTAINER_RECIPE = resource("imagebuilder_container_recipe").tier(3).actions_of("imagebuilder");
    /// A group of model packages of SageMaker.
    SAGEMAKER_MODEL_PACKAGE_GROUP = resource("sagemaker_model_package_group").tier(3).actions_of("sagemaker");
    /// A document classifier of Comprehend.
    COMPREHEND_DOCUMENT_CLASSIFIER = resource("comprehend_document_classifier").tier(3).actions_of("comprehend");
    /// An entity recognizer of Comprehend.
    COMPREHEND_ENTITY_RECOGNIZER = resource("comprehend_entity_recognizer").tier(3).actions_of("comprehend");
    /// A project of Rekognition.
    REKOGNITION_PROJECT = resource("rekognition_project").tier(3).actions_of("rekognition");
    /// A bot of Lex.
    LEX_BOT = resource("lex_bot").tier(3).actions_of("lex");
    /// An alias of a bot of Lex.
    LEX_BOT_ALIAS = resource("lex_bot_alias").tier(3).actions_of("lex");
    /// A policy of Network Firewall.
    NETWORK_FIREWALL_POLICY = resource("network_firewall_policy").tier(3).actions_of("network-firewall");
    /// A rule group of Network Firewall.
    NETWORK_FIREWALL_RULE_GROUP = resource("network_firewall_rule_group").tier(3).actions_of("network-firewall");
    /// A rule group of WAF.
    WAFV2_RULE_GROUP = resource("wafv2_rule_group").tier(3).actions_of("wafv2");
    /// A rule of Route 53 Resolver.
    ROUTE53RESOLVER_RULE = resource("route53resolver_rule").tier(3).actions_of("route53resolver");
    /// A group of rules of the firewall of Route 53 Resolver.
    ROUTE53RESOLVER_FIREWALL_RULE_GROUP = resource("route53resolver_firewall_rule_group").tier(3)
        .actions_of("route53resolver");
    /// A configuration of query logs of Route 53 Resolver.
    ROUTE53RESOLVER_QUERY_LOG_CONFIG = resource("route53resolver_query_log_config").tier(3)
        .actions_of("route53resolver");
    /// A core network of Network Manager.
    NETWORKMANAGER_CORE_NETWORK = resource("networkmanager_core_network").tier(3).actions_of("networkmanager");
    /// A backup of CloudHSM.
    CLOUDHSM_BACKUP = resource("cloudhsm_backup").tier(3).actions_of("cloudhsm");
    /// A trust store of load balancers.
    ELBV2_TRUST_STORE = resource("elbv2_trust_store").tier(3).actions_of("elasticloadbalancing");
    /// A VPC origin of CloudFront.
    CLOUDFRONT_VPC_ORIGIN = resource("cloudfront_vpc_origin").tier(3).actions_of("cloudfront");
    /// A trust store of CloudFront.
    CLOUDFRONT_TRUST_STORE = resource("cloudfront_trust_store").tier(3).actions_of("cloudfront");
    /// A signing profile of Signer: which accounts may sign with it.
    SIGNER_PROFILE = resource("signer_profile").tier(3).with(PolicyKind::Share).actions_of("signer");
    /// A pipeline of OpenSearch Ingestion.
    OSIS_PIPELINE = resource("osis_pipeline").tier(3).actions_of("osis");
    /// An access policy of OpenSearch Serverless.
    AOSS_ACCESS_POLICY = resource("aoss_access_policy").tier(3).actions_of("aoss");
    /// A network policy of OpenSearch Serverless.
    AOSS_NETWORK_POLICY = resource("aoss_network_policy").tier(3).actions_of("aoss");
    /// A cluster of Aurora DSQL.
    DSQL_CLUSTER = resource("dsql_cluster").tier(3).actions_of("dsql");
    /// A channel of MediaPackage.
    MEDIAPACKAGEV2_CHANNEL = resource("mediapackagev2_channel").tier(3).actions_of("mediapackagev2");
    /// An endpoint of a channel of MediaPackage.
    MEDIAPACKAGEV2_ORIGIN_ENDPOINT = resource("mediapackagev2_origin_endpoint").tier(3).actions_of("mediapackagev2");
    /// A channel of MediaTailor.
    MEDIATAILOR_CHANNEL = resource("mediatailor_channel").tier(3).actions_of("mediatailor");
    /// A response plan of Incident Manager.
    SSM_INCIDENTS_RESPONSE_PLAN = resource("ssm_incidents_response_plan").tier(3).actions_of("ssm-incidents");
    /// A contact of Incident Manager.
    SSM_CONTACTS_CONTACT = resource("ssm_contacts_contact").tier(3).actions_of("ssm-contacts");
    /// A workspace of Managed Prometheus.
    AMP_WORKSPACE = resource("amp_workspace").tier(3).actions_of("aps");
    /// An app monitor of CloudWatch RUM.
    RUM_APP_MONITOR = resource("rum_app_monitor").tier(3).actions_of("rum");
    /// A phone number of End User Messaging.
    SMS_VOICE_PHONE_NUMBER = resource("sms_voice_phone_number").tier(3).actions_of("sms-voice");
    /// A pool of End User Messaging: numbers and senders from which messages go.
    SMS_VOICE_POOL = resource("sms_voice_pool").tier(3).actions_of("sms-voice");
    /// A list of those who want no messages of End User Messaging.
    SMS_VOICE_OPT_OUT_LIST = resource("sms_voice_opt_out_list").tier(3).actions_of("sms-voice");
    /// A name of End User Messaging from which messages go.
    SMS_VOICE_SENDER_ID = resource("sms_voice_sender_id").tier(3).actions_of("sms-voice");
    /// A key of Payment Cryptography.
    PAYMENT_CRYPTOGRAPHY_KEY = resource("payment_cryptography_key").tier(3).actions_of("payment-cryptography");
    /// An image of WorkSpaces: with which accounts it is shared.
    WORKSPACES_IMAGE = resource("workspaces_image").tier(3).with(PolicyKind::Share).actions_of("workspaces");
    /// An image of AppStream: with which accounts it is shared.
    APPSTREAM_IMAGE = resource("appstream_image").tier(3).with(PolicyKind::Share).actions_of("appstream");
    /// A directory of Directory Service: with which accounts it is shared.
    DS_DIRECTORY = resource("ds_directory").tier(3).with(PolicyKind::Share).actions_of("ds");
    /// A matching workflow of Entity Resolution.
    ENTITYRESOLUTION_WORKFLOW = resource("entityresolution_workflow").tier(3).actions_of("entityresolution");
    /// A workflow of Entity Resolution that maps ids.
    ENTITYRESOLUTION_ID_MAPPING_WORKFLOW = resource("entityresolution_id_mapping_workflow").tier(3)
        .actions_of("entityresolution");
    /// A namespace of ids of Entity Resolution.
    ENTITYRESOLUTION_ID_NAMESPACE = resource("entityresolution_id_namespace").tier(3).actions_of("entityresolution");
    /// A schema mapping of Entity Resolution.
    ENTITYRESOLUTION_SCHEMA_MAPPING = resource("entityresolution_schema_mapping").tier(3)
        .actions_of("entityresolution");
    /// A store of HealthOmics: with which accounts it is shared.
    OMICS_SHARE = resource("omics_share").tier(3).with(PolicyKind::Share).actions_of("omics");
    /// A sequence store of HealthOmics, by the policy of the access point by which S3 reads it.
    OMICS_SEQUENCE_STORE = resource("omics_sequence_store").tier(3).actions_of("s3");
    /// A configured model of Clean Rooms ML.
    CLEANROOMS_ML_MODEL = resource("cleanrooms_ml_model").tier(3).actions_of("cleanrooms-ml");
    /// An investigation group of CloudWatch.
    AIOPS_INVESTIGATION_GROUP = resource("aiops_investigation_group").tier(3).actions_of("aiops");
    /// An environment of Refactor Spaces.
    REFACTOR_SPACES_ENVIRONMENT = resource("refactor_spaces_environment").tier(3).actions_of("refactor-spaces");
    /// An entity of Marketplace's catalogue.
    MARKETPLACE_ENTITY = resource("marketplace_entity").tier(3).actions_of("aws-marketplace");
    /// A bucket of Lightsail: which accounts may read it, and whether everyone may.
    LIGHTSAIL_BUCKET = resource("lightsail_bucket").tier(3).with(PolicyKind::Share).actions_of("lightsail");
    /// A policy of IoT. It is attached to certificates and has no principals.
    IOT_POLICY = resource("iot_policy").tier(3).with(PolicyKind::Inline);
}
