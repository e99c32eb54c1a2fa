//! What a statement's actions reach that matters most, whatever AWS's access levels call it: `kms:Decrypt` is a write
//! there, and `sqs:GetQueueAttributes` as much a read as `sqs:ReceiveMessage`.

use std::borrow::Cow;

use crate::catalogue;
use crate::glob::may_match;
use crate::level::{AccessLevel, AccessLevels};
use crate::statement::Statement;

/// Actions by service, in lower case.
type Actions = &'static [(&'static str, &'static [&'static str])];

/// With these a ciphertext of the key becomes plain: `ReEncryptFrom` puts it under a key of one's own.
const DECRYPTS: Actions = &[("kms", &["decrypt", "derivesharedsecret", "reencryptfrom"])];

/// The actions that give what a resource holds: objects, messages, items, a secret's value, an image; also the restores
/// and copies by which a shared snapshot is read. A service with an empty list holds no data of its own. Of a service
/// that is not here it is not known which of its reads are about data.
const DATA_READS: Actions = &[
    ("acm-pca", &[]),
    ("backup", &["copyfrombackupvault", "startcopyjob", "startrestorejob"]),
    ("cassandra", &["getrecords", "select", "selectmultiregionresource"]),
    ("codeartifact", &["getpackageversionasset", "readfromrepository"]),
    (
        "dynamodb",
        &[
            "batchgetitem",
            "exporttabletopointintime",
            "getitem",
            "getrecords",
            "partiqlselect",
            "query",
            "readdataforreplication",
            "restoretablefrombackup",
            "scan",
            "searchvectors",
        ],
    ),
    ("ebs", &["getsnapshotblock"]),
    ("ec2", &["copyfpgaimage", "copyimage", "copysnapshot", "createvolume", "getpassworddata", "runinstances"]),
    ("ecr", &["batchgetimage", "getdownloadurlforlayer"]),
    ("elasticfilesystem", &["clientmount"]),
    ("es", &["escrossclusterget", "eshttpget", "eshttppost"]),
    ("execute-api", &[]),
    ("glacier", &["getjoboutput", "initiatejob"]),
    ("iam", &[]),
    ("kafka-cluster", &["readdata"]),
    ("kinesis", &["getrecords", "subscribetoshard"]),
    ("kms", &[]),
    ("lambda", &["getfunction", "getlayerversion"]),
    ("logs", &["filterlogevents", "getlogevents", "getlogrecord", "getqueryresults", "startlivetail", "startquery"]),
    ("mediastore", &["getobject"]),
    (
        "rds",
        &[
            "copydbclustersnapshot",
            "copydbsnapshot",
            "downloadcompletedblogfile",
            "downloaddblogfileportion",
            "restoredbclusterfromsnapshot",
            "restoredbinstancefromdbsnapshot",
        ],
    ),
    ("redshift", &["associatedatashareconsumer", "restorefromclustersnapshot"]),
    (
        "s3",
        &[
            "getdataaccess",
            "getobject",
            "getobjectannotation",
            "getobjecttorrent",
            "getobjectversion",
            "getobjectversionannotation",
            "getobjectversionforreplication",
            "getobjectversiontorrent",
        ],
    ),
    ("s3-object-lambda", &["getobject", "getobjectversion"]),
    ("s3-outposts", &["getobject", "getobjectversion"]),
    ("s3express", &["createsession"]),
    ("s3tables", &["gettabledata"]),
    ("s3vectors", &["getvectors", "listvectors", "queryvectors"]),
    ("secretsmanager", &["batchgetsecretvalue", "getsecretvalue"]),
    ("sns", &["subscribe"]),
    ("sqs", &["receivemessage"]),
    ("ssm", &["getdocument", "getparameter", "getparameterhistory", "getparameters", "getparametersbypath"]),
    ("sts", &[]),
];

