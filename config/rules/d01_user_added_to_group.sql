-- id: D1
-- title: A user was added to a group
-- priority: info
-- watches: iam_group_memberships
-- finds: appeared
-- made by: AddUserToGroup
-- known by: user_arn, group_name
-- resource: user_arn
-- shows: group_name
true

-- case: one user joins, one stays, one leaves
-- was: user_arn, group_name
--   ana, readers
--   ben, readers
-- now: user_arn, group_name
--   ana, readers
--   ana, writers
-- answer: ana appeared: null -> writers
