//! The proof that the fake is faithful: Hugging Face's own client finds in it what it expects of the real one.

use std::path::Path;

use hearth_fake_hub::{Config, Content, FakeHub, Fault, Host, Repository};
use serde_json::{Value, json};

use crate::{
    access::{GATED, TOKEN, hub_with_gates},
    files::{MODEL, hub_with_model},
    interface::{LISTING, hub_with_listing},
    program::Program,
    python::PythonClient,
};

/// Runs a script without a token, in a home that is thrown away.
fn told(hub: &FakeHub, script: &str) -> Value {
    let home = tempfile::tempdir().expect("a temporary folder");
    at_home(hub, home.path(), script)
}

fn at_home(hub: &FakeHub, home: &Path, script: &str) -> Value {
    PythonClient { endpoint: hub.endpoint(), home, token: None }.run(script)
}

#[test]
fn it_lists_models_page_by_page() {
    let many = (0..250).map(|number| Repository::new(&format!("maker/model-{number:03}-GGUF")).with_tags(&["gguf"]));
    let hub = FakeHub::start(Config::serving(many.collect())).unwrap();
    let found = told(
        &hub,
        "found = list(api.list_models(search='model', author='maker', filter='gguf', sort='downloads',\n\
         \x20                            expand=['gated', 'siblings', 'tags']))\n\
         tell([len(found), len({model.id for model in found}), found[0].tags, found[0].gated])",
    );
    assert_eq!(found, json!([250, 250, ["gguf"], false]));
    assert_eq!(hub.requests().len(), 3, "a hundred a page");
}

#[test]
fn it_lists_what_the_program_serves() {
    let program = Program::start(&["--listing", LISTING]);
    let home = tempfile::tempdir().unwrap();
    let found = PythonClient { endpoint: &program.endpoint, home: home.path(), token: None }.run(
        "found = list(api.list_models(search='lfm2.5', full=True))\n\
         tell([found[0].id, len(found[0].siblings), found[0].pipeline_tag, found[0].created_at.year])",
    );
    assert_eq!(found, json!(["LiquidAI/LFM2.5-1.2B-Instruct-GGUF", 8, "text-generation", 2026]));
}

#[test]
fn it_reads_a_models_info_with_its_files() {
    let (hub, content) = hub_with_model(1234);
    let found = told(
        &hub,
        "info = api.model_info('maker/model-GGUF', files_metadata=True)\n\
         large = [file for file in info.siblings if file.lfs]\n\
         tell([info.id, info.sha, [file.rfilename for file in info.siblings], large[0].size, large[0].lfs.sha256])",
    );
    assert_eq!(found[0], MODEL);
    assert_eq!(found[1].as_str().map(str::len), Some(40));
    assert_eq!(found[2], json!(["README.md", "config/one.json", "model-Q4_K_M.gguf"]));
    assert_eq!((&found[3], &found[4]), (&json!(1234), &json!(content.sha256())));
}

#[test]
fn it_reads_the_gguf_header_that_the_hub_tells() {
    let hub = hub_with_listing();
    let found = told(
        &hub,
        "info = api.model_info('prism-ml/Bonsai-8B-gguf', expand=['gguf'])\n\
         tell([info.gguf['total'], info.gguf['context_length']])",
    );
    assert_eq!(found, json!([8_000_000_000_u64, 32_768]));
}

#[test]
fn it_walks_the_tree_of_files() {
    let (hub, content) = hub_with_model(1234);
    let found = told(
        &hub,
        "tree = list(api.list_repo_tree('maker/model-GGUF', recursive=True, expand=True))\n\
         below = list(api.list_repo_tree('maker/model-GGUF', 'config'))\n\
         paths = api.get_paths_info('maker/model-GGUF', ['model-Q4_K_M.gguf', 'missing'])\n\
         tell([[entry.path for entry in tree], tree[-1].last_commit.title, [entry.path for entry in below],\n\
         \x20     [[entry.path, entry.size, entry.lfs.sha256] for entry in paths]])",
    );
    assert_eq!(found[0], json!(["config", "README.md", "config/one.json", "model-Q4_K_M.gguf"]));
    assert_eq!((&found[1], &found[2]), (&json!("Upload files"), &json!(["config/one.json"])));
    assert_eq!(found[3], json!([["model-Q4_K_M.gguf", 1234, content.sha256()]]));
}

