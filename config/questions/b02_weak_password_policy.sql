-- id: B2
-- title: Accounts with a weak password policy, or with none of their own
-- subject: organization_id, account_id, account_name
-- threshold: password_length 14
-- threshold: password_reuse 24
-- of: accounts
-- is so: has_no_policy
-- definition: no_policy
-- fact: Accounts without a password policy of their own
-- caveat: The default of AWS holds there: 8 characters of three kinds, no expiry, no memory of former passwords
-- of: accounts
-- is so: has_weak_policy
-- definition: weak
-- fact: Accounts with a weak password policy
-- caveat: Weak is less than {password_length} characters, less than all four kinds of them, or fewer than the last {password_reuse} passwords that cannot be used again. Accounts without a policy of their own count as weak
SELECT
  organization_id,
  account_id,
  account_name,
  NOT is_configured AS has_no_policy,
  NOT is_configured
    OR COALESCE(minimum_password_length, 0) < {password_length}
    OR COALESCE(password_reuse_prevention, 0) < {password_reuse}
    OR NOT COALESCE(requires_symbols, false)
    OR NOT COALESCE(requires_numbers, false)
    OR NOT COALESCE(requires_uppercase_characters, false)
    OR NOT COALESCE(requires_lowercase_characters, false) AS has_weak_policy
FROM iam_password_policies

-- case: a strong policy, none, a short one, one that forgets
-- iam_password_policies: account_id, is_configured, minimum_password_length, password_reuse_prevention, requires_symbols, requires_numbers, requires_uppercase_characters, requires_lowercase_characters
--   1, true, 14, 24, true, true, true, true
--   2, false, null, null, null, null, null, null
--   3, true, 13, 24, true, true, true, true
--   4, true, 14, null, true, true, true, true
-- answer: B2 accounts no_policy: 1 of 4
-- answer: B2 accounts weak: 3 of 4
