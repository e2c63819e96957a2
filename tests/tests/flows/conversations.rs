//! The list of conversations.

use std::time::{Duration, Instant};

use hearth_tests::{App, Chat, Desk, History, Name, Role};

const HOUR: Duration = Duration::from_hours(1);

async fn desk_with_three() -> anyhow::Result<Desk> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    history.add("Oldest", 72 * HOUR, &[("One?", "The first.")]).await?;
    history.add("Middle", 48 * HOUR, &[("Two?", "The second.")]).await?;
    history.add("Newest", HOUR / 60, &[("Three?", "The third.")]).await?;
    history.close().await?;
    Ok(desk)
}

/// Chooses something from the menu of a conversation.
async fn choose(app: &App, title: &str, item: &str) -> anyhow::Result<()> {
    let sidebar = app.find(Role::Navigation, "Conversations").await?;
    sidebar.find(Role::Button, title).await?.hover().await?;
    sidebar.find(Role::Button, &*format!("More for \u{201c}{title}\u{201d}")).await?.click().await?;
    app.find(Role::MenuItem, Name::Has(item)).await?.click().await
}

#[tokio::test]
async fn conversations_are_listed_newest_first_and_opened_by_a_click() -> anyhow::Result<()> {
    let desk = desk_with_three().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);

    app.find(Role::Button, "Newest").await?;
    assert_eq!(chat.conversations().await?, ["Newest", "Middle", "Oldest"], "newest first");
    app.find(Role::Heading, "Today").await?;
    app.find(Role::Heading, "Previous 7 days").await?;
    chat.open("Middle").await?;
    app.shows("The second.").await?;
    chat.open("Oldest").await?;
    app.shows("The first.").await?;
    app.find(Role::Button, "New chat").await?.click().await?;
    app.find(Role::Heading, "What is on your mind?").await?;
    Ok(())
}

#[tokio::test]
async fn a_renamed_conversation_keeps_its_name() -> anyhow::Result<()> {
    let desk = desk_with_three().await?;
    let app = desk.start().await?;
    choose(&app, "Middle", "Rename").await?;
    let field = app.find(Role::TextBox, "New title").await?;
    app.wait_for("the focus in the title", async || Ok(field.has_focus().await?.then_some(()))).await?;
    app.type_text("Dinner plans").await?;
    app.press("Enter").await?;
    app.find(Role::Button, "Dinner plans").await?;

    app.close().await?;
    let app = desk.start().await?;
    app.find(Role::Button, "Dinner plans").await?;
    assert_eq!(Chat::of(&app).conversations().await?, ["Newest", "Dinner plans", "Oldest"], "only the name changed");
    Ok(())
}

#[tokio::test]
async fn a_deleted_conversation_can_be_brought_back_and_else_stays_deleted() -> anyhow::Result<()> {
    let desk = desk_with_three().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);

    choose(&app, "Middle", "Delete").await?;
    app.gone(Role::Button, "Middle").await?;
    app.find(Role::Button, "Undo").await?.click().await?;
    app.find(Role::Button, "Middle").await?;
    assert_eq!(chat.conversations().await?, ["Newest", "Middle", "Oldest"], "it is back in its place");
    chat.open("Middle").await?;
    app.shows("The second.").await?;

    choose(&app, "Oldest", "Delete").await?;
    app.gone(Role::Button, "Oldest").await?;
    app.close().await?;
    let app = desk.start().await?;
    app.find(Role::Button, "Newest").await?;
    assert_eq!(Chat::of(&app).conversations().await?, ["Newest", "Middle"], "deleted is deleted");
    Ok(())
}

#[tokio::test]
async fn a_thousand_conversations_do_not_slow_the_start() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    for index in (0..1000_u32).rev() {
        let title = format!("Conversation {index}");
        history.add(&title, HOUR * index, &[("A question?", "An answer.")]).await?;
    }
    history.close().await?;

    let app = desk.start().await?;
    let chat = Chat::of(&app);
    let start = Instant::now();
    chat.composer().await?.type_text("At once").await?;
    app.find(Role::Button, "Conversation 0").await?;
    let usable_in = app.opened_in() + start.elapsed();
    println!("with 1,000 conversations the window took words after {} ms", usable_in.as_millis());
    assert!(usable_in < Duration::from_secs(10), "a long history is no reason to wait: {usable_in:?}");

    // The last one is reached by keyboard, and read.
    app.find(Role::Button, "Conversation 0").await?.click().await?;
    app.find(Role::Button, "Conversation 0").await?.script("arguments[0].focus()", Vec::new()).await?;
    app.press("End").await?;
    app.find(Role::Button, "Conversation 999").await?.click().await?;
    app.shows("An answer.").await?;
    Ok(())
}

#[tokio::test]
async fn a_conversation_longer_than_the_memory_shows_from_where_on_the_model_remembers() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    // Some 3,500 tokens in each exchange, and the starter model's memory holds 8,192.
    let long = "The old mill stands by the river, and its wheel turns when the water is high. ".repeat(200);
    let exchanges = [("First?", long.as_str()), ("Second?", long.as_str()), ("Third?", long.as_str())];
    history.add("Long", HOUR, &exchanges).await?;
    history.close().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.open("Long").await?;
    chat.model_ready().await?;

    chat.send("Where does the mill stand?").await?;
    app.wait_long_for("the mark", async || {
        Ok(app.text().await?.contains("From here on the model remembers").then_some(()))
    })
    .await?;
    let text = app.text().await?;
    let mark = text.find("From here on the model remembers").unwrap_or_default();
    assert!(text.find("First?").is_some_and(|first| first < mark), "the oldest is no longer remembered");
    assert!(text.find("Where does the mill stand?").is_some_and(|last| mark < last), "the question is");
    app.press("Escape").await?;
    chat.finished().await?;
    Ok(())
}
