//! The walk over all places: counts what each service holds there, if a census can see it.

use super::kind::{At, Holds, Kind};
use super::parts::Obstructed;
use super::tally::Tally;
use crate::access::obstacle;
use crate::account::Account;
use crate::organization::Organization;
use crate::place::Place;
use crate::service::Service;

/// Counts the things that exist once in the organization.
pub(super) fn organization(tally: &mut Tally, services: &[&Service], organization: &Organization) {
    visit(tally, services, &Place::account(organization, &organization.account(0)), At::Organization);
}

/// Counts the things of an account that a census can see.
pub(super) fn account(tally: &mut Tally, services: &[&Service], organization: &Organization, account: &Account) {
    if !account.is_reachable() {
        return;
    }
    tally.accounts_seen += 1;
    let place = Place::account(organization, account);
    visit(tally, services, &place, At::Account);
    let settings = &organization.settings;
    let opted_in = Some(&settings.opt_in_region).filter(|_| organization.is_opted_in(account));
    for region in settings.regions.iter().chain(opted_in) {
        visit(tally, services, &place.in_region(region), At::Region);
    }
}

/// Counts what every service holds at this place, or notes that a census cannot read the service there.
fn visit(tally: &mut Tally, services: &[&Service], place: &Place<'_>, at: At) {
    for service in services {
        let kinds = || service.kinds.iter().filter(|kind| kind.at == at);
        let counts = service.counts.filter(|(counted_at, _)| *counted_at == at);
        if kinds().next().is_none() && counts.is_none() {
            continue;
        }
        if let Some(obstacle) = obstacle(place, service) {
            obstruct(tally, place, service, obstacle.outcome());
            continue;
        }
        for kind in kinds() {
            count(tally, place, service, kind);
        }
        if let Some((_, count)) = counts {
            count(place, tally);
        }
    }
}

/// Counts the things of one kind at this place.
fn count(tally: &mut Tally, place: &Place<'_>, service: &Service, kind: &Kind) {
    let count = match kind.holds {
        Holds::Count(count) => count(place),
        Holds::Resources(all) => {
            let found = all(place);
            if found.iter().any(|it| it.is_policy_hidden) {
                obstruct(tally, place, service, "partial");
            }
            let count = found.len();
            for mut it in found {
                it.sampled = it.sampled.or(kind.sampled);
                tally.resource(place, kind.resource, it);
            }
            count
        }
    };
    if let Some(table) = kind.table {
        tally.rows(table, count);
    }
}

fn obstruct(tally: &mut Tally, place: &Place<'_>, service: &Service, outcome: &'static str) {
    let (account_id, region) = (place.account.id.clone(), place.region.to_owned());
    tally.obstructed.push(Obstructed { account_id, region, service: service.name, outcome });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::delegates::DELEGATED;
    use crate::services::SERVICES;
    use crate::testing::quiet;

    /// Of these there may be more: what AWS has in every account, what belongs to another thing or is made of it, and
    /// analyzers, of which each type is by chance. Kinds without a table are told by their service.
    const MORE: &[&str] = &[
        "accessanalyzer_analyzers",
        "accessanalyzer_archive_rules",
        "accessanalyzer_finding_counts",
        "accessanalyzer_unused_findings",
        "account_alternate_contacts",
        "apigateway_authorizers",
        "apigateway_stages",
        "apigatewayv2_routes",
        "apigatewayv2_stages",
        "cloudfront_origins",
        "cloudwatchlogs",
        "ec2_flow_logs",
        "ec2_images_in_use",
        "ec2_internet_gateways",
        "ec2_launch_template_versions",
        "ec2_managed_prefix_list_entries",
        "ec2_metadata_posture",
        "ec2_nat_gateways",
        "ec2_network_acl_entries",
        "ec2_network_acls",
        "ec2_network_interfaces",
        "ec2_route_table_associations",
        "ec2_route_tables",
        "ec2_routes",
        "ec2_security_group_rules",
        "ec2_security_groups",
        "ec2_subnets",
        "ec2_transit_gateway_attachments",
        "ec2_vpc_endpoints",
        "ec2_vpc_peering_connections",
        "ec2_vpcs",
        "ecr_image_findings",
        "ecs_containers",
        "ecs_services",
        "ecs_tasks",
        "eks_pod_identity_associations",
        "elb_listeners",
        "elbv2_listeners",
        "elbv2_target_groups",
        "eventbridge_event_buses",
        "eventbridge_rules",
        "eventbridge_targets",
        "guardduty_features",
        "kinesis_consumers",
        "kms_grants",
        "lambda_aliases",
        "lambda_layer_versions",
        "lambda_versions",
        "lambda_web_endpoints",
        "logs_delivery_sources",
        "logs_log_groups",
        "logs_resource_policies",
        "ram_share_principals",
        "ram_shared_resources",
        "rds_instances",
        "s3_access_points",
        "s3tables_tables",
        "security_findings",
        "securityhub_disabled_controls",
        "securityhub_scores",
        "securityhub_standards",
        "ssm",
        "ssm_managed_instances",
        "ssm_parameters",
        "ssm_patch_states",
        "wafv2_associations",
        "wafv2_web_acl_rules",
    ];

    #[test]
    fn an_account_with_little_in_it_has_at_most_two_things_of_a_kind() {
        let organization = Organization::new(quiet(16, 1).with_little());
        let administers = |index: u64| index == 0 || DELEGATED.iter().any(|(it, _)| *it == index);
        let mut seen = BTreeSet::new();
        for account in organization.accounts().filter(|it| !administers(it.index)) {
            let place = Place::account(&organization, &account);
            let regions = organization.settings.regions.iter().map(|region| place.in_region(region));
            let regions: Vec<Place<'_>> = regions.collect();
            for (service, kind) in SERVICES.iter().flat_map(|it| it.kinds.iter().map(move |kind| (it.name, kind))) {
                let name = kind.table.unwrap_or(service);
                let many = |place: &Place<'_>| match kind.holds {
                    Holds::Count(count) => count(place),
                    Holds::Resources(all) => all(place).len(),
                };
                let counts: Vec<usize> = match kind.at {
                    At::Account => vec![many(&place)],
                    At::Region => regions.iter().map(many).collect(),
                    At::Organization => continue,
                };
                if !MORE.contains(&name) {
                    // In the other regions is at most what AWS itself has in each.
                    let is_little = counts[0] <= 2 && counts.iter().skip(1).all(|count| *count <= 1);
                    assert!(is_little, "{name} of account {}: {counts:?}", account.index);
                    seen.insert(counts[0]);
                }
            }
            let mut tally = Tally::default();
            super::account(&mut tally, SERVICES, &organization, &account);
            let tables = tally.tables();
            assert!(tables["iam_users"] <= 2 && tables["iam_groups"] <= 2, "account {}", account.index);
        }
        assert_eq!(seen, BTreeSet::from([0, 1, 2]));
    }
}
