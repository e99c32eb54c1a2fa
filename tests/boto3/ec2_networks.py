"""The networks of EC2, as boto3 reads them: groups, ACLs, subnets, routes, gateways, interfaces, prefix lists."""

# Lists whose things are a table's, by the call and the member of its answer.
LISTS = {
    "ec2_internet_gateways": [
        ("describe_internet_gateways", "InternetGateways"),
        ("describe_egress_only_internet_gateways", "EgressOnlyInternetGateways"),
    ],
    "ec2_nat_gateways": [("describe_nat_gateways", "NatGateways")],
    "ec2_network_interfaces": [("describe_network_interfaces", "NetworkInterfaces")],
    "ec2_security_group_rules": [("describe_security_group_rules", "SecurityGroupRules")],
    "ec2_security_groups": [("describe_security_groups", "SecurityGroups")],
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

    def ec2_prefix_lists(self, client):
        for it in self.pages_of(client, "describe_managed_prefix_lists", "PrefixLists"):
            self.found("ec2_managed_prefix_lists")
            if it["OwnerId"] == "AWS":
                continue
            asked = {"PrefixListId": it["PrefixListId"]}
            for _ in self.pages_of(client, "get_managed_prefix_list_entries", "Entries", **asked):
                self.found("ec2_managed_prefix_list_entries")
