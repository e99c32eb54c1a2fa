-- id: E16
-- title: Credentials of applications outside of a vault, by the names of variables and parameters
-- subject: organization_id, account_id, account_name, region, subject_type, subject_arn
-- rests on: codebuild_projects, ecs_task_definitions, lambda_functions, secretsmanager_secrets, ssm_parameters
-- of: functions
-- where: is_function
-- fact: Lambda functions with an environment variable whose name looks like a secret's
-- caveat: Values are never read: one may only say where a secret is. Unknown are functions whose environment Lambda could not read
-- of: containers
-- where: is_container
-- fact: Containers of ECS task definitions with a variable in plain text whose name looks like a secret's
-- caveat: Of the newest active revision of each task definition. Values are never read. Files of variables in buckets are not looked at
-- of: projects
-- where: is_project
-- fact: CodeBuild projects with a plaintext variable whose name looks like a secret's
-- caveat: Values are never read
-- controls: FSBP CodeBuild.2
-- of: plain_parameters
-- where: is_plain_parameter
-- fact: Parameters in plain text whose name looks like a secret's
-- caveat: Parameters of type SecureString are left out. Values are never read. Unknown are those whose type AWS did not say
-- of: accounts
-- where: is_account
-- fact: Accounts that use neither Secrets Manager nor parameters of type SecureString
-- caveat: Closed accounts are left out. Unknown are accounts where secrets or parameters were not read everywhere
WITH vaults AS (
  SELECT account_id
  FROM secretsmanager_secrets
  UNION
  SELECT account_id
  FROM ssm_parameters
  WHERE is_secure
),
seen AS (
  SELECT account_id, bool_and(is_complete) AND COUNT(DISTINCT collector) = 2 AS is_seen
  FROM coverage
  WHERE is_planned AND collector IN ('secretsmanager_secrets', 'ssm_parameters')
  GROUP BY account_id
)
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'function' AS subject_type,
  arn AS subject_arn,
  true AS is_function,
  false AS is_container,
  false AS is_project,
  false AS is_plain_parameter,
  false AS is_account,
  has_secret_like_environment_name AS is_so
FROM lambda_functions
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'container' AS subject_type,
  CONCAT_WS('/', task_definition_arn, container_name) AS subject_arn,
  false AS is_function,
  true AS is_container,
  false AS is_project,
  false AS is_plain_parameter,
  false AS is_account,
  has_secret_like_environment_name AS is_so
FROM ecs_containers
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'project' AS subject_type,
  arn AS subject_arn,
  false AS is_function,
  false AS is_container,
  true AS is_project,
  false AS is_plain_parameter,
  false AS is_account,
  has_secret_like_variable AS is_so
FROM codebuild_projects
UNION ALL
SELECT
  organization_id,
  account_id,
  account_name,
  region,
  'parameter' AS subject_type,
  arn AS subject_arn,
  false AS is_function,
  false AS is_container,
  false AS is_project,
  true AS is_plain_parameter,
  false AS is_account,
  has_secret_like_name AND NOT is_secure AS is_so
FROM ssm_parameters
WHERE is_secure IS DISTINCT FROM true
UNION ALL
SELECT
  accounts.organization_id,
  accounts.account_id,
  accounts.account_name,
  accounts.region,
  'account' AS subject_type,
  accounts.arn AS subject_arn,
  false AS is_function,
  false AS is_container,
  false AS is_project,
  false AS is_plain_parameter,
  true AS is_account,
  CASE WHEN vaults.account_id IS NOT NULL THEN false WHEN seen.is_seen THEN true END AS is_so
FROM accounts
LEFT JOIN vaults ON vaults.account_id = accounts.account_id
LEFT JOIN seen ON seen.account_id = accounts.account_id
WHERE accounts.is_active IS DISTINCT FROM false

-- case: names that look like a secret's, and an environment that was not read
-- lambda_functions: arn, has_secret_like_environment_name
--   f-1, true
--   f-2, false
--   f-3, null
-- ecs_containers: task_definition_arn, container_name, has_secret_like_environment_name
--   t-1, app, true
--   t-1, side, false
--   t-2, app, false
-- codebuild_projects: arn, has_secret_like_variable
--   p-1, true
--   p-2, false
-- answer: E16 functions lake: 1 of 2, 1 unknown
-- answer: E16 containers lake: 1 of 3
-- answer: E16 projects lake: 1 of 2
-- answer: E16 plain_parameters lake: 0 of 0

-- case: a secure parameter is in no population, and a harmless name is so whatever the type
-- ssm_parameters: arn, has_secret_like_name, is_secure
--   p-1, true, false
--   p-2, false, false
--   p-3, true, true
--   p-4, true, null
--   p-5, false, null
-- answer: E16 plain_parameters lake: 1 of 3, 1 unknown

-- case: a secret or a secure parameter is a vault that is used, a plain one is none
-- accounts: account_id, is_active
--   1, true
--   2, true
--   3, true
--   4, false
-- secretsmanager_secrets: account_id, arn
--   1, s-1
-- ssm_parameters: account_id, arn, has_secret_like_name, is_secure
--   2, p-1, false, true
--   3, p-2, false, false
-- coverage: account_id, collector, is_planned, is_complete
--   3, secretsmanager_secrets, true, true
--   3, ssm_parameters, true, true
--   3, lambda_functions, true, false
-- answer: E16 accounts lake: 1 of 3

-- case: where one of both was not read everywhere, it is not known
-- accounts: account_id, is_active
--   1, true
--   2, true
--   3, true
-- coverage: account_id, collector, is_planned, is_complete
--   1, secretsmanager_secrets, true, true
--   2, secretsmanager_secrets, true, true
--   2, ssm_parameters, true, true
--   2, ssm_parameters, true, false
-- answer: E16 accounts lake: 0 of 0, 3 unknown
