//! What a policy may be on: how it counts there, whose actions it is about, and which ARNs are the resource's own.

use crate::arn::Arn;
use crate::glob::may_match;

/// What a policy is attached to, as a rule of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PolicyKind {
    /// On a resource, naming principals.
    #[default]
    Resource,
    /// On a role: who may assume it.
    Trust,
    /// On an S3 access point.
    AccessPoint,
    /// On a VPC endpoint: it narrows what passes, and lets nobody in (V6).
    VpcEndpoint,
    /// An access control list, written as statements.
    Acl,
    /// On a user, group or role: what it may do. It has no principals.
    Inline,
    /// A managed policy's version. It has no principals.
    Managed,
    /// A control policy of the organization: what its accounts may do, or have done to them, at most. It lets nobody in.
    Control,
}

impl PolicyKind {
    /// Every kind.
    pub const ALL: [PolicyKind; 8] = [
        Self::Resource,
        Self::Trust,
        Self::AccessPoint,
        Self::VpcEndpoint,
        Self::Acl,
        Self::Inline,
        Self::Managed,
        Self::Control,
    ];

    /// The kind's name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::AccessPoint => "access_point",
            Self::VpcEndpoint => "endpoint",
            Self::Acl => "acl",
            Self::Inline => "inline",
            Self::Managed => "managed",
            Self::Control => "control",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<PolicyKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is on something that others may reach, and so part of who can reach it.
    pub fn is_on_resource(self) -> bool {
        !matches!(self, Self::Inline | Self::Managed | Self::Control)
    }

    /// Whether the policy names who is let in.
    pub(crate) fn has_principals(self) -> bool {
        self.is_on_resource() && self != Self::VpcEndpoint
    }
}

/// A kind of resource that can have a policy.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceKind {
    /// Its type in tables, and other names by which people call it or its service.
    names: &'static [&'static str],
    /// How a policy on it counts.
    pub policy: PolicyKind,
    /// The service whose actions such a policy can be about: `sqs`.
    pub service: &'static str,
    /// Its ARN from the service on, as a pattern.
    shape: &'static str,
    /// Where the resource's own ARN ends in one of something in it: `/` of a bucket.
    pub(crate) ends_at: &'static str,
    /// The ARNs that a policy on it can be about. None: what its policies name says nothing.
    pub(crate) own: &'static [Own],
    /// ARNs that may be its own; it is not known, or not of all.
    pub(crate) near: &'static [&'static str],
}

/// ARNs that are a resource's own: `{arn}` stands for it, `{place}` for its ARN up to the account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) pattern: &'static str,
    /// How the names of actions begin that are never on these.
    pub(crate) never: &'static [&'static str],
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
const ITEM: &[&str] = &["dynamodb:getitem", "dynamodb:putitem", "dynamodb:updateitem", "dynamodb:deleteitem"];

const fn own(pattern: &'static str) -> Own {
    Own { pattern, never: &[] }
}

const ITSELF: &[Own] = &[own("{arn}")];
const QUALIFIED: &[Own] = &[own("{arn}"), own("{arn}:*")];
const WITHIN: &[Own] = &[own("{arn}"), own("{arn}/*")];

/// A resource whose policies can be about itself only.
const fn on(names: &'static [&'static str], service: &'static str, shape: &'static str) -> ResourceKind {
    ResourceKind { names, policy: PolicyKind::Resource, service, shape, ends_at: "", own: ITSELF, near: &[] }
}

