-- id: E2
-- title: IAM policies directly on users
-- subject: organization_id, account_id, account_name, arn, attached_policy_count, inline_policy_count
-- of: users
-- is so: has_direct_policies
-- definition: directly
-- fact: IAM users with policies of their own, attached or inline
-- caveat: Permissions boundaries do not count. B4 is the same share
-- of: users
-- is so: has_inline_policies
-- definition: inline
-- fact: IAM users with an inline policy, which no other identity can share and no list of policies shows
-- caveat: Policies of groups do not count
SELECT
  organization_id,
  account_id,
  account_name,
  arn,
  attached_policy_count,
  inline_policy_count,
  has_direct_policies,
  inline_policy_count > 0 AS has_inline_policies
FROM iam_users

-- case: attached, inline, and none
-- iam_users: arn, attached_policy_count, inline_policy_count, has_direct_policies
--   u-1, 2, 0, true
--   u-2, 0, 1, true
--   u-3, 0, 0, false
-- answer: E2 users directly: 2 of 3
-- answer: E2 users inline: 1 of 3
