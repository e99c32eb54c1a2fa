-- id: V2
-- title: Resources of which it is not known whether anyone, or someone outside, can reach them
-- key: resource_arn
-- why: a policy that could not be read, or was not asked for, leaves an answer that is not yes unknown
SELECT
  resource_arn,
  resource_type,
  account_id,
  account_name,
  ou_path,
  region,
  is_public,
  is_external,
  is_in_org,
  flags,
  reasons
FROM resource_access
WHERE is_public IS NULL OR is_external IS NULL
ORDER BY account_id NULLS LAST, resource_arn NULLS LAST

-- case: one of the two is not known
-- resource_access: resource_arn, is_public, is_external
--   b-1, null, true
--   b-2, false, null
--   b-3, false, false
-- answer: b-1
-- answer: b-2
