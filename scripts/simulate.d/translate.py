"""A case of crates/policy/tests/may as iam-simulate is asked.

iam-simulate has no organization: the asker says which control policies bind, at which level, and which keys it knows.
"""

import json
import pathlib
from datetime import datetime, timezone

BOUND = pathlib.Path(__file__).resolve().parents[2] / "crates" / "policy" / "data" / "rcp_services.txt"
SERVICES = {line for line in BOUND.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
CHOSEN = {
    "aws:securetransport", "aws:useragent", "aws:referer", "aws:tagkeys", "sts:externalid", "sts:rolesessionname",
    "s3:prefix", "lambda:functionurlauthtype",
}
CHOSEN_STARTS = ("aws:requesttag/", "s3:x-amz-", "kms:encryptioncontext")
# What iam-simulate does not know.
MEMBERS = {"grants": "grants of keys", "access_point": "access points", "acl": "ACLs", "function_url": "Lambda URLs"}
BY_TOKEN = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
TYPES = {":root": "Account", ":user/": "User", ":federated-user/": "FederatedUser", ":assumed-role/": "AssumedRole",
         ":role/": "AssumedRole"}


class NotThere(Exception):
    """Why a case cannot be asked."""


def is_chosen(key):
    """Whether the caller chooses the key."""
    return key.lower() in CHOSEN or key.lower().startswith(CHOSEN_STARTS)


def simulation(case):
    """The request of a case, and iam-simulate's options for it."""
    if case["expect"]["result"] == "unknown" or has_null(case.get("organization", {})):
        raise NotThere("something was not read")
    asked = Asked(case)
    present, missing = asked.keys()
    constraints = [{"keyName": key, "presenceIsKnown": True, "valueIsKnown": True} for key in [*present, *missing]]
    request = {
        "principal": {"type": "Anonymous"} if asked.principal == "anonymous" else asked.principal,
        "action": asked.question["action"],
        "resource": {"resource": asked.arn, "accountId": asked.resource_account or ""},
        "contextVariables": present,
    }
    return {
        "simulation": {"request": request, **asked.policies()},
        "options": {"simulationMode": "Discovery", "discoveryContextKeyConstraints": constraints},
    }


def has_null(value):
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return value is None or any(map(has_null, children))


def document(policy):
    return json.loads(policy) if isinstance(policy, str) else policy


def account_of(arn):
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else None


class Asked:
    """A case, and what follows from it."""

    def __init__(self, case):
        self.organization, self.question = case.get("organization", {}), case["question"]
        self.resource = self.organization.get("resource", {})
        for member, what in MEMBERS.items():
            if self.resource.get(member):
                raise NotThere(what)
        self.principal = self.question["principal"]
        self.arn = self.question.get("resource") or self.resource.get("arn") or "*"
        self.service = self.question["action"].split(":")[0].lower()
        self.account = account_of(self.principal) if self.principal.startswith("arn:") else None
        own = None if self.question.get("resource") == "*" else self.resource.get("account")
        self.resource_account = own or account_of(self.arn) or self.account
        self.accounts = {it["id"]: it for it in self.organization.get("accounts", [])}
        self.identity = next(filter(self.is_own, self.organization.get("identities", [])), None)
        if self.question["action"].lower() in BY_TOKEN and self.account is None or "-provider/" in self.principal:
            raise NotThere("tokens of identity providers")

    def is_own(self, identity):
        """Whether it is the caller, or the role whose session the caller is; a session's ARN has no path."""
        arn = identity["arn"]
        if ":assumed-role/" not in self.principal or ":role/" not in arn:
            return arn == self.principal
        return account_of(arn) == self.account and arn.split("/")[-1] == self.principal.split("/")[1]

    def is_management(self, account):
        said = self.accounts.get(account, {}).get("management", False)
        return said or account == self.organization.get("management")

    def chain(self, account):
        """The root, the units and the account."""
        parents = {it["id"]: it.get("parent") for it in self.organization.get("units", [])}
        root = next((unit for unit, parent in parents.items() if parent is None), None)
        chain, node = [account], self.accounts[account].get("unit") or root
        while node:
            chain.insert(0, node)
            node = parents.get(node)
        return chain

    def is_service_linked(self):
        arn = self.identity["arn"] if self.identity else self.principal
        return ":role/aws-service-role/" in arn or ":assumed-role/AWSServiceRoleFor" in arn

    def levels(self, account, kind, first):
        """The control policies of each level."""
        attached = self.organization.get(kind, [])
        detached = self.organization.get("full_aws_access_detached_from", [])
        levels = []
        for node in self.chain(account):
            named = [{"name": f"{kind}-{place}", "policy": document(it["document"])}
                     for place, it in enumerate(attached) if it["target"] == node]
            full = [] if node in detached or not first else [{"name": "FullAWSAccess", "policy": ALL}]
            levels.append({"orgIdentifier": node, "policies": full + named})
        return levels

    def scps(self):
        """E4: those of the caller's account."""
        if self.account is None:
            return []
        if self.account not in self.accounts or self.is_management(self.account) or self.is_service_linked():
            return [{"orgIdentifier": "none", "policies": [{"name": "FullAWSAccess", "policy": ALL}]}]
        return self.levels(self.account, "scps", True)

    def rcps(self):
        """E2, E3: those of the resource's account, if they bind the action."""
        account = self.resource_account
        is_bound = self.service in SERVICES and self.question["action"].lower() != "kms:retiregrant"
        if account not in self.accounts or self.is_management(account) or self.is_service_linked() or not is_bound:
            return [{"orgIdentifier": "none", "policies": []}]
        return self.levels(account, "rcps", False)

    def policies(self):
        """The policies of all layers."""
        own = self.identity or {}
        named = [*own.get("policies", []), *own.get("groups", [])]
        is_root = self.principal.endswith(":root")
        if is_root or (self.account and self.identity is None and self.account not in self.accounts):
            named = [ALL]
        elif self.account and self.identity is None:
            raise NotThere("an identity that was not read")
        policies = {
            "identityPolicies": [{"name": f"p{place}", "policy": document(it)} for place, it in enumerate(named)],
            "serviceControlPolicies": self.scps(),
            "resourceControlPolicies": self.rcps(),
        }
        if own.get("session_policy"):
            policies["sessionPolicy"] = document(own["session_policy"])
        if own.get("boundary"):
            policies["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": document(own["boundary"])}]
        of_resource = [self.resource.get("policy"), *self.resource.get("policies", {}).values()]
        on_resource = [document(it) for it in of_resource if it]
        if on_resource and self.arn != "*":
            policies["resourcePolicy"] = {**on_resource[0], "Statement": sum(map(statements, on_resource), [])}
        block = self.resource.get("block_public_access", {}).get("restrict_public_buckets", False)
        is_abac = self.resource.get("abac", False)
        policies["additionalSettings"] = {"s3": {"bucketAbacEnabled": is_abac, "blockPublicAccess": block}}
        through = self.question.get("context", {}).get("aws:SourceVpce", [])
        endpoints = [it for it in self.organization.get("endpoints", []) if [it["id"]] == through and it.get("policy")]
        if endpoints and self.account:
            policies["vpcEndpointPolicies"] = [{"name": it["id"], "policy": document(it["policy"])} for it in endpoints]
        return policies

    def keys(self):
        """The keys that the snapshot knows or the question gives: with their values, and those that are missing."""
        known = {"aws:PrincipalAccount": self.account or ("anonymous" if self.principal == "anonymous" else None)}
        if self.account is None and self.principal != "anonymous":
            del known["aws:PrincipalAccount"]
            known["aws:PrincipalServiceName"] = self.principal
        role = self.identity["arn"] if self.identity else self.principal
        known["aws:PrincipalArn"] = role if self.account else None
        known["aws:username"] = self.principal.split("/")[-1] if ":user/" in self.principal else None
        is_service = self.account is None and self.principal != "anonymous"
        known["aws:PrincipalIsAWSService"] = None if self.principal == "anonymous" else str(is_service).lower()
        known["aws:PrincipalType"] = next((value for part, value in TYPES.items() if part in self.principal), None)
        if self.account:
            known["kms:CallerAccount"] = self.account
        for tag, value in (self.identity or {}).get("tags", {}).items():
            known[f"aws:PrincipalTag/{tag}"] = value
        for tag, value in self.resource.get("tags", {}).items():
            known[f"aws:ResourceTag/{tag}"] = known[f"s3:ExistingObjectTag/{tag}"] = value
        known["/^aws:PrincipalTag\\/.*$/"] = known["/^aws:ResourceTag\\/.*$/"] = None
        known["s3:DataAccessPointArn"] = known["s3:DataAccessPointAccount"] = None
        known |= self.places()
        if not is_service:
            known |= dict.fromkeys(["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"])
            known["aws:SourceOwner"] = self.account if self.service == "sns" else None
        region = self.arn.split(":")[3] if self.arn.startswith("arn:") else ""
        if region:
            known["aws:RequestedRegion"] = region
        if self.question.get("at"):
            known["aws:CurrentTime"] = at = self.question["at"]
            known["aws:EpochTime"] = str(int(datetime.fromisoformat(at).replace(tzinfo=timezone.utc).timestamp()))
        for key, values in self.question.get("context", {}).items():
            known = {name: value for name, value in known.items() if name.lower() != key.lower()}
            known[key] = values if isinstance(values, list) and values else values or None
        present = {key: value for key, value in known.items() if value is not None}
        return present, [key for key, value in known.items() if value is None]

    def places(self):
        """The organizations and units of the caller and of the resource. One outside is in another organization."""
        found = {}
        for kind, account in [("Principal", self.account), ("Resource", self.resource_account)]:
            identifier = self.organization.get("id")
            if account in self.accounts or self.is_management(account):
                found[f"aws:{kind}OrgID"] = identifier
                if account in self.accounts:
                    path = "/".join([identifier or "", *self.chain(account)[:-1]])
                    found[f"aws:{kind}OrgPaths"] = [f"{path}/"]
            elif account:
                found[f"aws:{kind}OrgID"] = "o-elsewhere"
                found[f"aws:{kind}OrgPaths"] = ["o-elsewhere/r-0000/"]
            else:
                found[f"aws:{kind}OrgID"] = None
            found[f"aws:{kind}Account"] = account
        if self.account is None:
            del found["aws:PrincipalAccount"]
        return found


def statements(policy):
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]
