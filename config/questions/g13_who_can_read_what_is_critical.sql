-- id: G13
-- title: Who can read the data of the resources that are tagged critical
-- key: organization_id, resource_arn, action, principal, result
-- why: the table critical_access, which a crawl makes where its configuration says by [critical] which tag it is. A row without a resource says why there is no answer: not configured is no 0. Without a principal a row says what is not known of the resource, and a row * that resources of the account were not read. Who has no row cannot
WITH censuses AS (
  SELECT DISTINCT organization_id
  FROM accounts
),
made AS (
  SELECT organization_id, outcome
  FROM materializations
  WHERE table_name = 'critical_access'
)
SELECT
  censuses.organization_id,
  critical_access.account_id,
  critical_access.account_name,
  critical_access.ou_path,
  critical_access.region,
  critical_access.resource_arn,
  critical_access.resource_type,
  critical_access.action,
  critical_access.asked_arn,
  critical_access.principal,
  critical_access.principal_type,
  critical_access.principal_account_id,
  critical_access.via,
  CASE
    WHEN critical_access.resource_arn IS NOT NULL THEN critical_access.result
    WHEN made.outcome = 'not_configured' THEN 'not configured'
    ELSE COALESCE(made.outcome, 'not published')
  END AS result,
  critical_access.conditions_json,
  critical_access.caller_must_json,
  critical_access.decided_by_layer,
  critical_access.decided_by_policy,
  critical_access.reason,
  critical_access.is_complete,
  critical_access.left_out_count
FROM censuses
LEFT JOIN made ON made.organization_id = censuses.organization_id
LEFT JOIN critical_access ON critical_access.organization_id = censuses.organization_id
WHERE critical_access.result <> 'denied'
  OR (critical_access.resource_arn IS NULL AND COALESCE(made.outcome, '') <> 'complete')
ORDER BY
  censuses.organization_id NULLS LAST,
  critical_access.account_id NULLS LAST,
  critical_access.resource_arn NULLS LAST,
  critical_access.ordinal NULLS LAST

-- case: whoever can is listed, what is not known is a row, and what nobody can read is none
-- critical_access: account_id, resource_arn, ordinal, action, principal, result
--   2, bucket, 0, s3:GetObject, role-1, allowed
--   2, bucket, 1, s3:GetObject, user-1, conditional
--   2, database, 0, null, null, unknown
--   2, queue, 0, sqs:ReceiveMessage, null, denied
--   1, table, 1, dynamodb:Scan, null, unknown
--   1, table, 0, dynamodb:Scan, role-2, allowed
-- materializations: table_name, outcome
--   critical_access, complete
--   facts, failed
-- answer: o-1, table, dynamodb:Scan, role-2, allowed
-- answer: o-1, table, dynamodb:Scan, null, unknown
-- answer: o-1, bucket, s3:GetObject, role-1, allowed
-- answer: o-1, bucket, s3:GetObject, user-1, conditional
-- answer: o-1, database, null, null, unknown

-- case: of what was not read it is not known, and that is no answer of nobody
-- critical_access: account_id, resource_arn, ordinal, action, principal, result
--   2, *, 0, null, null, unknown
-- materializations: table_name, outcome
--   critical_access, complete
-- answer: o-1, *, null, null, unknown

-- case: nobody has said what is critical
-- materializations: table_name, outcome
--   critical_access, not_configured
--   facts, complete
-- answer: o-1, null, null, null, not configured

-- case: it is said what is critical, and nothing carries the tag
-- materializations: table_name, outcome
--   critical_access, complete

-- case: of two organizations one was asked
-- accounts: organization_id, account_id
--   o-1, 1
--   o-2, 2
-- critical_access: organization_id, account_id, resource_arn, ordinal, action, principal, result
--   o-2, 2, bucket, 0, s3:GetObject, role-1, allowed
-- materializations: organization_id, table_name, outcome
--   o-2, critical_access, complete
-- answer: o-1, null, null, null, not published
-- answer: o-2, bucket, s3:GetObject, role-1, allowed
