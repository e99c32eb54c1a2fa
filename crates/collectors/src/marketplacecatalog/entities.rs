//! Entities of AWS Marketplace's catalogue: ListEntities for each type, then GetResourcePolicy for each entity.
//!
//! The catalogue is one service for an account, and it answers in one region, of one partition. An account that sells
//! nothing costs one call for each type.

use futures::StreamExt;
use orgcensus_collect::kinds::MARKETPLACE_ENTITY;
use orgcensus_collect::{
    Class, Collector, Error, Moment, Optional, POLICY_TABLE_NAMES, Policy, Read, Rows, Runs, Scope, Session,
    read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, policy_text, with_arns};

const LIST: Read<Page> = reads("marketplacecatalog", "ListEntities");
const POLICY: Read<ItsPolicy> = reads("marketplacecatalog", "GetResourcePolicy");

/// Where the catalogue answers.
const REGION: &str = "us-east-1";
const PARTITION: &str = "aws";

/// The one catalogue that there is.
const CATALOG: &str = "AWSMarketplace";

/// The types of entities that ListEntities takes: those that its documentation names, and those of its filters.
const TYPES: [&str; 16] = [
    "AmiProduct",
    "Audience",
    "BrandingSettings",
    "ContainerProduct",
    "DataProduct",
    "Experience",
    "ExpressPrivateOfferConfiguration",
    "MachineLearningProduct",
    "Offer",
    "OfferSet",
    "ProcurementPolicy",
    "ResaleAuthorization",
    "SaaSProduct",
    "Seller",
    "Solution",
    "SubsidiaryAuthorization",
];

/// How the catalogue says that an entity has no policy.
const NO_POLICY: &[&str] = &["ResourceNotFoundException"];

/// What is short where a list is refused.
const SHORT: [&str; 3] = [Entity::TABLE, POLICY_TABLE_NAMES[0], POLICY_TABLE_NAMES[1]];

/// One entity of AWS Marketplace that the account owns: a product that it sells, an offer, or a part of its private
/// marketplace. Its policy says which accounts may read or change it, not who buys.
#[derive(Debug, Serialize, Row)]
#[row(table = "marketplace_entities", key = "arn")]
pub struct Entity {
    /// The entity's ARN.
    pub arn: String,
    /// The entity's id.
    pub entity_id: Option<String>,
    /// AmiProduct, SaaSProduct, Offer, Experience ….
    pub entity_type: String,
    /// The entity's name. Null: it has none.
    pub entity_name: Option<String>,
    /// Public, Limited or Restricted: which buyers see it. Null: AWS did not say.
    pub visibility: Option<String>,
    /// When it was last published (UTC). Null: AWS did not say.
    pub published_at: Option<Timestamp>,
}

/// The entities of one account, with their policies.
pub const ENTITIES: Collector = Collector {
    name: "marketplace_entities",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[MARKETPLACE_ENTITY],
    tables: &[table::<Entity>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    entity_summary_list: Vec<Summary>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Summary {
    entity_arn: Option<String>,
    entity_id: Option<String>,
    entity_type: Option<String>,
    name: Option<String>,
    visibility: Option<String>,
    last_modified_date: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    if session.partition() != PARTITION {
        let message = format!("AWS Marketplace's catalogue is in no other partition than {PARTITION}");
        return Err(orgcensus_aws::Error::new(Class::Unsupported, "NotInPartition", message).into());
    }
    let session = session.in_region(REGION);
    for entity_type in TYPES {
        of_type(&session, rows, entity_type).await?;
    }
    Ok(())
}

/// The entities of one type. Where the list is refused, those of the others are read all the same.
async fn of_type(session: &Session, rows: &mut Rows<'_>, entity_type: &str) -> Result<(), Error> {
    let input = json!({"Catalog": CATALOG, "EntityType": entity_type, "MaxResults": 50});
    let mut pages = LIST.pages(session, input);
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part(SHORT, page)? else { break };
        let name = LIST.call().name();
        let listed = page.entity_summary_list;
        let known = with_arns(rows, (name.as_str(), "EntityId"), &SHORT, listed, |it| arn(session, it, entity_type));
        let mut entities = details(known, |(arn, summary)| read(session, arn, summary));
        while let Some(entity) = entities.next().await {
            push(rows, entity, entity_type).await?;
        }
    }
    Ok(())
}

/// An entity, its ARN, and its policy.
struct Details {
    arn: String,
    summary: Summary,
    policy: Answer<Option<String>>,
}

/// The ARN, which is made of the id where AWS left it out.
fn arn(session: &Session, it: &Summary, entity_type: &str) -> Option<String> {
    let made = |id: &str| session.arn("aws-marketplace", &format!("{CATALOG}/{entity_type}/{id}"));
    it.entity_arn.clone().or_else(|| it.entity_id.as_deref().map(made))
}

async fn read(session: &Session, arn: String, summary: Summary) -> Details {
    let answer = POLICY.send(session, json!({"resourceArn": arn})).await.optional(NO_POLICY);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "Policy");
    Details { arn, summary, policy }
}

