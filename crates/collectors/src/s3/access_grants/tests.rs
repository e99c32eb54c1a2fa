//! Access Grants: an instance with a policy and two pages of grants, regions without one, and answers that are refused.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::ACCESS_GRANTS;
use crate::testing::{columns, xml_error};

const INSTANCE: &str = "<ListAccessGrantsInstancesResult><AccessGrantsInstancesList><AccessGrantsInstance>\
    <AccessGrantsInstanceId>default</AccessGrantsInstanceId><AccessGrantsInstanceArn>arn:grants</AccessGrantsInstanceArn>\
    <CreatedAt>2025-12-22T00:00:00Z</CreatedAt><IdentityCenterInstanceArn>arn:sso</IdentityCenterInstanceArn>\
    </AccessGrantsInstance></AccessGrantsInstancesList></ListAccessGrantsInstancesResult>";
const BARE: &str = "<ListAccessGrantsInstancesResult><AccessGrantsInstancesList><AccessGrantsInstance/>\
    </AccessGrantsInstancesList></ListAccessGrantsInstancesResult>";
const POLICY: &str = "<GetAccessGrantsInstanceResourcePolicyResult><Policy>{\"Statement\":{\"Effect\":\"Allow\",\
    \"Principal\":{\"AWS\":\"999988887777\"},\"Action\":\"s3:GetDataAccess\",\"Resource\":\"arn:grants\"}}</Policy>\
    <Organization>o-1</Organization><CreatedAt>2025-12-31T00:00:00Z</CreatedAt>\
    </GetAccessGrantsInstanceResourcePolicyResult>";

/// An IAM grant that says everything, and one of Identity Center that says little.
const FULL: &str = "<AccessGrant><CreatedAt>2025-12-22T00:00:00Z</CreatedAt><AccessGrantId>g-1</AccessGrantId>\
    <AccessGrantArn>arn:g-1</AccessGrantArn><Grantee><GranteeType>IAM</GranteeType><GranteeIdentifier>\
    arn:aws:iam::999988887777:role/reader</GranteeIdentifier></Grantee><Permission>READ</Permission>\
    <AccessGrantsLocationId>default</AccessGrantsLocationId><AccessGrantsLocationConfiguration><S3SubPrefix>a/*\
    </S3SubPrefix></AccessGrantsLocationConfiguration><GrantScope>s3://b-1/a/*</GrantScope></AccessGrant>";
const LITTLE: &str = "<AccessGrant><AccessGrantId>g-2</AccessGrantId><Grantee><GranteeType>DIRECTORY_GROUP</GranteeType>\
    <GranteeIdentifier>83d43802</GranteeIdentifier></Grantee><Permission>BORROW</Permission></AccessGrant>";

/// A location that says everything, and one that says little.
const LOCATIONS: &str = "<AccessGrantsLocation><CreatedAt>2025-12-22T00:00:00Z</CreatedAt><AccessGrantsLocationId>\
    default</AccessGrantsLocationId><AccessGrantsLocationArn>arn:l-1</AccessGrantsLocationArn><LocationScope>s3://\
    </LocationScope><IAMRoleArn>arn:aws:iam::111122223333:role/location</IAMRoleArn></AccessGrantsLocation>";
const BARE_LOCATION: &str = "<AccessGrantsLocation><AccessGrantsLocationId>l-2</AccessGrantsLocationId>\
    </AccessGrantsLocation>";

fn locations(locations: &str, token: &str) -> String {
    format!(
        "<ListAccessGrantsLocationsResult>{token}<AccessGrantsLocationsList>{locations}</AccessGrantsLocationsList>\
         </ListAccessGrantsLocationsResult>"
    )
}

fn grants(grants: &str, token: &str) -> String {
    format!("<ListAccessGrantsResult>{token}<AccessGrantsList>{grants}</AccessGrantsList></ListAccessGrantsResult>")
}

async fn run(recorded: Recorded) -> Collected {
    let collected = recorded.run(&ACCESS_GRANTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn an_instance_has_a_policy_and_grants_of_two_pages() {
    let recorded = Recorded::new()
        .answer_to("ListAccessGrantsInstances", "maxResults=1000", INSTANCE)
        .answer("GetAccessGrantsInstanceResourcePolicy", POLICY)
        .answer_to("ListAccessGrantsLocations", "maxResults=1000", &locations(LOCATIONS, ""))
        .answer_to("ListAccessGrants", "maxResults=1000", &grants(FULL, "<NextToken>more</NextToken>"))
        .answer_to("ListAccessGrants", "nextToken=more", &grants(LITTLE, ""));
    let collected = run(recorded).await;
    collected.assert_all_calls(&ACCESS_GRANTS);
    let names = ["arn", "instance_id", "age_days", "identity_center_instance_arn", "policy_organization"];
    assert_eq!(
        columns(&collected, "s3_access_grants_instances", &names),
        [json!(["arn:grants", "default", 10, "arn:sso", "o-1"])]
    );
    let names = ["arn", "grantee_type", "grantee", "permission", "location_sub_prefix", "age_days"];
    assert_eq!(
        columns(&collected, "s3_access_grants", &names),
        [
            json!(["arn:g-1", "IAM", "arn:aws:iam::999988887777:role/reader", "READ", "a/*", 10]),
            json!(["arn:grants/grant/g-2", "DIRECTORY_GROUP", "83d43802", "BORROW", null, null]),
        ]
    );
    let names = ["arn", "location_id", "instance_arn", "location_scope", "iam_role_arn", "age_days"];
    assert_eq!(
        columns(&collected, "s3_access_grants_locations", &names),
        [json!(["arn:l-1", "default", "arn:grants", "s3://", "arn:aws:iam::111122223333:role/location", 10])]
    );
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "policy_kind", "policy_name", "state"]),
        [json!(["arn:grants", "resource", "", "read"]), json!(["arn:grants", "grant", "g-1", "read"])]
    );
    let shared = &collected.table("policy_statements")[1];
    assert_eq!(shared["actions"], json!(["s3:GetObject", "s3:ListBucket"]));
    assert_eq!(shared["principals"], json!(["AWS:arn:aws:iam::999988887777:role/reader"]));
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn a_region_without_an_instance_has_nothing_and_one_that_went_away_is_gone() {
    let none = "<ListAccessGrantsInstancesResult><AccessGrantsInstancesList/></ListAccessGrantsInstancesResult>";
    let collected = run(Recorded::new().answer("ListAccessGrantsInstances", none)).await;
    assert!(collected.rows.is_empty(), "{:?}", collected.rows);
    let gone = xml_error("AccessGrantsInstanceNotExistsError");
    let recorded = Recorded::new().answer("ListAccessGrantsInstances", INSTANCE).refuse(
        "GetAccessGrantsInstanceResourcePolicy",
        "",
        404,
        &gone,
    );
    let collected = run(recorded).await;
    assert_eq!((collected.gone, collected.rows.is_empty()), (1, true));
}

