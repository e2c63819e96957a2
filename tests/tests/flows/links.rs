//! Links in answers.

use std::time::Duration;

use hearth_tests::{App, Chat, Desk, History, Role};

async fn desk_with_links() -> anyhow::Result<Desk> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    let answer = "Read [the guide](https://example.org/guide?page=2), or [this](javascript:document.title='bad').";
    history.add("Links", Duration::from_mins(1), &[("Where can I read more?", answer)]).await?;
    history.close().await?;
    Ok(desk)
}

async fn address(app: &App) -> anyhow::Result<String> {
    Ok(app.script("return location.href", Vec::new()).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_link_shows_its_address_and_asks_before_it_leaves_the_app() -> anyhow::Result<()> {
    let desk = desk_with_links().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.open("Links").await?;
    let before = address(&app).await?;

    chat.last_answer_article().await?.find(Role::Link, "the guide").await?.click().await?;

    let dialog = app.find(Role::Dialog, "Open this address in the browser?").await?;
    let text = dialog.text().await?;
    assert!(text.contains("https://example.org/guide?page=2"), "the real address is shown: {text}");
    dialog.find(Role::Button, "Cancel").await?.click().await?;
    app.gone(Role::Dialog, "Open this address in the browser?").await?;
    assert_eq!(address(&app).await?, before, "the window stays where it is");
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_a_script_is_not_followed() -> anyhow::Result<()> {
    let desk = desk_with_links().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.open("Links").await?;

    let answer = chat.last_answer_article().await?;
    answer.find(Role::Link, "the guide").await?;
    let hrefs =
        app.script("return [...document.querySelectorAll('article a')].map((link) => link.href)", Vec::new()).await?;
    assert!(!hrefs.to_string().contains("javascript"), "no script is a link: {hrefs}");
    Ok(())
}

#[tokio::test]
async fn the_page_cannot_be_led_elsewhere() -> anyhow::Result<()> {
    let desk = desk_with_links().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.composer().await?.type_text("Still here").await?;
    let before = address(&app).await?;

    app.script("location.href = 'https://example.org/'", Vec::new()).await?;
    let opened = app.script("return window.open('https://example.org/') === null", Vec::new()).await?;

    assert_eq!(opened, true, "no second window is opened");
    assert_eq!(chat.composer().await?.value().await?, "Still here", "the page is still the same");
    assert_eq!(address(&app).await?, before, "the window stays where it is");
    Ok(())
}
