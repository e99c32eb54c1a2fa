"""What EC2 shares or guards, as boto3 reads it: images, snapshots, endpoint services, Verified Access, settings."""

SETTINGS = [
    "describe_vpc_block_public_access_options",
    "get_allowed_images_settings",
    "get_ebs_default_kms_key_id",
    "get_ebs_encryption_by_default",
    "get_image_block_public_access_state",
    "get_serial_console_access_status",
    "get_snapshot_block_public_access_state",
]


class Ec2Shares:
    """The part of a census that reads them."""

    def ec2_shares(self, client):
        region = client.meta.region_name
        self.ec2_images(client, f"arn:aws:ec2:{region}:")
        self.ec2_guarded(client, f"arn:aws:ec2:{region}:{self.account_id}")
        for method in SETTINGS:
            getattr(client, method)()
        self.found("ec2_account_settings")

    def ec2_images(self, client, place):
        for image in self.pages_of(client, "describe_images", "Images", Owners=["self"], IncludeDisabled=True):
            self.found("ec2_images", f"{place}:image/{image['ImageId']}")
            asked = {"ImageId": image["ImageId"], "Attribute": "launchPermission"}
            permissions = client.describe_image_attribute(**asked)["LaunchPermissions"]
            self.checks.equal("an image is public", image["Public"], {"Group": "all"} in permissions)
        of_all = {"OwnerIds": ["self"], "RestorableByUserIds": ["all"]}
        public = {it["SnapshotId"] for it in self.pages_of(client, "describe_snapshots", "Snapshots", **of_all)}
        for snapshot in self.pages_of(client, "describe_snapshots", "Snapshots", OwnerIds=["self"]):
            snapshot_id = snapshot["SnapshotId"]
            self.found("ec2_snapshots", f"{place}:snapshot/{snapshot_id}")
            asked = {"SnapshotId": snapshot_id, "Attribute": "createVolumePermission"}
            permissions = client.describe_snapshot_attribute(**asked)["CreateVolumePermissions"]
            self.checks.equal("a snapshot is public", snapshot_id in public, {"Group": "all"} in permissions)
        for image in self.pages_of(client, "describe_fpga_images", "FpgaImages", Owners=["self"]):
            self.found("ec2_fpga_images", f"{place}:fpga-image/{image['FpgaImageId']}")
            asked = {"FpgaImageId": image["FpgaImageId"], "Attribute": "loadPermission"}
            permissions = client.describe_fpga_image_attribute(**asked)["FpgaImageAttribute"]["LoadPermissions"]
            self.checks.equal("an FPGA image is public", image["Public"], {"Group": "all"} in permissions)

    def ec2_guarded(self, client, place):
        method = "describe_vpc_endpoint_service_configurations"
        for service in self.pages_of(client, method, "ServiceConfigurations"):
            self.found("ec2_vpc_endpoint_services", f"{place}:vpc-endpoint-service/{service['ServiceId']}")
            method = "describe_vpc_endpoint_service_permissions"
            list(self.pages_of(client, method, "AllowedPrincipals", ServiceId=service["ServiceId"]))
        for group in self.pages_of(client, "describe_verified_access_groups", "VerifiedAccessGroups"):
            self.found("ec2_verified_access_groups", group["VerifiedAccessGroupArn"])
            client.get_verified_access_group_policy(VerifiedAccessGroupId=group["VerifiedAccessGroupId"])
        for endpoint in self.pages_of(client, "describe_verified_access_endpoints", "VerifiedAccessEndpoints"):
            endpoint_id = endpoint["VerifiedAccessEndpointId"]
            self.found("ec2_verified_access_endpoints", f"{place}:verified-access-endpoint/{endpoint_id}")
            client.get_verified_access_endpoint_policy(VerifiedAccessEndpointId=endpoint_id)

    def autoscaling(self, client):
        """Groups and launch configurations, whose images EC2's part counts."""
        self.configured_images = set()
        for group in self.pages_of(client, "describe_auto_scaling_groups", "AutoScalingGroups"):
            self.found("autoscaling_groups")
            assert any(it in group for it in ["LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName"]), group
        for configuration in self.pages_of(client, "describe_launch_configurations", "LaunchConfigurations"):
            self.found("autoscaling_launch_configurations")
            self.configured_images.add(configuration["ImageId"])
            self.rows["ec2_metadata_posture"] += 1

    def ec2_launches(self, client, images):
        """Launch templates, and the images of others; `images` are those of instances."""
        for template in self.pages_of(client, "describe_launch_templates", "LaunchTemplates"):
            self.found("ec2_launch_templates")
            assert 1 <= template["DefaultVersionNumber"] <= template["LatestVersionNumber"], template
        named = {"Versions": ["$Default", "$Latest"]}
        images = images | self.configured_images
        for version in self.pages_of(client, "describe_launch_template_versions", "LaunchTemplateVersions", **named):
            self.found("ec2_launch_template_versions")
            self.rows["ec2_metadata_posture"] += 1
            images.add(version["LaunchTemplateData"].get("ImageId", ""))
        ids = sorted(it for it in images if it.startswith("ami-"))
        own = set()
        for start in range(0, len(ids), 100):
            asked = {"Filters": [{"Name": "image-id", "Values": ids[start : start + 100]}], "IncludeDisabled": True}
            shown = self.pages_of(client, "describe_images", "Images", **asked)
            own |= {it["ImageId"] for it in shown if it["OwnerId"] == self.account_id}
        self.rows["ec2_images_in_use"] += len(set(ids) - own)
