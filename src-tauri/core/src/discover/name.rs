//! What a repository's model is called.

use hearth_hub::RepoId;

use crate::model_name;

/// The repository's name in words, without what only says that it holds GGUF. `base` is the model it was made from:
/// some who quantize others' models put its owner before its name.
pub(super) fn of_repo(repo: &RepoId, base: Option<&RepoId>) -> String {
    let name = repo.name();
    let own = base.and_then(|base| {
        let (owner, rest) = name.split_once('_')?;
        (owner.eq_ignore_ascii_case(base.owner()) && !rest.is_empty()).then_some(rest)
    });
    model_name::of_stem(own.unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_called_by_its_name_without_what_only_says_that_it_is_gguf() {
        let cases = [
            ("unsloth/Qwen3.5-4B-GGUF", None, "Qwen3.5 4B"),
            ("mradermacher/Some-Model-8B-i1-GGUF", None, "Some Model 8B"),
            ("bartowski/mistralai_Ministral-3-14B-GGUF", Some("mistralai/Ministral-3-14B"), "Ministral 3 14B"),
            ("o/under_scored-1.5B-gguf", Some("other/x"), "under scored 1.5B"),
            ("TheBloke/Llama-2-7B-Chat-GGUF", None, "Llama 2 7B Chat"),
            ("o/GGUF", None, "GGUF"),
        ];
        for (repo, base, name) in cases {
            let base: Option<RepoId> = base.map(|base: &str| base.parse().expect("a repository"));
            assert_eq!(of_repo(&repo.parse().expect("a repository"), base.as_ref()), name, "{repo}");
        }
    }
}
