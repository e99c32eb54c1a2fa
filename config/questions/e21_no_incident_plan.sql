-- id: E21
-- title: No plan for incidents: AWS knows nobody to write to about the account's security
-- subject: organization_id, account_id, account_name, response_plan_count
-- rests on: account_alternate_contacts, ssm_incidents_response_plans
-- why: Incident Manager is closed to new customers since November 2025, so having no response plan is no finding
-- of: accounts
-- definition: no_security_contact
-- controls: CIS 6.0 2.2; CIS 7.0 2.3; FSBP Account.1
-- fact: Accounts without an alternate contact for security
-- caveat: Unknown are those whose contact was not read. response_plan_count is how many response plans of Incident Manager were seen in the account
WITH planned AS (
  SELECT organization_id, account_id, account_name
  FROM coverage
  WHERE is_planned AND collector = 'account_alternate_contacts'
),
contacts AS (
  SELECT organization_id, account_id, is_set
  FROM account_alternate_contacts
  WHERE contact_type = 'SECURITY'
),
plans AS (
  SELECT organization_id, account_id, COUNT(*) AS response_plan_count
  FROM other_resources
  WHERE resource_type = 'ssm_incidents_response_plan'
  GROUP BY organization_id, account_id
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  COALESCE(plans.response_plan_count, 0) AS response_plan_count,
  NOT contacts.is_set AS is_so
FROM planned
LEFT JOIN contacts ON contacts.organization_id = planned.organization_id
  AND contacts.account_id = planned.account_id
LEFT JOIN plans ON plans.organization_id = planned.organization_id
  AND plans.account_id = planned.account_id

-- case: a contact, none, one for bills alone, none but a response plan, one refused, and an account not entered
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, global, account_alternate_contacts, true, true
--   2, global, account_alternate_contacts, true, true
--   3, global, account_alternate_contacts, true, true
--   4, global, account_alternate_contacts, true, true
--   5, global, account_alternate_contacts, true, false
--   6, global, account_alternate_contacts, true, false
--   7, global, account_alternate_contacts, false, false
-- account_alternate_contacts: account_id, contact_type, is_set
--   1, SECURITY, true
--   1, BILLING, false
--   2, SECURITY, false
--   3, SECURITY, false
--   3, BILLING, true
--   4, SECURITY, false
--   5, BILLING, true
-- other_resources: account_id, arn, resource_type
--   4, plan-1, ssm_incidents_response_plan
--   4, plan-2, ssm_incidents_response_plan
--   4, contact-1, ssm_contacts_contact
-- answer: E21 accounts no_security_contact: 3 of 4, 2 unknown
