//! Simple Email Service: identities and their policies, each with a name.

use crate::context::Context;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("BadRequestException"),
        Problem::InvalidParameter.is("BadRequestException"),
        Problem::Internal.is("InternalServiceErrorException"),
    ],
    answers: &[&[
        get("GetEmailIdentityPolicies", get_policies),
        list("ListEmailIdentities", "EmailIdentities", |context| {
            Ok(identities(&context.place).iter().map(describe).collect())
        })
        .pages(1000, 1000),
    ]],
    kinds: &[resources(At::Region, |place| {
        identities(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("ses_identities")
    .sampled("ses_identities", UNGATED)],
    ..Service::named("sesv2")
};

/// An identity. Its first policy is of any kind; a second one lets in nobody else.
#[derive(Debug)]
struct Identity {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    second: Option<ResourcePolicy>,
    identity_type: &'static str,
    is_enabled: bool,
    status: &'static str,
}

fn identities(place: &Place<'_>) -> Vec<Identity> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("ses", rates.other_resources);
    let identity = |number: u64| {
        let name = dice.pick(&["shop#.example", "no-reply#@shop.example", "alerts+#@shop.example"]);
        let name = name.replace('#', &format!("-{number}"));
        let arn = place.arn("ses", &format!("identity/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["ses:SendEmail", "ses:SendRawEmail"],
            resources: vec![arn.clone()],
            service: "cognito-idp.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let policy = subject.policy(kind, &mut dice);
        let has_second = policy.document.is_some() && dice.chance(0.3);
        Identity {
            second: has_second.then(|| subject.policy(Kind::SameAccount, &mut dice)),
            policy,
            identity_type: if name.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" },
            is_enabled: dice.chance(0.8),
            status: dice.weighted(&[("SUCCESS", 8), ("PENDING", 2), ("DOUBTFUL", 1)]),
            name,
            arn,
        }
    };
    (0..count).map(identity).collect()
}

fn get_policies(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("EmailIdentity")?;
    let found = identities(&context.place).into_iter().find(|it| it.name == wanted);
    let message = format!("Email identity {wanted} does not exist.");
    let identity = found.ok_or_else(|| Refusal::new(404, "NotFoundException", message))?;
    let named = [("senders", Some(identity.policy)), ("own", identity.second)];
    let documents =
        named.into_iter().filter_map(|(name, policy)| Some((name.to_owned(), Value::from(policy?.document?))));
    Ok(json!({ "Policies": documents.collect::<Map<String, Value>>() }))
}

fn describe(it: &Identity) -> Value {
    json!({
        "IdentityType": it.identity_type,
        "IdentityName": it.name,
        "SendingEnabled": it.is_enabled,
        "VerificationStatus": it.status,
    })
}
