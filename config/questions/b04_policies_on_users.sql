-- id: B4
-- title: IAM users with policies of their own, beside those of their groups
-- subject: organization_id, account_id, account_name, arn
-- of: users
-- controls: CIS 6.0 2.14; CIS 7.0 2.13; FSBP IAM.2
-- fact: IAM users with policies of their own, inline or attached
-- caveat: Permissions boundaries do not count
SELECT
  organization_id,
  account_id,
  account_name,
  arn,
  has_direct_policies AS is_so
FROM iam_users

-- case: one with, one without
-- iam_users: arn, has_direct_policies
--   u-1, true
--   u-2, false
-- answer: B4 users lake: 1 of 2
