//! Keys as they are written on a keyboard.

use anyhow::Context;
use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};

/// Presses a key with the keys that are held meanwhile, e.g. `Enter`, `Shift+Enter`, `Control+n`.
pub(crate) async fn press(client: &Client, keys: &str) -> anyhow::Result<()> {
    let keys: Vec<char> = keys.split('+').map(code).collect::<anyhow::Result<_>>()?;
    let mut actions = KeyActions::new("keyboard".into());
    for &value in &keys {
        actions = actions.then(KeyAction::Down { value });
    }
    for &value in keys.iter().rev() {
        actions = actions.then(KeyAction::Up { value });
    }
    client.perform_actions(actions).await.with_context(|| format!("{keys:?} cannot be pressed"))
}

/// Types into whatever has the focus, key by key.
pub(crate) async fn type_text(client: &Client, text: &str) -> anyhow::Result<()> {
    let mut actions = KeyActions::new("keyboard".into());
    for value in text.chars() {
        actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
    }
    client.perform_actions(actions).await.context("nothing can be typed")
}

/// The WebDriver specification's code for a key.
fn code(name: &str) -> anyhow::Result<char> {
    Ok(match name {
        "Backspace" => '\u{e003}',
        "Tab" => '\u{e004}',
        "Enter" => '\u{e007}',
        "Shift" => '\u{e008}',
        "Control" => '\u{e009}',
        "Alt" => '\u{e00a}',
        "Escape" => '\u{e00c}',
        "Space" => ' ',
        "PageUp" => '\u{e00e}',
        "PageDown" => '\u{e00f}',
        "End" => '\u{e010}',
        "Home" => '\u{e011}',
        "Left" => '\u{e012}',
        "Up" => '\u{e013}',
        "Right" => '\u{e014}',
        "Down" => '\u{e015}',
        "Delete" => '\u{e017}',
        "F2" => '\u{e032}',
        _ => {
            let mut characters = name.chars();
            let character = characters.next().context("a key has a name")?;
            anyhow::ensure!(characters.next().is_none(), "no key is called {name}");
            character
        }
    })
}
