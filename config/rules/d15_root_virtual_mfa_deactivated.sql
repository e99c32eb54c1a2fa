-- id: D15
-- title: A virtual MFA device of root was deactivated
-- priority: critical
-- watches: iam_mfa_devices
-- finds: ended, gone
-- why: a device that is deleted was deactivated before
-- shows: is_root
mfa_type = 'virtual' AND is_root

-- case: deactivated, deleted, still there, and one of a user
-- was: serial_number, mfa_type, is_root
--   a, virtual, true
--   b, virtual, true
--   c, virtual, true
--   d, virtual, false
-- now: serial_number, mfa_type, is_root
--   a, virtual, false
--   c, virtual, true
-- answer: a changed: true -> false
-- answer: b gone: true -> null