/// Actions that AWS calls writes and that replace a policy on a resource.
const POLICY_WRITES: Actions = &[
    ("aiops", &["putinvestigationgrouppolicy"]),
    ("aoss", &["createaccesspolicy", "updateaccesspolicy"]),
    ("aps", &["putresourcepolicy"]),
    ("bedrock", &["putresourcepolicy"]),
    ("bedrock-agentcore", &["putresourcepolicy"]),
    ("cloudfront", &["putresourcepolicy"]),
    ("cloudtrail", &["putresourcepolicy"]),
    ("codeartifact", &["putdomainpermissionspolicy", "putrepositorypermissionspolicy"]),
    ("comprehend", &["putresourcepolicy"]),
    ("dsql", &["putclusterpolicy"]),
    ("es", &["updatedomainconfig", "updateelasticsearchdomainconfig"]),
    ("kafka", &["putclusterpolicy"]),
    ("kinesis", &["putresourcepolicy"]),
    ("logs", &["putdeliverydestinationpolicy", "putdestinationpolicy"]),
    ("mediapackagev2", &["putchannelpolicy", "putoriginendpointpolicy"]),
    ("network-firewall", &["putresourcepolicy"]),
    ("oam", &["putsinkpolicy"]),
    ("omics", &["puts3accesspolicy"]),
    ("osis", &["putresourcepolicy"]),
    ("redshift-serverless", &["putresourcepolicy"]),
    ("refactor-spaces", &["putresourcepolicy"]),
    ("rekognition", &["putprojectpolicy"]),
    ("resource-groups", &["putgrouppolicy"]),
    ("rum", &["putresourcepolicy"]),
    ("sagemaker", &["putlineagegrouppolicy", "putmodelpackagegrouppolicy", "putresourcepolicy"]),
    ("schemas", &["putresourcepolicy"]),
    ("serverlessrepo", &["putapplicationpolicy"]),
    ("servicediscovery", &["putresourcepolicy"]),
    ("ssm-contacts", &["putcontactpolicy"]),
    ("vpc-lattice", &["putresourcepolicy"]),
    ("xray", &["putresourcepolicy"]),
];

/// What actions reach that matters most, before any Deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensitive {
    /// Whether they decrypt with a key of KMS.
    pub can_decrypt: bool,
    /// Whether they read what the resource holds, and not its settings alone. `None`: they read, and of their service
    /// it is not known which actions read data.
    pub can_read_data: Option<bool>,
    /// Whether they change who has access: AWS's level says so, or they replace the resource's policy.
    pub can_change_policy: bool,
}

impl Sensitive {
    /// What a grant in a bucket's ACL reaches. It lists objects and does not read them.
    pub fn of_acl(levels: AccessLevels) -> Sensitive {
        Sensitive {
            can_decrypt: false,
            can_read_data: (!levels.contains(AccessLevel::Unknown)).then_some(false),
            can_change_policy: levels.contains(AccessLevel::PermissionsManagement),
        }
    }
}

impl Statement {
    /// What the statement's actions reach that matters most. If it is known that only one service is meant, `*` and
    /// `NotAction` are about that service.
    pub fn sensitive(&self, service: Option<&str>) -> Sensitive {
        let levels = self.access_levels(service);
        let reach = Reach {
            patterns: self.actions.iter().map(|pattern| catalogue::parts(pattern, service)).collect(),
            is_not_action: self.is_not_action,
            service,
        };
        Sensitive {
            can_decrypt: reach.any(DECRYPTS),
            can_read_data: reach.reads_data(levels),
            can_change_policy: levels.contains(AccessLevel::PermissionsManagement) || reach.any(POLICY_WRITES),
        }
    }
}

/// The actions of a statement.
struct Reach<'s> {
    /// Service and name of each pattern.
    patterns: Vec<(Cow<'s, str>, Cow<'s, str>)>,
    is_not_action: bool,
    /// The only service that is meant, if that is known.
    service: Option<&'s str>,
}

impl Reach<'_> {
    /// Whether one of these actions is among them.
    fn any(&self, actions: Actions) -> bool {
        actions.iter().any(|(service, names)| names.iter().any(|name| self.has(service, name)))
    }

    fn has(&self, service: &str, name: &str) -> bool {
        let is_meant = self.service.is_none_or(|meant| meant == service);
        let mut patterns = self.patterns.iter();
        if self.is_not_action {
            return is_meant && !self.patterns.is_empty() && !patterns.any(|it| matches(it, service, name));
        }
        patterns.any(|it| (is_meant || it.0 != "*") && matches(it, service, name))
    }

    fn reads_data(&self, levels: AccessLevels) -> Option<bool> {
        if self.any(DATA_READS) {
            return Some(true);
        }
        let may_read = levels.contains(AccessLevel::Read) && !self.is_told_apart();
        (!may_read && !levels.contains(AccessLevel::Unknown)).then_some(false)
    }

    /// Whether of all services that the actions name it is known which of their reads are about data.
    fn is_told_apart(&self) -> bool {
        let is_known = |service: &str| DATA_READS.iter().any(|(known, _)| *known == service);
        let meant = self.service.is_some_and(is_known);
        if self.is_not_action { meant } else { self.patterns.iter().all(|it| is_known(&it.0) || it.0 == "*" && meant) }
    }
}

