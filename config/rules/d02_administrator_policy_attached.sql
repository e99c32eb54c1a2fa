-- id: D2
-- title: AdministratorAccess was attached to a user
-- priority: warning
-- watches: iam_policy_attachments
-- finds: appeared
-- made by: AttachUserPolicy
-- known by: principal_arn, policy_arn
-- resource: principal_arn
-- shows: policy_arn
principal_type = 'user' AND is_administrator_access

-- case: to a user, to a role, and another policy
-- was: principal_arn, principal_type, policy_arn, is_administrator_access
--   ana, user, admin, true
-- now: principal_arn, principal_type, policy_arn, is_administrator_access
--   ana, user, admin, true
--   ben, user, admin, true
--   ben, user, reader, false
--   robot, role, admin, true
-- answer: ben appeared: null -> admin
