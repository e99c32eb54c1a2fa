"""Services before all others: CloudFront, WAF's web ACLs and Shield, where boto3's models do not say enough."""


class Edge:
    """The part of a census that reads what stands at the edge of an account."""

    def distributions(self, client):
        pages = client.get_paginator("list_distributions").paginate()
        distributions = [it for page in pages for it in page["DistributionList"].get("Items", [])]
        for distribution in distributions:
            self.found("cloudfront_distributions")
            self.rows["cloudfront_origins"] += distribution["Origins"]["Quantity"]
            assert distribution["Origins"]["Quantity"] == len(distribution["Origins"]["Items"]), distribution
            config = client.get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
            assert config["Enabled"] == distribution["Enabled"] and "Enabled" in config["Logging"], config

    def web_acls(self, client, scope):
        summaries, more = [], {}
        while more is not None:
            page = client.list_web_acls(Scope=scope, **more)
            summaries += page["WebACLs"]
            more = {"NextMarker": page["NextMarker"]} if page.get("NextMarker") else None
        for it in summaries:
            self.found("wafv2_web_acls")
            rules = client.get_web_acl(Name=it["Name"], Id=it["Id"], Scope=scope)["WebACL"]["Rules"]
            self.rows["wafv2_web_acl_rules"] += len(rules)
            assert all(rule["Statement"] and ("Action" in rule) != ("OverrideAction" in rule) for rule in rules), rules
            for kind in ["APPLICATION_LOAD_BALANCER", "API_GATEWAY"] if scope == "REGIONAL" else []:
                found = client.list_resources_for_web_acl(WebACLArn=it["ARN"], ResourceType=kind)["ResourceArns"]
                self.rows["wafv2_associations"] += len(found)
        assert "LoggingConfigurations" in client.list_logging_configurations(Scope=scope)

    def regional_web_acls(self, client):
        self.web_acls(client, "REGIONAL")

    def shield(self, client):
        self.found("shield_subscriptions")
        if client.get_subscription_state()["SubscriptionState"] == "ACTIVE":
            assert client.describe_subscription()["Subscription"]["StartTime"]
            for _ in self.pages_of(client, "list_protections", "Protections"):
                self.found("shield_protections")

    def edge(self, aws):
        """What is the whole account's, and in no region."""
        self.distributions(aws.client("cloudfront"))
        self.web_acls(aws.client("wafv2", "us-east-1"), "CLOUDFRONT")
        self.shield(aws.client("shield", "us-east-1"))


# What is read of a service beside the kinds that its collectors declare.
BESIDES = {"wafv2": Edge.regional_web_acls}
# The services that are in no region, and are read by this file.
GLOBAL = {"cloudfront", "shield"}