#[test]
fn it_downloads_a_snapshot_into_a_cache_that_it_finds_in_order() {
    let (hub, content) = hub_with_model(3_000_000);
    let home = tempfile::tempdir().unwrap();
    let found = at_home(
        &hub,
        home.path(),
        "folder = snapshot_download('maker/model-GGUF')\n\
         file = hf_hub_download('maker/model-GGUF', 'model-Q4_K_M.gguf')\n\
         cache = scan_cache_dir()\n\
         [repo] = cache.repos\n\
         tell([folder, file, repo.repo_id, repo.size_on_disk, repo.nb_files, [str(warning) for warning in cache.warnings],\n\
         \x20     list(repo.refs)])",
    );
    let folder = Path::new(found[0].as_str().unwrap());
    assert_eq!(found[1].as_str().map(Path::new), Some(folder.join("model-Q4_K_M.gguf").as_path()));
    assert_eq!(Content::disk(&folder.join("model-Q4_K_M.gguf")).unwrap().sha256(), content.sha256());
    assert_eq!(std::fs::read(folder.join("config/one.json")).unwrap(), b"{}");
    assert_eq!(found.as_array().unwrap()[2..], [json!(MODEL), json!(3_000_012), json!(3), json!([]), json!(["main"])]);
    let blob = home.path().join("hub/models--maker--model-GGUF/blobs").join(content.sha256());
    assert!(blob.is_file(), "the large file is kept under the digest that the Hub told");
    let fetched = hub.requests().iter().filter(|request| request.host == Host::Cdn).count();
    assert_eq!(fetched, 1, "the file of the snapshot is not fetched again");
}

#[test]
fn it_goes_on_where_a_download_broke() {
    let (hub, content) = hub_with_model(30_000_000);
    hub.faults().next(Fault::Closed { after_bytes: 20_000_000 });
    let home = tempfile::tempdir().unwrap();
    let file = at_home(&hub, home.path(), "tell(hf_hub_download('maker/model-GGUF', 'model-Q4_K_M.gguf'))");
    let file = Path::new(file.as_str().unwrap());
    assert_eq!(Content::disk(file).unwrap().sha256(), content.sha256());
    let ranges: Vec<_> =
        hub.requests().into_iter().filter(|request| request.host == Host::Cdn).map(|request| request.range).collect();
    let [None, Some(rest)] = &ranges[..] else { panic!("one whole and one part: {ranges:?}") };
    let from: u64 = rest.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
    assert!((10_000_001..=20_000_000).contains(&from), "it has most of what came: {rest}");
}

#[test]
fn it_follows_a_repository_to_its_new_name() {
    let (hub, content) = hub_with_model(1234);
    hub.rename(MODEL, "maker/new-GGUF");
    let file =
        told(&hub, "path = hf_hub_download('maker/model-GGUF', 'model-Q4_K_M.gguf')\ntell(os.path.getsize(path))");
    assert_eq!(file, content.size_bytes());
}

#[test]
fn it_takes_each_refusal_for_what_it_is() {
    let hub = hub_with_gates();
    let home = tempfile::tempdir().unwrap();
    let script = "tell([refusal(lambda: hf_hub_download('maker/gated', 'config.json')),\n\
                  \x20     refusal(lambda: api.model_info('maker/missing')),\n\
                  \x20     refusal(lambda: api.model_info('maker/gated', revision='dev')),\n\
                  \x20     refusal(lambda: hf_hub_download('maker/gated', 'missing.gguf'))])";
    let client = PythonClient { endpoint: hub.endpoint(), home: home.path(), token: Some(TOKEN) };
    let refused = client.run(script);
    assert_eq!(
        refused,
        json!(["GatedRepoError", "RepositoryNotFoundError", "RevisionNotFoundError", "GatedRepoError"])
    );
    hub.grant(GATED, "reader");
    let let_in = client.run(script);
    assert_eq!((&let_in[0], &let_in[3]), (&Value::Null, &json!("RemoteEntryNotFoundError")));
    let anonymous = told(&hub, "tell(refusal(lambda: hf_hub_download('maker/gated', 'config.json')))");
    assert_eq!(anonymous, "GatedRepoError");
}

#[test]
fn it_learns_whose_token_it_has() {
    let hub = hub_with_gates();
    let home = tempfile::tempdir().unwrap();
    let client = |token| PythonClient { endpoint: hub.endpoint(), home: home.path(), token };
    assert_eq!(client(Some(TOKEN)).run("me = api.whoami()\ntell([me['name'], me['type']])"), json!(["reader", "user"]));
    assert_eq!(client(Some("hf_nobodys")).run("tell(refusal(api.whoami))"), "HfHubHTTPError");
    assert_eq!(client(None).run("tell(refusal(api.whoami))"), "LocalTokenNotFoundError");
}
