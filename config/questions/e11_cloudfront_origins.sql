-- id: E11
-- title: Origins of CloudFront without protection
-- subject: organization_id, account_id, account_name, distribution_arn, origin_id, domain_name, reason
-- rests on: cloudfront_distributions, ec2_managed_prefix_lists, ec2_network_acls, ec2_network_interfaces, ec2_route_tables, ec2_security_group_rules, ec2_security_groups, ec2_subnets, ec2_vpc_block_public_access_exclusions, elb_load_balancers, elbv2_load_balancers, s3_account_public_access_blocks, s3_buckets
-- why: Trino 368 refuses to filter by IS NULL where a file has nothing but nulls, so the query compares with ''
-- of: origins
-- caveat: A bucket that CloudFront asks without an access control or identity, or that is public, a website of S3, a function's URL without an access control, another host that is asked without encryption, a load balancer that the whole internet reaches, so that CloudFront can be gone around. Unknown are buckets that were not read or whose verdict is unknown, and load balancers that were not read or of which it is not known who reaches them. A secret header that an origin checks is not seen
-- of: custom_origins
-- where: is_custom
-- is so: is_asked_without_encryption
-- fact: Origins, other than buckets and hosts in a VPC, that CloudFront asks without encryption or asks as viewers ask, who may do without
-- caveat: A website of S3 cannot be asked otherwise. Unknown are those of which CloudFront did not say how it asks
-- controls: FSBP CloudFront.9
WITH verdicts AS (
  SELECT resource_arn, bool_or(is_public) AS is_public
  FROM resource_access
  WHERE resource_type = 's3_bucket'
  GROUP BY resource_arn
),
buckets AS (
  SELECT s3_buckets.bucket_name, bool_or(verdicts.is_public) AS is_public
  FROM s3_buckets
  LEFT JOIN verdicts ON verdicts.resource_arn = s3_buckets.arn
  GROUP BY s3_buckets.bucket_name
),
balancers AS (
  SELECT organization_id, arn, LOWER(dns_name) AS host
  FROM elbv2_load_balancers
  UNION ALL
  SELECT organization_id, arn, LOWER(dns_name) AS host
  FROM elb_load_balancers
),
lists_of_aws AS (
  SELECT DISTINCT organization_id, account_id, region, prefix_list_id
  FROM ec2_managed_prefix_lists
  WHERE is_aws_managed
),
hosts AS (
  SELECT
    balancers.organization_id,
    balancers.host,
    CASE
      WHEN bool_or(paths.is_reachable AND paths.is_from_world) THEN true
      WHEN bool_and(paths.is_reachable IS NOT NULL OR lists_of_aws.prefix_list_id IS NOT NULL) THEN false
    END AS is_open_to_all
  FROM balancers
  LEFT JOIN internet_paths AS paths
    ON paths.organization_id = balancers.organization_id
    AND paths.target_arn = balancers.arn
  LEFT JOIN lists_of_aws
    ON lists_of_aws.organization_id = paths.organization_id
    AND lists_of_aws.account_id = paths.account_id
    AND lists_of_aws.region = paths.region
    AND lists_of_aws.prefix_list_id = paths.source_range
  GROUP BY balancers.organization_id, balancers.host
),
judged AS (
  SELECT
    cloudfront_origins.organization_id,
    cloudfront_origins.account_id,
    cloudfront_origins.account_name,
    cloudfront_origins.distribution_arn,
    cloudfront_origins.origin_id,
    cloudfront_origins.domain_name,
    COALESCE(cloudfront_origins.vpc_origin_id, '') = ''
      AND (cloudfront_origins.origin_protocol_policy IS NOT NULL OR cloudfront_origins.origin_type IS DISTINCT FROM 's3')
      AS is_custom,
    CASE
      WHEN cloudfront_origins.origin_protocol_policy = 'http-only' THEN true
      WHEN cloudfront_origins.origin_protocol_policy = 'match-viewer' THEN cloudfront_distributions.allows_http
      WHEN cloudfront_origins.origin_protocol_policy IS NOT NULL THEN false
    END AS is_asked_without_encryption,
    CASE
      WHEN cloudfront_origins.vpc_origin_id IS NOT NULL THEN 'within_vpc'
      WHEN cloudfront_origins.origin_type IS NULL THEN 'host_not_known'
      WHEN cloudfront_origins.origin_type = 's3_website' THEN 'website'
      WHEN cloudfront_origins.origin_type IN ('s3', 'function_url')
        AND cloudfront_origins.origin_access_control_id IS NULL
        AND cloudfront_origins.origin_access_identity IS NULL
        THEN 'no_access_control'
      WHEN cloudfront_origins.origin_type = 's3' AND buckets.is_public THEN 'public_bucket'
      WHEN cloudfront_origins.origin_type = 's3' AND buckets.is_public IS NULL THEN 'bucket_not_known'
      WHEN cloudfront_origins.origin_type IN ('s3', 'function_url') THEN 'protected'
      WHEN cloudfront_origins.origin_protocol_policy = 'http-only' THEN 'http'
      WHEN cloudfront_origins.origin_protocol_policy = 'match-viewer' AND cloudfront_distributions.allows_http THEN 'http'
      WHEN cloudfront_origins.origin_type = 'load_balancer' AND hosts.is_open_to_all THEN 'open_to_all'
      WHEN cloudfront_origins.origin_protocol_policy IS NULL THEN 'protocol_not_known'
      WHEN cloudfront_origins.origin_protocol_policy = 'match-viewer' AND cloudfront_distributions.allows_http IS NULL
        THEN 'protocol_not_known'
      WHEN cloudfront_origins.origin_type = 'load_balancer' AND hosts.is_open_to_all IS NULL THEN 'balancer_not_known'
      ELSE 'protected'
    END AS reason
  FROM cloudfront_origins
  LEFT JOIN cloudfront_distributions
    ON cloudfront_distributions.organization_id = cloudfront_origins.organization_id
    AND cloudfront_distributions.arn = cloudfront_origins.distribution_arn
  LEFT JOIN buckets ON buckets.bucket_name = cloudfront_origins.bucket_name
  LEFT JOIN hosts
    ON hosts.organization_id = cloudfront_origins.organization_id
    AND hosts.host = replace(LOWER(cloudfront_origins.domain_name), 'dualstack.', '')
)
SELECT
  organization_id,
  account_id,
  account_name,
  distribution_arn,
  origin_id,
  domain_name,
  reason,
  is_custom,
  is_asked_without_encryption,
  CASE
    WHEN reason IN ('website', 'no_access_control', 'public_bucket', 'http', 'open_to_all') THEN true
    WHEN reason IN ('within_vpc', 'protected') THEN false
  END AS is_so
