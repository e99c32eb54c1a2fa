//! JSON that remembers the order of its keys and whether one came twice, which `serde_json::Value` forgets.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value. Scalars other than text keep their text, since IAM compares them as text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// A boolean or a number, as IAM would write it.
    Scalar(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object: pairs in order, repeated keys kept.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The text of a string, boolean or number.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Json::Text(text) | Json::Scalar(text) => Some(text),
            Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// One text or a list of texts, as a list; the second says whether anything else was met and left out.
    pub(crate) fn into_texts(self) -> (Vec<String>, bool) {
        match self {
            Json::List(items) => {
                let count = items.len();
                let texts: Vec<String> = items.into_iter().filter_map(Json::into_text).collect();
                let odd = texts.len() != count;
                (texts, odd)
            }
            other => other.into_text().map_or((Vec::new(), true), |text| (vec![text], false)),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Json::Object(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_and_order_are_kept() {
        let json: Json = serde_json::from_str(r#"{"b":1,"a":[true,null],"b":"x"}"#).unwrap();
        let expected = Json::Object(vec![
            ("b".into(), Json::Scalar("1".into())),
            ("a".into(), Json::List(vec![Json::Scalar("true".into()), Json::Null])),
            ("b".into(), Json::Text("x".into())),
        ]);
        assert_eq!(json, expected);
    }
}
