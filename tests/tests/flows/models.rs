//! Model files that are not what they should be: a sentence, a way out, and an app that stays usable.

use std::path::PathBuf;

use hearth_tests::{App, Chat, Desk, Name, Role, lying_model, model_without_template, random_model, truncated_model};

async fn start_with(desk: &mut Desk, model: PathBuf) -> anyhow::Result<App> {
    desk.set("HEARTH_MODEL", model);
    desk.start().await
}

/// The sentence is shown, the app takes words meanwhile, and the starter model mends it.
async fn is_refused_and_mended(app: &App, sentence: &str) -> anyhow::Result<()> {
    let chat = Chat::of(app);
    let alert = app
        .wait_for(&format!("\u{201c}{sentence}\u{201d} in an alert"), async || {
            for alert in app.all(Role::Alert, Name::Any).await? {
                if alert.text().await?.contains(sentence) {
                    return Ok(Some(alert));
                }
            }
            Ok(None)
        })
        .await?;
    app.find(Role::Button, Name::Has(", Needs attention")).await?;
    chat.composer().await?.type_text("Do you hear me?").await?;
    app.press("Enter").await?;
    assert_eq!(chat.composer().await?.value().await?, "Do you hear me?", "what cannot be sent stays in the composer");

    alert.find(Role::Button, "Use the starter model").await?.click().await?;

    chat.model_ready().await?;
    chat.composer().await?.script("arguments[0].focus()", Vec::new()).await?;
    app.press("Enter").await?;
    let answer = chat.finished().await?;
    assert!(!answer.text.is_empty(), "the starter model answers");
    Ok(())
}

#[tokio::test]
async fn a_missing_model_is_said_and_mended() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let missing = desk.folder().join("not there.gguf");
    let app = start_with(&mut desk, missing).await?;
    is_refused_and_mended(&app, "The model file cannot be found.").await
}

#[tokio::test]
async fn a_truncated_model_is_said_and_mended() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let truncated = truncated_model(desk.folder())?;
    let app = start_with(&mut desk, truncated).await?;
    is_refused_and_mended(&app, "The model file is damaged or incomplete.").await
}

#[tokio::test]
async fn a_model_of_random_bytes_is_said_and_mended() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let random = random_model(desk.folder())?;
    let app = start_with(&mut desk, random).await?;
    is_refused_and_mended(&app, "The model file is damaged or incomplete.").await
}

#[tokio::test]
async fn a_model_that_lies_about_its_sizes_is_said_and_mended() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let lying = lying_model(desk.folder())?;
    let app = start_with(&mut desk, lying).await?;
    is_refused_and_mended(&app, "The model file is damaged or incomplete.").await
}

#[tokio::test]
async fn a_model_that_comes_back_is_loaded_when_asked_again() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let path = desk.folder().join("moved.gguf");
    let app = start_with(&mut desk, path.clone()).await?;
    app.shows("The model file cannot be found.").await?;

    std::fs::copy(hearth_tests::starter_model()?, &path)?;
    app.find(Role::Button, "Try again").await?.click().await?;

    Chat::of(&app).model_ready().await?;
    Ok(())
}

#[tokio::test]
async fn a_model_without_a_template_answers_and_the_app_says_so() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let model = model_without_template(desk.folder())?;
    let app = start_with(&mut desk, model).await?;
    let chat = Chat::of(&app);
    let chip = chat.model_ready().await?;
    assert!(!chat.ask("Name a colour.").await?.text.is_empty(), "it answers");
    chip.click().await?;
    app.shows("This model does not say how it wants to be spoken to, so Hearth uses a common form.").await
}
