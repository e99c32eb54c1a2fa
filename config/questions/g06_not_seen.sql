-- id: G6
-- title: What was not seen: accounts, regions and tasks, how each ended, and which kind of policy denied it
-- key: account_id, region, collector, denied_by
-- why: an account whose tasks all ended alike is one row, and so is a region. denied_by is what AWS said, null where it did not say. What is off by choice of the account or of AWS is not missing. Since when it is so, tells orgcensus history with the id of the account and the table coverage
WITH of_region AS (
  SELECT organization_id, account_id, region, MIN(outcome) AS region_first, MAX(outcome) AS region_last
  FROM coverage
  WHERE is_planned OR outcome IN ('account_pending', 'account_suspended')
  GROUP BY organization_id, account_id, region
),
of_account AS (
  SELECT organization_id, account_id, MIN(region_first) AS account_first, MAX(region_last) AS account_last
  FROM of_region
  GROUP BY organization_id, account_id
),
unseen AS (
  SELECT
    coverage.organization_id,
    coverage.account_id,
    coverage.account_name,
    coverage.ou_path,
    CASE WHEN account_first <> account_last THEN coverage.region END AS unseen_region,
    CASE WHEN account_first <> account_last AND region_first <> region_last THEN coverage.collector END AS unseen_collector,
    coverage.outcome,
    coverage.error_code,
    coverage.error_operation,
    coverage.reason,
    CASE
      WHEN coverage.error_message LIKE '%service control policy%' THEN 'service control policy'
      WHEN coverage.error_message LIKE '%resource control policy%' THEN 'resource control policy'
      WHEN coverage.error_message LIKE '%permissions boundary%' THEN 'permissions boundary'
      WHEN coverage.error_message LIKE '%session policy%' THEN 'session policy'
      WHEN coverage.error_message LIKE '%VPC endpoint policy%' THEN 'VPC endpoint policy'
      WHEN coverage.error_message LIKE '%identity-based policy%' THEN 'identity-based policy'
      WHEN coverage.error_message LIKE '%resource-based policy%' THEN 'resource-based policy'
    END AS denied_by
  FROM coverage
  INNER JOIN of_account
    ON of_account.organization_id = coverage.organization_id
    AND of_account.account_id = coverage.account_id
  INNER JOIN of_region
    ON of_region.organization_id = coverage.organization_id
    AND of_region.account_id = coverage.account_id
    AND of_region.region = coverage.region
  WHERE NOT coverage.is_complete AND (coverage.is_planned OR coverage.outcome IN ('account_pending', 'account_suspended'))
)
SELECT
  account_id,
  unseen_region AS region,
  unseen_collector AS collector,
  CASE WHEN MIN(denied_by) = MAX(denied_by) THEN MIN(denied_by) END AS denied_by,
  account_name,
  ou_path,
  outcome,
  COUNT(*) AS task_count,
  CASE WHEN MIN(error_code) = MAX(error_code) THEN MIN(error_code) END AS error_code,
  CASE WHEN MIN(error_operation) = MAX(error_operation) THEN MIN(error_operation) END AS error_operation,
  CASE WHEN MIN(reason) = MAX(reason) THEN MIN(reason) END AS reason
FROM unseen
GROUP BY organization_id, account_id, account_name, ou_path, unseen_region, unseen_collector, outcome
ORDER BY account_id NULLS LAST, unseen_region NULLS LAST, unseen_collector NULLS LAST

-- case: an account that nobody can enter is one row, a region that is denied as a whole is one, and else each task
-- coverage: account_id, region, collector, outcome, is_planned, is_complete, error_message
--   1, global, iam_users, role_not_assumable, true, false, null
--   1, r-1, sqs_queues, role_not_assumable, true, false, null
--   2, global, iam_users, complete, true, true, null
--   2, r-1, sns_topics, denied_by_scp, true, false, with an explicit deny in a service control policy
--   2, r-1, sqs_queues, denied_by_scp, true, false, with an explicit deny in a service control policy
--   2, r-2, sns_topics, denied, true, false, because no identity-based policy allows the sns:ListTopics action
--   2, r-2, sqs_queues, complete, true, true, null
--   3, global, iam_users, account_suspended, false, false, null
--   4, global, iam_users, complete, true, true, null
--   4, r-1, sqs_queues, region_disabled, false, false, null
--   4, r-2, sqs_queues, unread, false, false, null
-- answer: 1, null, null, null
-- answer: 2, r-1, null, service control policy
-- answer: 2, r-2, sns_topics, identity-based policy
-- answer: 3, null, null, null

-- case: each kind of policy that AWS names, and an error that is no denial
-- coverage: account_id, region, collector, outcome, is_planned, is_complete, error_message
--   1, global, done, complete, true, true, null
--   1, global, one, denied, true, false, with an explicit deny in a resource control policy
--   1, global, two, denied, true, false, because no permissions boundary allows the sqs:ListQueues action
--   1, global, three, denied, true, false, because no session policy allows the sqs:ListQueues action
--   1, global, four, denied, true, false, because no VPC endpoint policy allows the sqs:ListQueues action
--   1, global, five, denied, true, false, because no resource-based policy allows the sqs:ListQueues action
--   1, global, six, failed, true, false, Internal Server Error
--   1, global, seven, partial, true, false, null
-- answer: 1, global, five, resource-based policy
-- answer: 1, global, four, VPC endpoint policy
-- answer: 1, global, one, resource control policy
-- answer: 1, global, seven, null
-- answer: 1, global, six, null
-- answer: 1, global, three, session policy
-- answer: 1, global, two, permissions boundary
