//! The app without a mouse.

use std::time::Duration;

use hearth_tests::{App, Chat, Desk, History, Role};

/// Goes on with Tab until the control with that name has the focus.
async fn tab_to(app: &App, name: &str) -> anyhow::Result<()> {
    let mut reached = Vec::new();
    for _ in 0..60 {
        app.press("Tab").await?;
        let focused = "const { activeElement: element } = document;
            return element.getAttribute('aria-label') ?? element.textContent.trim();";
        let focused = app.script(focused, Vec::new()).await?;
        // A conversation's name may be followed by what goes on in it.
        if focused.as_str().is_some_and(|focused| focused.starts_with(name)) {
            // On the control, or on the frame drawn around it.
            let outline = "for (let element = document.activeElement, level = 0; element && level < 4; level += 1) {
                    const style = getComputedStyle(element);
                    if (style.outlineStyle !== 'none' || style.boxShadow !== 'none') return true;
                    element = element.parentElement;
                }
                return false;";
            anyhow::ensure!(app.script(outline, Vec::new()).await? == true, "the focus on {name} cannot be seen");
            return Ok(());
        }
        reached.push(focused);
    }
    anyhow::bail!("Tab never reaches {name}, only {reached:?}")
}

#[tokio::test]
async fn a_whole_conversation_needs_no_mouse() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    history.add("Earlier", Duration::from_hours(2), &[("Then?", "Then it was so.")]).await?;
    history.add("Last", Duration::from_mins(1), &[("Now?", "Now it is so.")]).await?;
    history.close().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    let composer = chat.composer().await?;
    app.wait_for("the focus in the composer", async || Ok(composer.has_focus().await?.then_some(()))).await?;

    // Writing, stopping, trying again.
    app.type_text("Write a long tale about a fox.").await?;
    app.press("Enter").await?;
    chat.last_answer_article().await?;
    app.press("Escape").await?;
    chat.finished().await?;
    app.press("Shift+Tab").await?;
    tab_to(&app, "Message").await?;

    // Another conversation by arrow keys; a new name; away with it, and back.
    tab_to(&app, "Last").await?;
    app.press("Down").await?;
    app.press("Enter").await?;
    app.shows("Then it was so.").await?;
    tab_to(&app, "Earlier").await?;
    app.press("F2").await?;
    app.find(Role::TextBox, "New title").await?;
    app.type_text("By keyboard").await?;
    app.press("Enter").await?;
    let row = app.find(Role::Button, "By keyboard").await?;
    app.wait_for("the focus back on the conversation", async || Ok(row.has_focus().await?.then_some(()))).await?;
    app.press("Delete").await?;
    app.gone(Role::Button, "By keyboard").await?;
    tab_to(&app, "Undo").await?;
    app.press("Enter").await?;
    app.find(Role::Button, "By keyboard").await?;

    // A new chat, Settings and back.
    app.press("Control+n").await?;
    app.find(Role::Heading, "What is on your mind?").await?;
    app.press("Control+,").await?;
    app.find(Role::Heading, "Settings").await?;
    app.press("Escape").await?;
    let composer = chat.composer().await?;
    app.wait_for("the focus in the composer", async || Ok(composer.has_focus().await?.then_some(()))).await?;
    Ok(())
}
