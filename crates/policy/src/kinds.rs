//! Every type of resource that can have a policy, declared once. Collectors name it, `derive` and `explain` read it.
//!
//! Some types are here although no collector reads them yet: someone may want their policies explained. For a type that
//! is missing, the names in its policies decide nothing.

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
        .near(&["{arn}/*"]);
    /// An S3 bucket.
    S3_BUCKET = resource("s3_bucket").actions_of("s3").arn("s3:::*").ends_at("/")
        .owns(&[OwnArn::new("{arn}").but(OBJECT), OwnArn::new("{arn}/*").but(BUCKET)])
        .has_blocks();
    /// A directory bucket of S3 Express.
    S3EXPRESS_BUCKET = resource("s3express_bucket").actions_of("s3express")
        .arn("s3express:*:*:bucket/*").owns(WITHIN).ends_at("/");
    /// A table bucket of S3.
    S3TABLES_BUCKET = resource("s3tables_bucket").actions_of("s3tables")
        .arn("s3tables:*:*:bucket/*").owns(WITHIN).ends_at("/");
    /// A bucket on an Outpost.
    S3_OUTPOSTS_BUCKET = resource("s3_outposts_bucket").actions_of("s3-outposts")
        .arn("s3-outposts:*:*:outpost/*").owns(WITHIN);
    /// An access point of S3 Object Lambda.
    S3_OBJECT_LAMBDA = resource("s3_object_lambda").actions_of("s3-object-lambda")
        .arn("s3-object-lambda:*:*:accesspoint/*").owns(WITHIN).ends_at("/");
    /// An SQS queue.
    SQS_QUEUE = resource("sqs_queue").actions_of("sqs").arn("sqs:*:*:*");
    /// An SNS topic.
    SNS_TOPIC = resource("sns_topic").actions_of("sns").arn("sns:*:*:*").near(&["{arn}:*"]).ends_at(":");
    /// A KMS key. An alias may belong to the key. No policy of a key is about aliases, but the author of one may have
    /// meant the key.
    KMS_KEY = resource("kms_key").actions_of("kms").arn("kms:*:*:key/*").near(&["{place}:alias/*"])
        .never_reads("grants");
    /// A Lambda function.
    LAMBDA_FUNCTION = resource("lambda_function").actions_of("lambda").arn("lambda:*:*:function:*").owns(QUALIFIED)
        .ends_at(":").never_reads("policies of versions and aliases");
    /// A layer of Lambda functions.
    LAMBDA_LAYER = resource("lambda_layer").actions_of("lambda").arn("lambda:*:*:layer:*").owns(QUALIFIED)
        .ends_at(":");
    /// A secret of Secrets Manager. It may be named without the six characters that AWS appends.
    SECRETSMANAGER_SECRET = resource("secretsmanager_secret").actions_of("secretsmanager")
        .arn("secretsmanager:*:*:secret:*").near(&["{arn}-??????", "{stem}"])
        .never_reads("policies besides the default one");
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
    KINESIS_CONSUMER = resource("kinesis_consumer").actions_of("kinesis").arn("kinesis:*:*:stream/*/consumer/*");
    /// A Kinesis stream.
    KINESIS_STREAM = resource("kinesis_stream").actions_of("kinesis").arn("kinesis:*:*:stream/*").near(&["{arn}/*"])
        .ends_at("/");
    /// An event bus of EventBridge.
    EVENTS_EVENT_BUS = resource("events_event_bus").also(&["eventbridge"]).actions_of("events")
        .arn("events:*:*:event-bus/*").owns(&[OwnArn::new("{arn}").but(RULE), OwnArn::new("{place}:rule/*").but(BUS)]);
    /// The Glue catalogue of one account and region.
    GLUE_CATALOG = resource("glue_catalog").actions_of("glue").arn("glue:*:*:catalog").owns(&[OwnArn::new("{place}:*")]);
    /// An identity of SES.
    SES_IDENTITY = resource("ses_identity").actions_of("ses").arn("ses:*:*:identity/*");
    /// A destination of CloudWatch Logs.
    LOGS_DESTINATION = resource("logs_destination").actions_of("logs").arn("logs:*:*:destination:*");
    /// A private certificate authority.
    ACM_PCA = resource("acm_pca").actions_of("acm-pca").arn("acm-pca:*:*:certificate-authority/*")
        .near(&["{arn}/*"]);
    /// A sink of CloudWatch's Observability Access Manager.
    OAM_SINK = resource("oam_sink").actions_of("oam").arn("oam:*:*:sink/*");
    /// A channel of CloudTrail.
    CLOUDTRAIL_CHANNEL = resource("cloudtrail_channel").actions_of("cloudtrail").arn("cloudtrail:*:*:channel/*");
    /// An event data store of CloudTrail.
    CLOUDTRAIL_EVENT_DATA_STORE = resource("cloudtrail_event_data_store").actions_of("cloudtrail")
        .arn("cloudtrail:*:*:eventdatastore/*");
    /// A service, or service network, of VPC Lattice.
    VPC_LATTICE_SERVICE = resource("vpc_lattice_service").actions_of("vpc-lattice-svcs")
        .arn("vpc-lattice:*:*:service*/*").owns(WITHIN);
    /// A vault of Glacier.
    GLACIER_VAULT = resource("glacier_vault").actions_of("glacier").arn("glacier:*:*:vaults/*").near(&["{arn}/*"]);
    /// A project of CodeBuild.
    CODEBUILD_PROJECT = resource("codebuild_project").actions_of("codebuild").arn("codebuild:*:*:project/*");
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
}