async fn push(rows: &mut Rows<'_>, details: Details, entity_type: &str) -> Result<(), Error> {
    let Details { arn, summary: it, policy } = details;
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, MARKETPLACE_ENTITY, text)).await?;
    let mut unread = Unread::default();
    let row = Entity {
        arn,
        entity_id: unread.value("EntityId", it.entity_id),
        entity_type: it.entity_type.unwrap_or_else(|| entity_type.to_owned()),
        entity_name: it.name.filter(|name| !name.is_empty()),
        visibility: it.visibility,
        published_at: unread.moment("LastModifiedDate", it.last_modified_date.as_ref()),
    };
    unread.count(rows, Entity::TABLE, &LIST.call().name());
    rows.push(row).await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::{ENTITIES, TYPES};
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListEntities";
    const POLICY: &str = "GetResourcePolicy";
    const ARN: &str = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace";

    fn of_type(name: &str) -> String {
        format!(r#""EntityType":"{name}""#)
    }

    /// Lists of every type, empty but for these.
    fn empty_but(types: &[&str]) -> Recorded {
        let empty = TYPES.iter().filter(|it| !types.contains(it));
        empty.fold(Recorded::new(), |recorded, name| recorded.answer_to(LIST, &of_type(name), "{}"))
    }

    /// Six entities of two types: a product with a policy, one of which little is said and one without an ARN and an
    /// id, on two pages; three offers, one without a policy, one whose policy is denied, and one of which nothing is
    /// answered. The list of a third type is refused.
    #[tokio::test]
    async fn entities_of_all_types_have_rows_and_policies() {
        let saas = format!(
            r#"{{"EntityArn":"{ARN}/SaaSProduct/p-1","EntityId":"p-1","EntityType":"SaaSProduct","Name":"Shop",
            "Visibility":"Public","LastModifiedDate":"2025-12-22T00:00:00Z"}}"#
        );
        let offer = |id: &str| format!(r#"{{"EntityArn":"{ARN}/Offer/{id}","EntityId":"{id}","EntityType":"Offer"}}"#);
        let offers = ["o-1", "o-2", "o-3"].map(offer).join(",");
        let (none, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
        let recorded = empty_but(&["SaaSProduct", "Offer", "Solution"])
            .answer_to(LIST, &of_type("Offer"), &format!(r#"{{"EntitySummaryList":[{offers}]}}"#))
            .answer_to(
                LIST,
                &of_type("SaaSProduct"),
                &format!(r#"{{"EntitySummaryList":[{saas}],"NextToken":"more"}}"#),
            )
            .answer_to(LIST, "more", r#"{"EntitySummaryList":[{"EntityId":"p-2","LastModifiedDate":"soon"},{}]}"#)
            .refuse(LIST, &of_type("Solution"), 422, &json_error("ValidationException"))
            .answer_to(POLICY, "p-1", r#"{"Policy":"{\"Statement\":[]}"}"#)
            .refuse(POLICY, "p-2", 404, &none)
            .refuse(POLICY, "o-1", 404, &none)
            .refuse(POLICY, "o-2", 403, &denied)
            .answer_to(POLICY, "o-3", "{}");
        let collected = recorded.run(&ENTITIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ENTITIES);
        let offer = |id: &str| json!([format!("{ARN}/Offer/{id}"), "Offer", null, null]);
        let (shop, bare) = (format!("{ARN}/SaaSProduct/p-1"), format!("{ARN}/SaaSProduct/p-2"));
        assert_eq!(
            columns(&collected, "marketplace_entities", &["arn", "entity_type", "entity_name", "visibility"]),
            [
                offer("o-1"),
                offer("o-2"),
                offer("o-3"),
                json!([shop, "SaaSProduct", "Shop", "Public"]),
                json!([bare, "SaaSProduct", null, null]),
            ]
        );
        let published = columns(&collected, "marketplace_entities", &["published_at"]);
        let published: Vec<_> = published.iter().map(|row| row[0].is_string()).collect();
        assert_eq!(published, [false, false, false, true, false]);
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["absent", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "ValueUnread"]),
                json!(["read", null]),
                json!(["absent", null]),
            ]
        );
        // Two policies, a moment, a list, and the one that cannot be told from others.
        assert_eq!(collected.short(), (5, vec!["marketplace_entities", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn it_is_asked_in_its_own_region_and_once_for_each_type_where_nothing_is_sold() {
        let asked = |recorded: Recorded, name: &&str| recorded.answer_to(LIST, &of_type(name), "{}");
        let collected = TYPES.iter().fold(Recorded::new(), asked).run(&ENTITIES).await;
        collected.result.unwrap();
        assert!(collected.rows.is_empty() && collected.missed.is_none());
        let elsewhere = Recorded::new().answer_to(LIST, "catalog.marketplace.us-east-1", "{}");
        assert_eq!(elsewhere.run(&ENTITIES).await.short().0, TYPES.len() as u64 - 1, "of one type there was an answer");
    }

    #[tokio::test]
    async fn lists_that_are_all_denied_are_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let recorded = (0..TYPES.len()).fold(Recorded::new(), |recorded, _| recorded.refuse(LIST, "", 403, &denied));
        let collected = recorded.run(&ENTITIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
