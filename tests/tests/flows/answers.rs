//! Reading an answer while it is written, and having another one.

use std::time::{Duration, Instant};

use hearth_tests::{Chat, Desk, History, Name, Role, endless_model};

/// Every kind of Markdown that people meet, and what must do no harm.
const MARKDOWN: &str = "## Pasta for two\n\nBoil **plenty** of water.\n\n1. Salt it\n2. Add the pasta\n\n\
    | Sort | Minutes |\n|---|---|\n| Spaghetti | 9 |\n\n```python\nprint(\"al dente\")\n```\n\n\
    <script>document.title = 'broken into'</script>\n\n![a pot](https://example.org/pot.png)\n";

#[tokio::test]
async fn an_answer_is_shown_while_it_is_written_and_stopping_keeps_it() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let model = endless_model(desk.folder())?;
    desk.set("HEARTH_MODEL", model);
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;

    // Given an answer that is being written,
    chat.send("Tell me a long story about a lighthouse.").await?;
    let early = chat.writing(40).await?;
    let later = chat.writing(early.text.chars().count() + 40).await?;
    assert!(shares_beginning(&early.text, &later.text), "an answer only grows: {early:?} {later:?}");

    // when it is stopped,
    let start = Instant::now();
    app.find(Role::Button, "Stop the answer").await?.click().await?;
    let stopped = chat.finished().await?;
    println!("from looking for Stop until the answer had ended: {} ms", start.elapsed().as_millis());

    // then what was written stays, and it can be gone on with.
    assert!(shares_beginning(&later.text, &stopped.text), "what was written stays: {later:?} {stopped:?}");
    app.shows("You stopped the answer.").await?;
    app.find(Role::Button, "Continue").await?.click().await?;
    let longer = chat.writing(stopped.text.chars().count() + 40).await?;
    assert!(shares_beginning(&later.text, &longer.text), "it goes on where it was: {later:?} {longer:?}");
    app.press("Escape").await?;
    chat.finished().await?;
    Ok(())
}

#[tokio::test]
async fn another_try_stands_beside_the_first_and_both_can_be_read() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    let first = chat.ask("What is the capital of Portugal?").await?;

    chat.last_answer_article().await?.find(Role::Button, "Try again").await?.click().await?;

    let second = app
        .wait_long_for("the second version", async || {
            let is_second = app.text().await?.contains("Version 2 of 2");
            Ok(chat.last_answer().await?.filter(|answer| is_second && !answer.is_writing))
        })
        .await?;
    assert_eq!(chat.answers().await?.len(), 1, "one version is shown at a time");
    app.find(Role::Button, "Previous version").await?.click().await?;
    app.shows("Version 1 of 2").await?;
    let again = chat.finished().await?;
    assert_eq!(words(&again.text), words(&first.text), "the first version is unchanged");
    app.find(Role::Button, "Next version").await?.click().await?;
    app.shows("Version 2 of 2").await?;
    assert_eq!(words(&chat.finished().await?.text), words(&second.text), "and so is the second");
    Ok(())
}

#[tokio::test]
async fn an_edited_question_is_answered_anew_and_the_old_one_is_kept() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    let first = chat.ask("What is the capital of France?").await?;

    let question = chat.last_question_article().await?;
    question.hover().await?;
    question.find(Role::Button, "Edit").await?.click().await?;
    let editor = app.find(Role::TextBox, "Edit your message").await?;
    assert_eq!(editor.value().await?, "What is the capital of France?", "editing starts with what was asked");
    editor.type_text(" And of Spain?").await?;
    app.press("Enter").await?;

    app.shows("What is the capital of France? And of Spain?").await?;
    app.shows("Version 2 of 2").await?;
    chat.finished().await?;
    let question = chat.last_question_article().await?;
    question.find(Role::Button, "Previous version").await?.click().await?;
    app.shows("Version 1 of 2").await?;
    let again = chat.finished().await?;
    assert_eq!(words(&again.text), words(&first.text), "the first question still has its answer");
    Ok(())
}

#[tokio::test]
async fn an_answer_is_drawn_as_markdown_and_does_no_harm() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    history.add("Pasta", Duration::from_hours(1), &[("How do I cook pasta?", MARKDOWN)]).await?;
    history.close().await?;
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.open("Pasta").await?;

    let answer = chat.last_answer_article().await?;
    answer.find(Role::Heading, "Pasta for two").await?;
    answer.find(Role::Table, Name::Any).await?;
    assert_eq!(answer.all(Role::ListItem, Name::Any).await?.len(), 2, "a list has its items");
    let text = answer.text().await?;
    assert!(text.contains("Boil plenty of water."), "bold is bold, without asterisks: {text}");
    assert!(!text.contains("```") && !text.contains("## "), "no markup is left: {text}");

    let title = app.script("return document.title", Vec::new()).await?;
    assert_eq!(title, "Pasta \u{2013} Hearth", "no script of an answer runs");
    let images = app.script("return document.querySelectorAll('article img').length", Vec::new()).await?;
    assert_eq!(images, 0, "no image of an answer is loaded");

    // Copying a code block and a whole answer reaches other programs.
    answer.find(Role::Button, "Copy code").await?.click().await?;
    let copied = app.wait_for("the code in the clipboard", async || desk.clipboard()).await?;
    assert_eq!(copied.trim_end(), "print(\"al dente\")", "the code is copied, and nothing else");
    answer.find(Role::Button, "Copy").await?.click().await?;
    app.wait_for("the answer in the clipboard", async || {
        Ok(desk.clipboard()?.filter(|text| text.trim_end() == MARKDOWN.trim_end()))
    })
    .await?;
    Ok(())
}

/// The text without the spaces and the controls' own words, which come and go.
fn words(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.contains("Version ") && !is_position(line))
        .flat_map(str::split_whitespace)
        .collect()
}

/// `2/2`, between the arrows.
fn is_position(line: &str) -> bool {
    line.split_once('/').is_some_and(|(at, of)| at.trim().parse::<u32>().is_ok() && of.trim().parse::<u32>().is_ok())
}

/// Whether the later text begins as the earlier one does, its last words aside: they may not have been whole.
fn shares_beginning(earlier: &str, later: &str) -> bool {
    let (earlier, later) = (words(earlier), words(later));
    let sure = earlier.len().saturating_sub(2);
    later.starts_with(&earlier[..sure])
}
