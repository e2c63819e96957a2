use hearth_hub::{Address, Endpoint};
use proptest::prelude::*;

fn read(text: &str) -> Option<(String, String, String, String)> {
    let address = Address::read(text, &Endpoint::default())?;
    let text = |part: Option<String>| part.unwrap_or_default();
    Some((
        address.repo.to_string(),
        text(address.revision.map(|revision| revision.to_string())),
        text(address.file.map(|file| file.to_string())),
        text(address.tag),
    ))
}

#[test]
fn what_people_paste_leads_where_they_mean() {
    let cases = [
        ("o/n", ("o/n", "", "", "")),
        ("  o/n:Q4_K_M \n", ("o/n", "", "", "Q4_K_M")),
        ("o/n:latest", ("o/n", "", "", "")),
        ("o/n@v1.0", ("o/n", "v1.0", "", "")),
        ("hf.co/o/n", ("o/n", "", "", "")),
        ("hf.co/o/n:Q4_K_M", ("o/n", "", "", "Q4_K_M")),
        ("huggingface.co/o/n/", ("o/n", "", "", "")),
        ("https://huggingface.co/o/n", ("o/n", "", "", "")),
        ("HTTPS://HuggingFace.co/o/n#usage", ("o/n", "", "", "")),
        ("https://huggingface.co/o/n/blob/main/x.gguf", ("o/n", "main", "x.gguf", "")),
        (
            "https://huggingface.co/o/n/resolve/main/a/x-Q4_K_M.gguf?download=true",
            ("o/n", "main", "a/x-Q4_K_M.gguf", ""),
        ),
        ("https://huggingface.co/o/n/resolve/refs%2Fpr%2F3/x%20y.gguf", ("o/n", "refs/pr/3", "x y.gguf", "")),
        ("https://huggingface.co/o/n/blob/refs/pr/3/x.gguf", ("o/n", "refs/pr/3", "x.gguf", "")),
        ("https://huggingface.co/o/n/tree/main", ("o/n", "main", "", "")),
        ("https://huggingface.co/o/n/tree/main/UD-Q4_K_XL", ("o/n", "main", "", "")),
        ("https://huggingface.co/o/n/discussions/4", ("o/n", "", "", "")),
        ("https://huggingface.co/o/n?show_file_info=x.gguf", ("o/n", "", "x.gguf", "")),
        ("https://huggingface.co/api/models/o/n", ("o/n", "", "", "")),
        ("lmstudio://open_from_hf?model=o/n&file=x.gguf", ("o/n", "", "x.gguf", "")),
        ("lmstudio://open_from_hf?model=o%2Fn", ("o/n", "", "", "")),
        ("jan://models/huggingface/o/n", ("o/n", "", "", "")),
        ("ollama run hf.co/o/n:Q4_K_M", ("o/n", "", "", "Q4_K_M")),
        ("$ ollama pull huggingface.co/o/n", ("o/n", "", "", "")),
        ("llama-server -hf o/n:q4", ("o/n", "", "", "q4")),
        ("llama-cli --jinja --hf-repo o/n --hf-file x.gguf -p hi", ("o/n", "", "x.gguf", "")),
        ("llama-server --hf-repo=\"o/n\" -ngl 99", ("o/n", "", "", "")),
        ("docker model run hf.co/o/n", ("o/n", "", "", "")),
        ("hf download o/n x.gguf", ("o/n", "", "x.gguf", "")),
        ("vllm serve \"o/n\"", ("o/n", "", "", "")),
    ];
    for (text, (repo, revision, file, tag)) in cases {
        let expected = (repo.to_owned(), revision.to_owned(), file.to_owned(), tag.to_owned());
        assert_eq!(read(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_to_be_searched_for_is_no_address() {
    for text in [
        "",
        "qwen",
        "qwen 3.5 4b",
        "small and/or fast",
        "what does llama/3 mean",
        "gpt2",
        "a/b/c",
        "https://huggingface.co",
        "https://huggingface.co/models?search=qwen",
        "https://huggingface.co/models/x",
        "https://huggingface.co/datasets/o/n",
        "https://huggingface.co/spaces/o/n",
        "https://huggingface.co/docs/hub",
        "https://evil.example/o/n",
        "https://huggingface.co.evil.example/o/n",
        "evil.example/o/n",
        "file:///etc/passwd",
        "lmstudio://open_from_hf?file=x.gguf",
        "jan://models/other/o/n",
        "rm -rf o/n",
        "o/n:",
        "o/n:a b",
        "o/n\0",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read(&"a/b ".repeat(1000)), None);
}

#[test]
fn a_file_that_leads_out_of_the_repository_is_dropped() {
    let (_, _, file, _) = read("https://huggingface.co/o/n/resolve/main/..%2F..%2Fx").expect("the repository is fine");
    assert_eq!(file, "");
}

#[test]
fn addresses_of_the_hub_in_use_are_understood() {
    let mirror: Endpoint = "https://hub.example.com/hf".parse().expect("an address");
    let address = Address::read("https://hub.example.com/hf/o/n/tree/main", &mirror).expect("the mirror's");
    assert_eq!(address.repo.as_str(), "o/n");
    assert!(Address::read("https://huggingface.co/o/n", &mirror).is_some(), "and those of the public one");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_an_address_or_none(
        start in prop::sample::select(vec![
            "", "https://huggingface.co/", "hf.co/", "lmstudio://open_from_hf?model=", "jan://models/", "ollama run ",
            "llama-server -hf ", "$ ",
        ]),
        rest in r"[a-c/:@%.?=&\[\] -]{0,24}|\PC{0,24}",
    ) {
        Address::read(&format!("{start}{rest}"), &Endpoint::default());
    }
}
