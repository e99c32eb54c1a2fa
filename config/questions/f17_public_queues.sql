-- id: F17
-- title: Organizations with a public SQS queue
-- subject: organization_id, account_id, account_name, region, arn
-- rests on: sqs_queues
-- per organization: organizations_with_sqs
-- is so: is_public_by_study
-- study 2022: 18
-- caveat: A queue counts as public when a policy statement allows everyone something without a condition, whatever Deny statements say. Unknown are those with an unread policy
-- per organization: organizations_with_sqs
-- is so: is_public_by_lake
-- definition: lake
-- study 2022: 18
-- caveat: The lake reads conditions and Deny statements. Unknown are those with an unknown verdict
WITH by_statement AS (
  SELECT DISTINCT resource_arn
  FROM policy_statements
  WHERE resource_type = 'sqs_queue' AND is_allow AND has_wildcard_principal
    AND policy_kind = 'resource' AND NOT has_condition
),
by_verdict AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 'sqs_queue'
  GROUP BY resource_arn
),
unread AS (
  SELECT DISTINCT resource_arn
  FROM policy_documents
  WHERE resource_type = 'sqs_queue' AND state = 'unread'
)
SELECT
  sqs_queues.organization_id,
  sqs_queues.account_id,
  sqs_queues.account_name,
  sqs_queues.region,
  sqs_queues.arn,
  CASE WHEN by_statement.resource_arn IS NOT NULL THEN true WHEN unread.resource_arn IS NULL THEN false END
    AS is_public_by_study,
  by_verdict.is_public AS is_public_by_lake
FROM sqs_queues
LEFT JOIN by_statement ON by_statement.resource_arn = sqs_queues.arn
LEFT JOIN by_verdict ON by_verdict.resource_arn = sqs_queues.arn
LEFT JOIN unread ON unread.resource_arn = sqs_queues.arn

-- case: a condition limits, a Deny statement is the lake's alone to read, and what was not read is unknown
-- sqs_queues: organization_id, account_id, arn
--   o-1, 1, q-open
--   o-1, 1, q-condition
--   o-2, 2, q-denied
--   o-3, 3, q-unread
-- policy_documents: resource_arn, resource_type, state
--   q-unread, sqs_queue, unread
-- policy_statements: resource_arn, resource_type, policy_kind, is_allow, has_wildcard_principal, has_condition
--   q-open, sqs_queue, resource, true, true, false
--   q-condition, sqs_queue, resource, true, true, true
--   q-denied, sqs_queue, resource, true, true, false
-- resource_access: resource_arn, resource_type, is_public
--   q-open, sqs_queue, true
--   q-condition, sqs_queue, false
--   q-denied, sqs_queue, false
--   q-unread, sqs_queue, null
-- answer: F17 organizations_with_sqs study: 2 of 2, 1 unknown
-- answer: F17 organizations_with_sqs lake: 1 of 2, 1 unknown
