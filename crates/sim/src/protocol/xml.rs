//! XML from a JSON tree: an object's members are elements, a list repeats its element, `@name` is an attribute.

use serde_json::Value;

/// Writes the members of `value` as elements. Nulls are left out, as AWS leaves out members that are not set.
pub(crate) fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => escape(out, text),
        Value::Array(list) => list.iter().for_each(|element| write(out, element)),
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
                match member {
                    Value::Array(list) => list.iter().for_each(|each| element(out, name, each)),
                    Value::Null => {}
                    _ => element(out, name, member),
                }
            }
        }
    }
}

fn element(out: &mut String, name: &str, content: &Value) {
    out.push('<');
    out.push_str(name);
    if let Value::Object(members) = content {
        for (attribute, value) in members {
            if let (Some(attribute), Some(value)) = (attribute.strip_prefix('@'), value.as_str()) {
                out.push_str(&format!(" {attribute}=\""));
                escape(out, value);
                out.push('"');
            }
        }
    }
    out.push('>');
    write(out, content);
    out.push_str(&format!("</{name}>"));
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' => out.push_str("&#xA;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn lists_repeat_nulls_vanish_and_text_is_escaped() {
        let mut out = String::new();
        let tree = json!({ "a": [1, "x<&\"\n"], "b": null, "c": { "@k": "v", "d": true }, "e": [] });
        super::write(&mut out, &tree);
        assert_eq!(out, "<a>1</a><a>x&lt;&amp;&quot;&#xA;</a><c k=\"v\"><d>true</d></c>");
    }
}
