//! A disk that is full, and one that nothing can be written to.

use hearth_tests::{Chat, Desk, PATIENCE, Role, until};

/// Room for what the app writes at a start (history, log, the webview's own files), and not much more.
const DISK_KIB: u32 = 24 * 1024;

#[tokio::test]
async fn on_a_full_disk_the_message_stays_in_the_composer_until_there_is_room() -> anyhow::Result<()> {
    let desk = Desk::with_small_disk(DISK_KIB).await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.ask("What is the capital of Italy?").await?;

    // Given a disk on which nothing more fits,
    let ballast = desk.volume()?.fill()?;

    // when a message is sent that does not fit,
    let long = "A long thought about a small disk. ".repeat(400);
    let copied = desk.copy_elsewhere(long.clone())?;
    chat.composer().await?.script("arguments[0].focus()", Vec::new()).await?;
    app.press("Control+v").await?;
    let composer = chat.composer().await?;
    app.wait_for("the pasted text", async || Ok((composer.value().await? == long).then_some(()))).await?;
    drop(copied);
    app.press("Enter").await?;

    // then a sentence says why, and it is still there;
    app.shows("The disk is full.").await?;
    assert_eq!(chat.composer().await?.value().await?, long, "the message is not lost");
    assert_eq!(chat.answers().await?.len(), 1, "nothing was sent");

    // and with room again it is sent.
    drop(ballast);
    chat.composer().await?.script("arguments[0].focus()", Vec::new()).await?;
    app.press("Enter").await?;
    app.wait_for("the message as sent", async || Ok((chat.answers().await?.len() == 2).then_some(()))).await?;
    chat.finished().await?;
    Ok(())
}

#[tokio::test]
async fn a_read_only_folder_is_said_and_tried_again() -> anyhow::Result<()> {
    let desk = Desk::with_small_disk(DISK_KIB).await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.ask("What is the capital of Norway?").await?;
    app.close().await?;

    // Given a home folder that nothing can be written to,
    // (once the last process of the webview has let go of its files)
    let volume = desk.volume()?;
    until("a disk that can be made read-only", PATIENCE, async || volume.set_read_only(true).map(Some)).await?;
    let app = desk.start().await?;
    app.shows("Hearth cannot save anything.").await?;

    // when it can be written to again,
    desk.volume()?.set_read_only(false)?;
    app.find(Role::Button, "Try again").await?.click().await?;

    // then everything is there.
    let chat = Chat::of(&app);
    app.find(Role::Button, "What is the capital of Norway?").await?;
    chat.ask("And of Sweden?").await?;
    Ok(())
}
