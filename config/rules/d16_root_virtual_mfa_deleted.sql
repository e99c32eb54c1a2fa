-- id: D16
-- title: A virtual MFA device of root was deleted
-- priority: critical
-- watches: iam_mfa_devices
-- finds: gone
-- why: a device that was nobody's before is known as root's by the name that the console gave it
-- shows: is_assigned
mfa_type = 'virtual' AND (is_root OR serial_number LIKE 'arn:%:mfa/root-account-mfa-device')

-- case: deleted at once, deleted after it was deactivated, deactivated alone, and one of a user
-- was: account_id, serial_number, mfa_type, is_root, is_assigned
--   1, a, virtual, true, true
--   2, arn:aws:iam::2:mfa/root-account-mfa-device, virtual, false, false
--   3, c, virtual, true, true
--   4, d, virtual, false, true
-- now: account_id, serial_number, mfa_type, is_root, is_assigned
--   3, c, virtual, false, false
-- answer: a gone: true -> null
-- answer: arn:aws:iam::2:mfa/root-account-mfa-device gone: false -> null
