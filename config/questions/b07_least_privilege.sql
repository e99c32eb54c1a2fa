-- id: B7
-- part: B
-- title: Users, groups, roles and permission sets that may do everything, or may come to it
-- tables: identity_access, coverage
WITH counted AS (
  SELECT
    COUNT(*) AS identities,
    COUNT(*) FILTER (WHERE is_administrator) AS administrators,
    COUNT(*) FILTER (WHERE is_administrator IS NULL) AS unknown_administrators,
    COUNT(*) FILTER (WHERE allows_everything) AS with_everything,
    COUNT(*) FILTER (WHERE allows_everything IS NULL) AS unknown_everything,
    COUNT(*) FILTER (WHERE may_escalate) AS may_escalate,
    COUNT(*) FILTER (WHERE may_escalate IS NULL) AS unknown_escalations
  FROM identity_access
  WHERE NOT is_service_linked
),
rests_on AS (
  SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
  FROM coverage
  WHERE is_planned AND collector = 'iam_authorization_details'
)
SELECT
  'B7' AS id,
  'Identities that are administrators' AS fact,
  'identities' AS population,
  'administrator' AS definition,
  administrators AS numerator,
  identities AS denominator,
  ROUND(1E2 * administrators / NULLIF(identities, 0), 1) AS percent,
  coverage_percent,
  'After permissions boundaries and Deny statements, before service control policies. Roles of AWS services are left out. With unread policies, counted as none: '
    || CAST(unknown_administrators AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B7' AS id,
  'Identities with a policy that allows everything on everything' AS fact,
  'identities' AS population,
  'allows_everything' AS definition,
  with_everything AS numerator,
  identities AS denominator,
  ROUND(1E2 * with_everything / NULLIF(identities, 0), 1) AS percent,
  coverage_percent,
  'Whatever boundaries and Deny statements take away again. Roles of AWS services are left out. With unread policies, counted as none: '
    || CAST(unknown_everything AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
UNION ALL
SELECT
  'B7' AS id,
  'Identities that are no administrators and may come to more rights' AS fact,
  'identities' AS population,
  'may_escalate' AS definition,
  may_escalate AS numerator,
  identities AS denominator,
  ROUND(1E2 * may_escalate / NULLIF(identities, 0), 1) AS percent,
  coverage_percent,
  'By one of the ways in privilege_paths that is open. Roles of AWS services are left out. With unread policies, counted as none: '
    || CAST(unknown_escalations AS VARCHAR(20)) AS caveat
FROM counted CROSS JOIN rests_on
ORDER BY population NULLS LAST, definition NULLS LAST