fn matches(pattern: &(Cow<'_, str>, Cow<'_, str>), service: &str, name: &str) -> bool {
    may_match(&pattern.0, service) && may_match(&pattern.1, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn sensitive(service: Option<&str>, actions: &str) -> Sensitive {
        let text = format!(r#"{{"Statement":{{"Effect":"Allow",{actions}}}}}"#);
        Document::parse(&text).statements[0].sensitive(service)
    }

    fn check(service: Option<&str>, actions: &str, expected: (bool, Option<bool>, bool)) {
        let found = sensitive(service, actions);
        assert_eq!((found.can_decrypt, found.can_read_data, found.can_change_policy), expected, "{actions}");
    }

    #[test]
    fn every_action_is_one_of_awss() {
        for (service, names) in [DECRYPTS, DATA_READS, POLICY_WRITES].into_iter().flatten() {
            for name in *names {
                let levels = catalogue::levels(&format!("{service}:{name}"), None, &mut catalogue::Scan::default());
                assert!(!levels.contains(AccessLevel::Unknown), "{service}:{name}");
            }
        }
    }

    #[test]
    fn a_key_is_decrypted_with_whatever_the_levels_say() {
        let (yes, no) = ((true, Some(false), false), (false, Some(false), false));
        check(Some("kms"), r#""Action":"kms:Decrypt""#, yes);
        check(Some("kms"), r#""Action":["kms:DescribeKey","kms:ReEncrypt*"]"#, yes);
        check(Some("kms"), r#""Action":["kms:Encrypt","kms:GenerateDataKey*"]"#, no);
        check(Some("kms"), r#""Action":"*""#, (true, Some(false), true));
        check(Some("kms"), r#""NotAction":"kms:Decrypt""#, (true, Some(false), true));
        check(Some("kms"), r#""NotAction":["kms:Decrypt","kms:ReEncrypt*","kms:Derive*"]"#, (false, Some(false), true));
        // What a bucket's policy says of everything is about S3.
        check(Some("s3"), r#""Action":"*""#, (false, Some(true), true));
        check(None, r#""Action":"*""#, (true, Some(true), true));
    }

    #[test]
    fn data_are_not_settings() {
        check(Some("sqs"), r#""Action":"sqs:ReceiveMessage""#, (false, Some(true), false));
        check(Some("sqs"), r#""Action":"SQS:Get*""#, (false, Some(false), false));
        check(Some("s3"), r#""Action":"s3:GetObject*""#, (false, Some(true), false));
        check(Some("s3"), r#""Action":["s3:ListBucket","s3:PutObject"]"#, (false, Some(false), false));
        check(Some("s3"), r#""NotAction":"s3:Get*""#, (false, Some(false), true));
        check(None, r#""NotAction":"iam:*""#, (true, Some(true), true));
        check(Some("secretsmanager"), r#""Action":"secretsmanager:GetSecretValue""#, (false, Some(true), false));
        check(Some("sts"), r#""Action":"sts:AssumeRole""#, (false, Some(false), false));
        check(None, r#""Action":"ec2:CreateVolume""#, (false, Some(true), false));
    }

    #[test]
    fn of_a_service_that_is_not_told_apart_it_is_unknown() {
        check(Some("signer"), r#""Action":"signer:GetSigningProfile""#, (false, None, false));
        check(Some("signer"), r#""Action":"*""#, (false, None, true));
        check(Some("signer"), r#""Action":"signer:StartSigningJob""#, (false, Some(false), false));
        check(Some("sqs"), r#""Action":"sqs:Nonsense""#, (false, None, false));
        check(None, r#""Action":[]"#, (false, Some(false), false));
    }

    #[test]
    fn a_write_that_replaces_the_policy_changes_it() {
        check(Some("es"), r#""Action":"es:UpdateDomainConfig""#, (false, Some(false), true));
        check(Some("sqs"), r#""Action":"sqs:SetQueueAttributes""#, (false, Some(false), true));
        check(Some("sqs"), r#""Action":"sqs:SendMessage""#, (false, Some(false), false));
        let full = Sensitive::of_acl(AccessLevels::of_acl("FULL_CONTROL"));
        assert_eq!((full.can_decrypt, full.can_read_data, full.can_change_policy), (false, Some(false), true));
        assert_eq!(Sensitive::of_acl(AccessLevels::of_acl("x")).can_read_data, None);
    }
}
