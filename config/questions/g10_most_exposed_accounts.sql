-- id: G10
-- title: The {listed_accounts} accounts most exposed
-- key: account_id
-- why: exposure_points is the sum of the counts beside it, each times its points. What was not read has no points: is_read says whether everything was
-- threshold: listed_accounts 20
-- threshold: key_days 90
-- threshold: public_points 10
-- threshold: external_points 3
-- threshold: administrator_points 2
-- threshold: root_key_points 50
-- threshold: no_mfa_points 5
-- threshold: old_key_points 2
-- threshold: imds_points 1
-- threshold: unauthenticated_points 10
WITH reached AS (
  SELECT
    account_id,
    COUNT(*) FILTER (WHERE is_public) AS public_count,
    COUNT(*) FILTER (WHERE is_external AND is_public IS DISTINCT FROM true) AS external_count,
    COUNT(*) FILTER (WHERE is_public IS NULL) AS unknown_count
  FROM resource_access
  GROUP BY account_id
),
identities AS (
  SELECT account_id, COUNT(*) FILTER (WHERE is_administrator) AS administrator_count
  FROM identity_access
  WHERE NOT is_service_linked
  GROUP BY account_id
),
credentials AS (
  SELECT
    account_id,
    COUNT(*) FILTER (WHERE is_root AND (access_key_1_active OR access_key_2_active)) AS root_key_count,
    COUNT(*) FILTER (WHERE NOT is_root AND password_enabled AND NOT mfa_active) AS no_mfa_count,
    COUNT(*) FILTER (
      WHERE NOT is_root
      AND ((access_key_1_active AND access_key_1_age_days > {key_days}) OR (access_key_2_active AND access_key_2_age_days > {key_days}))
    ) AS old_key_count
  FROM iam_credential_report
  GROUP BY account_id
),
machines AS (
  SELECT account_id, COUNT(*) FILTER (WHERE NOT is_imdsv2_required AND http_endpoint IS DISTINCT FROM 'disabled') AS imds_count
  FROM ec2_instances
  WHERE is_terminated IS DISTINCT FROM true
  GROUP BY account_id
),
functions AS (
  SELECT account_id, COUNT(*) FILTER (WHERE has_unauthenticated_url) AS unauthenticated_count
  FROM lambda_functions
  GROUP BY account_id
),
seen AS (
  SELECT account_id, bool_and(is_complete) AS is_read
  FROM coverage
  WHERE is_planned
  GROUP BY account_id
),
parts AS (
  SELECT
    accounts.account_id,
    accounts.account_name,
    accounts.ou_path,
    COALESCE(reached.public_count, 0) AS public_count,
    COALESCE(reached.external_count, 0) AS external_count,
    COALESCE(identities.administrator_count, 0) AS administrator_count,
    COALESCE(credentials.root_key_count, 0) AS root_key_count,
    COALESCE(credentials.no_mfa_count, 0) AS no_mfa_count,
    COALESCE(credentials.old_key_count, 0) AS old_key_count,
    COALESCE(machines.imds_count, 0) AS imds_count,
    COALESCE(functions.unauthenticated_count, 0) AS unauthenticated_count,
    COALESCE(reached.unknown_count, 0) AS unknown_count,
    seen.is_read
  FROM accounts
  LEFT JOIN reached ON reached.account_id = accounts.account_id
  LEFT JOIN identities ON identities.account_id = accounts.account_id
  LEFT JOIN credentials ON credentials.account_id = accounts.account_id
  LEFT JOIN machines ON machines.account_id = accounts.account_id
  LEFT JOIN functions ON functions.account_id = accounts.account_id
  LEFT JOIN seen ON seen.account_id = accounts.account_id
),
sums AS (
  SELECT
    account_id,
    account_name,
    ou_path,
    {public_points} * public_count + {external_points} * external_count + {administrator_points} * administrator_count
      + {root_key_points} * root_key_count + {no_mfa_points} * no_mfa_count + {old_key_points} * old_key_count
      + {imds_points} * imds_count + {unauthenticated_points} * unauthenticated_count AS exposure_points,
    public_count,
    external_count,
    administrator_count,
    root_key_count,
    no_mfa_count,
    old_key_count,
    imds_count,
    unauthenticated_count,
    unknown_count,
    is_read
  FROM parts
),
placed AS (
  SELECT
    account_id,
    account_name,
    ou_path,
    exposure_points,
    public_count,
    external_count,
    administrator_count,
    root_key_count,
    no_mfa_count,
    old_key_count,
    imds_count,
    unauthenticated_count,
    unknown_count,
    is_read,
    ROW_NUMBER() OVER (ORDER BY exposure_points DESC NULLS LAST, account_id NULLS LAST) AS place
  FROM sums
  WHERE exposure_points > 0
)
SELECT
  place,
  account_id,
  account_name,
  ou_path,
  exposure_points,
  public_count,
  external_count,
  administrator_count,
  root_key_count,
  no_mfa_count,
  old_key_count,
  imds_count,
  unauthenticated_count,
  unknown_count,
  is_read
