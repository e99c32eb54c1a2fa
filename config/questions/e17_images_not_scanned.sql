-- id: E17
-- title: Repositories of images that nothing scans, and images whose findings stay
-- subject: organization_id, account_id, account_name, region, subject_type, subject_arn, image_digest
-- threshold: ignored_days 30
-- of: repositories
-- where: is_repository
-- fact: ECR repositories whose images are scanned only when someone asks
-- caveat: Neither a rule of the registry nor the repository's own setting scans them. Private repositories alone
-- controls: FSBP ECR.1
-- of: images
-- where: is_image
-- fact: Images in ECR that have findings of severity CRITICAL or HIGH and were pushed over {ignored_days} days ago
-- caveat: Of the five newest tagged images of each repository. Unknown are those without a scan that has ended
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'repository' AS subject_type,
  arn AS subject_arn,
  CAST(NULL AS VARCHAR(255)) AS image_digest,
  true AS is_repository,
  false AS is_image,
  NOT is_scanned AS is_so
FROM ecr_repository_scanning
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'image' AS subject_type,
  repository_arn AS subject_arn,
  image_digest,
  false AS is_repository,
  true AS is_image,
  CASE WHEN critical_count + high_count > 0 THEN pushed_days > {ignored_days} WHEN critical_count + high_count = 0 THEN false END
    AS is_so
FROM ecr_image_findings
WHERE COALESCE(manifest_media_type, '') NOT IN (
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json'
)

-- case: a repository that nothing scans, one that is scanned, one of which ECR does not say
-- ecr_repository_scanning: arn, is_scanned
--   r-1, false
--   r-2, true
--   r-3, null
-- answer: E17 repositories lake: 1 of 2, 1 unknown
-- answer: E17 images lake: 0 of 0

-- case: findings are ignored from the day after the last of the days, lists of images are left out
-- ecr_image_findings: repository_arn, image_digest, manifest_media_type, critical_count, high_count, pushed_days
--   r-1, critical, application/vnd.oci.image.manifest.v1+json, 1, 0, 31
--   r-1, high, null, 0, 2, 400
--   r-1, critical today, null, 3, 3, 30
--   r-1, none, null, 0, 0, 400
--   r-1, unscanned, null, null, null, 400
--   r-1, undated, null, 0, 1, null
--   r-1, index, application/vnd.oci.image.index.v1+json, null, null, 400
-- answer: E17 images lake: 2 of 4, 2 unknown
