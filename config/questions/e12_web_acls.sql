-- id: E12
-- title: No fitting WAF before what is public, no Shield
-- subject: organization_id, account_id, account_name, region, resource_type, resource_arn
-- rests on: apigateway_rest_apis, apigatewayv2_apis, cloudfront_distributions, elbv2_load_balancers, shield_protections, wafv2_cloudfront_web_acls, wafv2_web_acls
-- of each: resource_type
-- where: can_have_web_acl
-- fact: Distributions, stages of REST APIs and application load balancers without a web ACL that stops SQL injection and cross-site scripting
-- caveat: A rule that only counts stops nothing, and one that looks at a part of the requests counts. Internal load balancers are left out. Unknown are those with a web ACL that was not read, of WAF Classic, or that rests on groups whose rules are not known, and load balancers where the web ACLs of their region were not read
-- of: cloudfront_distribution
-- where: is_distribution
-- is so: is_without_any
-- definition: no_web_acl
-- fact: Distributions without any web ACL, of WAF or of WAF Classic
-- controls: FSBP CloudFront.6
-- of: apigateway_stage
-- where: is_stage
-- is so: is_without_any
-- definition: no_web_acl
-- fact: Stages of REST APIs without any web ACL, of WAF or of WAF Classic
-- controls: FSBP APIGateway.4
-- of: things_that_cannot_have_one
-- where: cannot_have_web_acl
-- fact: HTTP and WebSocket APIs and network load balancers, which cannot have a web ACL, and which are never counted as without
-- caveat: Internal load balancers are left out
-- of: things_behind_a_distribution_with_one
-- where: is_behind_web_acl
-- fact: HTTP and WebSocket APIs and network load balancers behind a distribution that has a web ACL, never counted as without
-- caveat: By the name that AWS gave them. Internal load balancers are left out
-- of: accounts_with_distributions
-- where: is_account
-- fact: Accounts with a distribution of CloudFront and without a subscription to Shield Advanced
-- caveat: Unknown are those whose subscription was not read
WITH lists AS (
  SELECT arn, bool_and(has_sql_injection_rules AND has_xss_rules) AS is_fit
  FROM wafv2_web_acls
  GROUP BY arn
),
associations AS (
  SELECT resource_arn, MIN(web_acl_arn) AS web_acl_arn
  FROM wafv2_associations
  GROUP BY resource_arn
),
seen AS (
  SELECT organization_id, account_id, region
  FROM coverage
  WHERE is_complete AND collector = 'wafv2_web_acls'
  GROUP BY organization_id, account_id, region
),
things AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    region,
    'cloudfront_distribution' AS resource_type,
    arn AS resource_arn,
    web_acl_id AS web_acl_arn,
    true AS is_read
  FROM cloudfront_distributions
  UNION ALL
  SELECT
    apigateway_stages.organization_id,
    apigateway_stages.account_id,
    apigateway_stages.account_name,
    apigateway_stages.region,
    'apigateway_stage' AS resource_type,
    apigateway_stages.arn AS resource_arn,
    COALESCE(apigateway_stages.web_acl_arn, associations.web_acl_arn) AS web_acl_arn,
    true AS is_read
  FROM apigateway_stages
  LEFT JOIN associations ON associations.resource_arn = apigateway_stages.arn
  UNION ALL
  SELECT
    elbv2_load_balancers.organization_id,
    elbv2_load_balancers.account_id,
    elbv2_load_balancers.account_name,
    elbv2_load_balancers.region,
    'application_load_balancer' AS resource_type,
    elbv2_load_balancers.arn AS resource_arn,
    associations.web_acl_arn,
    seen.region IS NOT NULL AND elbv2_load_balancers.scheme IS NOT NULL AS is_read
  FROM elbv2_load_balancers
  LEFT JOIN associations ON associations.resource_arn = elbv2_load_balancers.arn
  LEFT JOIN seen ON seen.organization_id = elbv2_load_balancers.organization_id
    AND seen.account_id = elbv2_load_balancers.account_id
    AND seen.region = elbv2_load_balancers.region
  WHERE elbv2_load_balancers.load_balancer_type = 'application'
    AND elbv2_load_balancers.scheme IS DISTINCT FROM 'internal'
),
exempt AS (
  SELECT
    organization_id,
    account_id,
    account_name,
    region,
    'apigatewayv2_api' AS resource_type,
    arn AS resource_arn,
    LOWER(replace(replace(api_endpoint, 'https://', ''), 'wss://', '')) AS host
  FROM apigatewayv2_apis
  UNION ALL
  SELECT
    organization_id,
    account_id,
    account_name,
    region,
    'network_load_balancer' AS resource_type,
    arn AS resource_arn,
    LOWER(dns_name) AS host
  FROM elbv2_load_balancers
  WHERE load_balancer_type = 'network' AND scheme IS DISTINCT FROM 'internal'
),
behind AS (
  SELECT DISTINCT LOWER(cloudfront_origins.domain_name) AS host
  FROM cloudfront_origins
  INNER JOIN cloudfront_distributions
    ON cloudfront_distributions.organization_id = cloudfront_origins.organization_id
    AND cloudfront_distributions.arn = cloudfront_origins.distribution_arn
  WHERE cloudfront_distributions.is_enabled AND cloudfront_distributions.web_acl_id IS NOT NULL
),
owners AS (
  SELECT DISTINCT organization_id, account_id, account_name, region
  FROM cloudfront_distributions
)
SELECT
  things.organization_id,
  things.account_id,
  things.account_name,
  things.region,
  things.resource_type,
  things.resource_arn,
  true AS can_have_web_acl,
  false AS cannot_have_web_acl,
  false AS is_behind_web_acl,
  false AS is_account,
  things.resource_type = 'cloudfront_distribution' AS is_distribution,
  things.resource_type = 'apigateway_stage' AS is_stage,
  things.web_acl_arn IS NULL AS is_without_any,
  CASE WHEN things.web_acl_arn IS NOT NULL THEN NOT lists.is_fit WHEN things.is_read THEN true END AS is_so
