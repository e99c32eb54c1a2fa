"""What lets people and machines in: load balancers, CloudFront, web functions, sign-in, and doors into roles."""


class WaysIn:
    """The part of a census that reads ways into an account."""

    def cloudfront(self, client):
        for origin in by_marker(client.list_vpc_origins, lambda page: page["VpcOriginList"]):
            self.found("cloudfront_vpc_origins", origin["Arn"])
            self.cloudfront_policy(client, origin["Arn"])
        for store in self.pages_of(client, "list_trust_stores", "TrustStoreList"):
            self.found("cloudfront_trust_stores", store["Arn"])
            self.cloudfront_policy(client, store["Arn"])

    def cloudfront_policy(self, client, arn):
        if policy := self.optional(client.get_resource_policy, ResourceArn=arn).get("PolicyDocument"):
            self.document(policy)

    def partners(self, client):
        """What acts in an account, or leaves it, without a role of its own."""
        more = {}
        while more is not None:
            page = client.list_delegation_requests(**more)
            for request in page.get("DelegationRequests", []):
                self.found("iam_delegation_requests")
                self.document(request["PermissionPolicy"])
            more = {"Marker": page["Marker"]} if page["isTruncated"] else None
        self.found("iam_outbound_federation")
        self.optional(client.get_outbound_web_identity_federation_info)

    def emr(self, client):
        block = client.get_block_public_access_configuration()
        self.found("emr_public_access_blocks")
        block["BlockPublicAccessConfiguration"]["BlockPublicSecurityGroupRules"]

    def directory_buckets(self, aws, region):
        client = aws.client("s3", region)
        for bucket in self.pages_of(client, "list_directory_buckets", "Buckets"):
            self.found("s3express_buckets", bucket["BucketArn"])
            if policy := self.optional(client.get_bucket_policy, Bucket=bucket["Name"]).get("Policy"):
                self.document(policy)
            client.get_bucket_encryption(Bucket=bucket["Name"])["ServerSideEncryptionConfiguration"]["Rules"]

    def directory_access_points(self, client):
        for point in self.listed_by_s3_control(client.list_access_points_for_directory_buckets, "AccessPointList"):
            self.found("s3express_access_points", point["AccessPointArn"])
            of = {"AccountId": self.account_id, "Name": point["Name"]}
            client.get_access_point(**of)["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"]
            client.get_access_point_scope(**of)
            if policy := self.optional(client.get_access_point_policy, **of).get("Policy"):
                self.document(policy)

    def outposts(self, aws, region):
        control = aws.client("s3control", region)
        for outpost in self.pages_of(aws.client("s3outposts", region), "list_outposts_with_s3", "Outposts"):
            on_it = {"OutpostId": outpost["OutpostId"]}
            for bucket in self.listed_by_s3_control(control.list_regional_buckets, "RegionalBucketList", **on_it):
                arn = bucket["BucketArn"]
                self.found("s3_outposts_buckets", arn)
                policy = self.optional(control.get_bucket_policy, AccountId=self.account_id, Bucket=arn)
                if policy := policy.get("Policy"):
                    self.document(policy)
                for point in self.listed_by_s3_control(control.list_access_points, "AccessPointList", Bucket=arn):
                    self.found("s3_outposts_access_points", point["AccessPointArn"])
                    of = {"AccountId": self.account_id, "Name": point["AccessPointArn"]}
                    described = control.get_access_point(**of)
                    self.checks.equal("an access point's bucket", bucket["Bucket"], described["Bucket"])
                    if policy := self.optional(control.get_access_point_policy, **of).get("Policy"):
                        self.document(policy)

    def iot_policies(self, client):
        for policy in self.pages_of(client, "list_policies", "policies"):
            self.found("iot_policies")
            self.document(client.get_policy(policyName=policy["policyName"])["policyDocument"])

    def sign_in(self, client):
        self.found("signin_settings")
        if policy := self.optional(client.get_resource_policy).get("signinResourceBasedPolicy"):
            self.document(policy)
        self.optional(client.get_console_authorization_configuration)

    def trust_stores(self, client):
        for store in self.pages_of(client, "describe_trust_stores", "TrustStores"):
            arn = store["TrustStoreArn"]
            self.found("elbv2_trust_stores", arn)
            if policy := self.optional(client.get_resource_policy, ResourceArn=arn).get("Policy"):
                self.document(policy)

    def account_access(self, client):
        for application in self.pages_of(client, "list_applications", "applications"):
            self.found("account_access_applications")
            of = {"applicationArn": application["applicationArn"], "filter": {"principalRole": {}}}
            for entitlement in self.pages_of(client, "list_entitlements", "entitlements", **of):
                self.found("account_access_entitlements")
                entitlement["entitlement"]["principalRole"]["principal"]["identityCenter"]


    def clusters(self, client):
        for name in self.pages_of(client, "list_clusters", "clusters"):
            self.found("eks_clusters")
            client.describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]["endpointPublicAccess"]
            for listed in self.pages_of(client, "list_pod_identity_associations", "associations", clusterName=name):
                self.found("eks_pod_identity_associations")
                one = {"clusterName": name, "associationId": listed["associationId"]}
                described = client.describe_pod_identity_association(**one)["association"]
                if policy := described.get("policy"):
                    self.document(policy)


    def web_functions(self, client):
        for function in self.pages_of(client, "list_web_functions", "functions"):
            name, arn = function["functionName"], function["functionArn"]
            self.found("lambda_web_functions", arn)
            for endpoint in self.pages_of(client, "list_web_function_endpoints", "endpoints", functionName=name):
                self.found("lambda_web_endpoints")
                endpoint["authType"]
            if policy := self.optional(client.get_resource_policy, resourceArn=arn).get("Policy"):
                self.document(policy)


def by_marker(call, part):
    """The items of a list of CloudFront that boto3 does not page itself."""
    more = {}
    while more is not None:
        page = part(call(**more))
        yield from page.get("Items", [])
        more = {"Marker": page["NextMarker"]} if page["IsTruncated"] else None


# The services that are read by this file in each region.
WAYS_IN = {
    "accountaccess": WaysIn.account_access,
    "eks": WaysIn.clusters,
    "emr": WaysIn.emr,
    "iot": WaysIn.iot_policies,
    "lambdaweb": WaysIn.web_functions,
    "s3expresscontrol": WaysIn.directory_access_points,
}
