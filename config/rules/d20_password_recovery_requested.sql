-- id: D20
-- title: The recovery of a password was requested
-- priority: warning
-- watches: activity
-- event: PasswordRecoveryRequested
-- finds: appeared
-- shows: source_address
-- resource: actor_arn
event_name = 'PasswordRecoveryRequested'

-- case: requested, in vain too, and another event
-- now: account_id, event_id, event_name, actor_arn, is_failed, source_address
--   1, e-1, PasswordRecoveryRequested, root-1, false, 192.0.2.1
--   2, e-2, PasswordRecoveryRequested, null, true, 192.0.2.2
--   3, e-3, ConsoleLogin, root-3, false, 192.0.2.3
-- answer: root-1 appeared: null -> 192.0.2.1
-- answer: 2 appeared: null -> 192.0.2.2
