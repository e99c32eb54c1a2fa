-- id: D7
-- title: A policy that allows everything was created
-- priority: critical
-- watches: policy_statements
-- rests on: iam_authorization_details
-- finds: appeared, became
-- made by: CreatePolicy, CreatePolicyVersion, PutGroupPolicy, PutRolePolicy, PutUserPolicy, SetDefaultPolicyVersion
-- sets: allows_everything, is_in_force
-- why: a version that becomes the one in force counts, AWS's own policies do not. A statement is known by its place in its policy
-- resource: resource_arn
-- shows: policy_name
allows_everything
  AND is_in_force
  AND resource_type LIKE 'iam_%'
  AND policy_kind IN ('inline', 'managed')
  AND resource_arn NOT LIKE 'arn:%:iam::aws:policy/%'

-- case: a new policy, AWS's own, a queue's, a version that comes into force, one that does not, one that stays
-- was: resource_arn, resource_type, policy_kind, policy_name, ordinal, is_in_force, allows_everything
--   arn:aws:iam::1:policy/c, iam_managed_policy, managed, v1, 0, true, false
--   arn:aws:iam::1:policy/c, iam_managed_policy, managed, v2, 0, false, true
--   arn:aws:iam::1:user/e, iam_user, inline, all, 0, true, true
-- now: resource_arn, resource_type, policy_kind, policy_name, ordinal, is_in_force, allows_everything
--   arn:aws:iam::1:policy/a, iam_managed_policy, managed, v1, 0, true, true
--   arn:aws:iam::aws:policy/AdministratorAccess, iam_managed_policy, managed, v1, 0, true, true
--   arn:aws:sqs:::b, sqs_queue, resource, q, 0, true, true
--   arn:aws:iam::1:policy/c, iam_managed_policy, managed, v1, 0, false, false
--   arn:aws:iam::1:policy/c, iam_managed_policy, managed, v2, 0, true, true
--   arn:aws:iam::1:policy/d, iam_managed_policy, managed, v2, 0, false, true
--   arn:aws:iam::1:user/e, iam_user, inline, all, 0, true, true
-- answer: arn:aws:iam::1:policy/a appeared: null -> v1
-- answer: arn:aws:iam::1:policy/c changed: v2 -> v2
