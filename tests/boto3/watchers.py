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


WATCHERS = {"guardduty": Watchers.guardduty}
