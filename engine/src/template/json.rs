//! `tojson` as Python's `json.dumps(value, ensure_ascii=False, ...)` writes it: models were trained on that form.

use minijinja::{
    Error, ErrorKind, Value,
    value::{Kwargs, Serde},
};
use serde_json::Value as Json;

/// minijinja's own filter escapes for HTML, and writes without the spaces Python writes.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands filters their arguments by value")]
pub(super) fn tojson(value: Serde<Json>, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => options.get::<Option<usize>>("indent")?,
    };
    let separators = options.get::<Option<Vec<String>>>("separators")?;
    let style = match separators.as_deref() {
        Some([item, key]) => Style { indent, item: item.clone(), key: key.clone() },
        Some(_) => return Err(Error::new(ErrorKind::InvalidOperation, "separators must be two texts")),
        None => Style {
            indent,
            item: if indent.is_some() { ",".to_owned() } else { ", ".to_owned() },
            key: ": ".to_owned(),
        },
    };
    let sorted = options.get::<Option<bool>>("sort_keys")?.unwrap_or(false);
    // Accepted and not needed: text stays as it is.
    let _: Option<Value> = options.get("ensure_ascii")?;
    options.assert_all_used()?;

    let mut output = String::new();
    style.write(&value.0, 0, sorted, &mut output);
    Ok(output)
}

struct Style {
    indent: Option<usize>,
    item: String,
    key: String,
}

impl Style {
    fn write(&self, value: &Json, depth: usize, sorted: bool, output: &mut String) {
        match value {
            Json::Array(items) if items.is_empty() => output.push_str("[]"),
            Json::Array(items) => {
                output.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.begin_item(index, depth + 1, output);
                    self.write(item, depth + 1, sorted, output);
                }
                self.new_line(depth, output);
                output.push(']');
            }
            Json::Object(entries) if entries.is_empty() => output.push_str("{}"),
            Json::Object(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                if sorted {
                    entries.sort_by(|left, right| left.0.cmp(right.0));
                }
                output.push('{');
                for (index, (key, value)) in entries.into_iter().enumerate() {
                    self.begin_item(index, depth + 1, output);
                    output.push_str(&Json::from(key.as_str()).to_string());
                    output.push_str(&self.key);
                    self.write(value, depth + 1, sorted, output);
                }
                self.new_line(depth, output);
                output.push('}');
            }
            scalar => output.push_str(&scalar.to_string()),
        }
    }

    fn begin_item(&self, index: usize, depth: usize, output: &mut String) {
        if index > 0 {
            output.push_str(&self.item);
        }
        self.new_line(depth, output);
    }

    fn new_line(&self, depth: usize, output: &mut String) {
        if let Some(indent) = self.indent {
            output.push('\n');
            output.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }
}
