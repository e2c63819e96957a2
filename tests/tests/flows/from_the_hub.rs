//! What a person does who wants a better model: finds one, has it come through a network that fails, and chats with it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use hearth_fake_hub::{Config, FakeHub, gguf_file};
use hearth_tests::{App, Chat, Control, Desk, History, Name, Role, starter_model, until};

const REPO: &str = "ada/Lighthouse-135M-Instruct-GGUF";
const FILE: &str = "Lighthouse-135M-Instruct-Q4_1.gguf";
/// Each connection's. With several, the model takes some seconds: time enough to see it come.
const BYTES_PER_SECOND: u64 = 2 << 20;
/// For a hundred megabytes on a busy machine.
const DOWNLOAD_PATIENCE: Duration = Duration::from_mins(3);

/// A Hub that has one model, which is the starter model under another name.
fn hub(desk: &Desk) -> anyhow::Result<FakeHub> {
    let file = desk.folder().join(FILE);
    std::fs::copy(starter_model()?, &file)?;
    Ok(FakeHub::start(Config::serving(vec![gguf_file(REPO, &file)?]))?)
}

async fn open_models(app: &App) -> anyhow::Result<()> {
    app.find(Role::Button, Name::Has("Models")).await?.click().await
}

/// Types into the search field, opens what is found, and returns its download button.
async fn search(app: &App, words: &str) -> anyhow::Result<Control> {
    let field = app.find(Role::TextBox, "Search models").await?;
    field.script("arguments[0].focus()", Vec::new()).await?;
    app.type_text(words).await?;
    app.find(Role::Button, Name::Has("Lighthouse 135M Instruct")).await?.click().await?;
    app.find(Role::Heading, "Lighthouse 135M Instruct").await?;
    app.find(Role::Button, Name::Has("Download Lighthouse")).await
}

/// In percent, as a screen reader hears it.
async fn percent(app: &App) -> anyhow::Result<Option<f64>> {
    let Some(bar) = app.all(Role::ProgressBar, Name::Has("Lighthouse")).await?.into_iter().next() else {
        return Ok(None);
    };
    Ok(bar.attribute("aria-valuenow").await?.and_then(|value| value.parse().ok()))
}

async fn reaches(app: &App, least: f64) -> anyhow::Result<()> {
    until(&format!("{least} percent of the model"), DOWNLOAD_PATIENCE, async || {
        Ok(percent(app).await?.filter(|percent| *percent >= least).map(drop))
    })
    .await
}

/// Where programs that know the Hugging Face cache find the model.
fn in_cache(desk: &Desk) -> anyhow::Result<PathBuf> {
    let repository = desk.folder().join("cache/huggingface/hub/models--ada--Lighthouse-135M-Instruct-GGUF");
    let commit = std::fs::read_to_string(repository.join("refs/main")).context("the branch leads nowhere")?;
    Ok(repository.join("snapshots").join(commit.trim()).join(FILE))
}

#[tokio::test]
async fn a_model_found_by_search_comes_through_a_network_that_is_cut_off_and_chats() -> anyhow::Result<()> {
    let mut desk = Desk::new().await?;
    let hub = hub(&desk)?;
    hub.limit_bytes_per_second(Some(BYTES_PER_SECOND));
    desk.set("HF_ENDPOINT", hub.endpoint());
    let app = desk.start().await?;
    let chat = Chat::of(&app);
    chat.model_ready().await?;

    // Given a model that was found by a few letters of its name, and is on its way,
    open_models(&app).await?;
    search(&app, "lighthouse").await?.click().await?;
    app.watch_frames().await?;
    reaches(&app, 10.0).await?;
    let pause = app.longest_pause().await?;
    println!("while the model came, the page stood still for at most {pause:.0} ms");
    assert!(pause < 1000.0, "the page stays smooth: {pause} ms");

    // when the network goes away in the middle, and the app is closed and opened meanwhile,
    hub.offline();
    app.shows("There is no connection.").await?;
    app.close().await?;
    let app = desk.start().await?;
    open_models(&app).await?;
    app.find(Role::Tab, Name::Has("Downloads")).await?.click().await?;
    app.shows("There is no connection.").await?;
    let before = percent(&app).await?.context("how far it is")?;
    assert!(before > 0.0, "what had come is still there");
    hub.forget_requests();
    hub.online()?;

    // then it goes on by itself, where it was,
    let notice = until("that the model is ready", DOWNLOAD_PATIENCE, async || {
        Ok(app.all(Role::Button, "Use it").await?.into_iter().next())
    })
    .await?;
    let size = std::fs::metadata(starter_model()?)?.len();
    let asked = hub.asked_bytes();
    assert!(asked < size - size / 20, "what had come was not fetched again: {asked} of {size} bytes");
    assert!(std::fs::read(in_cache(&desk)?)? == std::fs::read(starter_model()?)?, "every byte is there");

    // and the model answers.
    notice.click().await?;
    let chat = Chat::of(&app);
    app.find(Role::Button, Name::Has("Model: Lighthouse 135M Instruct, Ready")).await?;
    assert!(!chat.ask("Name a colour.").await?.text.is_empty(), "it answers");
    let name = chat.last_answer_article().await?.name().await?;
    assert!(name.contains("Lighthouse 135M Instruct"), "the answer says who wrote it: {name}");
    Ok(())
}

#[tokio::test]
async fn a_model_that_is_opened_in_the_file_manager_is_used_by_the_running_app() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let file = desk.folder().join("Opened-By-Hand.Q4_1.gguf");
    std::fs::copy(starter_model()?, &file)?;
    let app = desk.start().await?;
    Chat::of(&app).model_ready().await?;

    // A second start with a file is what the file manager does.
    let status = desk.start_with_and_wait(&[file.to_str().context("a path in Unicode")?]).await?;

    assert!(status.success(), "the second start ends by itself: {status}");
    app.find(Role::Button, Name::Has("Model: Opened By Hand, Ready")).await?;
    open_models(&app).await?;
    app.find(Role::Tab, "On this computer").await?.click().await?;
    app.shows("Opened By Hand").await?;
    Ok(())
}

#[tokio::test]
async fn a_model_that_the_app_is_started_with_answers_in_the_conversation_that_is_open() -> anyhow::Result<()> {
    let desk = Desk::new().await?;
    let mut history = History::open(&desk.home()).await?;
    history.add("Pasta", Duration::from_hours(1), &[("How do I cook pasta?", "In water.")]).await?;
    history.close().await?;
    let file = desk.folder().join("Opened-By-Hand.Q4_1.gguf");
    std::fs::copy(starter_model()?, &file)?;

    let app = desk.start_with(&[file.to_str().context("a path in Unicode")?]).await?;

    app.shows("In water.").await?;
    app.find(Role::Button, Name::Has("Model: Opened By Hand, Ready")).await?;
    app.find(Role::Button, "New chat").await?.click().await?;
    app.find(Role::Button, Name::Has("Model: SmolLM2 135M Instruct")).await?;
    Ok(())
}
