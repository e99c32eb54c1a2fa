use std::collections::BTreeMap;

use orgcensus_row::{BatchBuilder, Row, Stamp, Timestamp};

use super::account::{Account, Launches, Region, Rights, Source};
use super::layers::{Defaults, Options};
use super::*;

const REGION: &str = "eu-west-1";
const ADMIN: &str = "arn:aws:iam::111122223333:instance-profile/admin";

fn options(tokens: &str) -> Options {
    Options { tokens: Some(tokens.to_owned()), ..Options::default() }
}

fn version(number: i64, tokens: &str) -> Source {
    Source {
        subject: format!("arn:lt-1:{number}"),
        name: "lt-1".to_owned(),
        number: Some(number),
        is_default: Some(number == 1),
        is_latest: Some(number == 3),
        image_id: Some("ami-1".to_owned()),
        profile: Some("admin".to_owned()),
        options: options(tokens),
    }
}

/// A template with version 1, the default, and 3, the latest; a launch configuration; groups that launch by them; and
/// three profiles: of an administrator, of a plain role, and one without a role.
fn account() -> Account {
    let configuration = Source {
        subject: "arn:lc".to_owned(),
        name: "lc".to_owned(),
        image_id: Some("ami-1".to_owned()),
        options: options("optional"),
        ..Source::default()
    };
    let template = |version: &str| Launches {
        template_id: Some("lt-1".to_owned()),
        version: Some(version.to_owned()),
        ..Launches::default()
    };
    let groups = [
        ("latest", template("$Latest")),
        ("pinned", template("2")),
        ("mixed", Launches { has_overrides: true, ..template("1") }),
        ("old", Launches { configuration: Some("lc".to_owned()), ..Launches::default() }),
        ("by-name", Launches { template_name: Some("web".to_owned()), ..Launches::default() }),
    ];
    let region = Region {
        defaults: Some(Defaults { options: options("required"), is_enforced: false, is_declared: true }),
        managed_by: Some("declarative-policy".to_owned()),
        images: [("ami-1", Ok(None)), ("ami-2", Ok(Some("v2.0".to_owned()))), ("ami-gone", Err("image_gone"))]
            .map(|(id, support)| (id.to_owned(), support))
            .into(),
        versions: [("lt-1".to_owned(), vec![version(1, "optional"), version(3, "required")])].into(),
        template_ids: [("web".to_owned(), "lt-1".to_owned())].into(),
        configurations: [("lc".to_owned(), configuration)].into(),
        groups: groups.map(|(name, launches)| (name.to_owned(), launches)).into(),
    };
    let role = |name: &str| Some(format!("arn:aws:iam::111122223333:role/{name}"));
    let profiles = [("admin", role("admin")), (ADMIN, role("admin")), ("plain", role("plain")), ("empty", None)];
    let rights = |is_administrator, may_escalate| Rights { is_administrator, may_escalate };
    Account {
        regions: [(REGION.to_owned(), region)].into(),
        declarative_policy_ids: ["p-1".to_owned()].into(),
        profiles: profiles.map(|(name, role)| (name.to_owned(), role)).into(),
        has_all_profiles: false,
        roles: [(role("admin"), rights(Some(true), Some(false))), (role("plain"), rights(Some(false), Some(false)))]
            .map(|(arn, rights)| (arn.unwrap(), rights))
            .into(),
    }
}

fn instance(profile: Option<&str>, image_id: &str, tags: &[(&str, &str)]) -> Instance {
    let text = |text: &str| Some(text.to_owned());
    Instance {
        arn: "arn:i-1".to_owned(),
        instance_id: "i-1".to_owned(),
        instance_name: None,
        state: text("running"),
        is_terminated: Some(false),
        state_transition_reason: None,
        http_tokens: text("optional"),
        http_endpoint: text("enabled"),
        http_put_response_hop_limit: Some(2),
        instance_metadata_tags: text("disabled"),
        is_imdsv2_required: Some(false),
        instance_profile_arn: profile.map(str::to_owned),
        image_id: text(image_id),
        instance_type: None,
        architecture: None,
        platform_details: None,
        key_name: None,
        lifecycle: None,
        tenancy: None,
        availability_zone: None,
        vpc_id: None,
        subnet_id: None,
        security_group_ids: Vec::new(),
        public_ip_address: None,
        private_ip_address: None,
        has_public_ip_address: false,
        is_monitored: None,
        launched_at: None,
        age_days: None,
        tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>(),
    }
}

