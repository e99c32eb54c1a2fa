"""Security services, where boto3's models do not say enough: one row for each region, also where a service is off."""


class Watchers:
    """The part of a census that reads what watches an account."""

    def guardduty(self, client):
        ids = list(self.pages_of(client, "list_detectors", "DetectorIds"))
        self.rows["guardduty_detectors"] += 1
        assert len(ids) < 2, ids
        for one in ids:
            detector = client.get_detector(DetectorId=one)
            self.rows["guardduty_features"] += len(detector["Features"])
            administrator = client.get_administrator_account(DetectorId=one).get("Administrator", {})
            assert administrator.get("AccountId") != self.account_id, administrator
            criterion = {"accountId": {"Equals": [self.account_id]}, "service.archived": {"Equals": ["false"]}}
            asked = {"DetectorId": one, "GroupBy": "SEVERITY", "FindingCriteria": {"Criterion": criterion}}
            groups = client.get_findings_statistics(**asked)["FindingStatistics"]["GroupedBySeverity"]
            assert all(it["TotalFindings"] > 0 for it in groups), groups

    def securityhub(self, client):
        try:
            client.describe_hub()["HubArn"]
            is_on = True
        except client.exceptions.InvalidAccessException as error:
            assert "not subscribed" in str(error), error
            is_on = False
        self.rows["securityhub_hubs"] += 1
        try:
            client.describe_security_hub_v2()["HubV2Arn"]
        except client.exceptions.ResourceNotFoundException:
            pass
        self.rows["securityhub_v2_hubs"] += 1
        if is_on:
            self.securityhub_standards(client)
            self.securityhub_findings(client)

    def securityhub_standards(self, client):
        client.get_administrator_account()
        for it in client.list_finding_aggregators()["FindingAggregators"]:
            assert ":finding-aggregator/" in it["FindingAggregatorArn"], it
        for standard in self.pages_of(client, "get_enabled_standards", "StandardsSubscriptions"):
            self.rows["securityhub_standards"] += 1
            of = {"StandardsSubscriptionArn": standard["StandardsSubscriptionArn"]}
            controls = list(self.pages_of(client, "describe_standards_controls", "Controls", **of))
            off = [it for it in controls if it["ControlStatus"] == "DISABLED"]
            self.rows["securityhub_disabled_controls"] += len(off)
            assert len(off) < len(controls), standard

    def securityhub_findings(self, client):
        one = lambda value, comparison="EQUALS": [{"Value": value, "Comparison": comparison}]  # noqa: E731
        filters = {
            "AwsAccountId": one(self.account_id),
            "Region": one(client.meta.region_name),
            "RecordState": one("ACTIVE"),
            "WorkflowStatus": one("SUPPRESSED", "NOT_EQUALS"),
        }
        scored = set()
        for finding in self.pages_of(client, "get_findings", "Findings", Filters=filters):
            assert finding["Workflow"]["Status"] != "SUPPRESSED" and finding["RecordState"] == "ACTIVE", finding
            for standard in finding.get("Compliance", {}).get("AssociatedStandards", []):
                scored.add(standard["StandardsId"])
        self.rows["securityhub_finding_counts"] += 1
        self.rows["securityhub_scores"] += len(scored)


WATCHERS = {"guardduty": Watchers.guardduty, "securityhub": Watchers.securityhub}
