//! One model's page.

use crate::{Builds, Commit, Connection, Facts, HubError, RepoId, Revision, facts::ModelInfo};

/// All that can be known of a model before it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPage {
    /// The state that this page shows. Downloads name it, so that nothing changes under them.
    pub commit: Commit,
    /// What the Hub says, with every file's size and hash. The repository is that of the reply: one that was renamed
    /// has its new name.
    pub facts: Facts,
    /// The files as what can be chosen.
    pub builds: Builds,
}

impl Connection {
    /// Asks for a model at a state.
    pub async fn model(&self, repo: &RepoId, revision: &Revision) -> Result<ModelPage, HubError> {
        let segments = ["api", "models", repo.owner(), repo.name(), "revision", revision.as_str()];
        let mut url = self.endpoint().at(segments);
        url.set_query(Some("blobs=true"));
        let (_, info): (_, ModelInfo) = self.json(url).await?;
        ModelPage::of(info)
    }
}

impl ModelPage {
    fn of(info: ModelInfo) -> Result<Self, HubError> {
        let facts = info.facts();
        let commit = facts.commit.ok_or_else(|| HubError::Nonsense("a model without a commit".to_owned()))?;
        Ok(Self { commit, builds: Builds::of(&facts.files), facts })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Capability, Choice, Gate, Reason};

    fn page(reply: Value) -> Result<ModelPage, HubError> {
        ModelPage::of(serde_json::from_value(reply).map_err(|error| HubError::Nonsense(error.to_string()))?)
    }

    const COMMIT: &str = "ab810cf68114990406fdf996510dd3d3c6adbdf5";
    const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

    #[test]
    fn a_page_has_what_the_hub_says() {
        let page = page(json!({
            "id": "unsloth/Qwen3.5-4B-GGUF", "sha": COMMIT, "gated": "manual", "downloads": 629_361, "likes": 7,
            "pipeline_tag": "image-text-to-text",
            "tags": ["gguf", "conversational", "license:apache-2.0", "base_model:quantized:Qwen/Qwen3.5-4B"],
            "cardData": {"license": "apache-2.0", "language": ["en", "de"], "base_model": ["Qwen/Qwen3.5-4B"]},
            "gguf": {"total": 4_205_751_296_u64, "architecture": "qwen35", "context_length": 262_144,
                     "chat_template": "{% if tools %}<tool_call>{% endif %}<think>"},
            "siblings": [
                {"rfilename": "Qwen3.5-4B-Q4_K_M.gguf", "size": 2_740_000_000_u64, "lfs": {"sha256": SHA256, "size": 2_740_000_000_u64}},
                {"rfilename": "mmproj-F16.gguf", "size": 672_000_000, "lfs": {"sha256": SHA256, "size": 672_000_000}},
                {"rfilename": "README.md", "size": 7000},
                {"rfilename": "../../.bashrc", "size": 1},
            ],
        }))
        .expect("a page");
        assert_eq!(page.commit.to_string(), COMMIT);
        let facts = &page.facts;
        assert_eq!(facts.gate, Gate::Approval);
        assert_eq!((facts.licence.as_deref(), facts.gguf.parameters), (Some("apache-2.0"), Some(4_205_751_296)));
        assert_eq!(facts.languages, ["en", "de"]);
        assert_eq!(facts.base_model.as_ref().map(RepoId::as_str), Some("Qwen/Qwen3.5-4B"));
        assert_eq!(facts.files.len(), 3, "a path that leads out is no file");
        let hints: Vec<_> = facts.hints.iter().map(|hint| (hint.capability, hint.reason.clone())).collect();
        assert_eq!(
            hints,
            [
                (Capability::Chat, Reason::ChatTemplate),
                (Capability::Vision, Reason::Projector),
                (Capability::Tools, Reason::ChatTemplate),
                (Capability::Reasoning, Reason::ChatTemplate),
            ]
        );
        let build = page.builds.chosen(Choice::Balanced).expect("the only build");
        assert_eq!(build.label, "Q4_K_M");
        assert_eq!(build.files[0].sha256.map(|sha| sha.to_string()).as_deref(), Some(SHA256));
        assert_eq!(build.projector.as_ref().map(|file| file.name.as_str()), Some("mmproj-F16.gguf"));
    }

    #[test]
    fn fields_that_are_missing_or_of_another_type_are_left_out() {
        let bare = page(json!({"id": "o/n", "sha": COMMIT})).expect("enough");
        assert_eq!((bare.facts.gate, bare.builds.all.len(), bare.facts.licence), (Gate::Open, 0, None));

        let odd = page(json!({
            "id": "o/Some-Coder-Thinking", "sha": COMMIT, "gated": null, "downloads": "many", "likes": -1,
            "createdAt": 5, "pipeline_tag": [], "tags": ["code", 3, null], "cardData": "none",
            "gguf": [], "siblings": [{"rfilename": "a.gguf", "size": "big", "lfs": {"sha256": "short", "size": 5}}, 7, {}],
        }))
        .expect("still a page");
        assert_eq!(odd.facts.tags, ["code"]);
        assert_eq!(odd.facts.downloads, None);
        assert_eq!(
            (odd.facts.files.len(), odd.facts.files[0].size_bytes, odd.facts.files[0].sha256),
            (1, Some(5), None)
        );
        let hints: Vec<_> = odd.facts.hints.iter().map(|hint| hint.capability).collect();
        assert_eq!(hints, [Capability::Coding, Capability::Reasoning]);
    }

    #[test]
    fn a_licence_of_its_own_goes_by_its_name() {
        let other =
            |card: Value| page(json!({"id": "o/n", "sha": COMMIT, "cardData": card})).expect("a page").facts.licence;
        assert_eq!(other(json!({"license": "other", "license_name": "lfm1.0"})).as_deref(), Some("lfm1.0"));
        assert_eq!(other(json!({"license": "other"})).as_deref(), Some("other"));
        assert_eq!(other(json!({"license": ["mit"], "language": "en"})).as_deref(), Some("mit"));
        let tagged = page(json!({"id": "o/n", "sha": COMMIT, "tags": ["license:gemma"]})).expect("a page");
        assert_eq!(tagged.facts.licence.as_deref(), Some("gemma"));
    }

    #[test]
    fn a_page_without_its_commit_or_name_makes_no_sense() {
        assert!(matches!(page(json!({"id": "o/n"})), Err(HubError::Nonsense(_))));
        assert!(matches!(page(json!({"id": "../n", "sha": COMMIT})), Err(HubError::Nonsense(_))));
        assert!(matches!(page(json!([])), Err(HubError::Nonsense(_))));
    }
}
