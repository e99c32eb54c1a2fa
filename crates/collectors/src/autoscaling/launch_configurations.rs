//! Launch configurations of Auto Scaling: DescribeLaunchConfigurations.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

const LIST: Read<Page> = reads("autoscaling", "DescribeLaunchConfigurations");

/// One launch configuration, the old way to say what a group launches. It cannot be changed. User data is not read.
#[derive(Debug, Serialize, Row)]
#[row(table = "autoscaling_launch_configurations", key = "arn")]
pub struct LaunchConfiguration {
    /// The launch configuration's ARN.
    pub arn: String,
    /// The launch configuration's name.
    pub launch_configuration_name: String,
    /// The image, ami-….
    pub image_id: Option<String>,
    /// The type, m7g.large.
    pub instance_type: Option<String>,
    /// The key pair for logins. Null: none.
    pub key_name: Option<String>,
    /// The ARN of its instance profile. Null: it has none, or names it by its name.
    pub instance_profile_arn: Option<String>,
    /// The name of its instance profile. Null: it has none, or names it by its ARN.
    pub instance_profile_name: Option<String>,
    /// required (IMDSv2 only) or optional (IMDSv1 too). Null: it leaves it to the account and the image.
    pub http_tokens: Option<String>,
    /// Whether the metadata service answers: enabled or disabled. Null: it leaves it to the account.
    pub http_endpoint: Option<String>,
    /// How many network hops an answer with a token may travel. Null: it leaves it to the account and the image.
    pub http_put_response_hop_limit: Option<i32>,
    /// Whether instances get a public IPv4 address. Null: the subnet decides.
    pub associates_public_ip_address: Option<bool>,
    /// The security groups, by id or by name.
    pub security_groups: Vec<String>,
    /// The most that it pays for a spot instance, in dollars an hour, as written. Null: its instances are on demand.
    pub spot_price: Option<String>,
    /// Whether detailed monitoring is on.
    pub is_monitored: Option<bool>,
    /// Whether all volumes that it describes are encrypted. Null: it describes none, or does not say it of one.
    pub is_encrypted: Option<bool>,
    /// default or dedicated. Null: not said.
    pub tenancy: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The launch configurations of one region.
pub const LAUNCH_CONFIGURATIONS: Collector = Collector {
    name: "autoscaling_launch_configurations",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<LaunchConfiguration>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    launch_configurations: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    launch_configuration_name: Option<String>,
    #[serde(rename = "LaunchConfigurationARN")]
    launch_configuration_arn: Option<String>,
    image_id: Option<String>,
    instance_type: Option<String>,
    key_name: Option<String>,
    /// A name or an ARN.
    iam_instance_profile: Option<String>,
    metadata_options: Metadata,
    associate_public_ip_address: Option<bool>,
    security_groups: Vec<String>,
    spot_price: Option<String>,
    instance_monitoring: Monitoring,
    block_device_mappings: Vec<Device>,
    placement_tenancy: Option<String>,
    created_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Metadata {
    http_tokens: Option<String>,
    http_endpoint: Option<String>,
    http_put_response_hop_limit: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Monitoring {
    enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Device {
    ebs: Option<Volume>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Volume {
    encrypted: Option<bool>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        for described in page?.launch_configurations {
            let mut unread = Unread::default();
            let row = configuration(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn configuration(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<LaunchConfiguration> {
    let made = |name: &str| session.arn("autoscaling", &format!("launchConfiguration::launchConfigurationName/{name}"));
    let (name, arn) = (it.launch_configuration_name, it.launch_configuration_arn);
    let (arn, name) = unread.identity("LaunchConfigurationName", name, arn, made)?;
    let profile = it.iam_instance_profile.filter(|profile| !profile.is_empty());
    let (profile_arn, profile_name) = match profile {
        Some(arn) if arn.starts_with("arn:") => (Some(arn), None),
        other => (None, other),
    };
    let created_at = unread.value("CreatedTime", it.created_time.as_ref());
    let created_at = unread.moment("CreatedTime", created_at);
    let encrypted: Vec<_> = it.block_device_mappings.iter().filter_map(|it| it.ebs.as_ref()?.encrypted).collect();
    let volumes = it.block_device_mappings.iter().filter(|it| it.ebs.is_some()).count();
    Some(LaunchConfiguration {
        arn,
        launch_configuration_name: name,
        image_id: unread.value("ImageId", it.image_id),
        instance_type: unread.value("InstanceType", it.instance_type),
        key_name: it.key_name.filter(|name| !name.is_empty()),
        instance_profile_arn: profile_arn,
        instance_profile_name: profile_name,
        http_tokens: it.metadata_options.http_tokens,
        http_endpoint: it.metadata_options.http_endpoint,
        http_put_response_hop_limit: it.metadata_options.http_put_response_hop_limit,
        associates_public_ip_address: it.associate_public_ip_address,
        security_groups: it.security_groups,
        spot_price: it.spot_price,
        is_monitored: it.instance_monitoring.enabled,
        is_encrypted: are_encrypted(&encrypted, volumes),
        tenancy: it.placement_tenancy,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}

/// Whether all of these volumes are encrypted, by what is said of some of them.
fn are_encrypted(said: &[bool], volumes: usize) -> Option<bool> {
    if said.contains(&false) {
        return Some(false);
    }
    (volumes > 0 && said.len() == volumes).then_some(true)
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::LAUNCH_CONFIGURATIONS;
    use crate::testing::{columns, xml_error};

    const WEB: &str = "<member><LaunchConfigurationName>web</LaunchConfigurationName>
        <LaunchConfigurationARN>arn:lc:web</LaunchConfigurationARN><ImageId>ami-0a</ImageId><KeyName>ops</KeyName>
        <InstanceType>z9.huge</InstanceType><UserData>c2VjcmV0</UserData>
        <IamInstanceProfile>app</IamInstanceProfile><SecurityGroups><member>sg-0a</member></SecurityGroups>
        <MetadataOptions><HttpTokens>optional</HttpTokens><HttpEndpoint>moody</HttpEndpoint>
        <HttpPutResponseHopLimit>3</HttpPutResponseHopLimit></MetadataOptions>
        <AssociatePublicIpAddress>true</AssociatePublicIpAddress><SpotPrice>0.1</SpotPrice>
        <InstanceMonitoring><Enabled>true</Enabled></InstanceMonitoring><BlockDeviceMappings><member>
        <DeviceName>/dev/xvda</DeviceName><Ebs><Encrypted>true</Encrypted></Ebs></member><member>
        <DeviceName>/dev/xvdb</DeviceName><NoDevice>true</NoDevice></member></BlockDeviceMappings>
        <CreatedTime>2025-12-22T00:00:00.000Z</CreatedTime></member>";
    const OTHER: &str = "<member><LaunchConfigurationName>other</LaunchConfigurationName>
        <ImageId>ami-0b</ImageId><InstanceType>t3.micro</InstanceType>
        <IamInstanceProfile>arn:aws:iam::111122223333:instance-profile/app</IamInstanceProfile><KeyName></KeyName>
        <BlockDeviceMappings><member><Ebs><VolumeSize>8</VolumeSize></Ebs></member></BlockDeviceMappings>
        <CreatedTime>2025-12-31T00:00:00.000Z</CreatedTime></member>";
    const BARE: &str = "<member><LaunchConfigurationName>bare</LaunchConfigurationName></member>";

    const NAMELESS: &str = "<member><ImageId>ami-0b</ImageId></member>";

    fn page(configurations: &str, token: &str) -> String {
        format!(
            "<DescribeLaunchConfigurationsResponse><DescribeLaunchConfigurationsResult><LaunchConfigurations>\
             {configurations}</LaunchConfigurations>{token}</DescribeLaunchConfigurationsResult>\
             </DescribeLaunchConfigurationsResponse>"
        )
    }

    #[tokio::test]
    async fn configurations_of_two_pages_one_whole_and_one_bare() {
        let recorded = Recorded::new()
            .answer_to("DescribeLaunchConfigurations", "MaxRecords=100", &page(WEB, "<NextToken>second</NextToken>"))
            .answer_to(
                "DescribeLaunchConfigurations",
                "NextToken=second",
                &page(&format!("{OTHER}{BARE}{NAMELESS}"), ""),
            );
        let collected = recorded.run(&LAUNCH_CONFIGURATIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&LAUNCH_CONFIGURATIONS);
        let of = |names: &[&str]| columns(&collected, "autoscaling_launch_configurations", names);
        let profile = "arn:aws:iam::111122223333:instance-profile/app";
        let bare = "arn:aws:autoscaling:eu-west-1:111122223333:launchConfiguration::launchConfigurationName/bare";
        let names = ["arn", "key_name", "instance_profile_arn", "instance_profile_name", "age_days"];
        assert_eq!(of(&names)[0], json!(["arn:lc:web", "ops", null, "app", 10]));
        assert_eq!(of(&names)[1].as_array().unwrap()[1..], [json!(null), json!(profile), json!(null), json!(1)]);
        assert_eq!(of(&names)[2], json!([bare, null, null, null, null]));
        let names = ["http_tokens", "http_endpoint", "http_put_response_hop_limit", "associates_public_ip_address"];
        assert_eq!(
            of(&names),
            [json!(["optional", "moody", 3, true]), json!([null, null, null, null]), json!([null, null, null, null])]
        );
        let names = ["image_id", "security_groups", "spot_price", "is_monitored", "is_encrypted"];
        assert_eq!(of(&names)[0], json!(["ami-0a", ["sg-0a"], "0.1", true, true]));
        assert_eq!(of(&names)[1], json!(["ami-0b", [], null, null, null]));
        assert!(!format!("{:?}", collected.rows).contains("c2VjcmV0"));
        // The image, the type and the moment of the bare one, and the name of another.
        assert_eq!(collected.short(), (4, vec!["autoscaling_launch_configurations"]));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let recorded = Recorded::new().refuse("DescribeLaunchConfigurations", "", 403, &xml_error("AccessDenied"));
        let collected = recorded.run(&LAUNCH_CONFIGURATIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
