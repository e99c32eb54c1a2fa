"""Which questions and which of Prowler's checks ask for the same, and where their definitions differ.

Checks that look alike and are not here:
- ecs_task_definitions_*, ssm_managed_compliant_patching: the simulated organization does not answer their lists.
- cloudwatch_log_group_retention_policy_specific_days_enabled: a group that is kept for ever passes; E18 asks for it.
- ec2_instance_with_outdated_ami: Amazon's images that are deprecated. E13 asks for the age of images of the lake.
- shield_advanced_protection_*: of accounts with a subscription. E12 asks for those without.
- iam_administrator_access_with_mfa: groups. E5 asks for users.
- autoscaling_group_launch_configuration_requires_imdsv2: groups. G5 asks for launch configurations.
"""

from collections.abc import Callable
from typing import NamedTuple


class Why(NamedTuple):
    """Why only one of the two has a resource, and the query of the resources of which that is true; none is for all."""

    reason: str
    sql: str = ""


class Pair(NamedTuple):
    """A row of a question's answer and the checks that ask the same."""

    question: str
    what: str
    checks: str
    key: str  # of a case: the ARN that Prowler gives
    where: Callable[[dict], bool]  # which of the question's cases
    only_prowler: Why | None = None
    only_orgcensus: Why | None = None


