//! Rules of AWS Config: DescribeConfigRules, DescribeComplianceByConfigRule, and DescribeRemediationConfigurations for
//! 25 rules at once.

mod described;

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::Serialize;
use serde_json::json;

use self::described::{Compliance, CompliancePage, Described, Page, Remediation, Remediations};
use crate::items::{Unread, all};

const LIST: Read<Page> = reads("config", "DescribeConfigRules");
const COMPLIANCE: Read<CompliancePage> = reads("config", "DescribeComplianceByConfigRule");
const REMEDIATION: Read<Remediations> = reads("config", "DescribeRemediationConfigurations");

/// About so many rules one call may ask.
const AT_ONCE: usize = 25;

/// One rule of AWS Config. The values of its parameters are not kept.
#[derive(Debug, Serialize, Row)]
#[row(table = "config_rules", key = "arn")]
pub struct Rule {
    /// The rule's ARN.
    pub arn: String,
    /// The rule's name.
    pub rule_name: String,
    /// Who wrote it: AWS, CUSTOM_LAMBDA or CUSTOM_POLICY. Null: AWS did not say.
    pub rule_owner: Option<String>,
    /// Whether AWS wrote it. Null: AWS did not say.
    pub is_managed: Option<bool>,
    /// The name of AWS's rule, S3_BUCKET_VERSIONING_ENABLED, or the function's ARN. Null: a policy within the rule.
    pub source_identifier: Option<String>,
    /// The service of AWS that made it. Null: none, or it belongs to no pack.
    pub created_by: Option<String>,
    /// ACTIVE, EVALUATING, DELETING or DELETING_RESULTS. Null: AWS did not say.
    pub rule_state: Option<String>,
    /// What makes it look: change, periodic, or hybrid, which is both. Null: AWS does not say it of this rule.
    pub trigger_type: Option<String>,
    /// How often it looks at least, TwentyFour_Hours. Null: it does not look by the clock.
    pub frequency: Option<String>,
    /// The types of resources that it looks at. Empty: its scope names none.
    pub scope_types: Vec<String>,
    /// The one resource that it looks at. Null: its scope names none.
    pub scope_resource_id: Option<String>,
    /// The tag that resources have to have. Null: its scope names none.
    pub scope_tag_key: Option<String>,
    /// The value that the tag has to have. Null: any.
    pub scope_tag_value: Option<String>,
    /// Whether its scope is a tag and it is hybrid: by the clock it looks at resources without the tag as well. Null:
    /// its trigger is not known.
    pub is_tag_scope_leaky: Option<bool>,
    /// How it looks: DETECTIVE at what is there, PROACTIVE at what is about to be made.
    pub evaluation_modes: Vec<String>,
    /// Whether something is done where it finds fault. Null: it was not read.
    pub has_remediation: Option<bool>,
    /// The document of Systems Manager that does it. Null: none, or it was not read.
    pub remediation_document: Option<String>,
    /// The role by which it does it. Null: none is named, or it was not read.
    pub remediation_role_arn: Option<String>,
    /// Whether it is done without anybody asking. Null: nothing is done, or it was not read.
    pub is_remediation_automatic: Option<bool>,
    /// COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE or INSUFFICIENT_DATA. Null: it was not read.
    pub compliance_type: Option<String>,
    /// How many resources it finds fault with, as far as AWS counts. Null: none, or it was not read.
    pub noncompliant_count: Option<i32>,
    /// Whether there are more than AWS counts. Null: none, or it was not read.
    pub is_count_capped: Option<bool>,
}

