//! From the first start to the first answer, and what is there at the second.

use std::time::Duration;

use hearth_tests::{Chat, Desk, Name, Role, until};

#[tokio::test]
async fn a_first_start_leads_to_an_answer_without_any_decision() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);

    // Given a window that greets and waits for words,
    app.find(Role::Heading, "What is on your mind?").await?;
    let composer = chat.composer().await?;
    app.wait_for("the focus in the composer", async || Ok(composer.has_focus().await?.then_some(()))).await?;

    // when a person types without touching anything else,
    app.type_text("What is the capital of Japan?").await?;
    app.press("Enter").await?;

    // then the question stands there at once, and the answer follows by itself.
    let question = chat.last_question_article().await?;
    assert!(question.text().await?.contains("What is the capital of Japan?"), "the question is shown as typed");
    let answer = chat.finished().await?;
    assert!(answer.text.chars().filter(|character| character.is_alphabetic()).count() > 3, "words: {answer:?}");
    assert_eq!(chat.composer().await?.value().await?, "", "what was sent has left the composer");
    until("a title made from the first exchange", Duration::from_secs(10), async || {
        Ok((chat.conversations().await? == ["What is the capital of Japan?"]).then_some(()))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_suggestion_is_one_click_from_its_answer() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);

    app.find(Role::Button, "Suggest a simple dinner with rice and eggs").await?.click().await?;

    let answer = chat.writing(20).await?;
    assert!(answer.is_writing, "a suggestion is answered");
    assert_eq!(chat.composer().await?.value().await?, "", "and leaves nothing in the composer");
    Ok(())
}

#[tokio::test]
async fn after_a_restart_everything_is_there() -> anyhow::Result<()> {
    let desk = Desk::new().await?;

    // Given a conversation with an answer, and words not yet sent in it and in a new chat,
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    let answer = chat.ask("What is the capital of Greece?").await?;
    chat.composer().await?.type_text("And of Malta?").await?;
    let title = app
        .wait_for("a title", async || Ok(chat.conversations().await?.pop().filter(|title| title != "New conversation")))
        .await?;
    app.find(Role::Button, "New chat").await?.click().await?;
    chat.composer().await?.type_text("Half a thought").await?;

    // when the app is closed and started again,
    app.close().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);

    // then all of it is there.
    let composer = chat.composer().await?;
    app.wait_for("the new chat's draft", async || Ok((composer.value().await? == "Half a thought").then_some(())))
        .await?;
    assert_eq!(chat.conversations().await?, [title.as_str()], "the conversation is in the list");
    chat.open(&title).await?;
    let after = chat.finished().await?;
    assert_eq!(after.text, answer.text, "the answer is the one that was read");
    assert_eq!(chat.composer().await?.value().await?, "And of Malta?", "the conversation's own draft is kept");

    // And the conversation goes on.
    app.press("Enter").await?;
    app.wait_long_for("a second answer", async || {
        Ok((chat.answers().await?.iter().filter(|answer| !answer.is_writing).count() == 2).then_some(()))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn the_model_chip_says_which_model_answers_and_how_it_is() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);

    let chip = chat.model_ready().await?;
    let name = chip.name().await?;
    assert!(name.to_lowercase().starts_with("model: smollm2"), "the chip names the model: {name}");

    chip.click().await?;
    let facts = app.find(Role::Dialog, "Model").await?;
    let text = facts.text().await?;
    for fact in ["The small starter model that comes with Hearth.", "MB", "words", "CPU"] {
        assert!(text.contains(fact), "the model's facts say \u{201c}{fact}\u{201d}: {text}");
    }
    app.press("Escape").await?;
    app.gone(Role::Dialog, "Model").await?;

    chat.send("Write a poem about the sea with ten verses.").await?;
    app.find(Role::Button, Name::Has(", Answering")).await?;
    app.find(Role::Button, "Stop the answer").await?.click().await?;
    chat.model_ready().await?;
    Ok(())
}
