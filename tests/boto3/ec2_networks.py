"""The networks of EC2, as boto3 reads them: groups, ACLs, subnets, routes, gateways, interfaces, prefix lists."""

import collections

# Lists whose things are a table's, by the call and the member of its answer.
LISTS = {
    "ec2_internet_gateways": [
        ("describe_internet_gateways", "InternetGateways"),
        ("describe_egress_only_internet_gateways", "EgressOnlyInternetGateways"),
    ],
    "ec2_nat_gateways": [("describe_nat_gateways", "NatGateways")],
    "ec2_network_interfaces": [("describe_network_interfaces", "NetworkInterfaces")],
    "ec2_subnets": [("describe_subnets", "Subnets")],
    "ec2_transit_gateway_attachments": [("describe_transit_gateway_attachments", "TransitGatewayAttachments")],
    "ec2_vpc_peering_connections": [("describe_vpc_peering_connections", "VpcPeeringConnections")],
}


class Ec2Networks:
    """The part of a census that reads them."""

    def ec2_networks(self, client):
        for table, lists in LISTS.items():
            for method, key in lists:
                for _ in self.pages_of(client, method, key):
                    self.found(table)
        self.ec2_security_groups(client)
        for acl in self.pages_of(client, "describe_network_acls", "NetworkAcls"):
            self.found("ec2_network_acls")
            for entry in acl["Entries"]:
                self.found("ec2_network_acl_entries")
                self.checks.equal("an entry has one range", 1, len({"CidrBlock", "Ipv6CidrBlock"} & set(entry)))
        for table in self.pages_of(client, "describe_route_tables", "RouteTables"):
            self.found("ec2_route_tables")
            for _ in table["Associations"]:
                self.found("ec2_route_table_associations")
            for _ in table["Routes"]:
                self.found("ec2_routes")
        self.ec2_prefix_lists(client)
        for _ in client.describe_vpc_block_public_access_exclusions()["VpcBlockPublicAccessExclusions"]:
            self.found("ec2_vpc_block_public_access_exclusions")

    def ec2_security_groups(self, client):
        """A group lists its rules itself, and they are listed by themselves."""
        own, listed = collections.Counter(), collections.Counter()
        for group in self.pages_of(client, "describe_security_groups", "SecurityGroups"):
            self.found("ec2_security_groups")
            for is_egress, key in [(False, "IpPermissions"), (True, "IpPermissionsEgress")]:
                for it in group[key]:
                    named = [one["GroupId"] for one in it["UserIdGroupPairs"]]
                    named += [one["CidrIp"] for one in it["IpRanges"]]
                    named += [one["CidrIpv6"] for one in it["Ipv6Ranges"]]
                    named += [one["PrefixListId"] for one in it["PrefixListIds"]]
                    ports = it.get("FromPort", -1), it.get("ToPort", -1)
                    of = group["GroupId"], is_egress, it["IpProtocol"]
                    own.update(" ".join(map(str, (*of, *ports, one))) for one in named)
        for rule in self.pages_of(client, "describe_security_group_rules", "SecurityGroupRules"):
            self.found("ec2_security_group_rules")
            named = [rule.get("ReferencedGroupInfo", {}).get("GroupId")]
            named += [rule.get(key) for key in ["CidrIpv4", "CidrIpv6", "PrefixListId"]]
            ports = rule["FromPort"], rule["ToPort"]
            of = rule["GroupId"], rule["IsEgress"], rule["IpProtocol"]
            listed.update(" ".join(map(str, (*of, *ports, one))) for one in named if one)
        self.checks.equal("a group's rules are those that are listed", listed, own)

    def ec2_prefix_lists(self, client):
        for it in self.pages_of(client, "describe_managed_prefix_lists", "PrefixLists"):
            self.found("ec2_managed_prefix_lists")
            if it["OwnerId"] == "AWS":
                continue
            asked = {"PrefixListId": it["PrefixListId"]}
            for _ in self.pages_of(client, "get_managed_prefix_list_entries", "Entries", **asked):
                self.found("ec2_managed_prefix_list_entries")
