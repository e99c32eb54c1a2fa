//! The command that judges requests.

use std::path::PathBuf;

use clap::Args;

pub(super) const MAY_HELP: &str = concat!(
    r#"Example:
  orgcensus may --jsonl < requests.jsonl

Each line is an object, and so is each answer. All but ids and question is optional:
  {"id": 1, "organization": {"id": "o-a1b2c3d4e5", "management": "999988887777",
     "units": [{"id": "r-ab12"}, {"id": "ou-ab12-x", "parent": "r-ab12"}],
     "accounts": [{"id": "111122223333", "unit": "ou-ab12-x"}],
     "scps": [{"target": "ou-ab12-x", "document": {...}}],
     "rcps": [{"target": "r-ab12", "document": {...}}],
     "full_aws_access_detached_from": ["ou-ab12-x"],
     "identities": [{"arn": "arn:aws:iam::111122223333:role/r",
       "kind": "role", "policies": [{...}], "groups": [{...}],
       "boundary": {...}, "session_policy": {...}, "tags": {"team": "a"}}],
     "resource": {"arn": "arn:aws:s3:::b", "account": "111122223333",
       "policy": {...}, "policies": {"name": {...}},
       "grants": [{"grantee_principal": "111122223333",
         "operations": ["Decrypt"], "constraints": {}}],
       "block_public_access": {"restrict_public_buckets": true},
       "access_point": {"arn": "...", "account": "...", "policy": {...},
         "vpc_id": "vpc-1"},
       "acl": [{"grantee": "AllUsers", "permission": "READ"}],
       "abac": false, "tags": {},
       "function_url": {"auth_type": "NONE", "created_at": "2026-02-01"}},
     "endpoints": [{"id": "vpce-1", "account": "111122223333",
       "policy": {...}}],
     "vpcs": [{"id": "vpc-1",
       "endpoints": [{"id": "vpce-2", "policy": {...}}]}]},
   "question": {"principal": "arn:aws:sts::111122223333:assumed-role/r/s",
     "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
     "context": {"aws:SourceVpce": ["vpce-1"]}, "at": "2026-11-30T00:00:00Z"}}
  {"id": 1, "result": "allowed", "conditions": [], "caller_must": [],
   "decided_by": {"layer": "identity", ...}}

"#,
    "The result is allowed, denied, conditional (conditions: alternatives, each a list of key, operator, values) or \
     unknown. caller_must is what the caller has to choose: aws:SecureTransport, sts:ExternalId. What is left out is \
     not there; what is null was not read. A context key that is given is known; with an empty list it is known to be \
     missing. A principal of no account that is listed is outside: its own side counts as allowing, unless its \
     identity is listed, and decided_by says so. FullAWSAccess is attached wherever it is not said to be detached. A \
     resource is of the caller's account, if neither it nor its ARN says another. The endpoints of a VPC are those \
     that lead to the action's service; of a VPC that is not listed they are not known. An organization or a question \
     with a member that this does not name, as anything else that cannot be read, gives {\"id\": 1, \"error\": \
     \"...\"}; the other lines are still answered."
);

/// `may`
#[derive(Debug, Args)]
pub(crate) struct May {
    /// The requests; standard input if there is no file.
    pub(crate) file: Option<PathBuf>,
    /// One request a line. There is no other form yet.
    #[arg(long)]
    pub(crate) jsonl: bool,
}
