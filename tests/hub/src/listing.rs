//! Repositories that can be found and looked at, but not downloaded: from a list of real ones with their files' names
//! and sizes.

use serde::Deserialize;
use serde_json::json;

use crate::{content::Content, repository::Repository};

/// Why a list cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// It is not of this form.
    #[error("the list of repositories is not of the form that is known")]
    Form(#[from] serde_json::Error),
    /// A size that is not like `15.4 GB`.
    #[error("not a size: {0:?}")]
    Size(String),
}

#[derive(Deserialize)]
struct Listed {
    repo: String,
    created: String,
    downloads: u64,
    tools: bool,
    gguf: Vec<ListedFile>,
    mmproj: Vec<ListedFile>,
}

#[derive(Deserialize)]
struct ListedFile {
    file: String,
    size: String,
}

/// Reads the list: an array of `{ repo, created, downloads, tools, gguf, mmproj }`, whose last two are arrays of
/// `{ file, size }`. What the list does not say (likes, the architecture, the number of parameters) is made up, and
/// the same each time.
pub fn listing(json: &str) -> Result<Vec<Repository>, ListingError> {
    let listed: Vec<Listed> = serde_json::from_str(json)?;
    listed.iter().map(repository).collect()
}

fn repository(listed: &Listed) -> Result<Repository, ListingError> {
    let mut repository = Repository::new(&listed.repo);
    repository.created_at = format!("{}T00:00:00.000Z", listed.created);
    repository.last_modified = format!("{}T12:00:00.000Z", listed.created);
    repository.downloads = listed.downloads;
    repository.likes = listed.downloads / 1000;
    repository.trending_score = listed.downloads / 10_000;
    let sees = !listed.mmproj.is_empty();
    repository.pipeline_tag = Some(if sees { "image-text-to-text" } else { "text-generation" }.to_owned());
    repository.tags = vec!["gguf".to_owned(), "endpoints_compatible".to_owned(), "conversational".to_owned()];
    repository.gguf = Some(json!({
        "total": parameters(&listed.repo),
        "architecture": "llama",
        "context_length": 32_768,
        "chat_template": if listed.tools { "{%- if tools %}{{ tools }}{% endif %}" } else { "{{ messages }}" },
    }));
    for ListedFile { file, size } in listed.gguf.iter().chain(&listed.mmproj) {
        let content = Content::elsewhere(&format!("{}/{file}", listed.repo), size_bytes(size)?);
        repository = repository.with_lfs(file, content);
    }
    Ok(repository.with_plain("README.md", format!("# {}\n", listed.repo)))
}

/// `15.4 GB`, in the powers of 1000 or 1024 that such lists do not tell apart; here of 1024, as the files' sizes are.
fn size_bytes(text: &str) -> Result<u64, ListingError> {
    let wrong = || ListingError::Size(text.to_owned());
    let (number, unit) = text.split_once(' ').ok_or_else(wrong)?;
    let unit = match unit {
        "B" => 1.0,
        "KB" => 1024.0,
        "MB" => 1024.0 * 1024.0,
        "GB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size, rounded anyway")]
    let bytes = (number * unit) as u64;
    Ok(bytes)
}

/// What a name says of its size, as `31B` or `0.8B` or `135M` between its dashes; 7 billion if nothing.
fn parameters(id: &str) -> u64 {
    let said = id.split(['-', '_', '/']).find_map(|word| {
        let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
        let unit = match unit {
            "B" | "b" => 1e9,
            "M" | "m" => 1e6,
            _ => return None,
        };
        number.parse::<f64>().ok().map(|number| number * unit)
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a model's parameters, rounded anyway")]
    let parameters = said.unwrap_or(7e9) as u64;
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_with_its_unit() {
        assert_eq!(size_bytes("1.5 KB").unwrap(), 1536);
        assert!(size_bytes("large").is_err(), "what is no size is not guessed at");
    }

    #[test]
    fn a_name_tells_how_large_the_model_is() {
        for (id, expected) in
            [("unsloth/gemma-4-31B-it-GGUF", 31_000_000_000), ("a/SmolLM2-135M-Instruct", 135_000_000)]
        {
            assert_eq!(parameters(id), expected, "{id}");
        }
    }
}
