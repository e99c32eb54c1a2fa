WITH makers AS (
{makers}
),
events AS (
  SELECT *
  FROM {events}
  WHERE {between}
    AND NOT is_failed
),
made AS (
  SELECT *
  FROM changes
  WHERE run_id = {run_id} AND change IN ('appeared', 'changed', 'gone')
),
fitting AS (
  SELECT
    made.rule_id,
    made.ordinal,
    MIN(events.event_id) AS event_id,
    MIN(events.event_name) AS event_name,
    MIN(events.event_time) AS event_time,
    MIN(events.actor_arn) AS actor_arn,
    MIN(events.actor_type) AS actor_type,
    MIN(events.session_issuer_arn) AS session_issuer_arn,
    MIN(events.source_address) AS source_address,
    bool_or(events.is_mfa_used) AS is_mfa_used
  FROM made
  INNER JOIN makers ON makers.rule_id = made.rule_id
  INNER JOIN events ON events.account_id = made.account_id AND events.event_name = makers.event_name
  WHERE makers.is_of_account
    OR contains(events.resources, made.resource)
    OR (made.resource LIKE 'arn:%' AND contains(events.resources, element_at(split(made.resource, '/'), -1)))
  GROUP BY made.rule_id, made.ordinal
  HAVING COUNT(DISTINCT events.event_id) = 1 AND COUNT(events.event_time) > 0
)
SELECT
  made.rule_id,
  made.ordinal,
  made.priority,
  made.title,
  made.change,
  made.account_id,
  made.account_name,
  made.region,
  made.resource,
  made.was,
  made.now,
  fitting.actor_arn,
  fitting.event_time,
  fitting.event_id,
  fitting.event_name,
  fitting.actor_type,
  fitting.session_issuer_arn,
  fitting.source_address,
  fitting.is_mfa_used
FROM made
LEFT JOIN fitting ON fitting.rule_id = made.rule_id AND fitting.ordinal = made.ordinal
ORDER BY made.ordinal
