"""What watches an account: analyzers, recorders and rules of Config, rules of EventBridge, as boto3 reads them."""


class Watchers:
    """The part of a census that reads them."""

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
            is_unused = analyzer["type"].endswith("UNUSED_ACCESS")
            assert is_unused == (kind == "unusedAccessFindingsStatistics"), (analyzer, kind)

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
WATCHERS = {"accessanalyzer": Watchers.analyzers}

# Of services that collectors also declare kinds of.
WATCHERS_BESIDE = {"config": Watchers.config}