FROM judged

-- case: buckets with an access control, with an identity and with nothing, by their verdicts
-- cloudfront_distributions: arn
--   d-1
-- cloudfront_origins: distribution_arn, origin_id, origin_type, bucket_name, origin_access_control_id, origin_access_identity
--   d-1, controlled, s3, closed, E1, null
--   d-1, identity, s3, closed, null, E2
--   d-1, bare, s3, closed, null, null
--   d-1, open, s3, open, E1, null
--   d-1, unclear, s3, unclear, E1, null
--   d-1, elsewhere, s3, elsewhere, E1, null
--   d-1, website, s3_website, open, null, null
-- s3_buckets: arn, bucket_name
--   b-closed, closed
--   b-open, open
--   b-unclear, unclear
-- resource_access: resource_arn, resource_type, is_public
--   b-closed, s3_bucket, false
--   b-open, s3_bucket, true
--   b-unclear, s3_bucket, null
-- answer: E11 origins lake: 3 of 5, 2 unknown

-- case: other hosts are asked with encryption, without it, or as viewers ask
-- cloudfront_distributions: arn, allows_http
--   d-https, false
--   d-http, true
--   d-unclear, null
-- cloudfront_origins: distribution_arn, origin_id, origin_type, origin_protocol_policy, vpc_origin_id, origin_access_control_id
--   d-http, only, other, http-only, null, null
--   d-http, match, api, match-viewer, null, null
--   d-https, match, api, match-viewer, null, null
--   d-unclear, match, api, match-viewer, null, null
--   d-http, https, other, https-only, null, null
--   d-http, unsaid, other, null, null, null
--   d-http, hostless, null, https-only, null, null
--   d-http, inner, other, null, vo-1, null
--   d-http, function, function_url, https-only, null, null
--   d-http, controlled, function_url, https-only, null, E1
-- answer: E11 origins lake: 3 of 7, 3 unknown
-- answer: E11 custom_origins lake: 2 of 7, 2 unknown

