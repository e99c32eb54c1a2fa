-- id: D18
-- title: Someone signed in without MFA
-- priority: critical
-- watches: activity
-- event: ConsoleLogin
-- finds: appeared
-- why: who can do so is a state: C6 and F9. It is D11 and D12 in one
-- resource: actor_arn
-- shows: actor_type
event_name = 'ConsoleLogin' AND actor_type IN ('IAMUser', 'Root') AND NOT is_failed AND NOT is_mfa_used

-- case: a user, root, with MFA, and by a role
-- now: account_id, event_id, event_name, actor_type, actor_arn, is_failed, is_mfa_used
--   1, e-1, ConsoleLogin, IAMUser, user-1, false, false
--   2, e-2, ConsoleLogin, Root, root-2, false, false
--   3, e-3, ConsoleLogin, Root, root-3, false, true
--   4, e-4, ConsoleLogin, AssumedRole, role-4, false, false
-- answer: user-1 appeared: null -> IAMUser
-- answer: root-2 appeared: null -> Root
