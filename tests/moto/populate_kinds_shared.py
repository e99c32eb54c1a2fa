"""Kinds that are shared with accounts by lists of their own services."""

from populating import OUTSIDE, listed


def populate(aws, region, account_id):
    portfolios(aws.client("servicecatalog", region))
    profiles(aws.client("signer", region))
    pools(aws.client("cognito-identity", region))
    authorizations(aws.client("config", region))
    directories(aws, region)
    images(aws, region)
    shares(aws.client("ram", region), region, account_id)


def portfolios(client):
    for name in ["plain", "shared"]:
        named = {"DisplayName": name, "ProviderName": "us", "IdempotencyToken": name}
        made = client.create_portfolio(**named, Tags=listed(kind=name))
        if name == "shared":
            client.create_portfolio_share(PortfolioId=made["PortfolioDetail"]["Id"], AccountId=OUTSIDE)


def profiles(client):
    client.put_signing_profile(profileName="plain", platformId="AWSLambda-SHA384-ECDSA", tags={"number": "1"})


def pools(client):
    for name, is_open in [("guests", True), ("members", False)]:
        client.create_identity_pool(IdentityPoolName=name, AllowUnauthenticatedIdentities=is_open)


def authorizations(client):
    for account in [OUTSIDE, "999888777662"]:
        client.put_aggregation_authorization(AuthorizedAccountId=account, AuthorizedAwsRegion="us-east-1")


def network(aws, region):
    """The default VPC and two subnets of it."""
    client = aws.client("ec2", region)
    vpc = client.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnets = client.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return vpc, [it["SubnetId"] for it in subnets[:2]]


def directories(aws, region):
    """moto shares no directories."""
    vpc, subnets = network(aws, region)
    client = aws.client("ds", region)
    for name in ["corp.example.com", "test.example.com"]:
        client.create_directory(
            Name=name, Password="Correct-horse-1", Size="Small", VpcSettings={"VpcId": vpc, "SubnetIds": subnets}
        )


def images(aws, region):
    """Images of a workspace: one is shared."""
    directory = aws.client("ds", region).describe_directories()["DirectoryDescriptions"][0]["DirectoryId"]
    client = aws.client("workspaces", region)
    client.register_workspace_directory(DirectoryId=directory)
    workspace = {"DirectoryId": directory, "UserName": "someone", "BundleId": "wsb-1"}
    made = client.create_workspaces(Workspaces=[workspace])["PendingRequests"][0]["WorkspaceId"]
    for name in ["plain", "shared"]:
        image = client.create_workspace_image(Name=name, Description=f"a {name} one", WorkspaceId=made)["ImageId"]
        if name == "shared":
            client.update_workspace_image_permission(ImageId=image, AllowCopyImage=True, SharedAccountId=OUTSIDE)


def shares(client, region, account_id):
    """moto lists resource shares, but not what is in them."""
    for name, is_outside in [("within", False), ("outside", True)]:
        client.create_resource_share(
            name=name,
            allowExternalPrincipals=is_outside,
            resourceArns=[f"arn:aws:ec2:{region}:{account_id}:transit-gateway/tgw-{name}"],
            principals=[OUTSIDE] if is_outside else [],
            tags=[{"key": "kind", "value": name}],
        )
