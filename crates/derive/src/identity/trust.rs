//! Who may assume each role, and under which conditions.

use orgcensus_policy::{
    Condition, Document, Facts, Flag, Grant, Guardrails, OrganizationFacts, Policies, PolicyKind, PrincipalKind,
    PrincipalValue, Statement, Target, verdict,
};

use super::account::{Account, KnownIdentity, Role};
use super::rows::RoleTrust;
use crate::rows::words;

impl Account {
    /// The rows of all roles, in the order of their key.
    pub(super) fn trusts(
        &self,
        account_id: &str,
        organization: &OrganizationFacts,
        guardrails: &Guardrails,
    ) -> Vec<RoleTrust> {
        let rows = self.trusted().flat_map(|(arn, known, document)| {
            let (name, role) =
                known.map_or((last(arn), Role::default()), |it: &KnownIdentity| (&it.name, it.role.clone()));
            let trusted = TrustedRole { arn, name, role };
            match document {
                None => vec![trusted.unread()],
                Some(document) => trusted.rows(document, account_id, organization, guardrails),
            }
        });
        rows.collect()
    }
}

/// Account access manager. It lets people of Identity Center in to roles that trust it.
const ACCOUNT_ACCESS: &str = "account-access.amazonaws.com";

fn is_account_access(principal: &PrincipalValue) -> bool {
    principal.kind == PrincipalKind::Service && principal.value.eq_ignore_ascii_case(ACCOUNT_ACCESS)
}

fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// The name at the end of an ARN.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

/// The role that the rows are about.
struct TrustedRole<'a> {
    arn: &'a str,
    name: &'a str,
    role: Role,
}

impl TrustedRole<'_> {
    fn rows(
        &self,
        document: &Document,
        account_id: &str,
        organization: &OrganizationFacts,
        guardrails: &Guardrails,
    ) -> Vec<RoleTrust> {
        if !document.is_understood() {
            return vec![self.unread()];
        }
        let target = Target::of(self.arn, Some(account_id));
        let facts = Facts {
            kind: PolicyKind::Trust,
            resource_account: Some(account_id),
            service: Some("sts"),
            target: target.as_ref(),
            organization,
        };
        let verdict =
            verdict(&Policies { guardrails: Some(guardrails), ..Policies::of(std::slice::from_ref(document)) }, &facts);
        let unread = verdict.flags.iter().find(|flag| **flag == Flag::GuardrailsUnread);
        let rows = verdict.grants.into_iter().filter_map(|mut grant| {
            grant.flags.extend(unread);
            let statement = document.statements.get(grant.ordinal)?;
            Some(self.row(grant, statement))
        });
        let mut rows: Vec<RoleTrust> = rows.collect();
        rows.sort_by(|one, other| key(one).cmp(&key(other)));
        rows.dedup_by(|later, earlier| key(later) == key(earlier));
        rows
    }

    fn row(&self, grant: Grant, statement: &Statement) -> RoleTrust {
        let external_ids: Vec<&Condition> =
            asked(statement, "sts:ExternalId", &["stringequals", "stringlike"]).collect();
        let asks_id = |it: &&Condition| {
            !it.values.is_empty() && !it.values.iter().any(|value| value.trim_matches('*').is_empty())
        };
        let mfa = asked(statement, "aws:MultiFactorAuthPresent", &["bool"]);
        let is_federated = grant.principal.kind == PrincipalKind::Federated;
        RoleTrust {
            ordinal: i32::try_from(grant.ordinal).unwrap_or(i32::MAX),
            principal: format!("{}:{}", grant.principal.kind.as_str(), grant.principal.value),
            principal_type: grant.principal.kind.as_str().to_owned(),
            provider: is_federated.then(|| grant.principal.value.clone()),
            principal_class: grant.class.as_str().to_owned(),
            principal_account_id: grant.account,
            is_entered_by_people: is_account_access(&grant.principal),
            is_public: Some(grant.class == orgcensus_policy::Class::Public),
            is_external: grant.is_external,
            actions: statement.actions.clone(),
            is_external_id_required: external_ids.iter().any(asks_id),
            external_id_count: external_ids.iter().map(|it| i32::try_from(it.values.len()).unwrap_or(i32::MAX)).sum(),
            is_mfa_required: mfa
                .into_iter()
                .any(|it| it.values.iter().map(String::as_str).all(is_true) && !it.values.is_empty()),
            claims: if is_federated {
                conditions(statement, |key| is_claim(key, &grant.principal.value))
            } else {
                Vec::new()
            },
            organization_conditions: conditions(statement, |key| {
                ["aws:principalorgid", "aws:principalorgpaths"].contains(&key)
            }),
            bounded_by: grant.bounded_by,
            has_condition: statement.has_condition(),
            condition_keys: statement.conditions.iter().map(|it| it.key.clone()).collect(),
            flags: words(grant.flags.iter().map(|flag| flag.as_str())),
            ..self.unread()
        }
    }

    /// The row of a role whose trust policy was not read.
    fn unread(&self) -> RoleTrust {
        RoleTrust {
            role_arn: self.arn.to_owned(),
            role_name: self.name.to_owned(),
            ordinal: -1,
            principal: String::new(),
            principal_type: String::new(),
            principal_class: "unknown".to_owned(),
            principal_account_id: None,
            provider: None,
            is_entered_by_people: false,
            is_public: None,
            is_external: None,
            actions: Vec::new(),
            is_external_id_required: false,
            external_id_count: 0,
            is_mfa_required: false,
            claims: Vec::new(),
            organization_conditions: Vec::new(),
            bounded_by: Vec::new(),
            has_condition: false,
            condition_keys: Vec::new(),
            flags: vec![Flag::Unread.as_str().to_owned()],
            is_service_linked: self.role.is_service_linked,
            role_age_days: self.role.age_days,
            role_last_used_at: self.role.last_used_at,
            role_last_used_days: self.role.last_used_days,
            role_last_used_region: self.role.last_used_region.clone(),
        }
    }
}

