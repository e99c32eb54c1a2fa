"""What boto3 reads of the kinds that are rows of other_resources and have policies.

Tags are compared where the kind's list tells them.
"""

from reading import optional, tags


def read(back, region):
    aws = back.aws
    authorities(back, aws.client("acm-pca", region))
    prometheus(back, aws.client("amp", region))
    comprehend(back, aws.client("comprehend", region))
    bots(back, aws.client("lexv2-models", region), region)
    pipelines(back, aws.client("osis", region))
    payment_keys(back, aws.client("payment-cryptography", region))
    lattice(back, aws.client("vpc-lattice", region))
    network_policies(back, aws.client("opensearchserverless", region), region)
    agents(back, region)
    rule_groups(back, aws.client("wafv2", region))
    model_packages(back, aws.client("sagemaker", region))
    resolver(back, aws.client("route53resolver", region))
    hsm(back, aws.client("cloudhsmv2", region))
    if region == "us-east-1":
        core_networks(back, aws.client("networkmanager", region))


def unread(back, arn, resource_type, name, own=None):
    """A resource whose policy moto has no call for."""
    back.other(arn, resource_type, name, own)
    back.policy(arn, resource_type, "resource", None, state="unread")


def authorities(back, client):
    for listed in back.pages(client, "list_certificate_authorities", "CertificateAuthorities"):
        arn = listed["Arn"]
        back.other(arn, "acm_pca", None)
        back.policy(arn, "acm_pca", "resource", optional(client.get_policy, ResourceArn=arn).get("Policy"))
        back.policy(arn, "acm_pca", "grant", None, state="unread")


def prometheus(back, client):
    for listed in back.pages(client, "list_workspaces", "workspaces"):
        it = client.describe_workspace(workspaceId=listed["workspaceId"])["workspace"]
        unread(back, it["arn"], "amp_workspace", it["alias"], it["tags"])


def comprehend(back, client):
    found = [
        ("comprehend_document_classifier", "DocumentClassifier"),
        ("comprehend_entity_recognizer", "EntityRecognizer"),
    ]
    for resource_type, word in found:
        snake = resource_type.removeprefix("comprehend_")
        for it in getattr(client, f"list_{snake}s")()[f"{word}PropertiesList"]:
            arn = it[f"{word}Arn"]
            back.other(arn, resource_type, it.get("VersionName"))
            policy = optional(client.describe_resource_policy, ResourceArn=arn).get("ResourcePolicy")
            back.policy(arn, resource_type, "resource", policy)


def bots(back, client, region):
    """moto lists every alias with every bot."""
    for bot in client.list_bots()["botSummaries"]:
        of_bot = f"arn:aws:lex:{region}:{back.account_id}:bot/{bot['botId']}"
        back.other(of_bot, "lex_bot", bot["botName"])
        held(back, client, of_bot, "lex_bot")
        for alias in client.list_bot_aliases(botId=bot["botId"])["botAliasSummaries"]:
            arn = f"arn:aws:lex:{region}:{back.account_id}:bot-alias/{bot['botId']}/{alias['botAliasId']}"
            back.other(arn, "lex_bot_alias", alias["botAliasName"])
            held(back, client, arn, "lex_bot_alias")


def held(back, client, arn, resource_type):
    """Where there is no policy, moto breaks and the census cannot know it."""
    try:
        policy = client.describe_resource_policy(resourceArn=arn)["policy"]
        back.policy(arn, resource_type, "resource", policy)
    except client.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "500", error
        back.policy(arn, resource_type, "resource", None, state="unread")


def pipelines(back, client):
    for listed in client.list_pipelines()["Pipelines"]:
        it = client.get_pipeline(PipelineName=listed["PipelineName"])["Pipeline"]
        arn = it["PipelineArn"]
        back.other(arn, "osis_pipeline", it["PipelineName"], tags(it["Tags"]))
        policy = optional(client.get_resource_policy, ResourceArn=arn).get("Policy")
        back.policy(arn, "osis_pipeline", "resource", policy)