/// The kinds. Of one that is missing here nothing is decided by what its policies name.
const KINDS: [ResourceKind; 33] = [
    ResourceKind {
        policy: PolicyKind::AccessPoint,
        ends_at: "/",
        own: &[Own { pattern: "{arn}", never: OBJECT }, Own { pattern: "{arn}/object/*", never: BUCKET }],
        near: &["{arn}/*"],
        ..on(&["s3_access_point", "access_point"], "s3", "s3:*:????????????:accesspoint/*")
    },
    ResourceKind {
        ends_at: "/",
        own: &[Own { pattern: "{arn}", never: OBJECT }, Own { pattern: "{arn}/*", never: BUCKET }],
        ..on(&["s3_bucket"], "s3", "s3:::*")
    },
    ResourceKind { own: WITHIN, ends_at: "/", ..on(&["s3express_bucket"], "s3express", "s3express:*:*:bucket/*") },
    ResourceKind { own: WITHIN, ends_at: "/", ..on(&["s3tables_bucket"], "s3tables", "s3tables:*:*:bucket/*") },
    ResourceKind { own: WITHIN, ..on(&["s3_outposts_bucket"], "s3-outposts", "s3-outposts:*:*:outpost/*") },
    ResourceKind {
        own: WITHIN,
        ends_at: "/",
        ..on(&["s3_object_lambda"], "s3-object-lambda", "s3-object-lambda:*:*:accesspoint/*")
    },
    on(&["sqs_queue"], "sqs", "sqs:*:*:*"),
    ResourceKind { near: &["{arn}:*"], ends_at: ":", ..on(&["sns_topic"], "sns", "sns:*:*:*") },
    // An alias may be the key's; no policy of a key is about aliases, but whoever wrote one may have meant the key.
    ResourceKind { near: &["{place}:alias/*"], ..on(&["kms_key"], "kms", "kms:*:*:key/*") },
    ResourceKind { own: QUALIFIED, ends_at: ":", ..on(&["lambda_function"], "lambda", "lambda:*:*:function:*") },
    ResourceKind { own: QUALIFIED, ends_at: ":", ..on(&["lambda_layer"], "lambda", "lambda:*:*:layer:*") },
    // A secret may be named without the six characters that AWS appends.
    ResourceKind {
        near: &["{arn}-??????", "{stem}"],
        ..on(&["secretsmanager_secret"], "secretsmanager", "secretsmanager:*:*:secret:*")
    },
    on(&["ecr_repository"], "ecr", "ecr:*:*:repository/*"),
    ResourceKind {
        own: &[own("{arn}/*/*/*")],
        near: &["{arn}", "{arn}/*"],
        ends_at: "/",
        ..on(&["apigateway_rest_api", "apigateway", "api_gateway"], "execute-api", "execute-api:*:*:*")
    },
    ResourceKind { own: WITHIN, ends_at: "/", ..on(&["opensearch_domain", "opensearch"], "es", "es:*:*:domain/*") },
    ResourceKind {
        near: &["{place}:access-point/*"],
        ..on(&["efs_file_system", "efs"], "elasticfilesystem", "elasticfilesystem:*:*:file-system/*")
    },
    on(&["dynamodb_stream"], "dynamodb", "dynamodb:*:*:table/*/stream/*"),
    ResourceKind {
        own: &[own("{arn}"), Own { pattern: "{arn}/index/*", never: ITEM }],
        near: &["{arn}/*"],
        ends_at: "/",
        ..on(&["dynamodb_table"], "dynamodb", "dynamodb:*:*:table/*")
    },
    on(&["kinesis_consumer"], "kinesis", "kinesis:*:*:stream/*/consumer/*"),
    ResourceKind { near: &["{arn}/*"], ends_at: "/", ..on(&["kinesis_stream"], "kinesis", "kinesis:*:*:stream/*") },
    ResourceKind {
        own: &[
            Own { pattern: "{arn}", never: RULE },
            Own { pattern: "{place}:rule/*", never: &["events:putevents", "events:describeeventbus"] },
        ],
        ..on(&["events_event_bus", "eventbridge"], "events", "events:*:*:event-bus/*")
    },
    ResourceKind { own: &[own("{place}:*")], ..on(&["glue_catalog"], "glue", "glue:*:*:catalog") },
    on(&["ses_identity"], "ses", "ses:*:*:identity/*"),
    on(&["logs_destination"], "logs", "logs:*:*:destination:*"),
    ResourceKind { near: &["{arn}/*"], ..on(&["acm_pca"], "acm-pca", "acm-pca:*:*:certificate-authority/*") },
    on(&["oam_sink"], "oam", "oam:*:*:sink/*"),
    on(&["cloudtrail_channel"], "cloudtrail", "cloudtrail:*:*:channel/*"),
    on(&["cloudtrail_event_data_store"], "cloudtrail", "cloudtrail:*:*:eventdatastore/*"),
    ResourceKind { own: WITHIN, ..on(&["vpc_lattice_service"], "vpc-lattice-svcs", "vpc-lattice:*:*:service*/*") },
    ResourceKind { near: &["{arn}/*"], ..on(&["glacier_vault"], "glacier", "glacier:*:*:vaults/*") },
    on(&["codebuild_project"], "codebuild", "codebuild:*:*:project/*"),
    // A trust policy has no resource; an endpoint's names what is reached through it.
    ResourceKind {
        policy: PolicyKind::Trust,
        own: &[],
        ..on(&["iam_role", "iam", "sts", "role"], "sts", "iam:*:*:role/*")
    },
    ResourceKind {
        policy: PolicyKind::VpcEndpoint,
        own: &[],
        ..on(&["ec2_vpc_endpoint", "vpce", "vpc_endpoint"], "ec2", "ec2:*:*:vpc-endpoint/*")
    },
];

impl ResourceKind {
    /// The kind by a name: a resource type of the tables, or what people call it. Writers differ in case and hyphens.
    pub fn named(name: &str) -> Option<&'static ResourceKind> {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let name = plain(name);
        KINDS.iter().find(|kind| kind.names.iter().any(|known| plain(known) == name))
    }

    /// The kind of the resource with this ARN.
    pub(crate) fn of(arn: &Arn) -> Option<&'static ResourceKind> {
        let text = format!("{}:{}:{}:{}", arn.service, arn.region, arn.account, arn.resource);
        KINDS.iter().find(|kind| may_match(kind.shape, &text))
    }

    /// Whether a name is to follow what its ARN starts with.
    pub(crate) fn shape_is_open(&self) -> bool {
        self.shape.ends_with('*')
    }

    /// How the last field of its ARN starts: `function:`.
    pub(crate) fn prefix(&self) -> &'static str {
        let resource = self.shape.splitn(4, ':').nth(3).unwrap_or_default();
        resource.split('*').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_names_and_by_its_arn() {
        for (name, service) in [("sqs_queue", "sqs"), ("EFS", "elasticfilesystem"), ("VPC endpoint", "ec2")] {
            assert_eq!(ResourceKind::named(name).map(|kind| kind.service), Some(service), "{name}");
        }
        assert_eq!(ResourceKind::named("s3"), None);
        let of = |arn: &str| ResourceKind::of(&Arn::parse(arn).unwrap()).map(|kind| kind.names[0]);
        assert_eq!(of("arn:aws:s3:::accesspoint"), Some("s3_bucket"));
        assert_eq!(of("arn:aws:s3::111122223333:accesspoint/a.mrap"), Some("s3_access_point"));
        assert_eq!(of("arn:aws:iam::111122223333:role/a"), Some("iam_role"));
        assert_eq!(of("arn:aws:backup:us-east-1:111122223333:backup-vault:v"), None);
    }

    #[test]
    fn names_of_policies_are_read_back() {
        assert!(PolicyKind::ALL.into_iter().all(|kind| PolicyKind::named(kind.as_str()) == Some(kind)));
    }
}
