"""Credentials and identity providers for an account in moto: something of everything that can be made there."""

FINGERPRINT = "990f4193972f2becf12ddeda5237f9c952f20d9e"
SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDCANARY example"
# Self-signed, its key thrown away.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUNQgBh4/MjqCiMBWlZnyC3Yow8F4wCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZXhhbXBsZTAgFw0yNjExMjIxODExMzZaGA8yMTI2MTAyOTE4
MTEzNlowEjEQMA4GA1UEAwwHZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABMGu47v44/OFMlupMsN+lwwKecEHshC/LD/DK8dUeNf1oJGsKoJqKopL7QtQ
BOiCy4kZZQo69o9cJyderBdRdACjUzBRMB0GA1UdDgQWBBTiAVnE7jfB1bmXscAn
kUefNZ0/DjAfBgNVHSMEGDAWgBTiAVnE7jfB1bmXscAnkUefNZ0/DjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIAGniuh7ktKbENszYn1vD9GhAB/y
zaijVGSfSLsxjoAVAiB/voDRUlb4zeZWvAjnRWZxAOPskaecooMMPzLivGA9xw==
-----END CERTIFICATE-----
"""
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}


def populate(client, number, account_id):
    """Of the users made before, the first two get MFA, and the first an SSH key and a signing certificate."""
    devices(client, number, account_id)
    key = client.upload_ssh_public_key(UserName=f"user-{number}-0", SSHPublicKeyBody=SSH_KEY)["SSHPublicKey"]
    if number % 2:
        client.update_ssh_public_key(
            UserName=f"user-{number}-0", SSHPublicKeyId=key["SSHPublicKeyId"], Status="Inactive"
        )
    # Only an active one is in moto's credential report.
    client.upload_signing_certificate(UserName=f"user-{number}-0", CertificateBody=CERTIFICATE)
    providers(client, number)
    client.create_instance_profile(InstanceProfileName="empty", Path="/service/")
    for name in range(number):
        client.upload_server_certificate(
            ServerCertificateName=f"www-{name}", CertificateBody="CANARY", PrivateKey="CANARY", Path="/old/"
        )


def devices(client, number, account_id):
    """A virtual device of someone and one of nobody; a hardware token or a passkey."""
    first, second = f"user-{number}-0", f"user-{number}-1"
    made = client.create_virtual_mfa_device(VirtualMFADeviceName=first)["VirtualMFADevice"]["SerialNumber"]
    client.enable_mfa_device(UserName=first, SerialNumber=made, **CODES)
    client.create_virtual_mfa_device(VirtualMFADeviceName=f"spare-{number}")
    passkey = f"arn:aws:iam::{account_id}:u2f/user/{second}/key-{number}"
    serial_number = passkey if number % 2 else f"GAHT0000{number}"
    client.enable_mfa_device(UserName=second, SerialNumber=serial_number, **CODES)


def providers(client, number):
    client.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com",
        ClientIDList=["sts.amazonaws.com", f"client-{number}"],
        ThumbprintList=[FINGERPRINT],
        Tags=[{"Key": "number", "Value": str(number)}],
    )
    if number % 2:
        client.create_open_id_connect_provider(Url="https://oidc.example.com/id/AB", ThumbprintList=[])
    padding = " " * 1000
    document = f'<md:EntityDescriptor entityID="https://idp.example.com/{number}">{padding}</md:EntityDescriptor>'
    client.create_saml_provider(Name=f"sso-{number}", SAMLMetadataDocument=document)
