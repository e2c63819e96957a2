//! Settings change the app at once and are remembered.

use hearth_tests::{App, Chat, Desk, Role};

async fn choose(app: &App, option: &str) -> anyhow::Result<()> {
    let radio = app.find(Role::Radio, option).await?;
    // The radio button itself is not drawn; its label is.
    radio.script("arguments[0].labels[0].click()", Vec::new()).await?;
    Ok(())
}

#[tokio::test]
async fn german_is_german_everywhere_and_stays() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    app.find(Role::Button, "Settings").await?.click().await?;
    choose(&app, "Deutsch").await?;
    app.find(Role::Heading, "Einstellungen").await?;
    let language = app.script("return document.documentElement.lang", Vec::new()).await?;
    assert_eq!(language, "de", "screen readers are told too");
    app.close().await?;

    let app = desk.start().await?;
    app.find(Role::Button, "Einstellungen").await?;
    let text = app.text().await?;
    for english in ["New chat", "Settings", "What is on your mind?"] {
        assert!(!text.contains(english), "\u{201c}{english}\u{201d} is not German: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn dark_is_dark_and_stays_from_the_first_picture_on() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    Chat::of(&app).composer().await?;
    let light = app.picture()?.brightness();
    app.find(Role::Button, "Settings").await?.click().await?;
    choose(&app, "Dark").await?;
    app.wait_for("a dark window", async || Ok((app.picture()?.brightness() < light / 3.0).then_some(()))).await?;
    app.close().await?;

    let app = desk.start().await?;
    Chat::of(&app).composer().await?;
    app.wait_for("a dark window", async || Ok((app.picture()?.brightness() < light / 3.0).then_some(()))).await?;
    Ok(())
}
