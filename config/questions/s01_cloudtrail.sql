-- id: S1
-- title: CloudTrail: where it does not log, and trails that say less than they could
-- subject: organization_id, account_id, account_name, region, subject_type, subject_arn
-- rests on: cloudtrail_trails, s3_buckets
-- of: accounts_and_regions
-- where: is_place
-- controls: Well-Architected SEC04-BP01
-- fact: Accounts and regions where no trail logs the management calls that read and those that write
-- caveat: Trails of the region, of all regions of the account, and of the organization count. Unknown are those where such a trail was seen in part, or where not all trails of the account and of the management account were read
-- of: trails
-- where: is_trail
-- is so: is_off
-- definition: off
-- fact: Trails that are switched off, or whose bucket refuses their files
-- of: trails
-- where: is_trail
-- is so: is_unvalidated
-- definition: not_validated
-- fact: Trails whose files have no digests that show a change
-- controls: CIS 6.0 4.2; CIS 7.0 4.2; FSBP CloudTrail.4
-- of: trails
-- where: is_trail
-- is so: is_without_kms_key
-- definition: no_kms_key
-- fact: Trails whose files no key of KMS encrypts
-- controls: CIS 6.0 4.5; CIS 7.0 4.5; FSBP CloudTrail.2
-- of: trails
-- where: is_trail
-- is so: is_without_log_group
-- definition: no_log_group
-- fact: Trails that no log group of CloudWatch gets
-- controls: FSBP CloudTrail.5
-- of: trails
-- where: is_trail
-- is so: is_without_insights
-- definition: no_insights
-- fact: Trails that note no unusual numbers of calls
-- of: trails
-- where: is_trail
-- is so: is_without_data_events
-- definition: no_data_events
-- fact: Trails that log no data events
-- of: trails
-- where: is_trail
-- is so: is_bucket_unlocked
-- definition: not_locked
-- fact: Trails whose bucket has no Object Lock, so that who may delete versions may delete what was logged
-- caveat: Unknown are those whose bucket was not seen, or its lock was not read
-- of: E15, accounts_and_regions
-- where: is_place
-- fact: Accounts and regions where no trail logs the management calls that read and those that write
-- caveat: As S1. Unknown are those where a trail that would log them was seen in part, or where not all trails of the account and of the management account were read
-- of: E15, accounts
-- where: is_account
-- fact: Accounts that no trail of all regions logs
-- caveat: A trail of the organization counts. Unknown are those where such a trail was seen in part, or where not all trails of the account and of the management account were read
-- controls: CIS 6.0 4.1; CIS 7.0 4.1; FSBP CloudTrail.1
-- of: E15, trails
-- where: is_trail
-- is so: is_bucket_improper
-- fact: Trails whose bucket is public, belongs to no account of the organization, or keeps no versions
-- caveat: S1 says which are not locked. Unknown are those whose bucket has an unknown verdict, and those whose bucket was not seen although not all buckets were read
-- of: E15, trails
-- where: is_trail
-- is so: is_bucket_public
-- definition: public
-- fact: Trails whose bucket is public
-- controls: FSBP CloudTrail.6
-- of: E15, trails
-- where: is_trail
-- is so: is_bucket_unlogged
-- definition: not_logged
-- fact: Trails whose bucket does not log who reads it
-- controls: CIS 6.0 4.4; CIS 7.0 4.4; FSBP CloudTrail.7
WITH trails AS (
  SELECT
    organization_id,
    account_id,
    region,
    is_logging AND has_management_reads AND has_management_writes AS logs_here,
    is_multi_region AND is_logging AND has_management_reads AND has_management_writes AS logs_everywhere,
    is_organization_trail AND is_logging AND has_management_reads AND has_management_writes AS logs_others,
    is_organization_trail AND is_multi_region AND is_logging AND has_management_reads AND has_management_writes
      AS logs_all_others
  FROM cloudtrail_trails
),
here AS (
  SELECT
    organization_id,
    account_id,
    region,
    MAX(CASE WHEN logs_here THEN 2 WHEN logs_here IS NULL THEN 1 ELSE 0 END) AS certainty
  FROM trails
  GROUP BY organization_id, account_id, region
),
everywhere AS (
  SELECT
    organization_id,
    account_id,
    MAX(CASE WHEN logs_everywhere THEN 2 WHEN logs_everywhere IS NULL THEN 1 ELSE 0 END) AS certainty
  FROM trails
  GROUP BY organization_id, account_id
),
of_others AS (
  SELECT
    organization_id,
    region,
    MAX(CASE WHEN logs_others THEN 2 WHEN logs_others IS NULL THEN 1 ELSE 0 END) AS certainty
  FROM trails
  GROUP BY organization_id, region
),
of_all_others AS (
  SELECT
    organization_id,
    MAX(CASE WHEN logs_all_others THEN 2 WHEN logs_all_others IS NULL THEN 1 ELSE 0 END) AS certainty
  FROM trails
  GROUP BY organization_id
),
tasks AS (
  SELECT organization_id, account_id, account_name, region, is_complete
  FROM coverage
  WHERE is_planned AND collector = 'cloudtrail_trails'
),
seen AS (
  SELECT organization_id, account_id, MAX(account_name) AS account_name, bool_and(is_complete) AS is_seen
  FROM tasks
  GROUP BY organization_id, account_id
),
managed AS (
  SELECT organizations.organization_id, bool_and(seen.is_seen) AS is_seen
  FROM organizations
  INNER JOIN seen ON seen.organization_id = organizations.organization_id
    AND seen.account_id = organizations.management_account_id
  GROUP BY organizations.organization_id
),
places AS (
  SELECT
    tasks.organization_id,
    tasks.account_id,
    tasks.account_name,
    tasks.region,
    COALESCE(here.certainty, 0) AS here,
    COALESCE(everywhere.certainty, 0) AS everywhere,
    COALESCE(of_others.certainty, 0) AS of_others,
    COALESCE(of_all_others.certainty, 0) AS of_all_others,
    seen.is_seen AND managed.is_seen AS is_seen
  FROM tasks
  INNER JOIN seen ON seen.organization_id = tasks.organization_id AND seen.account_id = tasks.account_id
  LEFT JOIN managed ON managed.organization_id = tasks.organization_id
  LEFT JOIN here ON here.organization_id = tasks.organization_id
    AND here.account_id = tasks.account_id
    AND here.region = tasks.region
  LEFT JOIN everywhere ON everywhere.organization_id = tasks.organization_id
    AND everywhere.account_id = tasks.account_id
  LEFT JOIN of_others ON of_others.organization_id = tasks.organization_id AND of_others.region = tasks.region
  LEFT JOIN of_all_others ON of_all_others.organization_id = tasks.organization_id
),
verdicts AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 's3_bucket'
  GROUP BY resource_arn
),
buckets AS (
  SELECT
    s3_buckets.organization_id,
    s3_buckets.bucket_name,
    bool_or(verdicts.is_public) AS is_public,
    bool_or(s3_buckets.versioning_status <> 'Enabled') AS is_unversioned,
    bool_or(NOT s3_buckets.is_logging_enabled) AS is_unlogged,
    bool_or(NOT s3_buckets.is_object_lock_enabled) AS is_unlocked
  FROM s3_buckets
  LEFT JOIN verdicts ON verdicts.resource_arn = s3_buckets.arn
  GROUP BY s3_buckets.organization_id, s3_buckets.bucket_name
),
bucket_tasks AS (
  SELECT organization_id, bool_and(is_complete) AS is_seen
  FROM coverage
  WHERE is_planned AND collector = 's3_buckets'
  GROUP BY organization_id
)
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'place' AS subject_type,
  region AS subject_arn,
  true AS is_place,
  false AS is_account,
  false AS is_trail,
  CASE
    WHEN here = 2 OR everywhere = 2 OR of_others = 2 OR of_all_others = 2 THEN false
    WHEN here + everywhere + of_others + of_all_others = 0 AND is_seen THEN true
  END AS is_so,
  false AS is_off,
  false AS is_unvalidated,
  false AS is_without_kms_key,
  false AS is_without_log_group,
  false AS is_without_insights,
  false AS is_without_data_events,
  false AS is_bucket_improper,
  false AS is_bucket_public,
  false AS is_bucket_unlogged,
  false AS is_bucket_unlocked