FROM placed
WHERE place <= {listed_accounts}
ORDER BY place NULLS LAST

-- case: every part has its points, in this order, and an account without points is not listed
-- accounts: account_id
--   admin
--   external
--   imds
--   key
--   mfa
--   none
--   public
--   root
--   url
-- resource_access: account_id, resource_arn, is_public, is_external
--   public, b-1, true, true
--   public, b-2, false, false
--   external, b-3, false, true
--   none, b-4, null, null
-- identity_access: account_id, identity_arn, is_service_linked, is_administrator
--   admin, r-1, false, true
--   admin, r-2, true, true
--   none, r-3, false, null
-- iam_credential_report: account_id, user_name, is_root, password_enabled, mfa_active, access_key_1_active, access_key_1_age_days, access_key_2_active, access_key_2_age_days
--   root, root, true, null, false, true, 1, false, null
--   mfa, ana, false, true, false, false, null, false, null
--   key, ben, false, true, true, true, 91, true, 400
--   none, eve, false, true, true, true, 90, false, 400
--   none, root, true, null, false, false, null, false, null
-- ec2_instances: account_id, arn, is_terminated, is_imdsv2_required, http_endpoint
--   imds, i-1, false, false, enabled
--   imds, i-2, true, false, enabled
--   none, i-3, false, false, disabled
--   none, i-4, false, true, enabled
--   none, i-5, false, null, null
-- lambda_functions: account_id, arn, has_unauthenticated_url
--   url, f-1, true
--   none, f-2, false
--   none, f-3, null
-- answer: root
-- answer: public
-- answer: url
-- answer: mfa
-- answer: external
-- answer: admin
-- answer: key
-- answer: imds

-- case: points add up over the parts
-- accounts: account_id
--   1
--   2
-- resource_access: account_id, resource_arn, is_public, is_external
--   1, b-1, true, true
--   2, b-2, false, true
--   2, b-3, false, true
-- identity_access: account_id, identity_arn, is_service_linked, is_administrator
--   2, r-1, false, true
--   2, r-2, false, true
--   2, r-3, false, true
-- answer: 2
-- answer: 1

-- case: there are twenty at most, and of equal points the smaller id is first
-- accounts: account_id
--   01
--   02
--   03
--   04
--   05
--   06
--   07
--   08
--   09
--   10
--   11
--   12
--   13
--   14
--   15
--   16
--   17
--   18
--   19
--   20
--   21
-- resource_access: account_id, resource_arn, is_public, is_external
--   21, b, true, true
--   20, b, true, true
--   19, b, true, true
--   18, b, true, true
--   17, b, true, true
--   16, b, true, true
--   15, b, true, true
--   14, b, true, true
--   13, b, true, true
--   12, b, true, true
--   11, b, true, true
--   10, b, true, true
--   09, b, true, true
--   08, b, true, true
--   07, b, true, true
--   06, b, true, true
--   05, b, true, true
--   04, b, true, true
--   03, b, true, true
--   02, b, true, true
--   01, b, true, true
-- answer: 01
-- answer: 02
-- answer: 03
-- answer: 04
-- answer: 05
-- answer: 06
-- answer: 07
-- answer: 08
-- answer: 09
-- answer: 10
-- answer: 11
-- answer: 12
-- answer: 13
-- answer: 14
-- answer: 15
-- answer: 16
-- answer: 17
-- answer: 18
-- answer: 19
-- answer: 20
