//! As much of JSON Schema as the catalog's schema uses. A keyword that is not known is a fault, not passed over.

use serde_json::Value;

/// What is wrong with a value, each with its place.
pub(crate) fn faults(value: &Value, schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(value, schema, schema, "", &mut faults);
    faults
}

fn check(value: &Value, schema: &Value, root: &Value, place: &str, faults: &mut Vec<String>) {
    let mut fault = |what: String| faults.push(format!("{place}: {what}"));
    let keywords = schema.as_object().expect("a schema is an object");
    let mut inner: Vec<(String, &Value, &Value)> = Vec::new();
    for (keyword, rule) in keywords {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "additionalProperties" => true,
            "$ref" => {
                let pointer = rule.as_str().and_then(|rule| rule.strip_prefix('#')).expect("a local reference");
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
                inner.push((place.to_owned(), value, target));
                true
            }
            "type" => has_type(value, rule.as_str().expect("one type")),
            "enum" => rule.as_array().expect("values").contains(value),
            "required" => {
                rule.as_array().expect("names").iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "minimum" => value.as_f64().is_none_or(|value| value >= rule.as_f64().expect("a number")),
            "minLength" => value.as_str().is_none_or(|value| value.chars().count() as u64 >= rule.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|value| value.len() as u64 >= rule.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|value| matches(rule.as_str().expect("a pattern"), value)),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    inner.push((format!("{place}/{index}"), item, rule));
                }
                true
            }
            "properties" => {
                let properties = rule.as_object().expect("properties");
                for (name, value) in value.as_object().into_iter().flatten() {
                    match properties.get(name) {
                        Some(rule) => inner.push((format!("{place}/{name}"), value, rule)),
                        None => fault(format!("{name} is not known")),
                    }
                }
                true
            }
            keyword => panic!("{keyword} is not a keyword that is known here"),
        };
        if !holds {
            fault(format!("{keyword} {rule} does not hold for {value}"));
        }
    }
    for (place, value, rule) in inner {
        check(value, rule, root, &place, faults);
    }
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        kind => panic!("{kind} is not a type that is known here"),
    }
}

/// The catalog's patterns, by name: they are few, and a regular expression's engine would be there for nothing else.
fn matches(pattern: &str, text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let date = |lengths: &[usize]| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.len() == lengths.len()
            && parts.iter().zip(lengths).all(|(part, length)| digits(part) && part.len() == *length)
    };
    match pattern {
        "^[a-z]{2}$" => text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase()),
        r"^[0-9]+\.[0-9]+\.[0-9]+$" => text.split('.').count() == 3 && text.split('.').all(digits),
        "^[0-9]{4}-[0-9]{2}$" => date(&[4, 2]),
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => date(&[4, 2, 2]),
        "^https://" => text.starts_with("https://"),
        "^[^/]+/[^/]+$" => text.split('/').count() == 2 && text.split('/').all(|part| !part.is_empty()),
        "^[a-z0-9][a-z0-9.-]*$" => {
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            text.bytes().next().is_some_and(is_plain)
                && text.bytes().all(|byte| is_plain(byte) || b".-".contains(&byte))
        }
        r"\.gguf$" => text.to_ascii_lowercase().ends_with(".gguf"),
        pattern => panic!("{pattern} is not a pattern that is known here"),
    }
}
