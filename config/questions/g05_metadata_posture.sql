-- id: G5
-- title: Effective IMDSv2 posture of each instance, launch template version and launch configuration, and which layer decides it
-- key: subject
-- why: what does not answer IMDSv1, now and at the next launch, is left out: so is an instance whose endpoint is off, since it exposes nothing. The columns that end in decided_by are about the next launch, and what holds now is the instance's own
SELECT
  subject,
  subject_type,
  CASE
    WHEN is_imdsv1_answered THEN 'now'
    WHEN subject_type = 'instance' AND is_imdsv1_answered IS NULL THEN 'not known'
    WHEN is_next_imdsv1_answered THEN 'next launch'
    ELSE 'not known'
  END AS answers_imdsv1,
  account_id,
  account_name,
  ou_path,
  region,
  exposes_administrator,
  role_arn,
  is_role_administrator,
  may_role_escalate,
  http_endpoint,
  http_tokens,
  http_put_response_hop_limit,
  instance_metadata_tags,
  next_http_endpoint,
  endpoint_decided_by,
  next_http_tokens,
  tokens_decided_by,
  next_http_put_response_hop_limit,
  hop_limit_decided_by,
  next_instance_metadata_tags,
  tags_decided_by,
  is_next_imdsv1_answered,
  launched_by,
  launch_source,
  image_id,
  image_imds_support,
  default_http_tokens,
  is_tokens_enforced,
  defaults_managed_by,
  declarative_policy_ids,
  unread
FROM ec2_metadata_posture
WHERE is_imdsv1_answered
  OR is_next_imdsv1_answered IS DISTINCT FROM false
  OR (subject_type = 'instance' AND is_imdsv1_answered IS NULL)
ORDER BY exposes_administrator DESC NULLS LAST, account_id NULLS LAST, region NULLS LAST, subject NULLS LAST

-- case: what answers now, what will, what is not known, a strict one, one whose endpoint is off, and a launch that fails
-- ec2_metadata_posture: subject, subject_type, is_imdsv1_answered, is_next_imdsv1_answered, is_next_launch_refused, exposes_administrator
--   i-answers, instance, true, false, false, false
--   i-admin, instance, true, true, false, true
--   i-strict, instance, false, false, false, false
--   i-off, instance, false, false, false, false
--   i-later, instance, false, true, false, false
--   i-unread, instance, null, false, false, null
--   lt-1:1, launch_template_version, null, true, false, false
--   lt-1:2, launch_template_version, null, false, true, false
--   lt-1:3, launch_template_version, null, null, null, null
--   lc-1, launch_configuration, null, false, false, false
-- answer: i-admin
-- answer: i-answers
-- answer: i-later
-- answer: lt-1:1
-- answer: i-unread
-- answer: lt-1:3
