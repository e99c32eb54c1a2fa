-- id: E18
-- title: Functions, containers, databases, VPCs, load balancers, APIs and distributions whose logs nobody keeps, and log groups that are kept for ever
-- subject: organization_id, account_id, account_name, region, log_source, arn
-- rests on: apigateway_rest_apis, apigatewayv2_apis, cloudfront_distributions, ec2_flow_logs, ec2_vpcs, ecs_task_definitions, elb_load_balancers, elbv2_load_balancers, lambda_functions, logs_deliveries, logs_log_groups, rds_clusters, rds_instances
-- why: a distribution logs to a bucket, or by a delivery of CloudWatch Logs, which is in us-east-1, gateway load balancers have no access logs, an instance of a cluster has the cluster's exports, and the class DELIVERY keeps what it gets for two days
-- of each: log_source
-- controls: Well-Architected SEC04-BP01
-- fact: Sources whose logs nobody keeps, and log groups without a retention
-- caveat: Of the stages of APIs access logs count, and not those of what was executed, and of distributions not the logs in real time. A function that never ran has no log group either, and a VPC of which only subnets are watched counts as not watched. Unknown are functions and VPCs where the log groups or flow logs of their region were not read, distributions where the deliveries of us-east-1 were not read, and load balancers whose attributes were not read
WITH seen AS (
  SELECT organization_id, account_id, region, collector
  FROM coverage
  WHERE is_complete AND collector IN ('ec2_flow_logs', 'logs_deliveries', 'logs_log_groups')
  GROUP BY organization_id, account_id, region, collector
),
group_names AS (
  SELECT organization_id, account_id, region, log_group_name
  FROM logs_log_groups
  GROUP BY organization_id, account_id, region, log_group_name
),
watched AS (
  SELECT organization_id, account_id, region, resource_id
  FROM ec2_flow_logs
  GROUP BY organization_id, account_id, region, resource_id
),
delivered AS (
  SELECT organization_id, account_id, resource_arn
  FROM logs_delivery_sources
  WHERE log_type = 'ACCESS_LOGS' AND delivery_count > 0
  GROUP BY organization_id, account_id, resource_arn
)
SELECT
  lambda_functions.organization_id,
  lambda_functions.account_id,
  lambda_functions.account_name,
  lambda_functions.region,
  'functions' AS log_source,
  lambda_functions.arn,
  CASE
    WHEN group_names.log_group_name IS NOT NULL THEN false
    WHEN seen.collector IS NOT NULL AND lambda_functions.log_group_name IS NOT NULL THEN true
  END AS is_so
FROM lambda_functions
LEFT JOIN group_names ON group_names.organization_id = lambda_functions.organization_id
  AND group_names.account_id = lambda_functions.account_id
  AND group_names.region = lambda_functions.region
  AND group_names.log_group_name = lambda_functions.log_group_name
LEFT JOIN seen ON seen.organization_id = lambda_functions.organization_id
  AND seen.account_id = lambda_functions.account_id
  AND seen.region = lambda_functions.region
  AND seen.collector = 'logs_log_groups'
UNION ALL
SELECT
  ec2_vpcs.organization_id,
  ec2_vpcs.account_id,
  ec2_vpcs.account_name,
  ec2_vpcs.region,
  'vpcs' AS log_source,
  ec2_vpcs.arn,
  CASE
    WHEN watched.resource_id IS NOT NULL THEN false
    WHEN seen.collector IS NOT NULL THEN true
  END AS is_so
FROM ec2_vpcs
LEFT JOIN watched ON watched.organization_id = ec2_vpcs.organization_id
  AND watched.account_id = ec2_vpcs.account_id
  AND watched.region = ec2_vpcs.region
  AND watched.resource_id = ec2_vpcs.vpc_id
LEFT JOIN seen ON seen.organization_id = ec2_vpcs.organization_id
  AND seen.account_id = ec2_vpcs.account_id
  AND seen.region = ec2_vpcs.region
  AND seen.collector = 'ec2_flow_logs'
WHERE ec2_vpcs.is_shared_by_other IS DISTINCT FROM true
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'containers' AS log_source,
  CONCAT_WS('/', task_definition_arn, container_name) AS arn,
  log_driver IS NULL AS is_so
FROM ecs_containers
UNION ALL
SELECT organization_id, account_id, account_name, region, 'databases' AS log_source, arn, NOT has_log_exports AS is_so
FROM rds_instances
WHERE db_cluster_identifier IS NULL
UNION ALL
SELECT organization_id, account_id, account_name, region, 'databases' AS log_source, arn, NOT has_log_exports AS is_so
FROM rds_clusters
UNION ALL
SELECT organization_id, account_id, account_name, region, 'load_balancers' AS log_source, arn, NOT has_access_logs AS is_so
FROM elbv2_load_balancers
WHERE load_balancer_type IS DISTINCT FROM 'gateway'
UNION ALL
SELECT organization_id, account_id, account_name, region, 'load_balancers' AS log_source, arn, NOT has_access_logs AS is_so
FROM elb_load_balancers
UNION ALL
SELECT organization_id, account_id, account_name, region, 'api_stages' AS log_source, arn, NOT has_access_logs AS is_so
FROM apigateway_stages
UNION ALL
SELECT organization_id, account_id, account_name, region, 'api_stages' AS log_source, arn, NOT has_access_logs AS is_so
FROM apigatewayv2_stages
UNION ALL
SELECT
  cloudfront_distributions.organization_id,
  cloudfront_distributions.account_id,
  cloudfront_distributions.account_name,
  cloudfront_distributions.region,
  'distributions' AS log_source,
  cloudfront_distributions.arn,
  CASE
    WHEN cloudfront_distributions.is_logging_enabled OR delivered.resource_arn IS NOT NULL THEN false
    WHEN NOT cloudfront_distributions.is_logging_enabled AND seen.collector IS NOT NULL THEN true
  END AS is_so