fn posture(account: &Account, instance: &Instance) -> MetadataPosture {
    let stamp = Stamp {
        organization_id: "o-1".to_owned(),
        account_id: "111122223333".to_owned(),
        account_name: "one".to_owned(),
        ou_path: "Root".to_owned(),
        region: REGION.to_owned(),
        captured_at: Timestamp(0),
        run_id: "r".to_owned(),
    };
    let mut builder = BatchBuilder::new(table::<Instance>()).unwrap();
    builder.push(instance).unwrap();
    let batch = builder.take(&stamp).unwrap();
    let mut rows = Vec::new();
    Instance::each(&batch, |it| rows.push(account.of_instance(account.regions.get(REGION), &it))).unwrap();
    rows.remove(0)
}

/// Who launches next, by what, what its tokens will be, who decides that, and what was not read.
fn told(row: &MetadataPosture) -> [&str; 4] {
    [
        row.launch_source.as_deref().unwrap_or("null"),
        row.next_http_tokens.as_deref().unwrap_or("null"),
        row.tokens_decided_by.as_deref().unwrap_or("null"),
        row.unread.first().map_or("", String::as_str),
    ]
}

#[test]
fn the_next_launch_of_an_instance_is_by_what_launched_it() {
    let account = account();
    let group = |name| instance(None, "ami-2", &[(posture::GROUP_TAG, name), (posture::TEMPLATE_TAG, "lt-1")]);
    for (instance, expected) in [
        (group("latest"), ["arn:lt-1:3", "required", "launch_template", ""]),
        (group("by-name"), ["arn:lt-1:1", "optional", "launch_template", ""]),
        (group("old"), ["arn:lc", "optional", "launch_configuration", ""]),
        (group("pinned"), ["null", "null", "null", "version_unread"]),
        (group("mixed"), ["null", "null", "null", "several_templates"]),
        (group("no such group"), ["null", "null", "null", "group_unread"]),
        (
            instance(None, "ami-2", &[(posture::TEMPLATE_TAG, "lt-1")]),
            ["arn:lt-1:1", "optional", "launch_template", ""],
        ),
        (
            instance(None, "ami-2", &[(posture::TEMPLATE_TAG, "lt-2")]),
            ["null", "null", "null", "launch_template_unread"],
        ),
        (instance(None, "ami-2", &[]), ["null", "required", "declarative_policy", ""]),
    ] {
        let row = posture(&account, &instance);
        assert_eq!(told(&row), expected, "{:?}", instance.tags);
        assert_eq!((row.is_imdsv1_answered, row.http_tokens.as_deref()), (Some(true), Some("optional")));
    }
}

#[test]
fn the_image_decides_where_nothing_else_does() {
    let mut account = account();
    if let Some(region) = account.regions.get_mut(REGION) {
        region.defaults = Some(Defaults::default());
    }
    for (image_id, expected) in [
        ("ami-1", ["null", "optional", "aws_default", ""]),
        ("ami-2", ["null", "required", "image", ""]),
        ("ami-gone", ["null", "null", "null", "image_gone"]),
        ("ami-elsewhere", ["null", "null", "null", "image_unread"]),
        ("resolve:ssm:/golden", ["null", "null", "null", "image_by_parameter"]),
    ] {
        assert_eq!(told(&posture(&account, &instance(None, image_id, &[]))), expected, "{image_id}");
    }
}

#[test]
fn nothing_is_known_of_a_region_that_was_not_read() {
    let mut account = account();
    account.regions.clear();
    let row = posture(&account, &instance(None, "ami-1", &[]));
    assert_eq!((row.next_http_tokens, row.is_tokens_enforced), (None, None));
    assert_eq!(row.unread, ["defaults_unread"]);
}