/// The conditions that require this key to be there. Conditions with `IfExists` are left out, because they also hold
/// without the key.
fn asked<'a>(statement: &'a Statement, key: &'a str, operators: &'a [&str]) -> impl Iterator<Item = &'a Condition> {
    let is_meant = move |it: &&Condition| {
        let operator = it.operator.to_ascii_lowercase();
        let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        it.key.eq_ignore_ascii_case(key) && operators.contains(&operator)
    };
    statement.conditions.iter().filter(is_meant)
}

/// Whether the key, in lower case, is a claim of the provider's token: `<issuer>:sub`, `saml:aud`.
fn is_claim(key: &str, provider: &str) -> bool {
    let issuer = provider.split_once("oidc-provider/").map_or(provider, |(_, issuer)| issuer).to_ascii_lowercase();
    key.starts_with("saml:") || key.strip_prefix(&issuer).is_some_and(|rest| rest.starts_with(':'))
}

fn conditions(statement: &Statement, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let meant = statement.conditions.iter().filter(|it| is_meant(&it.key.to_ascii_lowercase()));
    meant.flat_map(|it| it.values.iter().map(move |value| format!("{} {} {value}", it.key, it.operator))).collect()
}

fn key(row: &RoleTrust) -> (i32, &str) {
    (row.ordinal, &row.principal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::111122223333:role/ci/web";

    fn rows(text: &str) -> Vec<RoleTrust> {
        let organization = OrganizationFacts {
            accounts: Some(["111122223333", "222233334444"].map(str::to_owned).into()),
            ..OrganizationFacts::default()
        };
        let trusted = TrustedRole { arn: ARN, name: last(ARN), role: Role::default() };
        trusted.rows(&Document::parse(text), "111122223333", &organization, &Guardrails::default())
    }

    fn one(principal: &str, condition: &str) -> RoleTrust {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole","Condition":{condition}}}"#
        );
        let mut rows = rows(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#));
        assert_eq!(rows.len(), 1);
        rows.remove(0)
    }

    const VENDOR: &str = r#"{"AWS":"arn:aws:iam::999988887777:root"}"#;

    #[test]
    fn a_vendor_with_and_without_an_external_id() {
        let row =
            one(VENDOR, r#"{"StringEquals":{"sts:externalid":["a","b"]},"Bool":{"aws:MultiFactorAuthPresent":true}}"#);
        assert_eq!((row.role_name.as_str(), row.principal_class.as_str()), ("web", "external"));
        assert_eq!((row.is_external, row.is_public, row.is_external_id_required), (Some(true), Some(false), true));
        assert_eq!((row.external_id_count, row.is_mfa_required), (2, true));
        assert_eq!(row.principal_account_id.as_deref(), Some("999988887777"));
        for open in [
            r#"{}"#,
            r#"{"StringEqualsIfExists":{"sts:ExternalId":"a"}}"#,
            r#"{"StringNotEquals":{"sts:ExternalId":"a"}}"#,
            r#"{"StringLike":{"sts:ExternalId":"*"}}"#,
            r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#,
        ] {
            let row = one(VENDOR, open);
            assert!(!row.is_external_id_required && !row.is_mfa_required, "{open}");
        }
    }

    #[test]
    fn a_provider_with_its_claims() {
        let github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
        let row = one(
            &format!(r#"{{"Federated":"{github}"}}"#),
            r#"{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:a/b:*","repo:a/c:*"]},
                "StringEquals":{"aws:RequestedRegion":"us-east-1"}}"#,
        );
        assert_eq!((row.principal_class.as_str(), row.provider.as_deref()), ("federated", Some(github)));
        let key = "token.actions.githubusercontent.com:sub StringLike";
        assert_eq!(row.claims, [format!("{key} repo:a/b:*"), format!("{key} repo:a/c:*")]);
        assert_eq!(row.condition_keys.len(), 2);
        assert_eq!(row.is_external, None);
    }

    #[test]
    fn a_provider_of_which_nothing_is_known_and_one_that_needs_a_session_name() {
        let of = |issuer: &str| format!(r#"{{"Federated":"arn:aws:iam::111122223333:oidc-provider/{issuer}"}}"#);
        let modal = one(&of("oidc.modal.com"), r#"{"StringEquals":{"oidc.modal.com:aud":"oidc.modal.com"}}"#);
        assert_eq!(
            (modal.principal_class.as_str(), modal.is_public, modal.is_external),
            ("federated", Some(false), None)
        );
        assert_eq!(modal.claims, ["oidc.modal.com:aud StringEquals oidc.modal.com"]);
        let issuer = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";
        let anyone = one(&of(issuer), &format!(r#"{{"StringEquals":{{"{issuer}:aud":"api://1"}}}}"#));
        assert_eq!((anyone.is_public, anyone.is_external), (Some(true), Some(true)));
        assert_eq!(anyone.flags, ["oidc_unscoped", "signed_only"]);
        let named = one(&of(issuer), r#"{"StringEquals":{"sts:RoleSessionName":"MicrosoftSentinel_1"}}"#);
        assert_eq!((named.is_public, named.is_external), (Some(false), None));
        assert_eq!(named.bounded_by, ["sts:RoleSessionName"]);
        let nobody = one(&of("gitlab.com"), r#"{"StringLike":{"gitlab.com/group:sub":"project_path:group/*"}}"#);
        assert_eq!((nobody.principal_class.as_str(), nobody.is_external), ("nobody", Some(false)));
        assert_eq!(nobody.flags, ["condition_never_matches"]);
    }

    #[test]
    fn tokens_of_our_own_accounts_are_no_strangers() {
        let issuer = "1b2c.tokens.sts.global.api.aws";
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::111122223333:oidc-provider/{issuer}"}},
                "Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"{issuer}:aud":"a"}}}}}}"#
        );
        let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#));
        let mut organization =
            OrganizationFacts { accounts: Some(["111122223333".to_owned()].into()), ..OrganizationFacts::default() };
        let trusted = TrustedRole { arn: ARN, name: last(ARN), role: Role::default() };
        let is_external = |organization: &OrganizationFacts| {
            trusted.rows(&document, "111122223333", organization, &Guardrails::default())[0].is_external
        };
        assert_eq!(is_external(&organization), None, "it may be of any account");
        organization.trust_issuers(&[format!("https://{issuer}")]);
        assert_eq!(is_external(&organization), Some(false));
    }

    #[test]
    fn a_service_that_lets_people_in_says_so() {
        let people = one(r#"{"Service":"account-access.amazonaws.com"}"#, "{}");
        assert_eq!((people.principal_class.as_str(), people.is_entered_by_people), ("service", true));
        for other in [r#"{"Service":"ec2.amazonaws.com"}"#, VENDOR, r#""*""#] {
            assert!(!one(other, "{}").is_entered_by_people, "{other}");
        }
    }

    #[test]
    fn an_organization_is_a_bound_and_a_deny_counts() {
        let row = one(r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}}"#);
        assert_eq!(row.organization_conditions, ["aws:PrincipalOrgID StringEquals o-abcdefghij"]);
        assert_eq!((row.is_public, row.bounded_by.as_slice()), (Some(false), &["aws:PrincipalOrgID".to_owned()][..]));
        let allow = r#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}"#;
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*"}"#;
        let saved = rows(&format!(r#"{{"Statement":[{allow},{deny}]}}"#));
        assert_eq!((saved.len(), saved[0].principal_class.as_str()), (1, "nobody"));
        let open = rows(&format!(r#"{{"Statement":[{allow},{allow}]}}"#));
        assert_eq!(open.iter().map(|row| row.ordinal).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(open[0].is_public, Some(true));
    }

    #[test]
    fn what_was_not_read_has_a_row_that_says_so() {
        for row in
            rows("no policy").into_iter().chain([TrustedRole { arn: ARN, name: "web", role: Role::default() }.unread()])
        {
            assert_eq!((row.is_public, row.is_external, row.ordinal), (None, None, -1));
            assert_eq!((row.principal_class.as_str(), row.flags.as_slice()), ("unknown", &["unread".to_owned()][..]));
        }
        assert_eq!(rows(r#"{"Statement":[]}"#).len(), 0);
    }
}
