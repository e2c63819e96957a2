//! The system's own keychain: a real Secret Service (gnome-keyring) on a session bus of the test's own.
//!
//! A bus is told to a process when it starts. So each test starts its own program again, inside such a session, and does
//! there what it has to do.
#![cfg(target_os = "linux")]

use std::{env, path::Path, process::Command, sync::Arc};

use hearth_core::{Config, SecretError, SecretStore, SystemKeychain};
use tempfile::TempDir;

use crate::{
    hub_stage::{TOKEN, account, config, hub, open_with, sign_in, sign_out},
    stage::{Stage, soon},
};

/// Set inside the session.
const INSIDE: &str = "HEARTH_TEST_KEYCHAIN";

/// gnome-keyring with an open keychain, which it makes for the password it is given.
const UNLOCKED: &str = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && ";
/// The same without any password, and nobody there to ask for one.
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null && ";
/// A bus without a keychain.
const NONE: &str = "";

/// Whether this process is inside a session. If not, runs the test in one, which must succeed.
fn is_inside(test: &str, keychain: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let home = TempDir::new().expect("a folder");
    let program = env::current_exe().expect("this program");
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-c", &format!("{keychain}exec \"$0\" --exact {test} --nocapture")]).arg(program);
    in_home(&mut session, home.path());
    let output = session.env(INSIDE, "1").output().expect("dbus-run-session: run `cargo xtask setup`");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// The person's own keychain is left alone.
fn in_home(command: &mut Command, home: &Path) {
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, home);
    }
    command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
}

async fn with_the_system_s_keychain(test: impl AsyncFnOnce(&Stage, Config)) {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    let secrets = Arc::new(SystemKeychain::new("Hearth test"));
    let config = Config { secrets, ..config(&stage, &hub) };
    test(&stage, config).await;
}

#[tokio::test]
async fn a_secret_in_the_system_s_keychain_is_replaced_read_and_deleted() {
    if !is_inside("keychain::a_secret_in_the_system_s_keychain_is_replaced_read_and_deleted", UNLOCKED) {
        return;
    }
    // It may wait for others, and it must not be asked on a thread of the runtime.
    let asked = tokio::task::spawn_blocking(|| {
        let keychain = SystemKeychain::new("Hearth test");
        assert_eq!(keychain.get("https://hub.example"), Err(SecretError::Missing));
        assert_eq!(keychain.delete("https://hub.example"), Err(SecretError::Missing));
        keychain.set("https://hub.example", "first").expect("kept");
        keychain.set("https://hub.example", "second").expect("replaced");
        keychain.set("https://other.example", "other").expect("kept beside it");
        assert_eq!(SystemKeychain::new("Hearth test").get("https://hub.example").as_deref(), Ok("second"));
        assert_eq!(SystemKeychain::new("Another program").get("https://hub.example"), Err(SecretError::Missing));
        keychain.delete("https://hub.example").expect("deleted");
        assert_eq!(keychain.get("https://hub.example"), Err(SecretError::Missing));
        assert_eq!(keychain.get("https://other.example").as_deref(), Ok("other"));
    });
    soon("the keychain", asked).await.expect("no panic");
}

#[tokio::test]
async fn a_token_in_the_system_s_keychain_outlives_the_app() {
    if !is_inside("keychain::a_token_in_the_system_s_keychain_outlives_the_app", UNLOCKED) {
        return;
    }
    with_the_system_s_keychain(async |_, mut config| {
        config.hub.keychain_patience = std::time::Duration::from_secs(10);
        let app = open_with(config.clone()).await;
        let signed_in = soon("signing in", sign_in(&app, TOKEN)).await.expect("known");
        assert!(account(&signed_in).expect("somebody").is_kept);
        let again = open_with(config.clone()).await;
        assert_eq!(soon("the account", again.account()).await.expect("readable"), signed_in);
        assert!(sign_out(&again).await.expect("signed out").1, "deleted");
        assert_eq!(account(&open_with(config).await.account().await.expect("readable")), None);
    })
    .await;
}

#[tokio::test]
async fn a_system_s_keychain_that_is_locked_keeps_nobody_waiting() {
    if !is_inside("keychain::a_system_s_keychain_that_is_locked_keeps_nobody_waiting", LOCKED) {
        return;
    }
    signs_in_for_this_session().await;
}

#[tokio::test]
async fn a_system_without_a_keychain_signs_in_for_this_session() {
    if !is_inside("keychain::a_system_without_a_keychain_signs_in_for_this_session", NONE) {
        return;
    }
    signs_in_for_this_session().await;
}

async fn signs_in_for_this_session() {
    with_the_system_s_keychain(async |_, config| {
        let app = open_with(config).await;
        let signed_in = soon("signing in", sign_in(&app, TOKEN)).await.expect("known");
        assert!(!account(&signed_in).expect("somebody").is_kept, "and says so");
        assert_eq!(soon("the account", app.account()).await.expect("readable"), signed_in);
    })
    .await;
}