FROM things
LEFT JOIN lists ON lists.arn = things.web_acl_arn
UNION ALL
SELECT
  exempt.organization_id,
  exempt.account_id,
  exempt.account_name,
  exempt.region,
  exempt.resource_type,
  exempt.resource_arn,
  false AS can_have_web_acl,
  true AS cannot_have_web_acl,
  behind.host IS NOT NULL AS is_behind_web_acl,
  false AS is_account,
  false AS is_distribution,
  false AS is_stage,
  false AS is_without_any,
  false AS is_so
FROM exempt
LEFT JOIN behind ON behind.host = exempt.host
UNION ALL
SELECT
  owners.organization_id,
  owners.account_id,
  owners.account_name,
  owners.region,
  'account' AS resource_type,
  owners.account_id AS resource_arn,
  false AS can_have_web_acl,
  false AS cannot_have_web_acl,
  false AS is_behind_web_acl,
  true AS is_account,
  false AS is_distribution,
  false AS is_stage,
  false AS is_without_any,
  NOT shield_subscriptions.is_subscribed AS is_so
FROM owners
LEFT JOIN shield_subscriptions
  ON shield_subscriptions.organization_id = owners.organization_id
  AND shield_subscriptions.account_id = owners.account_id

-- case: no web ACL, one that fits, one without rules against scripts, one that is not known, one that was not read
-- cloudfront_distributions: arn, web_acl_id
--   d-none, null
--   d-fit, acl-fit
--   d-sql, acl-sql
--   d-unclear, acl-unclear
--   d-classic, 0a1b2c
-- wafv2_web_acls: arn, has_sql_injection_rules, has_xss_rules
--   acl-fit, true, true
--   acl-sql, true, false
--   acl-unclear, true, null
-- shield_subscriptions: is_subscribed
--   false
-- answer: E12 cloudfront_distribution lake: 2 of 3, 2 unknown
-- answer: E12 cloudfront_distribution no_web_acl: 1 of 5
-- answer: E12 accounts_with_distributions lake: 1 of 1

-- case: a stage says which web ACL is before it, or the web ACL says it
-- apigateway_stages: arn, web_acl_arn
--   s-none, null
--   s-said, acl-fit
--   s-asked, null
--   s-weak, acl-weak
-- wafv2_associations: web_acl_arn, resource_arn
--   acl-fit, s-asked
--   acl-fit, s-said
-- wafv2_web_acls: arn, has_sql_injection_rules, has_xss_rules
--   acl-fit, true, true
--   acl-weak, false, null
-- answer: E12 apigateway_stage lake: 2 of 4
-- answer: E12 apigateway_stage no_web_acl: 1 of 4

