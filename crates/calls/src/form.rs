//! Forms: how the query and ec2 protocols write their inputs.
//!
//! Inputs come as on the wire, so one rule is enough: an array's items are `.1`, `.2`, an object's members `.name`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The characters that a form keeps as they are, and a URI's path and query as well.
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `Action=…&Version=…&Filter.1.Name=vpc-id`.
pub(crate) fn form(operation: &str, version: &str, input: &Value) -> String {
    let mut text = format!("Action={operation}&Version={version}");
    add(&mut text, &mut String::new(), input);
    text
}

fn add(text: &mut String, path: &mut String, value: &Value) {
    let length = path.len();
    let mut step = |name: &str, inner: &Value| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(name);
        add(text, path, inner);
        path.truncate(length);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| step(name, inner)),
        Value::Array(items) => (1..).zip(items).for_each(|(number, inner): (u32, _)| step(&number.to_string(), inner)),
        Value::Null => {}
        plain => {
            text.push('&');
            text.push_str(path);
            text.push('=');
            text.extend(utf8_percent_encode(&plain_text(plain), UNRESERVED));
        }
    }
}

/// A plain value as text: `true`, `1000`, a string as it is.
pub(crate) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::form;

    #[test]
    fn arrays_are_numbered_and_members_named() {
        let input = json!({"Filter": [{"Name": "vpc-id", "Value": ["vpc-1", "a b&c"]}], "MaxResults": 1000, "DryRun": false,
            "NextToken": null, "Empty": []});
        assert_eq!(
            form("DescribeSubnets", "2016-11-15", &input),
            "Action=DescribeSubnets&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1\
             &Filter.1.Value.2=a%20b%26c&MaxResults=1000&DryRun=false"
        );
    }
}