FROM places
UNION ALL
SELECT
  seen.organization_id,
  seen.account_id,
  seen.account_name,
  'global' AS region,
  'account' AS subject_type,
  seen.account_id AS subject_arn,
  false AS is_place,
  true AS is_account,
  false AS is_trail,
  CASE
    WHEN everywhere.certainty = 2 OR of_all_others.certainty = 2 THEN false
    WHEN COALESCE(everywhere.certainty, 0) + COALESCE(of_all_others.certainty, 0) = 0
      AND seen.is_seen
      AND managed.is_seen
      THEN true
  END AS is_so,
  false AS is_off,
  false AS is_unvalidated,
  false AS is_without_kms_key,
  false AS is_without_log_group,
  false AS is_without_insights,
  false AS is_without_data_events,
  false AS is_bucket_improper,
  false AS is_bucket_public,
  false AS is_bucket_unlogged,
  false AS is_bucket_unlocked
FROM seen
LEFT JOIN managed ON managed.organization_id = seen.organization_id
LEFT JOIN everywhere ON everywhere.organization_id = seen.organization_id AND everywhere.account_id = seen.account_id
LEFT JOIN of_all_others ON of_all_others.organization_id = seen.organization_id
UNION ALL
SELECT
  cloudtrail_trails.organization_id,
  cloudtrail_trails.account_id,
  cloudtrail_trails.account_name,
  cloudtrail_trails.region,
  'trail' AS subject_type,
  cloudtrail_trails.arn AS subject_arn,
  false AS is_place,
  false AS is_account,
  true AS is_trail,
  false AS is_so,
  NOT cloudtrail_trails.is_logging OR cloudtrail_trails.latest_delivery_error IS NOT NULL AS is_off,
  NOT cloudtrail_trails.is_log_file_validated AS is_unvalidated,
  cloudtrail_trails.kms_key_id IS NULL AS is_without_kms_key,
  cloudtrail_trails.log_group_arn IS NULL AS is_without_log_group,
  NOT cloudtrail_trails.has_insight_selectors AS is_without_insights,
  CASE
    WHEN cloudtrail_trails.data_event_types IS NOT NULL THEN cardinality(cloudtrail_trails.data_event_types) = 0
  END AS is_without_data_events,
  buckets.is_public
    OR buckets.is_unversioned
    OR CASE WHEN buckets.bucket_name IS NOT NULL THEN false WHEN bucket_tasks.is_seen THEN true END AS is_bucket_improper,
  buckets.is_public AS is_bucket_public,
  buckets.is_unlogged AS is_bucket_unlogged,
  buckets.is_unlocked AS is_bucket_unlocked
