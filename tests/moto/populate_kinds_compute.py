"""Kinds around compute: parts of functions, images, snapshots, endpoint services, projects, APIs."""

import io
import zipfile

from populating import IMAGE, OUTSIDE, listed, to_everyone, to_own


def populate(aws, region, account_id):
    functions(aws.client("lambda", region), account_id)
    layers(aws.client("lambda", region), account_id)
    images(aws.client("ec2", region))
    snapshots(aws.client("ec2", region))
    endpoint_services(aws, region, account_id)
    projects(aws.client("codebuild", region), account_id)
    rest_apis(aws.client("apigateway", region), account_id)


def archive():
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as files:
        files.writestr("main.py", "def handler(event, context): pass")
    return code.getvalue()


def functions(client, account_id):
    """A function with two versions, aliases with policies of their own, and URLs."""
    client.create_function(
        FunctionName="versioned",
        Runtime="python3.13",
        Role=f"arn:aws:iam::{account_id}:role/service/function",
        Handler="main.handler",
        Code={"ZipFile": archive()},
        Environment={"Variables": {"API_TOKEN": "CANARY"}},
    )
    client.publish_version(FunctionName="versioned", Description="the first")
    client.update_function_configuration(FunctionName="versioned", MemorySize=256)
    client.publish_version(FunctionName="versioned")
    client.create_alias(FunctionName="versioned", Name="live", FunctionVersion="1", Description="in use")
    client.create_alias(FunctionName="versioned", Name="next", FunctionVersion="2")
    permission = {"Action": "lambda:InvokeFunction", "StatementId": "it"}
    client.add_permission(FunctionName="versioned", Qualifier="live", Principal="*", **permission)
    client.add_permission(FunctionName="versioned", Qualifier="2", Principal=OUTSIDE, **permission)
    client.create_function_url_config(FunctionName="versioned", AuthType="NONE")


def layers(client, account_id):
    for name in ["plain", "public", "shared"]:
        client.publish_layer_version(
            LayerName=name, Content={"ZipFile": archive()}, CompatibleRuntimes=["python3.13"], LicenseInfo="MIT"
        )
    client.publish_layer_version(LayerName="public", Content={"ZipFile": archive()}, Description="the second")
    permission = {"Action": "lambda:GetLayerVersion", "StatementId": "it"}
    for name, principal in [("public", "*"), ("shared", OUTSIDE)]:
        client.add_layer_version_permission(LayerName=name, VersionNumber=1, Principal=principal, **permission)


def images(client):
    """Images of an instance: everyone's, an account's, nobody's."""
    instance = client.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    for name in ["private", "public", "shared"]:
        tags = [{"ResourceType": "image", "Tags": listed(kind=name)}]
        made = client.create_image(InstanceId=instance, Name=name, Description=f"a {name} one", TagSpecifications=tags)
        permission = {"public": {"Group": "all"}, "shared": {"UserId": OUTSIDE}}.get(name)
        if permission:
            client.modify_image_attribute(ImageId=made["ImageId"], LaunchPermission={"Add": [permission]})


def snapshots(client):
    client.enable_ebs_encryption_by_default()
    volume = client.create_volume(AvailabilityZone=f"{client.meta.region_name}a", Size=8, Encrypted=False)["VolumeId"]
    for name in ["private", "public", "shared"]:
        tags = [{"ResourceType": "snapshot", "Tags": listed(Name=name)}]
        made = client.create_snapshot(VolumeId=volume, Description=f"a {name} one", TagSpecifications=tags)
        permission = {"public": {"Group": "all"}, "shared": {"UserId": OUTSIDE}}.get(name)
        if permission:
            client.modify_snapshot_attribute(
                SnapshotId=made["SnapshotId"],
                Attribute="createVolumePermission",
                CreateVolumePermission={"Add": [permission]},
            )


def endpoint_services(aws, region, account_id):
    """Services behind load balancers: everyone may ask, an account outside may, nobody may."""
    client = aws.client("ec2", region)
    vpc = client.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnet = client.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][0]["SubnetId"]
    balancers = aws.client("elbv2", region)
    for name, principal in [("plain", None), ("public", "*"), ("shared", f"arn:aws:iam::{OUTSIDE}:root")]:
        made = balancers.create_load_balancer(Name=name, Type="network", Subnets=[subnet])["LoadBalancers"][0]
        service = client.create_vpc_endpoint_service_configuration(
            NetworkLoadBalancerArns=[made["LoadBalancerArn"]], AcceptanceRequired=name != "public"
        )["ServiceConfiguration"]["ServiceId"]
        if principal:
            client.modify_vpc_endpoint_service_permissions(ServiceId=service, AddAllowedPrincipals=[principal])


def projects(client, account_id):
    """moto has no policies of projects."""
    for name in ["plain", "other"]:
        variable = {"name": "API_TOKEN", "value": "CANARY", "type": "PLAINTEXT"}
        client.create_project(
            name=name,
            description="builds" if name == "plain" else "",
            source={"type": "S3", "location": "sources/it.zip"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "contents_not_validated",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [variable],
            },
            serviceRole=f"arn:aws:iam::{account_id}:role/service/function",
            tags=[{"key": "number", "value": "1"}],
        )


def rest_apis(client, account_id):
    """Open without a policy, open with one, private."""
    client.create_rest_api(name="plain", description="without a policy", tags={"number": "1"})
    client.create_rest_api(
        name="public",
        policy=to_everyone("execute-api:Invoke", "execute-api:/*"),
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    client.create_rest_api(
        name="private",
        policy=to_own(account_id, "execute-api:Invoke", "execute-api:/*"),
        endpointConfiguration={"types": ["PRIVATE"], "vpcEndpointIds": ["vpce-1"]},
    )
