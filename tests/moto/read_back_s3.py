"""What boto3 reads of S3.

This parallel census is frozen at the services it has: a new service needs no line here.
"""

from reading import Reading, optional, tags

GROUPS = "http://acs.amazonaws.com/groups/global/"


class S3(Reading):
    """Buckets and the account's block."""

    def buckets(self):
        control = self.aws.client("s3control")
        answer = optional(control.get_public_access_block, AccountId=self.account_id)
        account = answer.get("PublicAccessBlockConfiguration")
        self.add("s3_account_public_access_blocks", is_configured=account is not None, **blocks(account))
        for bucket in self.aws.client("s3").list_buckets()["Buckets"]:
            self.bucket(bucket["Name"])

    def bucket(self, name):
        region = self.aws.client("s3").get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
        client = self.aws.client("s3", region)
        block = optional(client.get_public_access_block, Bucket=name).get("PublicAccessBlockConfiguration")
        ownership = optional(client.get_bucket_ownership_controls, Bucket=name).get("OwnershipControls")
        default = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        arn = f"arn:aws:s3:::{name}"
        self.add(
            "s3_buckets",
            arn=arn,
            bucket_name=name,
            bucket_region=region,
            object_ownership=ownership["Rules"][0]["ObjectOwnership"] if ownership else "ObjectWriter",
            has_public_access_block=block is not None,
            **blocks(block),
            encryption_algorithm=default["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
            tags=tags(optional(client.get_bucket_tagging, Bucket=name).get("TagSet", [])),
        )
        self.policy(arn, "s3_bucket", "resource", optional(client.get_bucket_policy, Bucket=name).get("Policy"))
        self.policy(arn, "s3_bucket", "acl", [grant(it) for it in client.get_bucket_acl(Bucket=name)["Grants"]])


def blocks(configuration):
    """The four settings of a public access block; all off where there is none."""
    names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    columns = ["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"]
    return {column: bool((configuration or {}).get(name)) for column, name in zip(columns, names)}


def grant(it):
    """A grant as the census writes it: AWS's groups by their last word."""
    grantee = it["Grantee"]
    grantee = grantee["URI"].removeprefix(GROUPS) if "URI" in grantee else grantee["ID"]
    return {"grantee": grantee, "permission": it["Permission"]}