-- case: a load balancer is without protection if the whole internet reaches it, or if it is asked without encryption
-- cloudfront_distributions: arn, allows_http
--   d-1, false
-- cloudfront_origins: distribution_arn, origin_id, origin_type, domain_name, origin_protocol_policy, vpc_origin_id
--   d-1, open, load_balancer, open.r-1.elb.amazonaws.com, https-only, null
--   d-1, dual_stack, load_balancer, dualstack.open.r-1.elb.amazonaws.com, match-viewer, null
--   d-1, unsaid, load_balancer, open.r-1.elb.amazonaws.com, null, null
--   d-1, classic, load_balancer, old.r-1.elb.amazonaws.com, https-only, null
--   d-1, http, load_balancer, shut.r-1.elb.amazonaws.com, http-only, null
--   d-1, shut, load_balancer, shut.r-1.elb.amazonaws.com, https-only, null
--   d-1, office, load_balancer, office.r-1.elb.amazonaws.com, https-only, null
--   d-1, cloudfront, load_balancer, cloudfront.r-1.elb.amazonaws.com, https-only, null
--   d-1, listed, load_balancer, listed.r-1.elb.amazonaws.com, https-only, null
--   d-1, hub, load_balancer, hub.r-1.elb.amazonaws.com, https-only, null
--   d-1, unread, load_balancer, unread.r-1.elb.amazonaws.com, https-only, null
--   d-1, elsewhere, load_balancer, elsewhere.r-1.elb.amazonaws.com, https-only, null
--   d-1, inner, load_balancer, inner.r-1.elb.amazonaws.com, null, vo-1
-- elbv2_load_balancers: region, arn, dns_name
--   r-1, lb-open, Open.r-1.elb.amazonaws.com
--   r-1, lb-shut, shut.r-1.elb.amazonaws.com
--   r-1, lb-office, office.r-1.elb.amazonaws.com
--   r-1, lb-cloudfront, cloudfront.r-1.elb.amazonaws.com
--   r-1, lb-listed, listed.r-1.elb.amazonaws.com
--   r-1, lb-hub, hub.r-1.elb.amazonaws.com
--   r-1, lb-unread, unread.r-1.elb.amazonaws.com
--   r-1, lb-gateway, null
-- elb_load_balancers: region, arn, dns_name
--   r-1, lb-old, old.r-1.elb.amazonaws.com
-- internet_paths: region, target_arn, target_type, from_port, source_range, is_from_world, is_reachable
--   r-1, lb-open, elbv2_load_balancer, 443, 0.0.0.0/0, true, true
--   r-1, lb-open, elbv2_load_balancer, 9443, 0.0.0.0/0, true, null
--   r-1, lb-old, elb_load_balancer, 443, 0.0.0.0/0, true, true
--   r-1, lb-shut, elbv2_load_balancer, null, null, null, false
--   r-1, lb-office, elbv2_load_balancer, 443, 198.51.100.0/24, false, true
--   r-1, lb-cloudfront, elbv2_load_balancer, 443, pl-1, null, null
--   r-1, lb-listed, elbv2_load_balancer, 443, pl-2, null, null
--   r-1, lb-hub, elbv2_load_balancer, null, null, null, null
-- ec2_managed_prefix_lists: region, arn, prefix_list_id, is_aws_managed
--   r-1, list-1, pl-1, true
--   r-1, list-2, pl-2, false
-- answer: E11 origins lake: 5 of 9, 4 unknown
-- answer: E11 custom_origins lake: 1 of 11, 1 unknown

-- case: a bucket is a custom origin if it is asked as any other host, and a website always is one
-- cloudfront_distributions: arn, allows_http
--   d-1, true
-- cloudfront_origins: distribution_arn, origin_id, origin_type, bucket_name, origin_protocol_policy, origin_access_control_id
--   d-1, bucket, s3, b-1, null, E1
--   d-1, as_host, s3, b-1, match-viewer, E1
--   d-1, website, s3_website, b-1, http-only, null
--   d-1, controlled, function_url, null, https-only, E1
-- s3_buckets: arn, bucket_name
--   a-1, b-1
-- resource_access: resource_arn, resource_type, is_public
--   a-1, s3_bucket, false
-- answer: E11 origins lake: 1 of 4
-- answer: E11 custom_origins lake: 2 of 3
