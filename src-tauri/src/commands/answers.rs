//! Answers: asked for, streamed and stopped.

use futures::{Stream, StreamExt};
use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{AnswerEvent, ConversationId, MessageId};
use tauri::State;
use tauri::ipc::Channel;

/// Stores the question and has it answered. The answer comes through `events`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn send(
    app: State<'_, App>,
    conversation: Option<ConversationId>,
    parent: Option<MessageId>,
    text: String,
    events: Channel<AnswerEvent>,
) -> Result<(), AppError> {
    let answer = app.send(conversation, parent, text).await?;
    forward(answer, events);
    Ok(())
}

/// Has the engine read ahead what is certain already of a question that is being written, as `send` will be given it.
/// Called whenever it has changed and for a moment not changed again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn prepare(
    app: State<'_, App>,
    conversation: Option<ConversationId>,
    parent: Option<MessageId>,
    text: String,
) -> Result<(), AppError> {
    app.prepare(conversation, parent, text).await
}

/// Has the same question answered once more, as a sibling of `answer`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_again(
    app: State<'_, App>,
    answer: MessageId,
    events: Channel<AnswerEvent>,
) -> Result<(), AppError> {
    let answer = app.try_again(answer).await?;
    forward(answer, events);
    Ok(())
}

/// Goes on writing an answer that was cut, stopped or interrupted.
#[tauri::command]
#[specta::specta]
pub(crate) async fn continue_answer(
    app: State<'_, App>,
    answer: MessageId,
    events: Channel<AnswerEvent>,
) -> Result<(), AppError> {
    let answer = app.continue_answer(answer).await?;
    forward(answer, events);
    Ok(())
}

/// Stops an answer; what was written of it stays.
#[tauri::command]
#[specta::specta]
#[expect(clippy::needless_pass_by_value, reason = "a command takes its arguments by value")]
pub(crate) fn stop(app: State<'_, App>, answer: MessageId) {
    app.stop(answer);
}

/// Passes the answer on to the page. When nobody listens there any more, the answer is dropped, which stops it.
fn forward(mut answer: impl Stream<Item = AnswerEvent> + Send + Unpin + 'static, events: Channel<AnswerEvent>) {
    tauri::async_runtime::spawn(async move {
        while let Some(event) = answer.next().await {
            if let Err(error) = events.send(event) {
                tracing::info!(%error, "an answer has no listener any more and is stopped");
                return;
            }
        }
    });
}