def payment_keys(back, client):
    """moto answers an empty policy where there is none."""
    for listed in back.pages(client, "list_keys", "Keys"):
        arn = listed["KeyArn"]
        back.other(arn, "payment_cryptography_key", None)
        policy = client.get_resource_policy(ResourceArn=arn)["Policy"]
        back.policy(arn, "payment_cryptography_key", "resource", policy)


def lattice(back, client):
    for resource_type, listed in [
        ("vpc_lattice_service", client.list_services()["items"]),
        ("vpc_lattice_service_network", client.list_service_networks()["items"]),
    ]:
        for it in listed:
            back.other(it["arn"], resource_type, it["name"])
            policy = optional(client.get_auth_policy, resourceIdentifier=it["id"]).get("policy")
            back.policy(it["arn"], resource_type, "resource", policy)
            share = optional(client.get_resource_policy, resourceArn=it["arn"]).get("policy")
            back.policy(it["arn"], resource_type, "resource", share, name="share")


def network_policies(back, client, region):
    for listed in client.list_security_policies(type="network")["securityPolicySummaries"]:
        name = listed["name"]
        arn = f"arn:aws:aoss:{region}:{back.account_id}:security-policy/network/{name}"
        back.other(arn, "aoss_network_policy", name)
        policy = client.get_security_policy(type="network", name=name)["securityPolicyDetail"]["policy"]
        back.policy(arn, "aoss_network_policy", "resource", policy)


def agents(back, region):
    account = f"{region}:{back.account_id}"
    client = back.aws.client("bedrock-agent", region)
    for it in client.list_knowledge_bases()["knowledgeBaseSummaries"]:
        arn = client.get_knowledge_base(knowledgeBaseId=it["knowledgeBaseId"])["knowledgeBase"]["knowledgeBaseArn"]
        unread(back, arn, "bedrock_knowledge_base", it["name"])
    for it in back.aws.client("bedrock", region).list_custom_models()["modelSummaries"]:
        unread(back, it["modelArn"], "bedrock_custom_model", it["modelName"])
    client = back.aws.client("bedrock-agentcore-control", region)
    for it in client.list_gateways()["items"]:
        arn = f"arn:aws:bedrock-agentcore:{account}:gateway/{it['gatewayId']}"
        unread(back, arn, "bedrock_agentcore_gateway", it["name"])
    for it in client.list_agent_runtimes()["agentRuntimes"]:
        unread(back, it["agentRuntimeArn"], "bedrock_agentcore_runtime", it["agentRuntimeName"])


def rule_groups(back, client):
    scopes = ["REGIONAL", "CLOUDFRONT"] if client.meta.region_name == "us-east-1" else ["REGIONAL"]
    for scope in scopes:
        for it in client.list_rule_groups(Scope=scope)["RuleGroups"]:
            unread(back, it["ARN"], "wafv2_rule_group", it["Name"])


def model_packages(back, client):
    for it in client.list_model_package_groups()["ModelPackageGroupSummaryList"]:
        unread(back, it["ModelPackageGroupArn"], "sagemaker_model_package_group", it["ModelPackageGroupName"])


def resolver(back, client):
    for listed in client.list_resolver_rules()["ResolverRules"]:
        it = client.get_resolver_rule(ResolverRuleId=listed["Id"])["ResolverRule"]
        # AWS's own rule is of no account.
        if it["OwnerId"] == back.account_id:
            unread(back, it["Arn"], "route53resolver_rule", it["Name"])
    for it in client.list_resolver_query_log_configs()["ResolverQueryLogConfigs"]:
        unread(back, it["Arn"], "route53resolver_query_log_config", it["Name"])


def hsm(back, client):
    for it in client.describe_backups()["Backups"]:
        arn = it["BackupArn"]
        back.other(arn, "cloudhsm_backup", it["BackupId"], tags(it.get("TagList", [])))
        policy = optional(client.get_resource_policy, ResourceArn=arn).get("Policy")
        back.policy(arn, "cloudhsm_backup", "resource", policy)


def core_networks(back, client):
    for listed in client.list_core_networks()["CoreNetworks"]:
        it = client.get_core_network(CoreNetworkId=listed["CoreNetworkId"])["CoreNetwork"]
        unread(back, it["CoreNetworkArn"], "networkmanager_core_network", it["CoreNetworkId"], tags(it["Tags"]))
