-- id: S7
-- title: Rules of AWS Config: what they find, what is done about it, and scopes that do not hold
-- subject: organization_id, account_id, account_name, region, arn
-- of: rules
-- fact: Rules of AWS Config that find fault with a resource
-- caveat: Unknown are those that have not judged yet, and those whose compliance was not read
-- of: rules_that_find_fault
-- where: is_noncompliant
-- is so: is_unmended
-- fact: Rules of AWS Config that find fault, and nothing mends it
-- of: rules_that_find_fault
-- where: is_noncompliant
-- is so: is_mended_by_hand
-- definition: by_hand
-- fact: Rules of AWS Config that find fault, and someone must start what mends it
-- of: rules_by_tag
-- where: is_by_tag
-- is so: is_tag_scope_leaky
-- fact: Rules of AWS Config for resources with a tag, which by the clock look at all of them
-- caveat: Unknown are those of which AWS does not say what makes them look
-- of: managed_rules
-- where: is_managed_rule
-- is so: is_off
-- definition: not_active
-- fact: Rules that AWS wrote and that are not active
-- of: own_rules
-- where: is_own_rule
-- is so: is_off
-- definition: not_active
-- fact: Rules that the account wrote and that are not active
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  arn,
  CASE
    WHEN compliance_type = 'NON_COMPLIANT' THEN true
    WHEN compliance_type IN ('COMPLIANT', 'NOT_APPLICABLE') THEN false
  END AS is_so,
  compliance_type = 'NON_COMPLIANT' AS is_noncompliant,
  scope_tag_key IS NOT NULL AS is_by_tag,
  is_managed AS is_managed_rule,
  NOT is_managed AS is_own_rule,
  NOT has_remediation AS is_unmended,
  has_remediation AND NOT COALESCE(is_remediation_automatic, false) AS is_mended_by_hand,
  is_tag_scope_leaky,
  rule_state NOT IN ('ACTIVE', 'EVALUATING') AS is_off
FROM config_rules

-- case: rules that find fault, that find none, and that have not judged
-- config_rules: arn, compliance_type, has_remediation, is_remediation_automatic
--   r-1, NON_COMPLIANT, false, null
--   r-2, NON_COMPLIANT, true, false
--   r-3, NON_COMPLIANT, true, true
--   r-4, NON_COMPLIANT, null, null
--   r-5, COMPLIANT, false, null
--   r-6, NOT_APPLICABLE, false, null
--   r-7, INSUFFICIENT_DATA, false, null
--   r-8, null, null, null
-- answer: S7 rules lake: 4 of 6, 2 unknown
-- answer: S7 rules_that_find_fault lake: 1 of 3, 1 unknown
-- answer: S7 rules_that_find_fault by_hand: 1 of 3, 1 unknown

-- case: a scope by tag holds where a rule looks at changes alone
-- config_rules: arn, scope_tag_key, is_tag_scope_leaky
--   r-1, stage, true
--   r-2, stage, false
--   r-3, stage, null
--   r-4, null, false
-- answer: S7 rules_by_tag lake: 1 of 2, 1 unknown

-- case: rules of AWS and own ones, some of which are going away
-- config_rules: arn, is_managed, rule_state
--   r-1, true, ACTIVE
--   r-2, true, DELETING
--   r-3, true, EVALUATING
--   r-4, false, DELETING_RESULTS
--   r-5, false, null
--   r-6, null, DELETING
-- answer: S7 managed_rules not_active: 1 of 3
-- answer: S7 own_rules not_active: 1 of 1, 1 unknown
