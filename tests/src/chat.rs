//! The conversation in the window, in the words of a person who writes there.

use std::time::{Duration, Instant};

use crate::app::App;
use crate::control::Control;
use crate::role::{Name, Role};

/// The chat screen of an app.
#[derive(Debug, Clone, Copy)]
pub struct Chat<'app> {
    app: &'app App,
}

/// An answer as it is on the screen at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text a person can select.
    pub text: String,
    /// It still grows.
    pub is_writing: bool,
}

impl Answer {
    /// Whether everything that `earlier` showed is still there. Its last mark of Markdown may have been open, and drawn
    /// in another way than now that more has been written, so letters count and nothing else.
    pub fn keeps(&self, earlier: &str) -> bool {
        letters(&self.text).starts_with(&letters(earlier))
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|character| character.is_alphabetic()).collect()
}

impl<'app> Chat<'app> {
    /// Of this app, which shows its chat screen.
    pub fn of(app: &'app App) -> Self {
        Self { app }
    }

    /// Where messages are written.
    pub async fn composer(&self) -> anyhow::Result<Control> {
        self.app.find(Role::TextBox, "Message").await
    }

    /// Waits until the model is ready.
    pub async fn model_ready(&self) -> anyhow::Result<Control> {
        self.app.find(Role::Button, Name::Has(", Ready")).await
    }

    /// Types a message and sends it with Enter.
    pub async fn send(&self, text: &str) -> anyhow::Result<()> {
        self.composer().await?.type_text(text).await?;
        self.app.press("Enter").await
    }

    /// Sends a message and waits until it is answered.
    pub async fn ask(&self, text: &str) -> anyhow::Result<Answer> {
        self.composer().await?;
        let before = self.answers().await?.len();
        self.send(text).await?;
        self.app
            .wait_long_for("the whole answer", async || {
                let answers = self.answers().await?;
                Ok(answers.into_iter().nth(before).filter(|answer| !answer.is_writing))
            })
            .await
    }

    /// The questions and answers shown now, from top to bottom.
    pub async fn messages(&self) -> anyhow::Result<Vec<Control>> {
        self.app.all(Role::Article, Name::Any).await
    }

    /// The answers shown now, from top to bottom.
    pub async fn answers(&self) -> anyhow::Result<Vec<Answer>> {
        // In one look, so that text and state belong together.
        let script = "return [...document.querySelectorAll('article[aria-busy]')].map((article) =>
            [article.innerText, article.getAttribute('aria-busy') === 'true'])";
        let found = self.app.script(script, Vec::new()).await?;
        let found: Vec<(String, bool)> = serde_json::from_value(found)?;
        Ok(found.into_iter().map(|(text, is_writing)| Answer { text, is_writing }).collect())
    }

    /// The last answer shown now.
    pub async fn last_answer(&self) -> anyhow::Result<Option<Answer>> {
        Ok(self.answers().await?.pop())
    }

    /// The last answer's own controls.
    pub async fn last_answer_article(&self) -> anyhow::Result<Control> {
        self.app
            .wait_for("an answer", async || {
                Ok(self.app.all(Role::Article, Name::Has("Answer from")).await?.into_iter().next_back())
            })
            .await
    }

    /// The last question's own controls.
    pub async fn last_question_article(&self) -> anyhow::Result<Control> {
        self.app
            .wait_for("a question", async || {
                Ok(self.app.all(Role::Article, "Your message").await?.into_iter().next_back())
            })
            .await
    }

    /// Waits until the last answer is being written and has at least `characters`.
    pub async fn writing(&self, characters: usize) -> anyhow::Result<Answer> {
        self.app
            .wait_for(&format!("an answer of {characters} characters that goes on"), async || {
                let answer = self.last_answer().await?;
                Ok(answer.filter(|answer| answer.is_writing && answer.text.chars().count() >= characters))
            })
            .await
    }

    /// Waits until nothing is being written.
    pub async fn finished(&self) -> anyhow::Result<Answer> {
        self.app
            .wait_long_for("the answer's end", async || {
                Ok(self.last_answer().await?.filter(|answer| !answer.is_writing))
            })
            .await
    }

    /// Watches an answer grow for a while: what was on the screen, and when.
    pub async fn watch(&self, duration: Duration) -> anyhow::Result<Vec<(Instant, String)>> {
        let start = Instant::now();
        let mut seen = Vec::new();
        while start.elapsed() < duration {
            if let Some(answer) = self.last_answer().await? {
                seen.push((Instant::now(), answer.text));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(seen)
    }

    /// The conversations in the sidebar, from top to bottom.
    pub async fn conversations(&self) -> anyhow::Result<Vec<String>> {
        let script = "return [...document.querySelectorAll('nav button[data-conversation]')]
            .map((button) => [button.getBoundingClientRect().top, button.title])";
        let mut found: Vec<(f64, String)> = serde_json::from_value(self.app.script(script, Vec::new()).await?)?;
        found.sort_by(|one, other| one.0.total_cmp(&other.0));
        Ok(found.into_iter().map(|(_, title)| title).collect())
    }

    /// Opens a conversation from the sidebar.
    pub async fn open(&self, title: &str) -> anyhow::Result<()> {
        let sidebar = self.app.find(Role::Navigation, "Conversations").await?;
        sidebar.find(Role::Button, Name::Is(title)).await?.click().await
    }
}
