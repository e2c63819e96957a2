//! What people paste: an address of the Hub, a name, a command that another program understands.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::{Endpoint, FileName, RepoId, Revision};

/// Longer texts are no address; what a person pastes by mistake can be a whole book.
const MAX_BYTES: usize = 2048;
const MAX_TAG_BYTES: usize = 64;

/// Where a pasted text leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The repository.
    pub repo: RepoId,
    /// A state of it, if one was named.
    pub revision: Option<Revision>,
    /// One of its files, if one was named.
    pub file: Option<FileName>,
    /// The letters that name a build, as in `owner/name:Q4_K_M`; for [`Builds::named`](crate::Builds::named).
    pub tag: Option<String>,
}

/// Paths on the Hub's site that look like an owner's.
const NOT_OWNERS: [&str; 22] = [
    "api",
    "blog",
    "buckets",
    "chat",
    "collections",
    "datasets",
    "docs",
    "enterprise",
    "join",
    "kernels",
    "learn",
    "login",
    "models",
    "new",
    "organizations",
    "papers",
    "posts",
    "pricing",
    "settings",
    "spaces",
    "storage",
    "tasks",
];

/// Programs whose command lines name a repository.
const PROGRAMS: [&str; 9] =
    ["docker", "hf", "huggingface-cli", "jan", "lms", "ollama", "ramalama", "vllm", "transformers"];

impl Address {
    /// Reads a text. Nothing, if it is one to search for.
    ///
    /// `endpoint` is the Hub in use, whose addresses are understood as well as those of the public one.
    pub fn read(text: &str, endpoint: &Endpoint) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_BYTES || text.contains(char::is_control) {
            return None;
        }
        let mut words = text.split_whitespace().map(unquoted);
        match (words.next(), words.next()) {
            (Some(word), None) => Self::of_word(word, endpoint),
            (Some(first), Some(_)) => {
                let skipped = usize::from(matches!(first, "$" | ">" | "sudo"));
                let words: Vec<&str> = text.split_whitespace().map(unquoted).skip(skipped).collect();
                Self::of_command(&words, endpoint)
            }
            (None, _) => None,
        }
    }

    fn of_word(word: &str, endpoint: &Endpoint) -> Option<Self> {
        if word.contains("://") {
            return Self::of_url(&Url::parse(word).ok()?, endpoint);
        }
        let host = word.split('/').next()?;
        let url = Url::parse(&format!("https://{word}")).ok();
        match url.filter(|url| host.contains('.') && is_hub(url, endpoint)) {
            Some(url) => Self::of_url(&url, endpoint),
            None => Self::of_name(word),
        }
    }

    /// `owner/name`, `owner/name:tag`, `owner/name@revision`.
    fn of_name(text: &str) -> Option<Self> {
        let (text, tag) = match text.split_once(':') {
            Some((text, tag)) => (text, Some(tag_of(tag)?)),
            None => (text, None),
        };
        let (repo, revision) = match text.split_once('@') {
            Some((repo, revision)) => (repo, Some(revision.parse().ok()?)),
            None => (text, None),
        };
        // What ollama calls the build that it would choose.
        let tag = tag.filter(|tag| !tag.eq_ignore_ascii_case("latest"));
        Some(Self { repo: repo.parse().ok()?, revision, file: None, tag })
    }

    fn of_url(url: &Url, endpoint: &Endpoint) -> Option<Self> {
        match url.scheme() {
            "lmstudio" => {
                let value = |name| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
                let address = Self::of_name(&value("model")?)?;
                Some(Self { file: value("file").and_then(|file| file.parse().ok()), ..address })
            }
            "jan" => {
                // The first part of its path is where an address has a host.
                let path = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
                Self::of_name(path.strip_prefix("models/huggingface/")?.trim_end_matches('/'))
            }
            "http" | "https" if is_hub(url, endpoint) => Self::of_page(url, endpoint),
            _ => None,
        }
    }

    /// `/owner/name`, and what may follow: `/blob/main/x.gguf`, `/resolve/..`, `/tree/main/folder`, `:Q4_K_M`.
    fn of_page(url: &Url, endpoint: &Endpoint) -> Option<Self> {
        let below = endpoint.to_string().parse::<Url>().ok().filter(|hub| hub.origin() == url.origin());
        let path = below.as_ref().map_or("", |hub| hub.path().trim_end_matches('/'));
        let path = url.path().strip_prefix(path).unwrap_or(url.path());
        let mut segments = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8().ok().map(Cow::into_owned))
            .collect::<Option<Vec<_>>>()?;
        if segments.len() > 2 && segments[0] == "api" && segments[1] == "models" {
            segments.drain(..2);
        }
        let mut segments = segments.into_iter();
        let (owner, name) = (segments.next()?, segments.next()?);
        if NOT_OWNERS.contains(&owner.as_str()) {
            return None;
        }
        let mut address = Self::of_name(&format!("{owner}/{name}"))?;
        let shown = url.query_pairs().find(|(key, _)| key == "show_file_info").map(|(_, file)| file.into_owned());
        address.file = shown.and_then(|file| file.parse().ok());
        let Some(kind) = segments.next() else { return Some(address) };
        let rest: Vec<String> = segments.collect();
        if !matches!(kind.as_str(), "tree" | "blob" | "resolve" | "raw" | "commit" | "revision") || rest.is_empty() {
            return Some(address);
        }
        // A pull request's name has three parts, and is seldom encoded as one.
        let name_parts = if rest[0] == "refs" && rest.len() > 2 { 3 } else { 1 };
        address.revision = rest[..name_parts].join("/").parse().ok();
        if matches!(kind.as_str(), "blob" | "resolve" | "raw") {
            address.file = rest[name_parts..].join("/").parse().ok();
        }
        Some(address)
    }

    /// `ollama run hf.co/owner/name:Q4_K_M`, `llama-server -hf owner/name:Q4_K_M`, `hf download owner/name x.gguf`.
    fn of_command(words: &[&str], endpoint: &Endpoint) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        if !(PROGRAMS.contains(program) || program.starts_with("llama")) {
            return None;
        }
        let after = |names: &[&str]| {
            arguments.iter().enumerate().find_map(|(index, word)| match word.split_once('=') {
                Some((name, value)) if names.contains(&name) => Some(unquoted(value)),
                _ if names.contains(word) => arguments.get(index + 1).copied(),
                _ => None,
            })
        };
        let found = match after(&["-hf", "-hfr", "--hf", "--hf-repo", "--model"]) {
            Some(word) => Self::of_word(word, endpoint),
            None => arguments.iter().find_map(|word| Self::of_word(word, endpoint)),
        };
        let mut address = found?;
        let last = || arguments.last().copied().filter(|last| last.to_ascii_lowercase().ends_with(".gguf"));
        if let Some(file) = after(&["-hff", "--hf-file"]).or_else(last) {
            address.file = file.parse().ok().or(address.file);
        }
        Some(address)
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`'])
}

fn tag_of(text: &str) -> Option<String> {
    let is_tag = (1..=MAX_TAG_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_tag.then(|| text.to_owned())
}

fn is_hub(url: &Url, endpoint: &Endpoint) -> bool {
    let is_public =
        url.host_str().is_some_and(|host| matches!(host, "huggingface.co" | "www.huggingface.co" | "hf.co"));
    is_public || endpoint.owns(url)
}
