-- id: E13
-- title: Software that is not patched: machines, the images that they were started from, runtimes of Lambda
-- subject: organization_id, account_id, account_name, region, subject_type, subject_arn, detail
-- rests on: ec2_images, ec2_instances, lambda_functions, ssm_managed_instances
-- threshold: image_days 180
-- of: managed_instances
-- where: is_managed_instance
-- fact: Managed instances with patches missing or failed
-- caveat: By the newest operation of Patch Manager. Unknown are those of which no operation has reported
-- controls: FSBP SSM.2
-- of: running_instances
-- where: is_running_instance
-- is so: is_unmanaged
-- fact: Running EC2 instances that Systems Manager does not manage
-- caveat: Nothing is known of their patches. Unknown is where managed instances were not read
-- controls: FSBP SSM.1
-- of: instances
-- where: is_instance
-- fact: EC2 instances started from an image over {image_days} days old
-- caveat: Terminated instances are left out. Unknown are those whose image no account of the lake owns
-- of: functions
-- where: is_function
-- fact: Lambda functions whose runtime AWS no longer patches
-- caveat: Container images are left out. Unknown are runtimes whose end this version does not know
-- controls: FSBP Lambda.2
WITH images AS (
  SELECT image_id, MAX(age_days) AS age_days
  FROM ec2_images
  GROUP BY image_id
),
seen AS (
  SELECT account_id, region, bool_and(is_complete) AS is_seen
  FROM coverage
  WHERE collector = 'ssm_managed_instances'
  GROUP BY account_id, region
),
machines AS (
  SELECT
    ec2_instances.organization_id,
    ec2_instances.account_id,
    ec2_instances.account_name,
    ec2_instances.region,
    ec2_instances.arn,
    ec2_instances.image_id,
    ec2_instances.state,
    images.age_days AS image_age_days,
    CASE WHEN ssm_managed_instances.instance_id IS NOT NULL THEN false WHEN seen.is_seen THEN true END AS is_unmanaged
  FROM ec2_instances
  LEFT JOIN images ON images.image_id = ec2_instances.image_id
  LEFT JOIN seen ON seen.account_id = ec2_instances.account_id AND seen.region = ec2_instances.region
  LEFT JOIN ssm_managed_instances
    ON ssm_managed_instances.account_id = ec2_instances.account_id
    AND ssm_managed_instances.region = ec2_instances.region
    AND ssm_managed_instances.instance_id = ec2_instances.instance_id
  WHERE ec2_instances.is_terminated IS DISTINCT FROM true
)
SELECT
  ssm_managed_instances.organization_id,
  ssm_managed_instances.account_id,
  ssm_managed_instances.account_name,
  ssm_managed_instances.region,
  'managed_instance' AS subject_type,
  ssm_managed_instances.arn AS subject_arn,
  ssm_patch_states.baseline_id AS detail,
  true AS is_managed_instance,
  false AS is_instance,
  false AS is_running_instance,
  false AS is_function,
  NOT ssm_patch_states.is_patched AS is_so,
  CAST(NULL AS BOOLEAN) AS is_unmanaged
FROM ssm_managed_instances
LEFT JOIN ssm_patch_states
  ON ssm_patch_states.account_id = ssm_managed_instances.account_id
  AND ssm_patch_states.region = ssm_managed_instances.region
  AND ssm_patch_states.instance_id = ssm_managed_instances.instance_id
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'instance' AS subject_type,
  arn AS subject_arn,
  image_id AS detail,
  false AS is_managed_instance,
  true AS is_instance,
  COALESCE(state = 'running', false) AS is_running_instance,
  false AS is_function,
  image_age_days > {image_days} AS is_so,
  is_unmanaged
FROM machines
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'function' AS subject_type,
  arn AS subject_arn,
  runtime AS detail,
  false AS is_managed_instance,
  false AS is_instance,
  false AS is_running_instance,
  true AS is_function,
  is_runtime_deprecated AS is_so,
  CAST(NULL AS BOOLEAN) AS is_unmanaged
FROM lambda_functions
WHERE runtime IS NOT NULL

-- case: an instance that is patched, one that is not, one that was never scanned
-- ssm_managed_instances: region, arn, instance_id
--   r-1, i-1, i-1
--   r-1, i-2, i-2
--   r-1, mi-3, mi-3
-- ssm_patch_states: region, instance_id, is_patched
--   r-1, i-1, true
--   r-1, i-2, false
--   r-2, mi-3, false
-- answer: E13 managed_instances lake: 1 of 2, 1 unknown
-- answer: E13 running_instances lake: 0 of 0
-- answer: E13 instances lake: 0 of 0
-- answer: E13 functions lake: 0 of 0

-- case: 180 days are not over 180, and of an image that nobody here owns the age is unknown
-- ec2_instances: region, arn, instance_id, state, is_terminated, image_id
--   r-1, i-1, i-1, running, false, new
--   r-1, i-2, i-2, stopped, false, old
--   r-1, i-3, i-3, running, false, of another
--   r-1, i-4, i-4, terminated, true, old
-- ec2_images: account_id, image_id, age_days
--   1, new, 180
--   2, old, 181
-- answer: E13 instances lake: 1 of 2, 1 unknown
-- answer: E13 running_instances lake: 0 of 0, 2 unknown

-- case: an instance is unmanaged where managed ones were read, and unknown elsewhere
-- ec2_instances: region, arn, instance_id, state, is_terminated
--   r-1, i-1, i-1, running, false
--   r-1, i-2, i-2, running, false
--   r-1, i-3, i-3, stopped, false
--   r-2, i-4, i-4, running, false
--   r-3, i-5, i-5, running, false
-- ssm_managed_instances: region, arn, instance_id
--   r-1, i-1, i-1
-- coverage: region, collector, is_planned, is_complete
--   r-1, ssm_managed_instances, true, true
--   r-2, ssm_managed_instances, true, false
--   r-3, ec2_instances, true, true
-- answer: E13 running_instances lake: 1 of 2, 2 unknown
-- answer: E13 instances lake: 0 of 0, 5 unknown
-- answer: E13 managed_instances lake: 0 of 0, 1 unknown

-- case: a runtime past its end, one that is not, one that is not known, and an image
-- lambda_functions: region, arn, runtime, is_runtime_deprecated
--   r-1, f-1, python2.7, true
--   r-1, f-2, python3.14, false
--   r-1, f-3, cobol85, null
--   r-1, f-4, null, null
-- answer: E13 functions lake: 1 of 2, 1 unknown
