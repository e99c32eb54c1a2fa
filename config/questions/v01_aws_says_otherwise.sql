-- id: V1
-- title: Buckets and access points of which AWS's own policy status says otherwise than the lake's verdict on the policy, before Block Public Access counts
-- key: resource_arn
-- rests on: s3_access_points, s3_buckets, s3_multi_region_access_points, s3_object_lambda_access_points
-- why: AWS looks at the words of the policy alone, the lake at Deny statements and at the ACL too. Neither looks at the bucket behind an access point. Access points of a VPC are left out: to AWS none is public, whatever its policy says
WITH open_acls AS (
  SELECT DISTINCT resource_arn
  FROM policy_statements
  WHERE policy_kind = 'acl' AND is_allow AND has_wildcard_principal
),
denies AS (
  SELECT DISTINCT resource_arn
  FROM policy_statements
  WHERE policy_kind IN ('access_point', 'resource') AND effect = 'Deny'
),
of_vpcs AS (
  SELECT DISTINCT arn
  FROM s3_access_points
  WHERE network_origin = 'VPC'
)
SELECT
  resource_access.resource_arn,
  resource_access.account_id,
  resource_access.account_name,
  resource_access.ou_path,
  resource_access.aws_is_public,
  resource_access.is_policy_public,
  resource_access.is_public,
  open_acls.resource_arn IS NOT NULL AS has_open_acl,
  denies.resource_arn IS NOT NULL AS has_deny,
  resource_access.gated_by,
  resource_access.flags,
  resource_access.reasons
FROM resource_access
LEFT JOIN open_acls ON open_acls.resource_arn = resource_access.resource_arn
LEFT JOIN denies ON denies.resource_arn = resource_access.resource_arn
LEFT JOIN of_vpcs ON of_vpcs.arn = resource_access.resource_arn
WHERE resource_access.aws_is_public <> resource_access.is_policy_public AND of_vpcs.arn IS NULL
ORDER BY resource_access.account_id NULLS LAST, resource_access.resource_arn NULLS LAST

-- case: the two differ, agree, or one has no verdict
-- resource_access: resource_arn, aws_is_public, is_policy_public
--   b-1, true, false
--   b-2, true, true
--   b-3, true, null
-- policy_statements: resource_arn, policy_kind, effect, is_allow, has_wildcard_principal
--   b-1, resource, Deny, false, true
--   b-1, resource, Deny, false, true
-- answer: b-1

-- case: an access point counts like a bucket, unless it is one of a VPC
-- resource_access: resource_arn, aws_is_public, is_policy_public
--   p-1, true, false
--   p-2, false, true
--   p-3, true, true
-- s3_access_points: arn, network_origin
--   p-1, Internet
--   p-2, VPC
--   p-3, Internet
-- policy_statements: resource_arn, policy_kind, effect, is_allow, has_wildcard_principal
--   p-1, access_point, Deny, false, true
-- answer: p-1
