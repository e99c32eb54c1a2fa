-- id: D12
-- title: Root signed in to the console without MFA
-- priority: critical
-- watches: activity
-- event: ConsoleLogin
-- finds: appeared
-- why: which root users can do so is a state: C5
-- resource: actor_arn
-- shows: source_address
event_name = 'ConsoleLogin' AND actor_type = 'Root' AND NOT is_failed AND NOT is_mfa_used

-- case: without, with, failed, a user, and another event of root
-- now: account_id, event_id, event_name, actor_type, actor_arn, is_failed, is_mfa_used
--   1, e-1, ConsoleLogin, Root, root-1, false, false
--   2, e-2, ConsoleLogin, Root, root-2, false, true
--   3, e-3, ConsoleLogin, Root, root-3, true, false
--   4, e-4, ConsoleLogin, IAMUser, user-4, false, false
--   5, e-5, ListUsers, Root, root-5, false, false
-- answer: root-1 appeared: null -> null
