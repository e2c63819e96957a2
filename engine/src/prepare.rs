//! Reading ahead: what is certain of the next prompt, while its question is still being written.

use std::time::Duration;

use hearth_ipc::{ChatMessage, EngineFailure, FailureKind, PrepareRequest, Role};

use crate::{
    failure::causes,
    llama::{DecodeError, Token},
    session::Session,
    states::prefix,
};

/// Real work does not wait for a step, which is stopped in the middle; but what was read of it is lost.
const LONGEST_STEP: Duration = Duration::from_millis(100);

/// The last tokens of a text are left out beyond those that are seen to change: a word that goes on may be cut another
/// way than those that were tried.
const UNCERTAIN_TOKENS: usize = 2;

/// How a text could go on. Each begins another kind of token: a word goes on, a number, a sentence, a line.
const CONTINUATIONS: [&str; 5] = ["s", "1", ".", " a", "\n"];

/// Reads ahead and returns how many tokens of the next prompt are in the KV cache.
pub(crate) fn read_ahead(session: &mut Session, request: &PrepareRequest) -> Result<u32, EngineFailure> {
    let certain = certain_tokens(session, &request.messages)?;
    // A prompt is recalled all but its last token, whose logits are wanted. Here none are.
    let mut recalled = certain.clone();
    recalled.extend(certain.last());
    if certain.is_empty() {
        return Ok(0);
    }
    if !session.secure(&recalled) {
        return Err(EngineFailure {
            kind: FailureKind::Cancelled,
            cause: "the conversation in the cache can be kept nowhere else".to_owned(),
        });
    }
    session.recall(&recalled, request.conversation.as_deref());
    match session.read(&certain, LONGEST_STEP, |_| ()) {
        Ok(()) => Ok(u32::try_from(certain.len()).unwrap_or(u32::MAX)),
        Err(DecodeError::Stopped) => Err(stopped()),
        Err(error) => Err(EngineFailure { kind: FailureKind::Internal, cause: causes(&error) }),
    }
}

fn stopped() -> EngineFailure {
    EngineFailure { kind: FailureKind::Cancelled, cause: "other work has come".to_owned() }
}

/// The tokens that the prompt begins with however the question goes on.
fn certain_tokens(session: &mut Session, messages: &[ChatMessage]) -> Result<Vec<Token>, EngineFailure> {
    let mut messages = messages.to_vec();
    // Before the question is begun, all that comes before it is certain.
    let asks = messages.last().is_some_and(|message| message.role == Role::User);
    if !asks {
        messages.push(ChatMessage { role: Role::User, content: String::new() });
    }
    let question = messages.len() - 1;
    let mut certain: Option<Vec<Token>> = None;
    for more in CONTINUATIONS {
        // Of a long conversation this takes a while, and somebody may have come who is waiting.
        if session.interrupt().is_stopped() {
            return Err(stopped());
        }
        let mut longer = messages.clone();
        longer[question].content.push_str(more);
        let tokens = session.prompt(&longer)?.tokens;
        certain = Some(match certain {
            None => tokens,
            Some(mut certain) => {
                certain.truncate(prefix(&certain, &tokens));
                certain
            }
        });
    }
    let mut certain = certain.unwrap_or_default();
    // As it stands it may be sent too.
    if asks && !messages[question].content.is_empty() {
        certain.truncate(prefix(&certain, &session.prompt(&messages)?.tokens));
    }
    certain.truncate(certain.len().saturating_sub(UNCERTAIN_TOKENS));
    Ok(certain)
}