USER = "arn:aws:iam::{account_id}:user/{user_name}"
ROOT_USER = Why("root's: F11 counts those", "SELECT arn FROM iam_credential_report WHERE is_root")
BY_NAME = Why("the name looks like a secret's and not the value, which Prowler reads and a census does not")
BY_VALUE = Why("the value looks like a secret and not its name")
PAIRS = [
    Pair("E1", "allow everything", "iam_user_administrator_access_policy iam_role_administratoraccess_policy "
         "iam_group_administrator_access_policy iam_inline_policy_no_administrative_privileges", "{identity_arn}",
         lambda it: it["allows_everything"] and it["identity_type"] != "permission_set",
         Why("NotAction on everything: all but what it names", """SELECT resource_arn FROM policy_statements
             WHERE policy_kind = 'inline' AND is_not_action"""),
         Why("by a group, by another managed policy, or a service's role, which Prowler leaves out", """
             SELECT iam_users.arn FROM iam_users JOIN identity_access ON identity_arn = arn
             WHERE array_to_string(administrator_through, ' ') LIKE '%group%'
             UNION SELECT principal_arn FROM iam_policy_attachments JOIN policy_statements ON resource_arn = policy_arn
             WHERE allows_everything AND NOT is_administrator_access
             UNION SELECT resource_arn FROM policy_statements
             WHERE policy_kind = 'trust' AND array_to_string(principals, ' ') LIKE '%Service:%'""")),
    Pair("E2", "policies on users", "iam_policy_attached_only_to_group_or_roles", "{arn}",
         lambda it: it["has_direct_policies"]),
    Pair("E3", "keys over 90 days", "iam_rotate_access_key_90_days", USER,
         lambda it: it["is_key"] and it["is_old"], ROOT_USER),
    Pair("E3", "unused for 45 days", "iam_user_accesskey_unused", USER,
         lambda it: it["is_key"] and it["is_idle"], ROOT_USER,
         Why("never used, which is no use to Prowler", "SELECT user_arn FROM iam_access_keys WHERE NOT has_been_used")),
    Pair("E3", "two keys in use", "iam_user_two_active_access_key", USER, lambda it: it["has_two_in_use"],
         Why("one of the two is idle", """SELECT user_arn FROM iam_access_keys
             WHERE NOT has_been_used OR last_used_days > 30""")),
    Pair("E4", "root in use", "iam_avoid_root_usage", "arn:aws:iam::{account_id}:root", lambda it: it["is_so"], None,
         Why("of the last 30 days Prowler looks at one, and at keys only if the password was never used", """
             SELECT arn FROM iam_credential_report WHERE is_root AND COALESCE(password_last_used_days, 2) > 1""")),
    Pair("E5", "root without MFA", "iam_root_mfa_enabled", "{who}", lambda it: it["is_root_user"] and it["is_so"], None,
         Why("the report does not say if root has a password: no credentials to Prowler", """
             SELECT arn FROM iam_credential_report WHERE password_enabled IS NULL AND active_access_key_count = 0""")),
    Pair("E6", "public buckets", "s3_bucket_public_access", "{arn}", lambda it: it["is_so"],
         Why("a Deny, an RCP or one half of Block Public Access closes it, or the access points do to which it leaves it",
             """SELECT resource_arn FROM resource_access WHERE is_public IS DISTINCT FROM true
             AND (array_to_string(flags, ' ') LIKE '%denied%' OR array_length(gated_by) > 0
             OR resource_arn IN (SELECT resource_arn FROM policy_documents
             WHERE document LIKE '%s3:DataAccessPointAccount%'))"""),
         Why("by an access point, or in a region that was not selected: a crawl lists all buckets", """
             SELECT resource_arn FROM resource_access WHERE array_to_string(flags, ' ') LIKE '%open_by_access_point%'
             UNION SELECT arn FROM s3_buckets WHERE bucket_region NOT IN ('us-east-1', 'eu-west-1')""")),
    Pair("E7", "reached databases", "rds_instance_no_public_access", "{arn}", lambda it: it["is_reached"],
         Why("an ACL or VPC Block Public Access keeps it out, or it is not known whose interface is reached", """
             SELECT target_arn FROM internet_paths WHERE target_type = 'rds_instance' AND (is_reachable IS NULL
             OR reason LIKE '%lets nothing of it pass%' OR reason LIKE '%Block Public Access%'
             OR reason LIKE 'none of the network interfaces%')"""),
         Why("open to some of the internet and not to all", """SELECT target_arn FROM internet_paths
             WHERE target_type = 'rds_instance' AND is_reachable AND NOT is_from_world""")),
    Pair("E8", "open groups", "ec2_securitygroup_allow_ingress_from_internet_to_all_ports "
         "ec2_securitygroup_allow_ingress_from_internet_to_any_port",
         "arn:aws:ec2:{region}:{account_id}:security-group/{security_group_id}", lambda it: True, None,
         Why("no network interface has it", """SELECT arn FROM ec2_security_groups WHERE security_group_id NOT IN
             (SELECT unnest(security_group_ids) FROM ec2_network_interfaces)""")),
    Pair("E9", "open ACLs", "ec2_networkacl_allow_ingress_any_port", "{arn}", lambda it: True,
         Why("something is denied first", """SELECT acls.arn FROM ec2_network_acls AS acls
             JOIN ec2_network_acl_entries AS entries ON entries.network_acl_id = acls.network_acl_id
             WHERE rule_action = 'deny' AND NOT is_egress AND rule_number < 32767""")),
    Pair("E10", "open endpoints", "vpc_endpoint_connections_trust_boundaries", "{arn}", lambda it: True,
         Why("the policy has a condition, or names actions: it was not left at full access", """SELECT resource_arn
             FROM policy_statements WHERE policy_kind = 'endpoint' AND NOT allows_everything""")),
    Pair("E11", "without access control", "cloudfront_distributions_s3_origin_access_control", "{distribution_arn}",
         lambda it: it["reason"] == "no_access_control",
         Why("an access identity, which is as good", """SELECT distribution_arn FROM cloudfront_origins
             WHERE origin_access_identity IS NOT NULL"""),
         Why("a function's URL, of which Prowler does not ask", """SELECT distribution_arn FROM cloudfront_origins
             WHERE origin_type = 'function_url'""")),
    Pair("E11", "asked without encryption", "cloudfront_distributions_origin_traffic_encrypted", "{distribution_arn}",
         lambda it: it["is_custom"] and it["is_asked_without_encryption"],
         Why("a bucket behind a distribution that viewers may ask without", """SELECT distribution_arn
             FROM cloudfront_origins JOIN cloudfront_distributions ON arn = distribution_arn
             WHERE origin_type = 's3' AND allows_http""")),
    Pair("E12", "distributions, no web ACL", "cloudfront_distributions_using_waf", "{resource_arn}",
         lambda it: it["is_distribution"] and it["is_without_any"]),
    Pair("E12", "stages, no web ACL", "apigateway_restapi_waf_acl_attached", "{resource_arn}",
         lambda it: it["is_stage"] and it["is_without_any"]),
    Pair("E12", "balancers, no fit web ACL", "elbv2_waf_acl_attached", "{resource_arn}",
         lambda it: it["resource_type"] == "application_load_balancer" and it["is_so"],
         Why("internal", "SELECT arn FROM elbv2_load_balancers WHERE scheme = 'internal'"),
         Why("its web ACL stops neither, or not both", "SELECT resource_arn FROM wafv2_associations")),
    Pair("E13", "unmanaged instances", "ec2_instance_managed_by_ssm", "{subject_arn}",
         lambda it: it["is_running_instance"] and it["is_unmanaged"],
         Why("not running", "SELECT arn FROM ec2_instances WHERE state IN ('stopping', 'shutting-down')")),
    Pair("E13", "runtimes", "awslambda_function_using_supported_runtimes", "{subject_arn}",
         lambda it: it["is_function"] and it["is_so"]),
    Pair("E16", "functions", "awslambda_function_no_secrets_in_variables", "{subject_arn}",
         lambda it: it["is_function"] and it["is_so"], BY_VALUE, BY_NAME),
    Pair("E16", "projects", "codebuild_project_no_secrets_in_variables", "{subject_arn}",
         lambda it: it["is_project"] and it["is_so"], BY_VALUE, BY_NAME),
    Pair("E17", "repositories", "ecr_repositories_scan_images_on_push_enabled", "{subject_arn}",
         lambda it: it["is_repository"] and it["is_so"],
         Why("a rule of the registry scans it", "SELECT arn FROM ecr_repository_scanning WHERE is_scanned"),
         Why("Inspector scans the registry and no rule names it: its own setting is void", """SELECT arn
             FROM ecr_repository_scanning AS its JOIN ecr_registry_scanning AS registry
             ON registry.account_id = its.account_id AND registry.region = its.region WHERE scan_type = 'ENHANCED'""")),
    Pair("E17", "findings that stay", "ecr_repositories_scan_vulnerabilities_in_latest_image", "{subject_arn}",
         lambda it: it["is_image"] and it["is_so"],
         Why("MEDIUM, a scan that failed, or not 30 days old", """SELECT repository_arn FROM ecr_image_findings
             WHERE (critical_count + high_count = 0 AND medium_count > 0)
             OR scan_status = 'FAILED' OR pushed_days <= 30"""),
         Why("not the newest image, or its repository has no scan of its own on push", """SELECT repository_arn
             FROM ecr_image_findings WHERE NOT is_newest
             UNION SELECT arn FROM ecr_repositories WHERE NOT is_scan_on_push""")),
    Pair("E18", "databases", "rds_instance_integration_cloudwatch_logs rds_cluster_integration_cloudwatch_logs",
         "{arn}",
         lambda it: it["log_source"] == "databases" and it["is_so"],
         Why("a member: its cluster counts", "SELECT arn FROM rds_instances WHERE db_cluster_identifier IS NOT NULL"),
         Why("an engine of which Prowler does not ask", """SELECT arn FROM rds_clusters
             WHERE engine NOT IN ('aurora-mysql', 'aurora-postgresql', 'mysql', 'postgres')""")),
    Pair("E18", "VPCs", "vpc_flow_logs_enabled", "{arn}", lambda it: it["log_source"] == "vpcs" and it["is_so"],
         Why("another account's", "SELECT arn FROM ec2_vpcs WHERE is_shared_by_other")),
    Pair("E18", "load balancers", "elbv2_logging_enabled elb_logging_enabled", "{arn}",
         lambda it: it["log_source"] == "load_balancers" and it["is_so"],
         Why("of a gateway, which has no access logs", """SELECT arn FROM elbv2_load_balancers
             WHERE load_balancer_type = 'gateway'""")),
    Pair("G5", "instances", "ec2_instance_imdsv2_enabled", "{subject}",
         lambda it: it["subject_type"] == "instance" and it["answers_imdsv1"] == "now"),
    Pair("G5", "launch templates", "ec2_launch_template_imdsv2_required", "{subject}",
         lambda it: it["subject_type"] == "launch_template_version" and it["is_next_imdsv1_answered"],
         Why("the account, the image or a policy decides it, or it is not known", """SELECT subject
             FROM ec2_metadata_posture WHERE tokens_decided_by IS DISTINCT FROM 'launch_template'"""),
         Why("one good version of all is enough to Prowler, and an endpoint that is not named is off to it")),
]