FROM cloudfront_distributions
LEFT JOIN delivered ON delivered.organization_id = cloudfront_distributions.organization_id
  AND delivered.account_id = cloudfront_distributions.account_id
  AND delivered.resource_arn = cloudfront_distributions.arn
LEFT JOIN seen ON seen.organization_id = cloudfront_distributions.organization_id
  AND seen.account_id = cloudfront_distributions.account_id
  AND seen.region = 'us-east-1'
  AND seen.collector = 'logs_deliveries'
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'log_groups' AS log_source,
  arn,
  retention_days IS NULL AND log_group_class IS DISTINCT FROM 'DELIVERY' AS is_so
FROM logs_log_groups

-- case: each source is a population of its own, and where log groups or flow logs were not read nothing is known
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, logs_log_groups, true, true
--   1, eu, ec2_flow_logs, true, true
--   1, us, logs_log_groups, true, false
--   1, us, ec2_flow_logs, true, false
-- lambda_functions: account_id, region, arn, log_group_name
--   1, eu, f-1, /f/1
--   1, eu, f-2, /f/2
--   1, eu, f-3, null
--   1, us, f-4, /f/4
--   1, us, f-5, /f/1
-- logs_log_groups: account_id, region, arn, log_group_name, retention_days, log_group_class
--   1, eu, g-1, /f/1, null, STANDARD
--   1, eu, g-2, /old, 30, STANDARD
--   1, eu, g-3, /x, null, DELIVERY
--   1, eu, g-4, /y, null, null
-- ec2_vpcs: account_id, region, arn, vpc_id, is_shared_by_other
--   1, eu, v-1, vpc-1, false
--   1, eu, v-2, vpc-2, null
--   1, us, v-3, vpc-1, false
--   1, eu, v-4, vpc-4, true
-- ec2_flow_logs: account_id, region, arn, resource_id
--   1, eu, l-1, vpc-1
--   1, eu, l-2, vpc-1
--   1, eu, l-3, subnet-2
-- ecs_containers: region, task_definition_arn, container_name, log_driver
--   eu, t-1, app, awslogs
--   eu, t-1, side, null
-- rds_instances: region, arn, db_cluster_identifier, has_log_exports
--   eu, db-1, null, true
--   eu, db-2, null, false
--   eu, db-3, c-1, false
-- rds_clusters: region, arn, has_log_exports
--   eu, c-1, false
-- elbv2_load_balancers: region, arn, load_balancer_type, has_access_logs
--   eu, b-1, application, true
--   eu, b-2, network, false
--   eu, b-3, gateway, null
--   eu, b-4, application, null
-- elb_load_balancers: region, arn, has_access_logs
--   eu, b-5, false
-- apigateway_stages: region, arn, has_access_logs
--   eu, s-1, true
--   eu, s-2, false
-- apigatewayv2_stages: region, arn, has_access_logs
--   eu, s-3, false
-- answer: E18 functions lake: 1 of 2, 3 unknown
-- answer: E18 vpcs lake: 1 of 2, 1 unknown
-- answer: E18 containers lake: 1 of 2
-- answer: E18 databases lake: 2 of 3
-- answer: E18 load_balancers lake: 2 of 3, 1 unknown
-- answer: E18 api_stages lake: 2 of 3
-- answer: E18 log_groups lake: 2 of 4

-- case: a distribution logs to a bucket or by a delivery, and where deliveries were not read nothing else is known
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, us-east-1, logs_deliveries, true, true
--   1, eu, logs_deliveries, true, false
--   2, us-east-1, logs_deliveries, true, false
--   2, eu, logs_deliveries, true, true
-- cloudfront_distributions: account_id, arn, is_logging_enabled
--   1, d-1, true
--   1, d-2, false
--   1, d-3, false
--   1, d-4, false
--   1, d-5, false
--   1, d-6, null
--   2, d-7, true
--   2, d-8, false
--   2, d-9, false
-- logs_delivery_sources: account_id, region, arn, resource_arn, log_type, delivery_count
--   1, us-east-1, s-1, d-3, ACCESS_LOGS, 2
--   1, us-east-1, s-2, d-4, ACCESS_LOGS, 0
--   1, us-east-1, s-3, d-5, CONNECTION_LOGS, 1
--   1, us-east-1, s-4, d-6, ACCESS_LOGS, 1
--   2, us-east-1, s-5, d-8, ACCESS_LOGS, null
--   2, us-east-1, s-6, d-9, ACCESS_LOGS, 1
-- answer: E18 distributions lake: 3 of 8, 1 unknown
