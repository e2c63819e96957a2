//! The window itself: its place, a second start, its end.

use std::time::Duration;

use anyhow::Context;
use hearth_tests::{Chat, Desk, Place, endless_model};

#[tokio::test]
async fn the_window_comes_back_where_it_was_and_as_large_as_it_was() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    Chat::of(&app).composer().await?;
    let place = Place { x: 210, y: 130, width: 930, height: 640 };
    app.put(place).await?;
    app.close().await?;

    let app = desk.start().await?;
    Chat::of(&app).composer().await?;
    app.wait_for("the window in its old place", async || Ok((app.place()? == place).then_some(()))).await?;
    Ok(())
}

#[tokio::test]
async fn a_second_start_shows_the_first_window_and_ends() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.composer().await?.type_text("I am still here").await?;

    app.comes_to_front(async {
        let status = desk.start_and_wait().await?;
        anyhow::ensure!(status.success(), "a second start is no failure: {status}");
        Ok(())
    })
    .await?;

    assert!(app.process().is_alive(), "the first one goes on");
    app.engine().await.context("one engine, and no more")?;
    assert_eq!(chat.composer().await?.value().await?, "I am still here", "and nothing was lost in it");
    Ok(())
}

#[tokio::test]
async fn closing_the_window_leaves_no_process_behind() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    Chat::of(&app).model_ready().await?;
    let engine = app.engine().await?;
    let others = app.process().descendants();

    app.close().await?;

    engine.ended(Duration::from_secs(3)).await?;
    for process in others {
        process.ended(Duration::from_secs(5)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn closing_in_the_middle_of_an_answer_keeps_what_was_written() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let model = endless_model(desk.folder())?;
    desk.set("HEARTH_MODEL", model);
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;
    chat.send("Describe a walk through a forest.").await?;
    let seen = chat.writing(200).await?;
    let engine = app.engine().await?;

    app.close().await?;
    engine.ended(Duration::from_secs(3)).await?;

    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.open("Describe a walk through a forest").await?;
    let kept = chat.finished().await?;
    assert!(kept.keeps(&seen.text), "all that was seen is kept: {seen:?} {kept:?}");
    Ok(())
}