#[tokio::test]
async fn no_policy_is_absent_and_what_is_refused_is_unread() {
    let recorded = Recorded::new()
        .answer("ListAccessGrantsInstances", BARE)
        .refuse(
            "GetAccessGrantsInstanceResourcePolicy",
            "",
            404,
            &xml_error("AccessGrantsInstanceResourcePolicyNotExists"),
        )
        .answer("ListAccessGrantsLocations", &locations("", ""))
        .refuse("ListAccessGrants", "", 403, &xml_error("AccessDenied"));
    let collected = run(recorded).await;
    let states = columns(&collected, "policy_documents", &["policy_kind", "state", "error_code"]);
    assert_eq!(states, [json!(["resource", "absent", null]), json!(["grant", "unread", "AccessDenied"])]);
    let instance = &collected.table("s3_access_grants_instances")[0];
    assert_eq!(instance["arn"], "arn:aws:s3:eu-west-1:111122223333:access-grants/default");
    assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements", "s3_access_grants"]));
    let recorded = Recorded::new()
        .answer("ListAccessGrantsInstances", BARE)
        .refuse("GetAccessGrantsInstanceResourcePolicy", "", 405, &xml_error("MethodNotAllowed"))
        .answer("ListAccessGrantsLocations", &locations("", ""))
        .answer(
            "ListAccessGrants",
            &grants("<AccessGrant><AccessGrantId>g-3</AccessGrantId></AccessGrant><AccessGrant/>", ""),
        );
    let collected = run(recorded).await;
    let states = columns(&collected, "policy_documents", &["policy_kind", "policy_name", "state"]);
    assert_eq!(
        states,
        [json!(["resource", "", "unread"]), json!(["grant", "g-3", "unread"]), json!(["grant", "", "unread"])]
    );
    let grant = &collected.table("s3_access_grants")[0];
    assert_eq!(grant.get("permission"), None::<&Value>, "{grant}");
    // A policy, three values of a grant and its share, and a grant without an id.
    assert_eq!(collected.short().0, 1 + 4 + 1);
}

#[tokio::test]
async fn locations_come_in_pages_and_what_they_lack_is_counted() {
    let recorded = Recorded::new()
        .answer("ListAccessGrantsInstances", INSTANCE)
        .answer("GetAccessGrantsInstanceResourcePolicy", POLICY)
        .answer_to("ListAccessGrantsLocations", "maxResults=1000", &locations(LOCATIONS, "<NextToken>more</NextToken>"))
        .answer_to(
            "ListAccessGrantsLocations",
            "nextToken=more",
            &locations(&format!("{BARE_LOCATION}<AccessGrantsLocation/>"), ""),
        )
        .answer("ListAccessGrants", &grants("", ""));
    let collected = run(recorded).await;
    let found = columns(&collected, "s3_access_grants_locations", &["arn", "iam_role_arn"]);
    let bare = json!(["arn:grants/location/l-2", null]);
    assert_eq!(found, [json!(["arn:l-1", "arn:aws:iam::111122223333:role/location"]), bare]);
    // The scope and the role of one, and another one without an id.
    assert_eq!(collected.short(), (2 + 1, vec!["s3_access_grants_locations"]));
}

#[tokio::test]
async fn without_its_locations_an_instance_has_its_grants() {
    let recorded = Recorded::new()
        .answer("ListAccessGrantsInstances", INSTANCE)
        .answer("GetAccessGrantsInstanceResourcePolicy", POLICY)
        .refuse("ListAccessGrantsLocations", "", 403, &xml_error("AccessDenied"))
        .answer("ListAccessGrants", &grants(FULL, ""));
    let collected = run(recorded).await;
    assert_eq!(collected.table("s3_access_grants").len(), 1);
    assert_eq!(collected.short(), (1, vec!["s3_access_grants_locations"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("ListAccessGrantsInstances", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&ACCESS_GRANTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