/// The rules of one region.
pub const RULES: Collector = Collector {
    name: "config_rules",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), COMPLIANCE.call(), REMEDIATION.call()],
    resources: &[],
    tables: &[table::<Rule>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// What is known of rules beside the list, by their names. None: it was not read.
struct ComplianceAndRemediation {
    compliance: Option<BTreeMap<String, Compliance>>,
    remediation: Option<BTreeMap<String, Remediation>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let listed = all(&LIST, session, json!({}), |page| page.config_rules).await?;
    if listed.is_empty() {
        return Ok(());
    }
    let compliance = all(&COMPLIANCE, session, json!({}), |page| page.compliance_by_config_rules).await;
    let compliance = rows.item([Rule::TABLE], compliance)?.map(by_name);
    let mut known = ComplianceAndRemediation { compliance, remediation: None };
    let mut listed = listed.into_iter().peekable();
    while listed.peek().is_some() {
        let some: Vec<Described> = listed.by_ref().take(AT_ONCE).collect();
        let names: Vec<&str> = some.iter().filter_map(|it| it.config_rule_name.as_deref()).collect();
        let remediation = REMEDIATION.send(session, json!({"ConfigRuleNames": names})).await;
        known.remediation = rows.item([Rule::TABLE], remediation)?.map(Remediations::by_name);
        for described in some {
            push(session, rows, described, &known).await?;
        }
    }
    Ok(())
}

fn by_name(listed: Vec<Compliance>) -> BTreeMap<String, Compliance> {
    listed.into_iter().filter_map(|it| Some((it.config_rule_name.clone()?, it))).collect()
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut it: Described,
    known: &ComplianceAndRemediation,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let (name, arn, id) = (it.config_rule_name.take(), it.config_rule_arn.take(), it.config_rule_id.take());
    // The ARN has the id, and not the name.
    let arn = arn.or_else(|| Some(session.arn("config", &format!("config-rule/{}", id?))));
    let (Some(rule_name), Some(arn)) = (unread.value("ConfigRuleName", name), unread.value("ConfigRuleArn", arn))
    else {
        unread.lost(rows, [Rule::TABLE], &LIST.call().name());
        return Ok(());
    };
    let row = rule((arn, rule_name), it, known, &mut unread);
    unread.count(rows, Rule::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn rule(
    (arn, rule_name): (String, String),
    it: Described,
    known: &ComplianceAndRemediation,
    unread: &mut Unread,
) -> Rule {
    let trigger_type = it.trigger_type();
    let scope = it.scope;
    // A rule of which AWS says nothing has not looked yet, and is not listed with the others.
    let compliance = known.compliance.as_ref().and_then(|known| known.get(&rule_name)).map(|it| &it.compliance);
    let remediation = known.remediation.as_ref().map(|known| known.get(&rule_name));
    let done = remediation.flatten();
    let count = compliance.and_then(|it| it.compliance_contributor_count.as_ref());
    let source = it.source;
    let rule_owner = unread.value("Source.Owner", source.owner);
    Rule {
        arn,
        rule_name,
        is_managed: rule_owner.as_deref().map(|owner| owner == "AWS"),
        rule_owner,
        source_identifier: source.source_identifier,
        created_by: it.created_by,
        rule_state: it.config_rule_state,
        is_tag_scope_leaky: match &scope.tag_key {
            None => Some(false),
            Some(_) => trigger_type.map(|of| of == "hybrid"),
        },
        trigger_type: trigger_type.map(str::to_owned),
        frequency: it.maximum_execution_frequency.or(source.source_details.into_iter().find_map(|it| it.frequency)),
        scope_types: scope.compliance_resource_types,
        scope_resource_id: scope.compliance_resource_id,
        scope_tag_key: scope.tag_key,
        scope_tag_value: scope.tag_value,
        evaluation_modes: it.evaluation_modes.into_iter().filter_map(|it| it.mode).collect(),
        has_remediation: remediation.map(|done| done.is_some()),
        remediation_document: done.and_then(|it| it.target_id.clone()),
        remediation_role_arn: done.and_then(Remediation::role).map(str::to_owned),
        is_remediation_automatic: done.map(|it| it.automatic == Some(true)),
        compliance_type: compliance.and_then(|it| it.compliance_type.clone()),
        noncompliant_count: count.and_then(|it| it.capped_count),
        is_count_capped: count.and_then(|it| it.cap_exceeded),
    }
}

#[cfg(test)]
mod tests;
