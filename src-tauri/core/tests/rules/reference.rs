//! What Hearth has downloaded, as Hugging Face's own Python client sees it.

use std::{path::PathBuf, process::Command};

use serde_json::{Value, json};

use crate::computer::{Computer, done, model, repository, request};

const REPO: &str = "ada/tiny";
const FILE: &str = "tiny-Q4_K_M.gguf";

/// Prints what the client finds in the cache and, without asking anybody, where it would take the file from.
const SCRIPT: &str = "\
import json
from huggingface_hub import hf_hub_download, scan_cache_dir
found = scan_cache_dir()
[repo] = found.repos
[revision] = repo.revisions
[file] = revision.files
print(json.dumps({
    'warnings': [str(warning) for warning in found.warnings],
    'repo': repo.repo_id, 'kind': repo.repo_type, 'size': found.size_on_disk,
    'commit': revision.commit_hash, 'refs': sorted(revision.refs),
    'file': file.file_name, 'blob': file.blob_path.name,
    'taken_from': hf_hub_download('ada/tiny', 'tiny-Q4_K_M.gguf', local_files_only=True),
}))
";

fn python() -> PathBuf {
    let path = std::env::var_os("HEARTH_HUB_CLIENT_PYTHON").map(PathBuf::from);
    path.expect("HEARTH_HUB_CLIENT_PYTHON is not set: run `cargo xtask test`, which fetches the client and sets it")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downloaded_model_is_in_the_cache_as_the_reference_client_would_have_put_it() {
    let bytes = model("Tiny", 3);
    let computer = Computer::new(vec![repository(REPO, &[(FILE, bytes.clone())])]);
    let (app, _engine) = computer.open().await;
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    let here = done(&app, begun.id).await;

    let output = Command::new(python())
        .args(["-c", SCRIPT])
        .env_remove("HF_TOKEN")
        .env_remove("HF_HOME")
        .env("HF_HUB_CACHE", computer.cache())
        .env("HF_HUB_DISABLE_TELEMETRY", "1")
        .env("HF_HUB_OFFLINE", "1")
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the client failed:\n{said}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}:\n{said}"));

    let [.., commit, file] = here.0.split('/').collect::<Vec<_>>()[..] else { panic!("{here:?}") };
    assert_eq!(found["warnings"], json!([]), "nothing in it is damaged");
    assert_eq!((&found["repo"], &found["kind"]), (&json!(REPO), &json!("model")));
    assert_eq!((&found["commit"], &found["refs"]), (&json!(commit), &json!(["main"])));
    assert_eq!((&found["file"], &found["size"]), (&json!(file), &json!(bytes.len())));
    assert_eq!(found["taken_from"], json!(here.0), "the client fetches nothing that Hearth has");
    let link = std::fs::read_link(&here.0).expect("a link to the contents");
    assert_eq!(found["blob"], json!(link.file_name().expect("a name").to_str()), "contents are named by their hash");
}
