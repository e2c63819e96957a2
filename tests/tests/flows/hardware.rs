//! What computes, and what that is worth to a person who chats.

use std::time::Duration;

use anyhow::Context;
use hearth_tests::{App, Chat, Desk, Role, until};

/// About 1,500 tokens.
const PASTED_WORDS: usize = 1100;
/// For an engine that has nothing to do any more. It looks after itself every second.
const REST: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_mins(1);

/// The engine computes no more: what was to be read is read.
async fn engine_rests(app: &App) -> anyhow::Result<()> {
    let engine = app.engine().await?;
    until("an engine that rests", PATIENCE, async || {
        let before = engine.cpu_seconds()?;
        tokio::time::sleep(REST).await;
        Ok((engine.cpu_seconds()? - before < 0.05).then_some(()))
    })
    .await
}

/// Typing so much takes a while; nobody would.
async fn paste(desk: &Desk, app: &App, text: String) -> anyhow::Result<()> {
    let length = text.len();
    let copied = desk.copy_elsewhere(text)?;
    let composer = Chat::of(app).composer().await?;
    composer.script("arguments[0].focus()", Vec::new()).await?;
    app.press("Control+v").await?;
    app.wait_for("the pasted text", async || Ok((composer.value().await?.len() == length).then_some(()))).await?;
    drop(copied);
    Ok(())
}

/// A message of some 1,500 tokens.
fn long_message(question: &str) -> String {
    format!("{}{question}", "harbour lamp window sail ".repeat(PASTED_WORDS / 4))
}

/// Of the last answer's prompt: its tokens, those that were not read again, and of these the ones from the disk. What the
/// details do not speak of is missing at the end.
async fn prompt_tokens(chat: &Chat<'_>) -> anyhow::Result<Vec<usize>> {
    let article = chat.last_answer_article().await?;
    let details = article.find(Role::Button, "Details").await?;
    if details.attribute("aria-expanded").await?.as_deref() != Some("true") {
        details.click().await?;
    }
    let text = article.text().await?;
    let (_, prompt) = text.rsplit_once("Prompt").with_context(|| format!("no prompt in the details: {text}"))?;
    let words = prompt.split_whitespace().take_while(|word| !matches!(*word, "Guessed" | "Device"));
    let number = |word: &str| word.replace([',', '('], "").parse().ok();
    Ok(words.filter_map(number).collect())
}

/// Has the message answered, but not to the end: that takes a small model long.
async fn answer_a_little(app: &App) -> anyhow::Result<()> {
    let chat = Chat::of(app);
    app.press("Enter").await?;
    chat.writing(20).await?;
    app.press("Escape").await?;
    chat.finished().await.map(drop)
}

#[tokio::test]
async fn settings_say_what_computes_and_the_report_holds_nothing_private() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    Chat::of(&app).model_ready().await?;
    app.find(Role::Button, "Settings").await?.click().await?;

    // There is no graphics card here, whatever libraries are installed.
    app.shows("The processor is used, because there is nothing else here to compute with.").await?;
    app.find(Role::Button, "Copy report").await?.click().await?;
    let report = app
        .wait_for("the report", async || Ok(desk.clipboard()?.filter(|text| text.contains(env!("CARGO_PKG_VERSION")))))
        .await?;

    let private = [desk.home(), desk.folder().to_owned(), std::env::temp_dir()];
    assert!(report.to_lowercase().contains("processor") && report.lines().count() > 5, "it says something: {report}");
    for folder in private.iter().chain(&std::env::home_dir()) {
        assert!(!report.contains(&*folder.to_string_lossy()), "no folder of anybody's is in it: {report}");
    }
    Ok(())
}

#[tokio::test]
async fn what_was_pasted_is_read_before_it_is_sent() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;

    paste(&desk, &app, long_message("What is this about?")).await?;
    engine_rests(&app).await?;
    answer_a_little(&app).await?;

    let counts = prompt_tokens(&chat).await?;
    let [tokens, reused, ..] = counts[..] else { anyhow::bail!("nothing was read ahead: {counts:?}") };
    println!("{reused} of {tokens} tokens were read before the message was sent");
    assert!(tokens > 1000 && reused + 32 > tokens, "all but a few were read ahead: {counts:?}");
    Ok(())
}

#[tokio::test]
async fn after_a_restart_an_earlier_conversation_goes_on_without_being_read_again() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;
    paste(&desk, &app, long_message("Name one of these things.")).await?;
    answer_a_little(&app).await?;
    app.close().await?;

    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;
    let titles = chat.conversations().await?;
    let title = titles.first().ok_or_else(|| anyhow::anyhow!("the conversation is gone"))?;
    chat.open(title).await?;
    chat.composer().await?.type_text("And another one?").await?;
    answer_a_little(&app).await?;

    let counts = prompt_tokens(&chat).await?;
    let [tokens, reused, restored] = counts[..] else { anyhow::bail!("nothing came from the disk: {counts:?}") };
    println!("{restored} of {tokens} tokens came from the disk");
    assert!(tokens > 1000 && reused >= restored && restored + 200 > tokens, "little was read again: {counts:?}");
    Ok(())
}
