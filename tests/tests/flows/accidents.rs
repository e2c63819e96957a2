//! What happens when a part dies in the middle of an answer.

use std::time::{Duration, Instant};

use hearth_tests::{Chat, Desk, Role, endless_model, until};

#[tokio::test]
async fn when_the_engine_dies_the_answer_is_kept_and_the_next_message_works() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let model = endless_model(desk.folder())?;
    desk.set("HEARTH_MODEL", model);
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;

    // Given an answer that is being written,
    chat.send("Explain how ships are built.").await?;
    let seen = chat.writing(200).await?;
    let engine = app.engine().await?;

    // when the engine is killed,
    engine.kill()?;
    let killed = Instant::now();

    // then what was written stays, a sentence says what happened,
    let kept = chat.finished().await?;
    assert!(kept.keeps(&seen.text), "what was seen is kept: {seen:?} {kept:?}");
    app.shows("The part that runs the model stopped unexpectedly. What was written is kept.").await?;

    // the engine is back soon,
    chat.model_ready().await?;
    let back_after = killed.elapsed();
    println!("the model was ready again {} ms after the engine's kill -9", back_after.as_millis());
    assert!(back_after < Duration::from_secs(6), "2 seconds are promised, and a busy machine gets 6: {back_after:?}");
    let new_engine = app.engine().await?;
    assert_ne!(new_engine.pid(), engine.pid(), "it is a new process");

    // and both ways on work.
    app.find(Role::Button, "Continue").await?.click().await?;
    let longer = chat.writing(kept.text.chars().count() + 20).await?;
    assert!(longer.keeps(&seen.text), "it goes on where it was: {longer:?}");
    app.press("Escape").await?;
    chat.finished().await?;
    let before = chat.answers().await?.len();
    chat.send("And how are they launched?").await?;
    app.wait_for("the next answer", async || {
        Ok(chat.answers().await?.get(before).filter(|answer| answer.text.len() > 20).map(|_| ()))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn after_the_engine_s_death_trying_again_makes_another_version() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let model = endless_model(desk.folder())?;
    desk.set("HEARTH_MODEL", model);
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;
    chat.send("Explain how bread is baked.").await?;
    chat.writing(100).await?;
    app.engine().await?.kill()?;
    chat.finished().await?;
    chat.model_ready().await?;

    chat.last_answer_article().await?.find(Role::Button, "Try again").await?.click().await?;
    chat.writing(40).await?;
    app.press("Escape").await?;
    app.shows("Version 2 of 2").await?;
    Ok(())
}

#[tokio::test]
async fn when_the_app_dies_the_conversation_is_there_and_no_engine_is_left() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let model = endless_model(desk.folder())?;
    desk.set("HEARTH_MODEL", model);
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;

    // Given an answer that has been being written for some seconds,
    chat.send("Write down everything about whales.").await?;
    chat.writing(20).await?;
    let seen = chat.watch(Duration::from_secs(3)).await?;
    assert!(chat.last_answer().await?.is_some_and(|answer| answer.is_writing), "it is still being written");
    let engine = app.engine().await?;

    // when the app is killed,
    let killed = Instant::now();
    app.kill().await?;

    // then its engine ends by itself,
    engine.ended(Duration::from_secs(3)).await?;
    println!("the engine was gone {} ms after the app's kill -9", killed.elapsed().as_millis());

    // and the next start has what was on the screen up to one second before.
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    app.find(Role::Button, "Write down everything about whales").await?;
    chat.open("Write down everything about whales").await?;
    let kept = chat.finished().await?;
    let (_, sure) = seen
        .iter()
        .rev()
        .find(|(at, _)| killed.duration_since(*at) >= Duration::from_secs(1))
        .ok_or_else(|| anyhow::anyhow!("the answer was watched for too short a time"))?;
    assert!(sure.len() > 20, "there was something to lose: {sure}");
    assert!(kept.keeps(sure), "what was seen a second before is kept:\n{sure}\n---\n{}", kept.text);
    app.shows("Hearth was closed before the answer was complete.").await?;

    // It can be gone on with.
    chat.model_ready().await?;
    app.find(Role::Button, "Continue").await?.click().await?;
    chat.writing(kept.text.chars().count() + 20).await?;
    Ok(())
}

#[tokio::test]
async fn when_the_app_dies_before_its_model_is_loaded_no_engine_is_left() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let engine = app.engine().await?;

    app.kill().await?;

    until("the engine's end", Duration::from_secs(5), async || Ok((!engine.is_alive()).then_some(()))).await?;
    Ok(())
}
