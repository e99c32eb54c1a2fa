"""Load balancers, what ECS runs, and trails, as boto3 reads them."""

ECS_AT_ONCE = 10


class Targets:
    """The part of a census that reads them."""

    def classic_load_balancers(self, client):
        for balancer in self.pages_of(client, "describe_load_balancers", "LoadBalancerDescriptions"):
            self.found("elb_load_balancers")
            attributes = client.describe_load_balancer_attributes(LoadBalancerName=balancer["LoadBalancerName"])
            attributes["LoadBalancerAttributes"]["AccessLog"]["Enabled"]
            for listener in balancer["ListenerDescriptions"]:
                self.found("elb_listeners")
                assert listener["Listener"]["LoadBalancerPort"] > 0, listener

    def load_balancers(self, client):
        for balancer in self.pages_of(client, "describe_load_balancers", "LoadBalancers"):
            self.found("elbv2_load_balancers")
            of = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
            attributes = {it["Key"] for it in client.describe_load_balancer_attributes(**of)["Attributes"]}
            assert "deletion_protection.enabled" in attributes, attributes
            for listener in self.pages_of(client, "describe_listeners", "Listeners", **of):
                self.found("elbv2_listeners")
                assert listener["DefaultActions"], listener
        for group in self.pages_of(client, "describe_target_groups", "TargetGroups"):
            self.found("elbv2_target_groups")
            assert group["TargetType"], group
        self.trust_stores(client)

    def ecs(self, client):
        for cluster in self.pages_of(client, "list_clusters", "clusterArns"):
            self.found("ecs_clusters")
            described = client.describe_clusters(clusters=[cluster], include=["SETTINGS", "TAGS"])
            assert len(described["clusters"]) == 1 and not described["failures"], described
            self.in_cluster(client, cluster, "services")
            self.in_cluster(client, cluster, "tasks")
        for family in self.pages_of(client, "list_task_definition_families", "families", status="ACTIVE"):
            self.found("ecs_task_definitions")
            definition = client.describe_task_definition(taskDefinition=family)["taskDefinition"]
            assert definition["family"] == family, definition
            for _ in definition["containerDefinitions"]:
                self.found("ecs_containers")

    def in_cluster(self, client, cluster, things):
        """The services or the tasks of a cluster, of which one call describes several."""
        arns = list(self.pages_of(client, f"list_{things}", f"{things.removesuffix('s')}Arns", cluster=cluster))
        for at in range(0, len(arns), ECS_AT_ONCE):
            some = {"cluster": cluster, things: arns[at : at + ECS_AT_ONCE]}
            for _ in getattr(client, f"describe_{things}")(**some)[things]:
                self.found(f"ecs_{things}")

    def trails(self, client):
        for trail in client.describe_trails(includeShadowTrails=False)["trailList"]:
            self.found("cloudtrail_trails")
            client.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
            client.get_event_selectors(TrailName=trail["TrailARN"])
            insights = self.optional(client.get_insight_selectors, TrailName=trail["TrailARN"])
            assert bool(insights.get("InsightSelectors")) == trail["HasInsightSelectors"], trail


# By the SDK's names.
TARGETS = {
    "ecs": Targets.ecs,
    "elasticloadbalancing": Targets.classic_load_balancers,
    "elasticloadbalancingv2": Targets.load_balancers,
}

# Of services that collectors also declare kinds of.
BESIDE = {"cloudtrail": Targets.trails}
