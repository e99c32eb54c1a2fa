"""Kinds that are rows of other_resources and have policies, as far as moto makes them."""

import json

from populate_iam import CERTIFICATE
from populating import listed, to_everyone, to_outside, to_own


def populate(aws, region, account_id):
    authorities(aws.client("acm-pca", region), account_id)
    prometheus(aws.client("amp", region))
    comprehend(aws.client("comprehend", region), account_id)
    bots(aws.client("lexv2-models", region), region, account_id)
    pipelines(aws.client("osis", region), account_id)
    payment_keys(aws.client("payment-cryptography", region))
    lattice(aws.client("vpc-lattice", region))
    network_policies(aws.client("opensearchserverless", region))
    agents(aws, region, account_id)
    rule_groups(aws.client("wafv2", region))
    channels(aws.client("mediapackagev2", region))
    model_packages(aws.client("sagemaker", region))
    resolver(aws, region)
    if region == "us-east-1":
        core_networks(aws.client("networkmanager", region))


def authorities(client, account_id):
    subject = {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA"}
    subject["Subject"] = {"CommonName": "example.com"}
    for name in ["plain", "outside", "own"]:
        arn = client.create_certificate_authority(
            CertificateAuthorityConfiguration=subject, CertificateAuthorityType="SUBORDINATE", Tags=listed(kind=name)
        )["CertificateAuthorityArn"]
        policies = {"outside": to_outside("acm-pca:IssueCertificate", arn)}
        policies["own"] = to_own(account_id, "acm-pca:GetCertificate", arn)
        if name in policies:
            # Only an active one may have a policy.
            client.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=CERTIFICATE)
            client.put_policy(ResourceArn=arn, Policy=policies[name])


def prometheus(client):
    """moto has no policies of workspaces."""
    for alias in ["one", "two"]:
        client.create_workspace(alias=alias, tags={"number": alias})


def comprehend(client, account_id):
    role, data = f"arn:aws:iam::{account_id}:role/service/function", {"S3Uri": "s3://data/it"}
    for name in ["plain", "outside"]:
        arn = client.create_document_classifier(
            DocumentClassifierName=name,
            VersionName=f"{name}-1",
            DataAccessRoleArn=role,
            InputDataConfig=data,
            LanguageCode="en",
        )["DocumentClassifierArn"]
        if name == "outside":
            client.put_resource_policy(ResourceArn=arn, ResourcePolicy=to_outside("comprehend:ImportModel"))
    entities = {"EntityTypes": [{"Type": "PLANET"}], "Documents": data, "EntityList": data}
    for name in ["plain", "everyone"]:
        arn = client.create_entity_recognizer(
            RecognizerName=name,
            VersionName=f"{name}-1",
            DataAccessRoleArn=role,
            InputDataConfig=entities,
            LanguageCode="en",
        )["EntityRecognizerArn"]
        if name == "everyone":
            client.put_resource_policy(ResourceArn=arn, ResourcePolicy=to_everyone("comprehend:ImportModel"))


def bots(client, region, account_id):
    role = f"arn:aws:iam::{account_id}:role/service/function"
    privacy = {"dataPrivacy": {"childDirected": False}, "idleSessionTTLInSeconds": 300}
    for name in ["plain", "outside"]:
        bot = client.create_bot(botName=name, roleArn=role, **privacy)["botId"]
        alias = client.create_bot_alias(botAliasName=f"{name}-live", botId=bot)["botAliasId"]
        if name == "outside":
            arn = f"arn:aws:lex:{region}:{account_id}:bot/{bot}"
            client.create_resource_policy(resourceArn=arn, policy=to_outside("lex:RecognizeText", arn))
            arn = f"arn:aws:lex:{region}:{account_id}:bot-alias/{bot}/{alias}"
            client.create_resource_policy(resourceArn=arn, policy=to_everyone("lex:RecognizeText", arn))


def pipelines(client, account_id):
    role = f"arn:aws:iam::{account_id}:role/service/function"
    sink = {"opensearch": {"hosts": ["https://example.com"], "index": "it", "aws": {"sts_role_arn": role}}}
    body = json.dumps({"version": "2", "it": {"source": {"http": {"path": "/it"}}, "sink": [sink]}})
    for name in ["plain", "outside"]:
        made = client.create_pipeline(
            PipelineName=f"{name}-it", MinUnits=1, MaxUnits=2, PipelineConfigurationBody=body, Tags=listed(kind=name)
        )["Pipeline"]
        if name == "outside":
            arn = made["PipelineArn"]
            client.put_resource_policy(ResourceArn=arn, Policy=to_outside("osis:Ingest", arn))


def payment_keys(client):
    modes = {"Encrypt": True, "Decrypt": True, "Wrap": True, "Unwrap": True}
    attributes = {"KeyAlgorithm": "TDES_2KEY", "KeyClass": "SYMMETRIC_KEY"}
    attributes["KeyUsage"] = "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY"
    for name in ["plain", "outside"]:
        made = client.create_key(Exportable=True, KeyAttributes=attributes | {"KeyModesOfUse": modes})["Key"]
        if name == "outside":
            policy = to_outside("payment-cryptography:EncryptData")
            client.put_resource_policy(ResourceArn=made["KeyArn"], Policy=policy)


