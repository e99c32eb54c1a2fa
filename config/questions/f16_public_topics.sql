-- id: F16
-- title: Organizations with a public SNS topic
-- subject: organization_id, account_id, account_name, region, arn
-- rests on: sns_topics
-- per organization: organizations_with_sns
-- is so: is_public_by_study
-- study 2022: 15
-- caveat: A topic counts as public when a policy statement allows everyone something without a condition, whatever Deny statements say. Unknown are those with an unread policy
-- per organization: organizations_with_sns
-- is so: is_public_by_lake
-- definition: lake
-- controls: FSBP SNS.4
-- study 2022: 15
-- caveat: The lake reads conditions and Deny statements. Unknown are those with an unknown verdict
WITH by_statement AS (
  SELECT DISTINCT resource_arn
  FROM policy_statements
  WHERE resource_type = 'sns_topic' AND is_allow AND has_wildcard_principal
    AND policy_kind = 'resource' AND NOT has_condition
),
by_verdict AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 'sns_topic'
  GROUP BY resource_arn
),
unread AS (
  SELECT DISTINCT resource_arn
  FROM policy_documents
  WHERE resource_type = 'sns_topic' AND state = 'unread'
)
SELECT
  sns_topics.organization_id,
  sns_topics.account_id,
  sns_topics.account_name,
  sns_topics.region,
  sns_topics.arn,
  CASE WHEN by_statement.resource_arn IS NOT NULL THEN true WHEN unread.resource_arn IS NULL THEN false END
    AS is_public_by_study,
  by_verdict.is_public AS is_public_by_lake
FROM sns_topics
LEFT JOIN by_statement ON by_statement.resource_arn = sns_topics.arn
LEFT JOIN by_verdict ON by_verdict.resource_arn = sns_topics.arn
LEFT JOIN unread ON unread.resource_arn = sns_topics.arn

-- case: a condition limits, a Deny statement is the lake's alone to read, and what was not read is unknown
-- sns_topics: organization_id, account_id, arn
--   o-1, 1, t-open
--   o-1, 1, t-condition
--   o-2, 2, t-denied
--   o-3, 3, t-unread
-- policy_documents: resource_arn, resource_type, state
--   t-unread, sns_topic, unread
-- policy_statements: resource_arn, resource_type, policy_kind, is_allow, has_wildcard_principal, has_condition
--   t-open, sns_topic, resource, true, true, false
--   t-condition, sns_topic, resource, true, true, true
--   t-denied, sns_topic, resource, true, true, false
-- resource_access: resource_arn, resource_type, is_public
--   t-open, sns_topic, true
--   t-condition, sns_topic, false
--   t-denied, sns_topic, false
--   t-unread, sns_topic, null
-- answer: F16 organizations_with_sns study: 2 of 2, 1 unknown
-- answer: F16 organizations_with_sns lake: 1 of 2, 1 unknown

-- case: a census of accounts alone is no organization, and its accounts count
-- sns_topics: organization_id, account_id, arn
--   account-1, 1, t-open
--   account-1, 1, t-closed
-- policy_statements: organization_id, account_id, resource_arn, resource_type, policy_kind, is_allow, has_wildcard_principal, has_condition
--   account-1, 1, t-open, sns_topic, resource, true, true, false
-- resource_access: organization_id, account_id, resource_arn, resource_type, is_public
--   account-1, 1, t-open, sns_topic, true
--   account-1, 1, t-closed, sns_topic, false
-- answer: F16 organizations_with_sns study: 0 of 0
-- answer: F16 organizations_with_sns lake: 0 of 0
-- answer: F16 accounts_with_sns study: 1 of 1
-- answer: F16 accounts_with_sns lake: 1 of 1
