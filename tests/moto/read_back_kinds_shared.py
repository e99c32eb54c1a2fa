"""What boto3 reads of the kinds that are shared with accounts by lists of their own services."""

from reading import second


def read(back, region):
    aws = back.aws
    portfolios(back, aws.client("servicecatalog", region))
    pools(back, aws.client("cognito-identity", region), region)
    authorizations(back, aws.client("config", region))
    directories(back, aws.client("ds", region), region)
    images(back, aws.client("workspaces", region), region)
    shares(back, aws.client("ram", region))


def portfolios(back, client):
    for listed in client.list_portfolios()["PortfolioDetails"]:
        arn = listed["ARN"]
        back.other(arn, "servicecatalog_portfolio", listed["DisplayName"])
        named = client.describe_portfolio_shares(PortfolioId=listed["Id"], Type="ACCOUNT")["PortfolioShareDetails"]
        accounts = [it["PrincipalId"] for it in named]
        back.share(arn, "servicecatalog_portfolio", "share", "servicecatalog:AcceptPortfolioShare", accounts)


def pools(back, client, region):
    for listed in client.list_identity_pools(MaxResults=60)["IdentityPools"]:
        it = client.describe_identity_pool(IdentityPoolId=listed["IdentityPoolId"])
        arn = f"arn:aws:cognito-identity:{region}:{back.account_id}:identitypool/{it['IdentityPoolId']}"
        back.other(arn, "cognito_identity_pool", it["IdentityPoolName"])
        guests = ["all"] if it["AllowUnauthenticatedIdentities"] else []
        back.share(arn, "cognito_identity_pool", "share", "cognito-identity:GetCredentialsForIdentity", guests)


def authorizations(back, client):
    for it in client.describe_aggregation_authorizations()["AggregationAuthorizations"]:
        arn = it["AggregationAuthorizationArn"]
        back.other(arn, "config_aggregation", None)
        named = [it["AuthorizedAccountId"]]
        back.share(arn, "config_aggregation", "share", "config:SelectAggregateResourceConfig", named)


def directories(back, client, region):
    for it in client.describe_directories()["DirectoryDescriptions"]:
        arn = f"arn:aws:ds:{region}:{back.account_id}:directory/{it['DirectoryId']}"
        back.other(arn, "ds_directory", it["Name"])
        back.policy(arn, "ds_directory", "share", None, state="unread")


def images(back, client, region):
    for it in client.describe_workspace_images()["Images"]:
        arn = f"arn:aws:workspaces:{region}:{back.account_id}:workspaceimage/{it['ImageId']}"
        back.other(arn, "workspaces_image", it["Name"])
        found = client.describe_workspace_image_permissions(ImageId=it["ImageId"])["ImagePermissions"]
        accounts = [one["SharedAccountId"] for one in found]
        back.share(arn, "workspaces_image", "share", "workspaces:CopyWorkspaceImage", accounts)


def shares(back, client):
    """Resource shares only: moto lists neither what is shared nor with whom."""
    for it in back.pages(client, "get_resource_shares", "resourceShares", resourceOwner="SELF"):
        back.add(
            "ram_resource_shares",
            arn=it["resourceShareArn"],
            resource_share_name=it["name"],
            owning_account_id=it["owningAccountId"],
            allows_external_principals=it["allowExternalPrincipals"],
            status=it["status"],
            created_at=second(it["creationTime"]),
        )
