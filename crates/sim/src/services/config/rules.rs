//! Rules: of AWS and own ones, of every trigger, with or without a remediation.

use crate::dice::Dice;
use crate::place::Place;
use crate::service::{Operation, get, list};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    list("DescribeConfigRules", "ConfigRules", |context| Ok(rules(&context.place).iter().map(describe).collect()))
        .pages(25, 25),
    list("DescribeComplianceByConfigRule", "ComplianceByConfigRules", |context| {
        Ok(rules(&context.place).iter().map(compliance).collect())
    })
    .pages(25, 25),
    get("DescribeRemediationConfigurations", |context| {
        let wanted = context.request.texts("ConfigRuleNames");
        let rules = rules(&context.place);
        let asked = rules.iter().filter(|it| wanted.contains(&it.name.as_str()));
        let found: Vec<Value> = asked.filter_map(|it| remediation(&context.place, it)).collect();
        Ok(json!({ "RemediationConfigurations": found }))
    }),
];

/// What makes a rule look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Change,
    Periodic,
    Hybrid,
}

/// A rule.
#[derive(Debug)]
pub(super) struct Rule {
    name: String,
    arn: String,
    id: String,
    is_managed: bool,
    trigger: Trigger,
    /// Whether its scope is a tag.
    is_by_tag: bool,
    /// Whether what it finds is mended, and whether nobody is asked.
    remediation: Option<bool>,
    compliance: &'static str,
    function: String,
}

/// The rules of a place.
pub(super) fn rules(place: &Place<'_>) -> Vec<Rule> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population("config-rules", rates.other_resources);
    (0..count).map(|number| rule(place, number, &mut dice)).collect()
}

fn rule(place: &Place<'_>, number: u64, dice: &mut Dice) -> Rule {
    let id = format!("config-rule-{}", dice.lower(6));
    let is_managed = dice.chance(0.7);
    let triggers = [(Trigger::Change, 5), (Trigger::Periodic, 3), (Trigger::Hybrid, 2)];
    let trigger = dice.weighted(&triggers);
    Rule {
        name: format!("{}-{number}", dice.pick(&["versioned", "encrypted", "tagged"])),
        arn: place.arn("config", &format!("config-rule/{id}")),
        id,
        is_managed,
        trigger,
        // AWS's own rules say by their types that they look at changes.
        is_by_tag: !is_managed && dice.chance(0.5),
        remediation: dice.chance(0.4).then(|| dice.chance(0.5)),
        compliance: dice.weighted(&[
            ("COMPLIANT", 5),
            ("NON_COMPLIANT", 4),
            ("INSUFFICIENT_DATA", 1),
            ("NOT_APPLICABLE", 1),
        ]),
        function: place.arn("lambda", "function:judge"),
    }
}

fn describe(it: &Rule) -> Value {
    let is_periodic = it.trigger != Trigger::Change;
    let looks_at_changes = it.trigger != Trigger::Periodic;
    let types = if looks_at_changes && !it.is_by_tag { json!(["AWS::S3::Bucket"]) } else { json!([]) };
    let mut details = Vec::new();
    if looks_at_changes {
        let change = "ConfigurationItemChangeNotification";
        details.push(json!({ "EventSource": "aws.config", "MessageType": change }));
    }
    if is_periodic {
        let often = "TwentyFour_Hours";
        let message = json!({ "MessageType": "ScheduledNotification", "MaximumExecutionFrequency": often });
        details.push(message);
    }
    let source = if it.is_managed {
        json!({ "Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED" })
    } else {
        json!({ "Owner": "CUSTOM_LAMBDA", "SourceIdentifier": it.function, "SourceDetails": details })
    };
    json!({
        "ConfigRuleName": it.name,
        "ConfigRuleArn": it.arn,
        "ConfigRuleId": it.id,
        "Scope": { "ComplianceResourceTypes": types, "TagKey": it.is_by_tag.then_some("stage") },
        "Source": source,
        "MaximumExecutionFrequency": (it.is_managed && is_periodic).then_some("TwentyFour_Hours"),
        "ConfigRuleState": "ACTIVE",
        "EvaluationModes": [{ "Mode": "DETECTIVE" }],
    })
}