FROM cloudtrail_trails
LEFT JOIN buckets ON buckets.organization_id = cloudtrail_trails.organization_id
  AND buckets.bucket_name = cloudtrail_trails.bucket_name
LEFT JOIN bucket_tasks ON bucket_tasks.organization_id = cloudtrail_trails.organization_id

-- case: a trail of all regions, one of its region, one that is off, and an account without
-- organizations: management_account_id
--   m
-- coverage: account_id, region, collector, is_planned, is_complete
--   m, eu, cloudtrail_trails, true, true
--   m, us, cloudtrail_trails, true, true
--   1, eu, cloudtrail_trails, true, true
--   1, us, cloudtrail_trails, true, true
--   2, eu, cloudtrail_trails, true, true
--   2, us, cloudtrail_trails, true, true
--   3, eu, cloudtrail_trails, true, true
--   3, us, cloudtrail_trails, true, true
--   4, eu, cloudtrail_trails, false, false
-- cloudtrail_trails: account_id, region, arn, is_multi_region, is_organization_trail, is_logging, has_management_reads, has_management_writes
--   1, eu, t-1, true, false, true, true, true
--   2, eu, t-2, false, false, true, true, true
--   3, eu, t-3, true, false, false, true, true
--   3, us, t-4, false, false, true, false, true
-- answer: S1 accounts_and_regions lake: 5 of 8
-- answer: E15 accounts_and_regions lake: 5 of 8
-- answer: E15 accounts lake: 3 of 4

