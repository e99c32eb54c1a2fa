-- id: S11
-- title: Services that watch, and of whose severe findings nobody hears
-- subject: organization_id, account_id, account_name, region, service, heard_partly
-- rests on: accessanalyzer_analyzers, cloudtrail_trails, delegated_administrators, eventbridge_rules, guardduty_detectors, inspector2_accounts, kinesis_streams, lambda_functions, logs_log_groups, macie_sessions, securityhub_hubs, sns_topics, sqs_queues
-- why: only rules of EventBridge count. Who looks at a console, or takes the findings by another way, is not seen. SEC04-BP03 is automated response, which begins with such a rule
-- of each: service
-- is so: is_not_heard
-- definition: not_heard
-- controls: Well-Architected SEC04-BP03, SEC04-BP04
-- fact: Accounts and regions where the service is on, and no rules of EventBridge tell somebody of all of its severe findings
-- caveat: GuardDuty's, Inspector's, Macie's and Security Hub's findings of severity HIGH and above, Access Analyzer's active ones, CloudTrail's insights, whether or not a trail notes them. A rule of the administrator or of the region that gathers findings counts. Unknown are those where a rule or a target was not read or is of a kind that is not collected, and GuardDuty's where only the Security Hub of its administrator may pass on what it finds in members, which AWS does not say
-- of each: service
-- is so: is_heard_partly
-- definition: heard_partly
-- fact: Accounts and regions where the service is on, and rules of EventBridge tell somebody of some of its severe findings and not of all
-- caveat: They are among those that are not heard. heard_partly has the patterns of these rules
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  service,
  heard_partly,
  NOT is_heard AS is_not_heard,
  NOT is_heard AND heard_partly IS NOT NULL AS is_heard_partly
FROM security_services
WHERE is_on AND service IN ('access_analyzer', 'cloudtrail', 'guardduty', 'inspector', 'macie', 'security_hub_cspm')

-- case: heard, heard in part, not heard, not known, off, and not seen
-- security_services: region, service, is_on, is_heard, heard_partly
--   r-1, guardduty, true, true, null
--   r-2, guardduty, true, false, patterns
--   r-3, guardduty, true, false, null
--   r-4, guardduty, true, null, null
--   r-5, guardduty, true, null, patterns
--   r-6, guardduty, false, null, null
--   r-7, guardduty, null, null, null
-- answer: S11 guardduty not_heard: 2 of 3, 2 unknown
-- answer: S11 guardduty heard_partly: 1 of 4, 1 unknown

-- case: each service is counted by itself, and those whose events are not known here are left out
-- security_services: service, is_on, is_heard
--   access_analyzer, true, false
--   cloudtrail, true, true
--   config, true, null
--   detective, true, null
--   inspector, true, false
--   macie, true, null
--   security_hub, true, null
--   security_hub_cspm, true, true
-- answer: S11 access_analyzer not_heard: 1 of 1
-- answer: S11 access_analyzer heard_partly: 0 of 1
-- answer: S11 cloudtrail not_heard: 0 of 1
-- answer: S11 cloudtrail heard_partly: 0 of 1
-- answer: S11 inspector not_heard: 1 of 1
-- answer: S11 inspector heard_partly: 0 of 1
-- answer: S11 macie not_heard: 0 of 0, 1 unknown
-- answer: S11 macie heard_partly: 0 of 1
-- answer: S11 security_hub_cspm not_heard: 0 of 1
-- answer: S11 security_hub_cspm heard_partly: 0 of 1