fn compliance(it: &Rule) -> Value {
    let is_bad = it.compliance == "NON_COMPLIANT";
    let count = is_bad.then(|| json!({ "CappedCount": 3, "CapExceeded": false }));
    let compliance = json!({ "ComplianceType": it.compliance, "ComplianceContributorCount": count });
    json!({ "ConfigRuleName": it.name, "Compliance": compliance })
}

fn remediation(place: &Place<'_>, it: &Rule) -> Option<Value> {
    let role = place.iam_arn("role/mender");
    Some(json!({
        "ConfigRuleName": it.name,
        "TargetType": "SSM_DOCUMENT",
        "TargetId": "AWS-ConfigureS3BucketVersioning",
        "Automatic": it.remediation?,
        "Parameters": { "AutomationAssumeRole": { "StaticValue": { "Values": [role] } } },
    }))
}

pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let rules = rules(place);
    let all = |is_so: fn(&Rule) -> bool| rules.iter().filter(|it| is_so(it)).count();
    tally.cell("config_rules WHERE is_managed", all(|it| it.is_managed));
    tally.cell("config_rules WHERE trigger_type = 'change'", all(|it| it.trigger == Trigger::Change));
    tally.cell("config_rules WHERE trigger_type = 'periodic'", all(|it| it.trigger == Trigger::Periodic));
    tally.cell("config_rules WHERE trigger_type = 'hybrid'", all(|it| it.trigger == Trigger::Hybrid));
    let leaky = all(|it| it.is_by_tag && it.trigger == Trigger::Hybrid);
    tally.cell("config_rules WHERE is_tag_scope_leaky", leaky);
    tally.cell("config_rules WHERE has_remediation", all(|it| it.remediation.is_some()));
    tally.cell("config_rules WHERE is_remediation_automatic", all(|it| it.remediation == Some(true)));
    tally.cell("config_rules WHERE compliance_type = 'NON_COMPLIANT'", all(|it| it.compliance == "NON_COMPLIANT"));
    for it in &rules {
        let finds_fault = it.compliance == "NON_COMPLIANT";
        tally.misconfigurations.one("S7", "rules", "lake", finds_fault);
        if finds_fault {
            let mut one = |definition, is_so| {
                tally.misconfigurations.one("S7", "rules_that_find_fault", definition, is_so);
            };
            one("lake", it.remediation.is_none());
            one("by_hand", it.remediation == Some(false));
        }
        if it.is_by_tag {
            tally.misconfigurations.one("S7", "rules_by_tag", "lake", it.trigger == Trigger::Hybrid);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    #[test]
    fn every_trigger_is_there_and_what_is_mended_is_asked_for_by_name() {
        let client = Client::new(quiet(40, 1));
        let mut all: Vec<Value> = Vec::new();
        let mut mended = 0;
        for index in 1..40 {
            let member = client.assume(index, "").unwrap();
            let listed = member.json("config", "DescribeConfigRules", &json!({})).json();
            for rule in listed["ConfigRules"].as_array().unwrap() {
                let names = json!({ "ConfigRuleNames": [rule["ConfigRuleName"]] });
                let found = member.json("config", "DescribeRemediationConfigurations", &names).json();
                mended += found["RemediationConfigurations"].as_array().unwrap().len();
                all.push(rule.clone());
            }
        }
        let details = |rule: &Value| rule["Source"]["SourceDetails"].as_array().map_or(0, Vec::len);
        for count in 0..3 {
            assert!(all.iter().any(|rule| details(rule) == count), "{count}");
        }
        assert!(mended > 0 && mended < all.len(), "{mended} of {}", all.len());
    }
}
