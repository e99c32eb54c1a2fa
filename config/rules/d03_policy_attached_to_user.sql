-- id: D3
-- title: A policy was attached to a user
-- priority: notice
-- watches: iam_policy_attachments
-- finds: appeared
-- made by: AttachUserPolicy
-- known by: principal_arn, policy_arn
-- resource: principal_arn
-- shows: policy_arn
principal_type = 'user'

-- case: to a user, to a group; one is detached
-- was: principal_arn, principal_type, policy_arn
--   ana, user, reader
--   ana, user, writer
-- now: principal_arn, principal_type, policy_arn
--   ana, user, reader
--   ben, user, reader
--   all, group, reader
-- answer: ben appeared: null -> reader
