//! Nothing leaves the computer, and the page needs nothing from elsewhere.

use std::time::Duration;

use hearth_tests::{Chat, Desk, History, Role};

#[tokio::test]
async fn nothing_of_the_app_reaches_out_and_its_rules_are_never_broken() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    let answer = "![a picture](https://example.org/picture.png)\n\n<img src=https://example.org/other.png>\n\n```rust\nfn main() {}\n```";
    history.add("With pictures", Duration::from_mins(1), &[("Show me", answer)]).await?;
    history.close().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    // Also those that happened before this script came to look.
    app.script(
        "window.broken = [];
         new ReportingObserver((reports) => window.broken.push(...reports.map((report) => JSON.stringify(report.body))),
             { types: ['csp-violation'], buffered: true }).observe();
         document.addEventListener('securitypolicyviolation', (event) =>
             window.broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));",
        Vec::new(),
    )
    .await?;

    // Given all that the app has: a conversation with remote pictures, an answer, menus, Settings,
    chat.open("With pictures").await?;
    app.find(Role::Button, "Copy code").await?;
    chat.ask("What is the capital of Austria?").await?;
    chat.model_ready().await?.click().await?;
    app.find(Role::Dialog, "Model").await?;
    app.press("Escape").await?;
    app.press("Control+,").await?;
    app.find(Role::Heading, "Settings").await?;

    // then no rule of the page was broken,
    let broken = app.script("return window.broken", Vec::new()).await?;
    assert_eq!(broken.as_array().map(Vec::len), Some(0), "the page's rules are kept: {broken}");

    // everything it loaded came from the app itself,
    let loaded =
        app.script("return performance.getEntriesByType('resource').map((entry) => entry.name)", Vec::new()).await?;
    for address in loaded.as_array().into_iter().flatten().filter_map(|address| address.as_str()) {
        let is_own = ["tauri://", "ipc://", "http://ipc.localhost"].iter().any(|own| address.starts_with(own));
        assert!(is_own, "the page loads only what came with the app: {address}");
    }

    // and no process of the app has a connection to anywhere else.
    let mut processes = app.process().descendants();
    processes.push(app.process().clone());
    assert!(processes.len() >= 3, "the app, its webview and its engine: {processes:?}");
    for process in processes {
        let outside = process.outside_connections();
        assert!(outside.is_empty(), "{} reaches out: {outside:?}", process.name());
    }
    Ok(())
}

#[tokio::test]
async fn the_log_holds_no_word_of_what_was_written() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.send("My password is swordfishlantern, please repeat it.").await?;
    chat.finished().await?;
    app.close().await?;

    let mut lines = 0;
    for entry in std::fs::read_dir(desk.home().join("logs"))? {
        let log = std::fs::read_to_string(entry?.path())?;
        lines += log.lines().count();
        assert!(!log.contains("swordfishlantern"), "what people write is not in the log");
    }
    assert!(lines > 0, "there is a log");
    Ok(())
}
