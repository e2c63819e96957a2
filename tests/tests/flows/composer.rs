//! What can be put into the composer.

use std::time::{Duration, Instant};

use hearth_tests::{Chat, Desk, Name, Role};
use serde_json::Value as Json;

#[tokio::test]
async fn a_paste_of_a_million_characters_is_refused_with_its_count_and_freezes_nothing() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    // A model that is being loaded keeps a small machine busy, which is not what is measured.
    chat.model_ready().await?;
    chat.composer().await?.type_text("Before. ").await?;
    let _copied = desk.copy_elsewhere("word ".repeat(200_000))?;
    app.watch_frames().await?;

    let start = Instant::now();
    app.press("Control+v").await?;
    let alert = app.find(Role::Alert, Name::Any).await?;
    let answered_in = start.elapsed();

    let text = alert.text().await?;
    assert!(text.contains("1,000,000 characters"), "the count is told: {text}");
    assert!(text.contains("64,000"), "and the limit: {text}");
    let pause = app.longest_pause().await?;
    println!("refused after {} ms, the page stood still for at most {pause:.0} ms", answered_in.as_millis());
    assert!(pause < 1000.0, "the page never stands still for a second: {pause} ms");
    assert!(answered_in < Duration::from_secs(5), "the refusal comes at once: {answered_in:?}");
    assert_eq!(chat.composer().await?.value().await?, "Before. ", "what was typed is untouched");
    chat.composer().await?.type_text("After.").await?;
    assert_eq!(chat.composer().await?.value().await?, "Before. After.", "and typing goes on");
    Ok(())
}

#[tokio::test]
async fn a_long_text_within_the_limit_is_taken_and_counted() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;
    let text = "word ".repeat(12_000);
    let _copied = desk.copy_elsewhere(text.clone())?;
    chat.composer().await?.script("arguments[0].focus()", Vec::new()).await?;

    // What else the machine does only makes pauses longer: the shortest of three is the page's own.
    let mut pauses = Vec::new();
    for _try in 0..3 {
        app.press("Control+a").await?;
        app.press("Delete").await?;
        app.watch_frames().await?;
        app.press("Control+v").await?;
        app.shows("60,000 of 64,000 characters").await?;
        pauses.push(app.longest_pause().await?);
    }
    println!("60,000 characters: the page stood still for at most {pauses:.0?} ms");
    let pause = pauses.into_iter().fold(f64::MAX, f64::min);
    assert!(pause < 1000.0, "the page does not stand still for a second: {pause} ms");

    // The model cannot take in that much: it says so, and the text is not lost.
    app.press("Enter").await?;
    app.shows("This message is too long.").await?;
    app.wait_for("the text back in the composer", async || {
        Ok((chat.composer().await?.value().await?.len() == text.len()).then_some(()))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn enter_sends_and_shift_enter_breaks_the_line() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    let composer = chat.composer().await?;
    let height = "return arguments[0].getBoundingClientRect().height";
    let one_line = composer.script(height, Vec::new()).await?;

    composer.type_text("Two lines:").await?;
    app.press("Shift+Enter").await?;
    app.press("Shift+Enter").await?;
    app.type_text("this is the other.").await?;

    assert_eq!(composer.value().await?, "Two lines:\n\nthis is the other.", "Shift+Enter breaks the line");
    let three_lines = composer.script(height, Vec::new()).await?;
    assert!(number(&three_lines) > number(&one_line), "the composer grows: {one_line} {three_lines}");
    app.press("Enter").await?;
    let question = chat.last_question_article().await?.text().await?;
    assert!(question.contains("Two lines:\n\nthis is the other."), "the lines are kept: {question}");
    chat.finished().await?;
    Ok(())
}

fn number(value: &Json) -> f64 {
    value.as_f64().unwrap_or_default()
}
