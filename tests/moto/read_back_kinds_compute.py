"""What boto3 reads of parts of functions, images, snapshots, endpoint services, projects and APIs."""

from reading import optional, second, tags


def read(back, region):
    functions(back, back.aws.client("lambda", region))
    layers(back, back.aws.client("lambda", region))
    images(back, back.aws.client("ec2", region), region)
    snapshots(back, back.aws.client("ec2", region), region)
    settings(back, back.aws.client("ec2", region))
    endpoint_services(back, back.aws.client("ec2", region), region)
    projects(back, back.aws.client("codebuild", region))
    rest_apis(back, back.aws.client("apigateway", region), region)


def functions(back, client):
    for function in back.pages(client, "list_functions", "Functions"):
        name, function_arn = function["FunctionName"], function["FunctionArn"]
        for it in back.pages(client, "list_versions_by_function", "Versions", FunctionName=name):
            if it["Version"] != "$LATEST":
                version(back, client, function_arn, name, it)
        for it in client.list_aliases(FunctionName=name)["Aliases"]:
            back.add(
                "lambda_aliases",
                arn=it["AliasArn"],
                function_arn=function_arn,
                alias_name=it["Name"],
                description=it.get("Description") or None,
                function_version=it["FunctionVersion"],
            )
            permissions(back, client, it["AliasArn"], name, it["Name"])


def version(back, client, function_arn, name, listed):
    it = client.get_function_configuration(FunctionName=name, Qualifier=listed["Version"])
    arn = listed["FunctionArn"]
    back.add(
        "lambda_versions",
        arn=arn,
        function_arn=function_arn,
        function_version=it["Version"],
        description=it["Description"] or None,
        runtime=it["Runtime"],
        memory_mib=it["MemorySize"],
        code_sha256=it["CodeSha256"],
        environment_names=list(it["Environment"]["Variables"]),
    )
    permissions(back, client, arn, name, it["Version"])


def permissions(back, client, arn, name, qualifier):
    policy = optional(client.get_policy, FunctionName=name, Qualifier=qualifier).get("Policy")
    back.policy(arn, "lambda_function", "resource", policy)
    # moto does not know GetResourcePolicy.
    back.policy(arn, "lambda_function", "resource", None, "resource_policy", state="unread")


def layers(back, client):
    for layer in back.pages(client, "list_layers", "Layers"):
        name = layer["LayerName"]
        for listed in back.pages(client, "list_layer_versions", "LayerVersions", LayerName=name):
            named = {"LayerName": name, "VersionNumber": listed["Version"]}
            it = client.get_layer_version(**named)
            arn = it["LayerVersionArn"]
            back.add(
                "lambda_layer_versions",
                arn=arn,
                layer_name=name,
                layer_version=it["Version"],
                description=it.get("Description") or None,
                license_info=it.get("LicenseInfo") or None,
                compatible_runtimes=it.get("CompatibleRuntimes", []),
                created_at=it["CreatedDate"][:19],
            )
            policy = optional(client.get_layer_version_policy, **named).get("Policy")
            back.policy(arn, "lambda_layer", "resource", policy)


def images(back, client, region):
    for it in client.describe_images(Owners=["self"])["Images"]:
        arn = f"arn:aws:ec2:{region}::image/{it['ImageId']}"
        attribute = client.describe_image_attribute(ImageId=it["ImageId"], Attribute="launchPermission")
        named = [one.get("UserId") or one["Group"] for one in attribute["LaunchPermissions"]]
        back.add(
            "ec2_images",
            arn=arn,
            image_id=it["ImageId"],
            image_name=it["Name"],
            description=it["Description"],
            owner_account_id=it["OwnerId"],
            state=it["State"],
            is_public="all" in named,
            snapshot_ids=[one["Ebs"]["SnapshotId"] for one in it["BlockDeviceMappings"]],
            created_at=it["CreationDate"][:19],
            tags=tags(it.get("Tags", [])),
        )
        back.share(arn, "ec2_image", "launch_permission", "ec2:RunInstances", named)


def snapshots(back, client, region):
    """Whether one is public is left out: to moto all are, if one asks for those that all may restore."""
    for it in back.pages(client, "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        arn, own = f"arn:aws:ec2:{region}::snapshot/{it['SnapshotId']}", tags(it.get("Tags", []))
        back.add(
            "ec2_snapshots",
            arn=arn,
            snapshot_id=it["SnapshotId"],
            snapshot_name=own.get("Name"),
            description=it["Description"],
            state=it["State"],
            volume_id=it["VolumeId"],
            volume_size_gib=it["VolumeSize"],
            is_encrypted=it["Encrypted"],
            created_at=second(it["StartTime"]),
            tags=own,
        )
        # Everyone gets what is public unless a block forbids it, and moto does not know that block.
        back.policy(arn, "ec2_snapshot", "snapshot_attribute", None, state="unread")


def settings(back, client):
    """moto knows one of the settings of a region."""
    is_on = client.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    back.add("ec2_account_settings", is_ebs_encrypted_by_default=is_on)


def endpoint_services(back, client, region):
    for it in client.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]:
        service_id = it["ServiceId"]
        arn = f"arn:aws:ec2:{region}:{back.account_id}:vpc-endpoint-service/{service_id}"
        allowed = client.describe_vpc_endpoint_service_permissions(ServiceId=service_id)["AllowedPrincipals"]
        back.add(
            "ec2_vpc_endpoint_services",
            arn=arn,
            service_id=service_id,
            service_name=it["ServiceName"],
            state=it["ServiceState"],
            is_acceptance_required=it["AcceptanceRequired"],
            network_load_balancer_arns=it["NetworkLoadBalancerArns"],
        )
        named = [one["Principal"] for one in allowed]
        back.share(arn, "ec2_vpc_endpoint_service", "share", "ec2:CreateVpcEndpoint", named)


def projects(back, client):
    for name in client.list_projects()["projects"]:
        (it,) = client.batch_get_projects(names=[name])["projects"]
        variables = it["environment"]["environmentVariables"]
        back.add(
            "codebuild_projects",
            arn=it["arn"],
            project_name=it["name"],
            description=it.get("description") or None,
            service_role_arn=it["serviceRole"],
            source_type=it["source"]["type"],
            image=it["environment"]["image"],
            environment_names=[variable["name"] for variable in variables],
            kms_key_id=it["encryptionKey"],
            created_at=second(it["created"]),
            tags=tags(it["tags"], "key", "value"),
        )
        back.policy(it["arn"], "codebuild_project", "resource", None, state="unread")


def rest_apis(back, client, region):
    for listed in back.pages(client, "get_rest_apis", "items"):
        it = client.get_rest_api(restApiId=listed["id"])
        arn = f"arn:aws:execute-api:{region}:{back.account_id}:{it['id']}"
        types = it["endpointConfiguration"]["types"]
        back.add(
            "apigateway_rest_apis",
            arn=arn,
            rest_api_id=it["id"],
            api_name=it["name"],
            description=it.get("description") or None,
            endpoint_types=types,
            is_private=types == ["PRIVATE"],
            vpc_endpoint_ids=it["endpointConfiguration"].get("vpcEndpointIds", []),
            has_policy="policy" in it,
            is_default_endpoint_disabled=it["disableExecuteApiEndpoint"],
            created_at=second(it["createdDate"]),
            tags=it.get("tags"),
        )
        back.policy(arn, "apigateway_rest_api", "resource", it.get("policy"))
