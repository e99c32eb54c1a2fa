-- id: G3
-- part: G
-- title: Every role that an outside account, an OIDC provider or a vendor can assume
-- shape: list
-- rests on: iam_authorization_details
-- tables: external_access, iam_roles
-- why: a vendor is an outside account, users of a SAML provider are the organization's own
WITH roles AS (
  SELECT arn, MAX(last_used_days) AS last_used_days
  FROM iam_roles
  GROUP BY arn
)
SELECT
  external_access.resource_arn,
  external_access.principal,
  external_access.ordinal,
  external_access.reason,
  external_access.account_id,
  external_access.account_name,
  external_access.ou_path,
  external_access.principal_account_id,
  external_access.is_public,
  external_access.is_external,
  roles.last_used_days,
  external_access.bounded_by,
  external_access.bounds_json,
  external_access.flags,
  external_access.explanation
FROM external_access
LEFT JOIN roles ON roles.arn = external_access.resource_arn
WHERE external_access.policy_kind = 'trust'
  AND (external_access.is_external OR (external_access.reason = 'federated' AND external_access.principal NOT LIKE '%:saml-provider/%'))
ORDER BY external_access.account_id NULLS LAST, external_access.resource_arn NULLS LAST, external_access.ordinal NULLS LAST, external_access.principal NULLS LAST, external_access.reason NULLS LAST
