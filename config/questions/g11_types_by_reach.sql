-- id: G11
-- title: Of each type of resource, how many anyone, someone outside, or another account of the organization can reach
-- subject: organization_id, account_id, account_name, region, resource_type, resource_arn
-- of each: resource_type
-- is so: is_public
-- definition: public
-- fact: Resources that anyone on the internet can reach
-- caveat: Unknown are those of which a policy or what blocks it was not read, or is of a kind that is not read
-- of each: resource_type
-- is so: is_external
-- definition: external
-- fact: Resources that someone outside the organization can reach
-- caveat: What is public is among them, and so are buckets that are open by their access points alone, where G2 lists the access points
-- of each: resource_type
-- is so: is_in_org
-- definition: in_org
-- fact: Resources that another account of the organization can reach
-- caveat: Some of them are open to others as well
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  resource_type,
  resource_arn,
  is_public,
  is_external,
  is_in_org
FROM resource_access

-- case: each type is counted by itself, and what is not known is in no share
-- resource_access: resource_arn, resource_type, is_public, is_external, is_in_org
--   b-1, s3_bucket, true, true, true
--   b-2, s3_bucket, false, true, false
--   b-3, s3_bucket, false, false, null
--   b-4, s3_bucket, null, true, true
--   k-1, kms_key, null, null, null
-- answer: G11 s3_bucket public: 1 of 3, 1 unknown
-- answer: G11 s3_bucket external: 3 of 4
-- answer: G11 s3_bucket in_org: 2 of 3, 1 unknown
-- answer: G11 kms_key public: 0 of 0, 1 unknown
-- answer: G11 kms_key external: 0 of 0, 1 unknown
-- answer: G11 kms_key in_org: 0 of 0, 1 unknown