-- case: a trail of the organization logs all accounts, also those that were not read, in all regions or in its own
-- organizations: organization_id, management_account_id
--   o-1, m
--   o-2, n
-- coverage: organization_id, account_id, region, collector, is_planned, is_complete
--   o-1, m, eu, cloudtrail_trails, true, true
--   o-1, 1, us, cloudtrail_trails, true, false
--   o-2, n, eu, cloudtrail_trails, true, true
--   o-2, n, us, cloudtrail_trails, true, true
--   o-2, 2, eu, cloudtrail_trails, true, true
--   o-2, 2, us, cloudtrail_trails, true, true
-- cloudtrail_trails: organization_id, account_id, region, arn, is_multi_region, is_organization_trail, is_logging, has_management_reads, has_management_writes
--   o-1, m, eu, t-1, true, true, true, true, true
--   o-2, n, eu, t-2, false, true, true, true, true
-- answer: S1 accounts_and_regions lake: 2 of 6
-- answer: E15 accounts lake: 2 of 4

-- case: where a trail was not read whole, or the management account's were not read, nobody knows
-- organizations: organization_id, management_account_id
--   o-1, m
--   o-2, n
-- coverage: organization_id, account_id, region, collector, is_planned, is_complete
--   o-1, m, eu, cloudtrail_trails, true, true
--   o-1, 1, eu, cloudtrail_trails, true, true
--   o-1, 2, eu, cloudtrail_trails, true, false
--   o-2, n, eu, cloudtrail_trails, true, false
--   o-2, 3, eu, cloudtrail_trails, true, true
--   o-2, 4, eu, cloudtrail_trails, true, true
-- cloudtrail_trails: organization_id, account_id, region, arn, is_multi_region, is_organization_trail, is_logging, has_management_reads, has_management_writes
--   o-1, 1, eu, t-1, true, false, null, true, true
--   o-2, 4, eu, t-2, true, false, true, true, true
-- answer: S1 accounts_and_regions lake: 1 of 2, 4 unknown
-- answer: E15 accounts lake: 1 of 2, 4 unknown

-- case: what trails say, and what is not known of them
-- cloudtrail_trails: arn, is_logging, latest_delivery_error, is_log_file_validated, kms_key_id, log_group_arn, has_insight_selectors, data_event_types
--   t-1, true, null, true, k-1, g-1, true, null
--   t-2, false, null, false, null, null, false, null
--   t-3, true, AccessDenied, true, k-1, null, false, null
--   t-4, null, null, null, null, null, null, null
-- answer: S1 trails off: 2 of 3, 1 unknown
-- answer: S1 trails not_validated: 1 of 3, 1 unknown
-- answer: S1 trails no_kms_key: 2 of 4
-- answer: S1 trails no_log_group: 3 of 4
-- answer: S1 trails no_insights: 2 of 3, 1 unknown
-- answer: S1 trails no_data_events: 0 of 0, 4 unknown

-- case: a bucket is proper if it is of the organization, closed, and keeps versions
-- coverage: account_id, collector, is_planned, is_complete
--   1, s3_buckets, true, true
-- cloudtrail_trails: arn, bucket_name
--   t-1, proper
--   t-2, public
--   t-3, outside
--   t-4, unversioned
--   t-5, unclear
--   t-6, suspended
-- s3_buckets: arn, bucket_name, versioning_status, is_logging_enabled, is_object_lock_enabled
--   b-1, proper, Enabled, true, true
--   b-2, public, Enabled, false, false
--   b-4, unversioned, Disabled, null, false
--   b-5, unclear, Enabled, true, null
--   b-6, suspended, Suspended, false, false
-- resource_access: resource_arn, resource_type, is_public
--   b-1, s3_bucket, false
--   b-1, s3_access_point, true
--   b-2, s3_bucket, true
--   b-4, s3_bucket, false
--   b-6, s3_bucket, false
-- answer: E15 trails lake: 4 of 5, 1 unknown
-- answer: E15 trails public: 1 of 4, 2 unknown
-- answer: E15 trails not_logged: 2 of 4, 2 unknown
-- answer: S1 trails not_locked: 3 of 4, 2 unknown

-- case: where buckets were not read, a bucket that was not seen may be of the organization, and one of another is outside
-- coverage: organization_id, account_id, collector, is_planned, is_complete
--   o-1, 1, s3_buckets, true, false
--   o-2, 2, s3_buckets, true, true
-- cloudtrail_trails: organization_id, account_id, arn, bucket_name
--   o-1, 1, t-1, somewhere
--   o-2, 2, t-2, of-others
-- s3_buckets: organization_id, account_id, arn, bucket_name, versioning_status
--   o-1, 1, b-1, of-others, Enabled
-- answer: E15 trails lake: 1 of 1, 1 unknown
