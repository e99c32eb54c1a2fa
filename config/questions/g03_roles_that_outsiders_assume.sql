-- id: G3
-- title: Every role that an outside account, an OIDC provider or a vendor can assume
-- key: resource_arn, ordinal, principal, reason
-- rests on: iam_authorization_details
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

-- case: an account outside and an OIDC provider, and no provider of SAML
-- external_access: resource_arn, policy_kind, ordinal, principal, reason, is_external
--   r-1, trust, 0, AWS:9, account, true
--   r-2, trust, 0, Federated:oidc-provider/x, federated, false
--   r-3, trust, 0, Federated:arn:aws:iam::1:saml-provider/x, federated, false
--   b-1, resource, 0, AWS:9, account, true
-- iam_roles: arn, last_used_days
--   r-1, 3
-- answer: r-1, 0, AWS:9, account
-- answer: r-2, 0, Federated:oidc-provider/x, federated
