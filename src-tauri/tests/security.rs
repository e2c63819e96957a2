//! The window's security as it ships: these tests read the configuration and fail when it loosens.
//!
//! Each list below is the whole truth, not a minimum: whoever needs more changes the list, in sight of a reviewer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&text(&folder().join(path))).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn toml(path: &str) -> toml::Table {
    text(&folder().join(path)).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn strings(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("a list, not {list}"));
    list.iter().map(|item| item.as_str().unwrap_or_else(|| panic!("a text, not {item}")).to_owned()).collect()
}

fn set(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

/// All files of a folder, by name.
fn files(path: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    entries.map(|entry| entry.expect("a folder's entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_content_security_policy_lets_the_page_load_only_itself() {
    let policy = &json("tauri.conf.json")["app"]["security"]["csp"];
    let expected = [
        ("default-src", "'self'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("img-src", "'self'"),
        ("font-src", "'self'"),
        // Calls to the shell; no network.
        ("connect-src", "ipc: http://ipc.localhost"),
        ("media-src", "'none'"),
        ("object-src", "'none'"),
        ("frame-src", "'none'"),
        ("worker-src", "'none'"),
        ("manifest-src", "'none'"),
        ("form-action", "'none'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(name, sources)| (name, Value::from(sources))).collect();
    let found: BTreeMap<_, _> =
        policy.as_object().expect("a policy").iter().map(|(name, sources)| (name.as_str(), sources.clone())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_page_gets_nothing_of_tauri_s_that_it_does_not_need() {
    let config = json("tauri.conf.json");
    let app = &config["app"];
    assert_eq!(app["withGlobalTauri"], false, "no global Tauri object");
    assert_eq!(app["windows"], Value::Array(vec![]), "the window is made in code, with its refusals");
    let security = app["security"].as_object().expect("a security section");
    let known: BTreeSet<_> = security.keys().cloned().collect();
    // So neither the asset protocol, nor a policy of its own for development, nor a way around the policy's nonces.
    assert_eq!(known, set(&["capabilities", "freezePrototype", "csp"]));
    assert_eq!(security["freezePrototype"], true, "a script cannot bend the built-in objects");
    assert!(config.get("plugins").is_none(), "no plugin is configured for the page");
}

#[test]
fn the_page_may_call_the_app_s_own_commands_and_hear_its_events() {
    assert_eq!(strings(&json("tauri.conf.json")["app"]["security"]["capabilities"]), set(&["page"]));
    assert_eq!(files("capabilities"), set(&["page.json"]));

    let capability = json("capabilities/page.json");
    assert_eq!(strings(&capability["windows"]), set(&["main"]));
    assert!(capability.get("remote").is_none(), "no page from elsewhere may call anything");
    assert!(capability.get("webviews").is_none(), "there is one webview, the window's");
    assert_eq!(
        strings(&capability["permissions"]),
        set(&[
            "core:event:allow-listen",
            "core:event:allow-unlisten",
            "chats",
            "answers",
            "model",
            "discover",
            "downloads",
            "library",
            "hardware",
            "network",
            "settings",
            "system"
        ])
    );
}

#[test]
fn every_command_is_permitted_by_name_and_nothing_else_is() {
    assert_eq!(files("permissions"), set(&["commands.toml"]));
    let permissions = toml("permissions/commands.toml");
    let mut permitted = BTreeSet::new();
    for permission in permissions["permission"].as_array().expect("a list of permissions") {
        for command in permission["commands"]["allow"].as_array().expect("a list of commands") {
            let new = permitted.insert(command.as_str().expect("a name").to_owned());
            assert!(new, "{command} is permitted twice");
        }
    }

    // The bindings hold every command there is: `invoke<Type>("name", ..)`.
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let bindings = scratch.path().join("bindings.ts");
    hearth_shell::bindings::export(&bindings).expect("every type can be written as TypeScript");
    let commands: BTreeSet<_> = text(&bindings)
        .split("__TAURI_INVOKE<")
        .skip(1)
        .map(|call| call.split('"').nth(1).expect("a command's name").to_owned())
        .collect();
    assert!(!commands.is_empty(), "the bindings name the commands");
    assert_eq!(permitted, commands);
}

#[test]
fn no_feature_opens_the_window() {
    let manifest = toml("Cargo.toml");
    let workspace = toml("../Cargo.toml");

    let features: BTreeSet<_> = manifest["features"].as_table().expect("features").keys().cloned().collect();
    assert_eq!(features, set(&["custom-protocol"]), "among them no developer tools");
    let tauri = &workspace["workspace"]["dependencies"]["tauri"];
    assert_eq!(tauri["features"], toml::Value::Array(vec![]), "Tauri with its default features");
    assert_eq!(manifest["dependencies"]["tauri"]["workspace"], toml::Value::Boolean(true));
    assert!(manifest["dependencies"]["tauri"].get("features").is_none(), "no feature is added here either");

    let plugins: BTreeSet<_> = manifest["dependencies"]
        .as_table()
        .expect("dependencies")
        .keys()
        .filter(|name| name.starts_with("tauri-plugin-"))
        .cloned()
        .collect();
    assert_eq!(
        plugins,
        set(&[
            "tauri-plugin-dialog",
            "tauri-plugin-notification",
            "tauri-plugin-opener",
            "tauri-plugin-single-instance"
        ]),
        "used from Rust alone; no plugin that reads files or starts programs for the page"
    );
}
