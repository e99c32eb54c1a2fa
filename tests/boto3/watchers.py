"""What watches an account, where boto3's models do not say enough: one row for each region, also where a service is off."""


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
            if detector["Status"] == "ENABLED":
                found = self.guardduty_findings(client, one, asked["FindingCriteria"])
                assert found == sum(it["TotalFindings"] for it in groups), groups
            if not administrator:
                self.guardduty_members(client, one)

    def guardduty_findings(self, client, detector, criteria):
        """How many findings there are. They come the worst first."""
        worst_first = {"AttributeName": "severity", "OrderBy": "DESC"}
        asked = {"DetectorId": detector, "FindingCriteria": criteria, "SortCriteria": worst_first}
        ids = list(self.pages_of(client, "list_findings", "FindingIds", **asked))
        found = []
        for at in range(0, len(ids), 50):
            found += client.get_findings(DetectorId=detector, FindingIds=ids[at : at + 50])["Findings"]
        assert [it["Id"] for it in found] == ids, found
        assert all(it["AccountId"] == self.account_id and not it["Service"]["Archived"] for it in found), found
        severities = [it["Severity"] for it in found]
        assert severities == sorted(severities, reverse=True), severities
        self.rows["security_findings"] += len(found)
        return len(found)

    def guardduty_members(self, client, detector):
        criterion = {"service.archived": {"Equals": ["false"]}}
        of = {"DetectorId": detector, "GroupBy": "ACCOUNT", "MaxResults": 100}
        counted = {}
        for severity in [{}, {"GreaterThanOrEqual": 7}, {"LessThan": 7}]:
            criteria = {"Criterion": {**criterion, **({"severity": severity} if severity else {})}}
            answer = client.get_findings_statistics(**of, FindingCriteria=criteria)["FindingStatistics"]
            for it in answer["GroupedByAccount"]:
                counted.setdefault(it["AccountId"], []).append(it["TotalFindings"])
        assert all(first == sum(rest) for first, *rest in counted.values()), counted
        self.rows["guardduty_member_findings"] += len(counted.keys() - {self.account_id})

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
            described = client.get_finding_aggregator(FindingAggregatorArn=it["FindingAggregatorArn"])
            assert f":{described['FindingAggregationRegion']}:" in it["FindingAggregatorArn"], described
        for arn in self.pages_of(client, "list_enabled_products_for_import", "ProductSubscriptions"):
            assert f":{self.account_id}:product-subscription/" in arn, arn
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
        ids = set()
        for finding in self.pages_of(client, "get_findings", "Findings", Filters=filters):
            assert finding["Workflow"]["Status"] != "SUPPRESSED" and finding["RecordState"] == "ACTIVE", finding
            is_over = finding["Workflow"]["Status"] == "RESOLVED"
            if not is_over and finding.get("Compliance", {}).get("Status") != "PASSED":
                ids.add((finding["ProductArn"], finding["Id"]))
            for standard in finding.get("Compliance", {}).get("AssociatedStandards", []):
                scored.add(standard["StandardsId"])
        self.rows["security_findings"] += len(ids)
        self.securityhub_gathered(client, one)
        self.rows["securityhub_finding_counts"] += 1
        self.rows["securityhub_scores"] += len(scored)

    def securityhub_gathered(self, client, one):
        aggregators = [it["FindingAggregatorArn"] for it in client.list_finding_aggregators()["FindingAggregators"]]
        region = client.meta.region_name
        filters = {
            "SeverityLabel": one("INFORMATIONAL", "NOT_EQUALS"),
            "RecordState": one("ACTIVE"),
            "WorkflowStatus": [*one("SUPPRESSED", "NOT_EQUALS"), *one("RESOLVED", "NOT_EQUALS")],
        }
        if not any(f":{region}:" in arn for arn in aggregators):
            for arn in aggregators:
                described = client.get_finding_aggregator(FindingAggregatorArn=arn)
                if region not in described["Regions"]:
                    return
            filters |= {"AwsAccountId": one(self.account_id, "NOT_EQUALS"), "Region": one(region)}
        findings = list(self.pages_of(client, "get_findings", "Findings", Filters=filters, MaxResults=100))
        places = {(it["AwsAccountId"], it["Region"]) for it in findings} - {(self.account_id, region)}
        self.rows["securityhub_gathered_findings"] += len(places)

    def macie(self, client):
        try:
            session = client.get_macie_session()
        except client.exceptions.AccessDeniedException as error:
            if "Macie is not enabled" not in str(error):
                raise
            session = {}
        self.rows["macie_sessions"] += 1
        if session:
            client.get_administrator_account()
        if session.get("status") == "ENABLED":
            criterion = {"accountId": {"eq": [self.account_id]}, "archived": {"eq": ["false"]}}
            asked = {"groupBy": "severity.description", "findingCriteria": {"criterion": criterion}}
            groups = client.get_finding_statistics(**asked)["countsByGroup"]
            assert {it["groupKey"] for it in groups} <= {"High", "Medium", "Low"}, groups
            worst_first = {"attributeName": "severity.score", "orderBy": "DESC"}
            asked = {"findingCriteria": {"criterion": criterion}, "sortCriteria": worst_first}
            ids = list(self.pages_of(client, "list_findings", "findingIds", **asked))
            found = []
            for at in range(0, len(ids), 50):
                found += client.get_findings(findingIds=ids[at : at + 50])["findings"]
            assert [it["id"] for it in found] == ids and len(ids) == sum(it["count"] for it in groups), groups
            scores = [it["severity"]["score"] for it in found]
            assert scores == sorted(scores, reverse=True), scores
            self.rows["security_findings"] += len(found)
            buckets = client.get_bucket_statistics(accountId=self.account_id)
            sensitive = buckets["bucketStatisticsBySensitivity"]["sensitive"]["totalCount"]
            assert sensitive <= buckets["bucketCount"], buckets

    def inspector(self, client):
        [account] = client.batch_get_account_status(accountIds=[self.account_id])["accounts"]
        self.rows["inspector2_accounts"] += 1
        assert {"ec2", "ecr"} <= set(account["resourceState"]), account
        if account["state"]["status"] == "ENABLED":
            administrator = self.optional(client.get_delegated_admin_account)
            own = [{"comparison": "EQUALS", "value": self.account_id}]
            asked = {"aggregationType": "ACCOUNT", "accountIds": own}
            responses = list(self.pages_of(client, "list_finding_aggregations", "responses", **asked))
            assert len(responses) < 2, responses
            active = [{"comparison": "EQUALS", "value": "ACTIVE"}]
            asked = {"filterCriteria": {"awsAccountId": own, "findingStatus": active}}
            found = list(self.pages_of(client, "list_findings", "findings", **asked))
            assert all(it["awsAccountId"] == self.account_id for it in found), found
            counted = sum(it["accountAggregation"]["severityCounts"]["all"] for it in responses)
            assert len(found) == counted, responses
            self.rows["security_findings"] += len(found)
            if administrator.get("delegatedAdmin", {}).get("accountId") == self.account_id:
                responses = self.pages_of(client, "list_finding_aggregations", "responses", aggregationType="ACCOUNT")
                others = [it for it in responses if it["accountAggregation"]["accountId"] != self.account_id]
                self.rows["inspector2_member_findings"] += len(others)

    def detective(self, client):
        # boto3 has no paginators for Detective.
        graphs = self.listed_by_detective(client.list_graphs, "GraphList")
        self.rows["detective_graphs"] += 1
        assert len(graphs) < 2, graphs
        for it in self.listed_by_detective(client.list_invitations, "Invitations"):
            assert it["AccountId"] == self.account_id != it["AdministratorId"], it
        for graph in graphs:
            members = self.listed_by_detective(client.list_members, "MemberDetails", GraphArn=graph["Arn"])
            self.rows["detective_members"] += len(members)

    def listed_by_detective(self, call, key, **arguments):
        listed, more = [], {}
        while more is not None:
            page = call(**arguments, **more)
            listed += page[key]
            more = {"NextToken": page["NextToken"]} if page.get("NextToken") else None
        return listed

    def contacts(self, client):
        for kind in ["SECURITY", "OPERATIONS", "BILLING"]:
            self.found("account_alternate_contacts")
            self.optional(client.get_alternate_contact, AlternateContactType=kind)
        self.found("account_primary_contacts")
        assert client.get_contact_information()["ContactInformation"]["FullName"]

    def analyzers(self, client):
        for analyzer in self.pages_of(client, "list_analyzers", "analyzers"):
            self.found("accessanalyzer_analyzers")
            of = {"analyzerName": analyzer["name"]}
            for rule in self.pages_of(client, "list_archive_rules", "archiveRules", **of):
                self.found("accessanalyzer_archive_rules")
                assert rule["filter"], rule
            counted = client.get_findings_statistics(analyzerArn=analyzer["arn"])["findingsStatistics"]
            [(kind, found)] = counted[0].items()
            types = found.get("resourceTypeStatistics", found.get("unusedAccessTypeStatistics"))
            self.rows["accessanalyzer_finding_counts"] += 3 + len(types)
            if "UNUSED" in analyzer["type"]:
                self.unused_findings(client, analyzer["arn"])
            is_unused = analyzer["type"].endswith("UNUSED_ACCESS")
            assert is_unused == (kind == "unusedAccessFindingsStatistics"), (analyzer, kind)

    def unused_findings(self, client, arn):
        statuses = {"status": {"eq": ["ACTIVE", "ARCHIVED"]}}
        for it in self.pages_of(client, "list_findings_v2", "findings", analyzerArn=arn, filter=statuses):
            self.rows["accessanalyzer_unused_findings"] += 1
            assert it["status"] != "RESOLVED", it
            if it["status"] == "ACTIVE":
                [detail, *_] = client.get_finding_v2(analyzerArn=arn, id=it["id"])["findingDetails"]
                [member] = detail
                assert member.lower() == f"{it['findingType']}Details".lower(), detail

    def config(self, client):
        recorders = client.describe_configuration_recorders()["ConfigurationRecorders"]
        self.rows["config_recorders"] += len(recorders)
        status = client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        assert [it["name"] for it in recorders] == [it["name"] for it in status], status
        channels = client.describe_delivery_channels()["DeliveryChannels"]
        self.rows["config_delivery_channels"] += len(channels)
        status = client.describe_delivery_channel_status()["DeliveryChannelsStatus"]
        assert [it["name"] for it in channels] == [it["name"] for it in status], status
        names = []
        for rule in self.pages_of(client, "describe_config_rules", "ConfigRules"):
            self.found("config_rules")
            names.append(rule["ConfigRuleName"])
        judged = self.pages_of(client, "describe_compliance_by_config_rule", "ComplianceByConfigRules")
        assert names == [it["ConfigRuleName"] for it in judged], names
        if names:
            found = client.describe_remediation_configurations(ConfigRuleNames=names[:25])
            assert all(it["TargetId"] for it in found["RemediationConfigurations"]), found

    def event_rules(self, client, bus):
        for rule in self.pages_of(client, "list_rules", "Rules", EventBusName=bus):
            self.found("eventbridge_rules")
            of = {"Rule": rule["Name"], "EventBusName": bus}
            for target in self.pages_of(client, "list_targets_by_rule", "Targets", **of):
                self.found("eventbridge_targets")
                assert target["Id"] and target["Arn"], target


# By the SDK's names.
WATCHERS = {
    "accessanalyzer": Watchers.analyzers,
    "detective": Watchers.detective,
    "guardduty": Watchers.guardduty,
    "inspector2": Watchers.inspector,
    "macie2": Watchers.macie,
    "securityhub": Watchers.securityhub,
}

# Of services that collectors also declare kinds of.
WATCHERS_BESIDE = {"config": Watchers.config}