def lattice(client):
    for name in ["plain", "outside"]:
        arns = [client.create_service(name=f"{name}-service", authType="AWS_IAM")["arn"]]
        arns.append(client.create_service_network(name=f"{name}-network", authType="AWS_IAM")["arn"])
        for arn in arns if name == "outside" else []:
            client.put_auth_policy(resourceIdentifier=arn, policy=to_outside("vpc-lattice-svcs:Invoke"))
            client.put_resource_policy(resourceArn=arn, policy=to_outside("vpc-lattice:GetService"))


def network_policies(client):
    for name, is_public in [("public", True), ("private", False)]:
        rules = [{"ResourceType": "collection", "Resource": [f"collection/{name}"]}]
        policy = [{"Rules": rules, "AllowFromPublic": is_public}]
        client.create_security_policy(name=name, type="network", policy=json.dumps(policy))


def agents(aws, region, account_id):
    """moto has no policies of Bedrock and AgentCore."""
    role = f"arn:aws:iam::{account_id}:role/service/function"
    client = aws.client("bedrock-agent", region)
    vectors = {"embeddingModelArn": f"arn:aws:bedrock:{region}::foundation-model/it"}
    client.create_knowledge_base(
        name="handbook",
        roleArn=role,
        knowledgeBaseConfiguration={"type": "VECTOR", "vectorKnowledgeBaseConfiguration": vectors},
        storageConfiguration={"type": "OPENSEARCH_SERVERLESS"},
    )
    client = aws.client("bedrock", region)
    client.create_model_customization_job(
        jobName="tuning",
        customModelName="tuned",
        roleArn=role,
        baseModelIdentifier="amazon.titan-text-lite-v1",
        trainingDataConfig={"s3Uri": f"s3://data-{account_id}/it"},
        outputDataConfig={"s3Uri": f"s3://data-{account_id}/it"},
        hyperParameters={"learningRate": "0.1"},
    )
    client = aws.client("bedrock-agentcore-control", region)
    client.create_gateway(name="tools", roleArn=role, protocolType="MCP", authorizerType="AWS_IAM")
    image = f"{account_id}.dkr.ecr.{region}.amazonaws.com/it:1"
    client.create_agent_runtime(
        agentRuntimeName="runs",
        agentRuntimeArtifact={"containerConfiguration": {"containerUri": image}},
        roleArn=role,
        networkConfiguration={"networkMode": "PUBLIC"},
    )


def rule_groups(client):
    """moto has no policies of rule groups."""
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "it"}
    scopes = ["REGIONAL", "CLOUDFRONT"] if client.meta.region_name == "us-east-1" else ["REGIONAL"]
    for scope in scopes:
        for name in ["one", "two"]:
            client.create_rule_group(Name=name, Scope=scope, Capacity=10, VisibilityConfig=metrics)


def channels(client):
    """moto has no policies of channels."""
    client.create_channel_group(ChannelGroupName="sports")
    for name in ["one", "two"]:
        client.create_channel(ChannelGroupName="sports", ChannelName=name, Description="live", Tags={"number": name})


def model_packages(client):
    """moto has no policies of these groups."""
    for name in ["one", "two"]:
        client.create_model_package_group(
            ModelPackageGroupName=name, ModelPackageGroupDescription="models", Tags=listed(number=name)
        )


def resolver(aws, region):
    """moto has no policies of rules and of configurations of query logs."""
    client = aws.client("route53resolver", region)
    for name in ["one", "two"]:
        named = {"CreatorRequestId": name, "Name": name, "Tags": listed(number=name)}
        client.create_resolver_rule(**named, RuleType="SYSTEM", DomainName=f"{name}.example.com")
        client.create_resolver_query_log_config(**named, DestinationArn="arn:aws:s3:::queries")


def hsm(aws, region):
    """moto makes a backup of each cluster, and names the management account in its ARN, whosesoever it is."""
    client = aws.client("cloudhsmv2", region)
    client.create_cluster(HsmType="hsm1.medium", SubnetIds=["subnet-1"], TagList=listed(number="1"))
    made = client.create_cluster(HsmType="hsm1.medium", SubnetIds=["subnet-1"])["Cluster"]
    for backup in client.describe_backups()["Backups"]:
        if backup["ClusterId"] == made["ClusterId"]:
            policy = to_outside("cloudhsm:DescribeBackups", backup["BackupArn"])
            client.put_resource_policy(ResourceArn=backup["BackupArn"], Policy=policy)


def core_networks(client):
    """moto has no policies of core networks."""
    network = client.create_global_network(Description="all")["GlobalNetwork"]["GlobalNetworkId"]
    for name in ["one", "two"]:
        client.create_core_network(GlobalNetworkId=network, Description=name, Tags=listed(number=name))
