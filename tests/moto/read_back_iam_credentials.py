"""What boto3 reads of an account's credentials and identity providers, as rows of the census' tables.

Each user is asked for everything, while the census asks only those of whom the credential report says that they have it.
This parallel census is frozen at the services it has: a new service needs no line here.
"""


def read(back, client):
    """Adds the rows of one account to a ReadBack."""
    account(back, client)
    for user in back.pages(client, "list_users", "Users"):
        credentials(back, client, user["UserName"])
    profiles(back, client)
    providers(back, client)


def account(back, client):
    """What is listed once: virtual MFA devices, root, server certificates."""
    for device in client.list_virtual_mfa_devices()["VirtualMFADevices"]:
        user = device.get("User") or {}
        device_row(back, device["SerialNumber"], "virtual", user.get("UserName"))
    summary = client.get_account_summary()["SummaryMap"]
    back.add(
        "iam_root_users",
        arn=f"arn:aws:iam::{back.account_id}:root",
        has_access_key=summary["AccountAccessKeysPresent"] > 0,
        is_mfa_enabled=summary["AccountMFAEnabled"] > 0,
        mfa_type="none",
        # moto's report has no line for root.
        active_access_key_count=None,
    )
    for certificate in client.list_server_certificates()["ServerCertificateMetadataList"]:
        back.add(
            "iam_server_certificates",
            arn=certificate["Arn"],
            server_certificate_name=certificate["ServerCertificateName"],
            path=certificate["Path"],
            is_expired=True,
        )


def device_row(back, serial_number, kind, user_name):
    is_assigned = user_name is not None
    back.add(
        "iam_mfa_devices", serial_number=serial_number, mfa_type=kind, user_name=user_name, is_assigned=is_assigned
    )


def credentials(back, client, name):
    of = {"UserName": name}
    for key in client.list_access_keys(**of)["AccessKeyMetadata"]:
        used = client.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
        back.add(
            "iam_access_keys",
            access_key_id=key["AccessKeyId"],
            user_name=name,
            status=key["Status"],
            is_active=key["Status"] == "Active",
            has_been_used="LastUsedDate" in used,
        )
    for device in client.list_mfa_devices(**of)["MFADevices"]:
        serial_number = device["SerialNumber"]
        # The virtual ones are listed for the whole account.
        if ":mfa/" not in serial_number:
            device_row(back, serial_number, "passkey" if ":u2f/" in serial_number else "hardware", name)
    for certificate in client.list_signing_certificates(**of)["Certificates"]:
        back.add(
            "iam_signing_certificates",
            certificate_id=certificate["CertificateId"],
            user_name=name,
            status=certificate["Status"],
            is_active=certificate["Status"] == "Active",
        )
    for key in client.list_ssh_public_keys(**of)["SSHPublicKeys"]:
        back.add(
            "iam_ssh_public_keys",
            ssh_public_key_id=key["SSHPublicKeyId"],
            user_name=name,
            status=key["Status"],
            is_active=key["Status"] == "Active",
        )


def profiles(back, client):
    for profile in back.pages(client, "list_instance_profiles", "InstanceProfiles"):
        role_arns = [role["Arn"] for role in profile["Roles"]]
        name = profile["InstanceProfileName"]
        has_role = bool(role_arns)
        back.add(
            "iam_instance_profiles",
            arn=profile["Arn"],
            instance_profile_name=name,
            path=profile["Path"],
            role_arns=role_arns,
            has_role=has_role,
        )


def providers(back, client):
    for listed in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        provider = client.get_open_id_connect_provider(OpenIDConnectProviderArn=listed["Arn"])
        back.add(
            "iam_oidc_providers",
            arn=listed["Arn"],
            issuer=provider["Url"],
            client_ids=provider["ClientIDList"],
            thumbprints=provider["ThumbprintList"],
            tags={tag["Key"]: tag["Value"] for tag in provider["Tags"]},
        )
    for listed in client.list_saml_providers()["SAMLProviderList"]:
        arn = listed["Arn"]
        document = client.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"]
        entity_id = document.split('entityID="', 1)[1].split('"', 1)[0]
        name = arn.rsplit("/", 1)[1]
        back.add("iam_saml_providers", arn=arn, provider_name=name, entity_id=entity_id, is_expired=False)
