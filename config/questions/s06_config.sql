-- id: S6
-- title: AWS Config: where it does not record, and recorders that leave something out
-- subject: organization_id, account_id, account_name, region, recorder_name
-- rests on: config_recorders
-- of: accounts_and_regions
-- where: is_place
-- fact: Accounts and regions where AWS Config does not record
-- caveat: Recorders that belong to a service of AWS do not count. Unknown are those where recorders were not read
-- of: recorders
-- where: is_recorder
-- is so: is_partial
-- definition: some_types
-- fact: Recorders of AWS Config that do not record all types of resources
-- of: recorders
-- where: is_recorder
-- is so: is_failing
-- definition: failing
-- fact: Recorders of AWS Config whose last delivery failed
-- caveat: By what the recorder says, and by what its delivery channel says of changes. Unknown are those that have not delivered yet, and those whose status was not read
-- of: E14, accounts_and_regions
-- where: is_place
-- fact: Accounts and regions where AWS Config does not record
-- caveat: As S6. Unknown are those where recorders were not read
-- controls: CIS 6.0 4.3; CIS 7.0 4.3; Well-Architected SEC04-BP02
WITH recorders AS (
  SELECT organization_id, account_id, region, bool_or(is_recording) AS is_recording
  FROM config_recorders
  GROUP BY organization_id, account_id, region
),
channels AS (
  SELECT organization_id, account_id, region, MAX(history_error_code) AS error_code
  FROM config_delivery_channels
  GROUP BY organization_id, account_id, region
)
SELECT
  coverage.organization_id,
  coverage.account_id,
  coverage.account_name,
  coverage.region,
  CAST(NULL AS VARCHAR(255)) AS recorder_name,
  true AS is_place,
  false AS is_recorder,
  CASE
    WHEN recorders.account_id IS NOT NULL THEN
      NOT recorders.is_recording OR CASE WHEN channels.account_id IS NOT NULL THEN false WHEN coverage.is_complete THEN true END
    WHEN coverage.is_complete THEN true
  END AS is_so,
  false AS is_partial,
  false AS is_failing
FROM coverage
LEFT JOIN recorders ON recorders.organization_id = coverage.organization_id
  AND recorders.account_id = coverage.account_id
  AND recorders.region = coverage.region
LEFT JOIN channels ON channels.organization_id = coverage.organization_id
  AND channels.account_id = coverage.account_id
  AND channels.region = coverage.region
WHERE coverage.is_planned AND coverage.collector = 'config_recorders'
UNION ALL
SELECT
  config_recorders.organization_id,
  config_recorders.account_id,
  config_recorders.account_name,
  config_recorders.region,
  config_recorders.recorder_name,
  false AS is_place,
  true AS is_recorder,
  false AS is_so,
  NOT config_recorders.is_all_types AS is_partial,
  CASE
    WHEN UPPER(config_recorders.last_status) = 'FAILURE' OR channels.error_code IS NOT NULL THEN true
    WHEN config_recorders.last_status IS NOT NULL THEN false
  END AS is_failing
FROM config_recorders
LEFT JOIN channels ON channels.organization_id = config_recorders.organization_id
  AND channels.account_id = config_recorders.account_id
  AND channels.region = config_recorders.region

-- case: a place that records, one whose recorder is off, one without a channel, one without a recorder
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, config_recorders, true, true
--   1, us, config_recorders, true, true
--   1, ap, config_recorders, true, true
--   2, eu, config_recorders, true, true
--   3, eu, config_recorders, false, false
-- config_recorders: account_id, region, recorder_name, is_recording
--   1, eu, default, true
--   1, us, default, false
--   1, ap, default, true
-- config_delivery_channels: account_id, region, channel_name
--   1, eu, default
--   1, us, default
-- answer: S6 accounts_and_regions lake: 3 of 4
-- answer: E14 accounts_and_regions lake: 3 of 4

-- case: where something was not read, what was seen still counts
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, config_recorders, true, false
--   1, us, config_recorders, true, false
--   1, ap, config_recorders, true, false
--   2, eu, config_recorders, true, false
-- config_recorders: account_id, region, recorder_name, is_recording
--   1, eu, default, null
--   1, us, default, false
--   1, ap, default, true
-- config_delivery_channels: account_id, region, channel_name
--   1, eu, default
-- answer: S6 accounts_and_regions lake: 1 of 1, 3 unknown

-- case: recorders that leave out types, and those that fail
-- config_recorders: region, recorder_name, is_all_types, last_status, last_error_code
--   eu, all, true, SUCCESS, AccessDenied
--   us, some, false, Success, null
--   ap, denied, true, Failure, AccessDenied
--   sa, unread, null, null, null
-- config_delivery_channels: region, channel_name, history_error_code
--   eu, default, null
--   us, default, NoSuchBucket
-- answer: S6 recorders some_types: 1 of 3, 1 unknown
-- answer: S6 recorders failing: 2 of 3, 1 unknown
