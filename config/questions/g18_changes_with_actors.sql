-- id: G18
-- title: Changes since the previous complete snapshot, with who made each and how, where one event says so
-- key: organization_id, rule_id, ordinal, event_name
-- why: changes_with_actors: the table changes and the events that it names, of which orgcensus has found the one that fits by name, resources and time. Null is where no event was read, or none fits, or several. From the view trail_activity, without the collector: orgcensus changes --sql --events trail_activity
WITH events AS (
  SELECT
    account_id,
    event_id,
    MIN(event_name) AS event_name,
    MIN(event_source) AS event_source,
    MIN(actor_type) AS actor_type,
    MIN(session_issuer_arn) AS session_issuer_arn,
    MIN(invoked_by) AS invoked_by,
    MIN(source_address) AS source_address,
    bool_or(is_mfa_used) AS is_mfa_used
  FROM activity
  GROUP BY account_id, event_id
)
SELECT
  changes.organization_id,
  changes.rule_id,
  changes.ordinal,
  changes.priority,
  changes.title,
  changes.change,
  changes.account_id,
  changes.account_name,
  changes.ou_path,
  changes.region,
  changes.resource,
  changes.was,
  changes.now,
  changes.actor_arn,
  changes.event_time,
  changes.event_id,
  events.event_name,
  events.event_source,
  events.actor_type,
  events.session_issuer_arn,
  events.invoked_by,
  events.source_address,
  events.is_mfa_used,
  changes.previous_snapshot_date
FROM changes
LEFT JOIN events ON events.account_id = changes.account_id AND events.event_id = changes.event_id
WHERE changes.change IN ('appeared', 'changed', 'gone')
ORDER BY changes.organization_id NULLS LAST, changes.ordinal NULLS LAST

-- case: the event that a change names, once, of the change's own account, and what nobody is known to have made
-- changes: account_id, rule_id, ordinal, change, event_id
--   1, D6, 0, appeared, e-1
--   1, D6, 1, appeared, null
--   2, D9, 2, changed, e-1
--   2, D19, 3, gone, e-2
--   2, D19, 4, unknown, e-2
--   2, D19, 5, not_seen, null
-- activity: account_id, event_id, event_name
--   1, e-1, CreateUser
--   1, e-1, CreateUser
--   1, e-3, CreateUser
--   2, e-2, DeleteGroup
-- answer: o-1, D6, 0, CreateUser
-- answer: o-1, D6, 1, null
-- answer: o-1, D9, 2, null
-- answer: o-1, D19, 3, DeleteGroup

-- case: without activity changes are there, and nobody is named
-- changes: rule_id, ordinal, change
--   D6, 0, appeared
-- answer: o-1, D6, 0, null