#[test]
fn a_role_is_given_away_where_imdsv1_is_answered() {
    let account = account();
    let of = |profile| posture(&account, &instance(profile, "ami-1", &[]));
    let row = of(Some(ADMIN));
    assert_eq!(row.role_arn.as_deref(), Some("arn:aws:iam::111122223333:role/admin"));
    assert_eq!((row.is_role_administrator, row.exposes_administrator), (Some(true), Some(true)));
    assert_eq!((of(Some("plain")).exposes_administrator, of(None).exposes_administrator), (Some(false), Some(false)));
    let empty = of(Some("empty"));
    assert_eq!((empty.role_arn, empty.is_role_administrator), (None, Some(false)));
    let unread = of(Some("not seen"));
    assert_eq!((unread.is_role_administrator, unread.exposes_administrator), (None, None));
    assert_eq!(unread.unread, ["profile_unread"]);

    let off = Instance { http_endpoint: Some("disabled".to_owned()), ..instance(Some(ADMIN), "ami-1", &[]) };
    let off = posture(&account, &off);
    assert_eq!((off.is_imdsv1_answered, off.exposes_administrator), (Some(false), Some(false)));
}

#[test]
fn a_profile_that_is_not_there_gives_nothing_away_where_all_were_read() {
    let unread = account();
    let read = Account { has_all_profiles: true, ..account() };
    let of = |account: &Account| {
        let row = posture(account, &instance(Some("deleted"), "ami-1", &[]));
        let rights = [row.is_role_administrator, row.may_role_escalate, row.exposes_administrator];
        assert_eq!((row.instance_profile.as_deref(), row.role_arn), (Some("deleted"), None));
        (rights, row.unread)
    };
    assert_eq!(of(&read), ([Some(false); 3], vec!["profile_gone".to_owned()]));
    assert_eq!(of(&unread), ([None; 3], vec!["profile_unread".to_owned()]));
    let row = posture(&read, &instance(Some(ADMIN), "ami-1", &[]));
    assert_eq!((row.exposes_administrator, row.unread), (Some(true), Vec::new()), "one that is there is as before");
    let source = Source { profile: Some("deleted".to_owned()), ..version(1, "optional") };
    let row = read.of_source(&read.regions[REGION], &source);
    assert_eq!((row.exposes_administrator, row.unread), (Some(false), vec!["profile_gone".to_owned()]));
}

#[test]
fn a_version_and_a_configuration_have_rows_of_their_next_launch_alone() {
    let account = account();
    let region = &account.regions[REGION];
    let first = account.of_source(region, &region.versions["lt-1"][0]);
    assert_eq!((first.subject.as_str(), first.subject_type.as_str()), ("arn:lt-1:1", "launch_template_version"));
    assert_eq!(
        (first.version_number, first.is_default_version, first.is_latest_version),
        (Some(1), Some(true), Some(false))
    );
    assert_eq!((first.http_tokens, first.is_imdsv1_answered), (None, None));
    assert_eq!((first.is_next_imdsv1_answered, first.exposes_administrator), (Some(true), Some(true)));
    assert_eq!(first.endpoint_decided_by.as_deref(), Some("aws_default"));
    assert_eq!(
        (first.declarative_policy_ids, first.defaults_managed_by.as_deref()),
        (vec!["p-1".to_owned()], Some("declarative-policy"))
    );
    let latest = account.of_source(region, &region.versions["lt-1"][1]);
    assert_eq!((latest.is_next_imdsv1_answered, latest.exposes_administrator), (Some(false), Some(false)));
    let configuration = account.of_source(region, &region.configurations["lc"]);
    assert_eq!(configuration.subject_type, "launch_configuration");
    assert_eq!(
        (configuration.tokens_decided_by.as_deref(), configuration.exposes_administrator),
        (Some("launch_configuration"), Some(false))
    );
}