-- case: HTTP and WebSocket APIs cannot have one, and some are behind a distribution that has one
-- apigatewayv2_apis: arn, api_endpoint
--   a-1, https://a1.execute-api.eu-west-1.amazonaws.com
--   a-2, wss://a2.execute-api.eu-west-1.amazonaws.com
--   a-3, https://a3.execute-api.eu-west-1.amazonaws.com
--   a-4, null
-- cloudfront_distributions: account_id, arn, is_enabled, web_acl_id
--   1, d-1, true, acl-1
--   1, d-2, true, null
--   2, d-3, false, acl-1
-- cloudfront_origins: account_id, distribution_arn, origin_id, domain_name
--   1, d-1, one, a1.execute-api.eu-west-1.amazonaws.com
--   1, d-1, two, a2.execute-api.eu-west-1.amazonaws.com
--   1, d-2, one, a1.execute-api.eu-west-1.amazonaws.com
--   2, d-3, one, a3.execute-api.eu-west-1.amazonaws.com
-- shield_subscriptions: account_id, is_subscribed
--   1, true
-- answer: E12 things_that_cannot_have_one lake: 0 of 4
-- answer: E12 things_behind_a_distribution_with_one lake: 0 of 2
-- answer: E12 accounts_with_distributions lake: 0 of 1, 1 unknown

-- case: a web ACL says which load balancers are behind it, and where web ACLs were not read, nobody knows
-- elbv2_load_balancers: account_id, region, arn, load_balancer_type, scheme
--   1, r-1, lb-none, application, internet-facing
--   1, r-1, lb-fit, application, internet-facing
--   1, r-1, lb-weak, application, internet-facing
--   1, r-1, lb-unclear, application, internet-facing
--   1, r-1, lb-unsaid, application, null
--   1, r-1, lb-internal, application, internal
--   1, r-1, lb-gateway, gateway, null
--   1, r-1, lb-other, quantum, internet-facing
--   1, r-2, lb-unread, application, internet-facing
--   1, r-2, lb-partly, application, internet-facing
--   2, r-1, lb-elsewhere, application, internet-facing
-- wafv2_associations: account_id, region, web_acl_arn, resource_arn
--   1, r-1, acl-fit, lb-fit
--   1, r-1, acl-weak, lb-weak
--   1, r-1, acl-unclear, lb-unclear
--   1, r-2, acl-fit, lb-partly
-- wafv2_web_acls: arn, has_sql_injection_rules, has_xss_rules
--   acl-fit, true, true
--   acl-weak, true, false
--   acl-unclear, null, true
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, r-1, wafv2_web_acls, true, true
--   1, r-2, wafv2_web_acls, true, false
--   2, r-1, elbv2_load_balancers, true, true
-- answer: E12 application_load_balancer lake: 2 of 4, 4 unknown
-- answer: E12 things_that_cannot_have_one lake: 0 of 0

-- case: network load balancers cannot have one, and one is behind a distribution that has one, however its name is written
-- elbv2_load_balancers: arn, load_balancer_type, scheme, dns_name
--   n-1, network, internet-facing, Shop-1.elb.r-1.amazonaws.com
--   n-2, network, internet-facing, shop-2.elb.r-1.amazonaws.com
--   n-3, network, internal, shop-3.elb.r-1.amazonaws.com
--   n-4, network, internet-facing, null
--   a-1, application, internal, shop-4.elb.r-1.amazonaws.com
-- cloudfront_distributions: arn, is_enabled, web_acl_id
--   d-1, true, acl-1
-- cloudfront_origins: distribution_arn, origin_id, domain_name
--   d-1, one, shop-1.elb.r-1.amazonaws.com
--   d-1, two, shop-3.elb.r-1.amazonaws.com
--   d-1, three, shop-4.elb.r-1.amazonaws.com
-- answer: E12 things_that_cannot_have_one lake: 0 of 3
-- answer: E12 things_behind_a_distribution_with_one lake: 0 of 1
