//! The picture in the README: the real window, a real conversation.

use std::time::Duration;

use hearth_tests::{Chat, Desk, History, Place, Role, pictures_folder};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn the_window_can_be_shown_to_others() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    let earlier = [
        ("Names for a grey cat", 0.02),
        ("A thank-you note to a neighbour", 0.1),
        ("How a rainbow comes about", 1.1),
        ("Dinner with rice and eggs", 1.3),
        ("Packing list for a week in the Alps", 3.0),
        ("What the moon does to the tides", 5.0),
        ("A speech for Anna\u{2019}s birthday", 12.0),
    ];
    for (title, days) in earlier.into_iter().rev() {
        history.add(title, DAY.mul_f64(days), &[("Tell me.", "Here it is.")]).await?;
    }
    history.close().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.composer().await?;
    app.put(Place { x: 100, y: 60, width: 1200, height: 800 }).await?;
    chat.model_ready().await?;

    app.find(Role::Button, "New chat").await?.click().await?;
    chat.ask("How do I make a good cup of tea? Give me a short list of steps.").await?;
    app.find(Role::Button, "How do I make a good cup of tea?").await?;
    app.wait_for("a picture in which something is drawn", async || Ok((!app.picture()?.is_blank()).then_some(())))
        .await?;

    app.picture()?.write(&pictures_folder("pictures").join("window.png"))
}
