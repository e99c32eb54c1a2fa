-- id: S4
-- title: Regions where nothing of the account is in a behavior graph of Detective
-- subject: organization_id, account_id, account_name, region
-- rests on: detective_graphs
-- why: an account that its organization made a member need not be told, so the administrator's list of members counts too
-- of: regions
-- definition: off
-- fact: Regions of accounts that neither administer a behavior graph nor are an enabled member of one
-- caveat: Unknown are those where it was not seen. Regions where Detective is not offered are left out. A member of an administrator outside of the lake counts as it says itself
-- of: members
-- where: is_member
-- is so: is_member_disabled
-- definition: disabled_members
-- fact: Members whose data the graph does not have, by the administrator's list of members
-- caveat: A member that has not answered its invitation is one. Only members whose own region is in the lake are counted
WITH planned AS (
  SELECT organization_id, account_id, account_name, region
  FROM coverage
  WHERE is_planned AND collector = 'detective_graphs'
),
members AS (
  SELECT organization_id, member_account_id, region, bool_or(is_enabled) AS is_enabled
  FROM detective_members
  GROUP BY organization_id, member_account_id, region
)
SELECT
  planned.organization_id,
  planned.account_id,
  planned.account_name,
  planned.region,
  CASE
    WHEN members.is_enabled THEN false
    ELSE NOT detective_graphs.is_enabled
  END AS is_so,
  members.member_account_id IS NOT NULL AS is_member,
  NOT members.is_enabled AS is_member_disabled
FROM planned
LEFT JOIN detective_graphs ON detective_graphs.organization_id = planned.organization_id
  AND detective_graphs.account_id = planned.account_id
  AND detective_graphs.region = planned.region
LEFT JOIN members ON members.organization_id = planned.organization_id
  AND members.member_account_id = planned.account_id
  AND members.region = planned.region

-- case: an administrator, a member that says so, one that only its administrator names, one that is disabled, one that is none, one not seen
-- coverage: account_id, region, collector, is_planned, is_complete
--   1, eu, detective_graphs, true, true
--   2, eu, detective_graphs, true, true
--   3, eu, detective_graphs, true, true
--   4, eu, detective_graphs, true, true
--   5, eu, detective_graphs, true, true
--   6, eu, detective_graphs, true, false
--   7, eu, detective_graphs, false, false
-- detective_graphs: account_id, region, is_enabled, graph_arn
--   1, eu, true, g-1
--   2, eu, true, null
--   3, eu, false, null
--   4, eu, false, null
--   5, eu, false, null
-- detective_members: account_id, region, graph_arn, member_account_id, is_enabled
--   1, eu, g-1, 2, true
--   1, eu, g-1, 3, true
--   1, eu, g-1, 4, false
-- answer: S4 regions off: 2 of 5, 1 unknown
-- answer: S4 members disabled_members: 1 of 3

-- case: a member in one region is none in another, a member not seen is on by its administrator's word, and of one AWS does not say
-- coverage: account_id, region, collector, is_planned, is_complete
--   2, us, detective_graphs, true, true
--   3, eu, detective_graphs, true, false
--   4, eu, detective_graphs, true, true
-- detective_graphs: account_id, region, is_enabled, graph_arn
--   2, us, false, null
--   4, eu, null, null
-- detective_members: account_id, region, graph_arn, member_account_id, is_enabled
--   1, eu, g-1, 2, true
--   1, eu, g-1, 3, true
--   1, eu, g-1, 4, null
-- answer: S4 regions off: 1 of 2, 1 unknown
-- answer: S4 members disabled_members: 0 of 1, 1 unknown
