//! Answers: JSON or XML, parsed once, read into a type that says what it wants.
//!
//! In XML the asked type says what an element is: a struct's field is the child of its name, a `Vec` is all children
//! whatever they are called, a map is entries of key and value. So answers need no table. This works because no list in
//! the table's calls is flattened, and no member is an attribute.

mod members;
mod tree;

use roxmltree::Document;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use tree::{AnswerError, Node};

use crate::table::{Operation, Protocol};

/// What one answer says.
#[derive(Debug)]
pub struct Page<T> {
    /// The answer.
    pub answer: T,
    /// Where the next page begins. None: this is the last page.
    pub next: Next,
}

/// Reads an answer, and where the next page begins.
pub fn read<T: DeserializeOwned>(operation: &Operation, body: &[u8]) -> Result<Page<T>, AnswerError> {
    let mut answer = None;
    let next = walk(operation, body, &mut |node| {
        answer = Some(T::deserialize(node)?);
        Ok(())
    })?;
    let answer = answer.ok_or_else(|| AnswerError::new("nothing was read"))?;
    Ok(Page { answer, next })
}

/// The next page's tokens, input by input.
pub type Next = Option<Vec<(&'static str, String)>>;

/// Parses an answer and shows its members to `read`. It is compiled once, and not for each type of answer.
fn walk(
    operation: &Operation,
    body: &[u8],
    read: &mut dyn FnMut(Node<'_, '_>) -> Result<(), AnswerError>,
) -> Result<Next, AnswerError> {
    let text = std::str::from_utf8(body).map_err(|error| AnswerError::new(format!("it is no text: {error}")))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut page = |node: Node<'_, '_>| {
        let next = next(operation, node)?;
        read(node)?;
        Ok(next)
    };
    if !operation.service.protocol.is_xml() {
        // An operation without an output may answer with an empty body.
        let value: Value = serde_json::from_str(if text.is_empty() { "{}" } else { text }).map_err(AnswerError::new)?;
        return page(Node::Json(&value));
    }
    let document = Document::parse(text).map_err(AnswerError::new)?;
    page(Node::Xml(members(operation, document.root_element())?))
}

/// The element that has the answer's members. A root element of another name is an error: a proxy's page is XML, too.
fn members<'a, 'input>(
    operation: &Operation,
    root: roxmltree::Node<'a, 'input>,
) -> Result<roxmltree::Node<'a, 'input>, AnswerError> {
    let named = |node: roxmltree::Node<'a, 'input>, wanted: &str| match node.tag_name().name() {
        name if name == wanted => Ok(node),
        name => Err(AnswerError::new(format!("{name} is not {wanted}"))),
    };
    match (operation.service.protocol, operation.answer) {
        // `<ListTopicsResponse><ListTopicsResult>…`: the members are in the result.
        (Protocol::Query, _) => {
            let root = named(root, &format!("{}Response", operation.name))?;
            let wanted = format!("{}Result", operation.name);
            let result = root.children().find(|it| it.is_element() && it.tag_name().name() == wanted);
            result.ok_or_else(|| AnswerError::new(format!("it has no {wanted}")))
        }
        (_, Some(wanted)) => named(root, wanted),
        _ => named(root, &format!("{}Response", operation.name)),
    }
}

/// The next page's tokens. An answer that says there is more, but gives no token, cannot be used: the list would be cut
/// short.
fn next(operation: &Operation, node: Node<'_, '_>) -> Result<Next, AnswerError> {
    let at = |path: &str| path.split('.').try_fold(node, Node::member).and_then(Node::text).filter(|it| !it.is_empty());
    let says_more = operation.more.and_then(at).map(|it| it == "true");
    if operation.tokens_out.is_empty() || says_more == Some(false) {
        return Ok(None);
    }
    let tokens = operation.tokens_in.iter().zip(&operation.tokens_out);
    let tokens: Vec<_> = tokens.filter_map(|(input, output)| Some((*input, at(output)?))).collect();
    match (tokens.is_empty(), says_more) {
        (true, Some(true)) => Err(AnswerError::new("it says that there is more, and not where")),
        (true, _) => Ok(None),
        (false, _) => Ok(Some(tokens)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{Moment, operation};

    fn of<T: DeserializeOwned>(service: &str, name: &str, body: &str) -> Result<Page<T>, AnswerError> {
        read(operation(service, name).unwrap(), body.as_bytes())
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Vpcs {
        vpc_set: Vec<Vpc>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Vpc {
        vpc_id: String,
        is_default: Option<bool>,
        count: Option<i32>,
        tag_set: Vec<BTreeMap<String, String>>,
    }

    #[test]
    fn xml_is_what_the_type_asks_for() {
        let body = "<?xml version=\"1.0\"?>\n<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
            <requestId>r</requestId><vpcSet><item><vpcId>vpc-1</vpcId><isDefault>true</isDefault>\
            <state>of 2030</state></item><item><vpcId>a&lt;b<!-- c -->c</vpcId></item></vpcSet><nextToken>t&amp;u</nextToken>\
            </DescribeVpcsResponse>";
        let page = of::<Vpcs>("ec2", "DescribeVpcs", body).unwrap();
        assert_eq!(page.next, Some(vec![("NextToken", "t&u".to_owned())]));
        let [first, second] = page.answer.vpc_set.as_slice() else { panic!("{page:?}") };
        assert_eq!((first.vpc_id.as_str(), first.is_default, first.count), ("vpc-1", Some(true), None));
        assert_eq!(second.vpc_id, "a<bc");
        for empty in ["", "<vpcSet/>", "<vpcSet></vpcSet><nextToken/>"] {
            let empty = format!("<DescribeVpcsResponse>{empty}</DescribeVpcsResponse>");
            let page = of::<Vpcs>("ec2", "DescribeVpcs", &empty).unwrap();
            assert_eq!((page.answer, page.next), (Vpcs::default(), None), "{empty}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_says_where() {
        let vpcs = |body: &str| of::<Vpcs>("ec2", "DescribeVpcs", body).unwrap_err().to_string();
        let error = |inner: &str| vpcs(&format!("<DescribeVpcsResponse>{inner}</DescribeVpcsResponse>"));
        let odd = "<vpcSet><item><count>many</count></item></vpcSet>";
        assert_eq!(error(odd), "vpcSet[0].count: \"many\" is no number");
        assert_eq!(vpcs("<html><body/></html>"), "html is not DescribeVpcsResponse");
        assert!(
            error("<vpcSet><item><isDefault/></item></vpcSet>").contains("isDefault: \"\" is neither true nor false")
        );
        assert!(!vpcs("<DescribeVpcsResponse><vpcSet>").is_empty(), "cut off");
        let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><DescribeVpcsResponse>&b;</DescribeVpcsResponse>";
        assert!(vpcs(entity).to_lowercase().contains("dtd"));
        let topics = |body: &str| of::<Attributes>("sns", "GetTopicAttributes", body).unwrap_err().to_string();
        assert_eq!(topics("<GetTopicAttributesResponse/>"), "it has no GetTopicAttributesResult");
        let block = |body: &str| of::<Attributes>("s3control", "GetPublicAccessBlock", body).unwrap_err().to_string();
        assert_eq!(block("<html/>"), "html is not PublicAccessBlockConfiguration");
        let error = |body: &str| of::<Queues>("sqs", "ListQueues", body).unwrap_err().to_string();
        assert!(error("{\"QueueUrls\": \"one\"}").starts_with("QueueUrls: "), "{}", error("{\"QueueUrls\": \"one\"}"));
        assert!(error("[]").contains("not what was asked for"), "{}", error("[]"));
        assert!(!error("{\"QueueUrls\": [").is_empty());
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Queues {
        queue_urls: Vec<String>,
    }

    #[test]
    fn json_null_is_not_there() {
        let page = of::<Queues>("sqs", "ListQueues", "{\"QueueUrls\": null, \"NextToken\": null}").unwrap();
        assert_eq!((page.answer, page.next), (Queues::default(), None));
        let page = of::<Queues>("sqs", "ListQueues", "{\"QueueUrls\": [\"a\"], \"NextToken\": \"t\"}").unwrap();
        assert_eq!(page.next, Some(vec![("NextToken", "t".to_owned())]));
        assert_eq!(of::<Queues>("sqs", "ListQueues", "").unwrap().answer, Queues::default());
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Attributes {
        attributes: BTreeMap<String, String>,
    }

    #[test]
    fn a_query_answer_is_in_its_result_and_maps_are_entries() {
        let body = "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><GetTopicAttributesResult>\
            <Attributes><entry><key>Owner</key><value>1</value></entry><entry><key>Policy</key><value>{}</value></entry>\
            </Attributes></GetTopicAttributesResult><ResponseMetadata/></GetTopicAttributesResponse>";
        let page = of::<Attributes>("sns", "GetTopicAttributes", body).unwrap();
        assert_eq!(
            page.answer.attributes.into_iter().collect::<Vec<_>>(),
            [("Owner".to_owned(), "1".to_owned()), ("Policy".to_owned(), "{}".to_owned())]
        );
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Keys {
        keys: Vec<Key>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Key {
        key_arn: Option<String>,
        creation_date: Option<Moment>,
    }

    #[test]
    fn more_without_a_token_is_an_error_and_a_token_without_more_none() {
        let of = |body: &str| of::<Keys>("kms", "ListKeys", body);
        let keys = "\"Keys\": [{\"KeyArn\": \"a\", \"CreationDate\": 1766361600.5}]";
        let page = of(&format!("{{{keys}, \"Truncated\": false, \"NextMarker\": \"m\"}}")).unwrap();
        assert_eq!(page.next, None);
        assert_eq!(page.answer.keys[0].key_arn.as_deref(), Some("a"));
        assert_eq!(page.answer.keys[0].creation_date.as_ref().and_then(Moment::millis), Some(1_766_361_600_500));
        assert_eq!(
            of(&format!("{{{keys}, \"Truncated\": true, \"NextMarker\": \"m\"}}")).unwrap().next,
            Some(vec![("Marker", "m".to_owned())])
        );
        assert!(of(&format!("{{{keys}, \"Truncated\": true}}")).unwrap_err().to_string().contains("there is more"));
    }
}
