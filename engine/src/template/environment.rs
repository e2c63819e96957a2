//! minijinja, set up as templates expect Python's Jinja2 to be set up by the transformers library, and limited.

use std::{
    io::{self, Write},
    time::SystemTime,
};

use minijinja::{Environment, Error, ErrorKind, State, Value, context, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;
use serde_json::Value as Json;

use super::{DEFAULT_TEMPLATE, SpecialTexts, date, json};

/// Largest template. The largest of the known ones has 17 KB.
pub const MAX_SOURCE_BYTES: usize = 256 * 1024;

/// Steps of the template engine for any conversation, and for each of its messages. Real templates take a few dozen
/// to a few hundred a message; a step takes well under a microsecond.
const STEPS: u64 = 100_000;
const STEPS_PER_TURN: u64 = 5_000;

/// Output in bytes beside the contents, which may appear a few times.
const OUTPUT_BYTES: usize = 1024 * 1024;
const CONTENT_REPETITIONS: usize = 4;

/// Nesting of expressions and macros. minijinja's own limit is 500, more than a thread's stack may bear.
const RECURSION: usize = 128;

const NAME: &str = "chat";
const NOW: &str = "hearth_now_seconds";

/// A message as a template sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Turn {
    pub(super) role: &'static str,
    pub(super) content: String,
}

/// Why a template gives no text. `Display` holds nothing of the conversation; the source of [`Self::Refused`] may.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Over [`MAX_SOURCE_BYTES`].
    #[error("the template has {0} bytes, the limit is {MAX_SOURCE_BYTES}")]
    SourceTooLarge(usize),
    /// Not a Jinja template.
    #[error("the template is invalid in line {}", line.unwrap_or(0))]
    Invalid {
        /// Counted from 1.
        line: Option<usize>,
        /// minijinja's kind of error.
        kind: ErrorKind,
    },
    /// It takes too many steps.
    #[error("the template takes too long")]
    TooSlow,
    /// It writes too much.
    #[error("the template writes too much")]
    OutputTooLarge,
    /// It called `raise_exception`, or failed, in this line.
    #[error("the template refuses in line {} ({kind})", line.unwrap_or(0))]
    Refused {
        /// Counted from 1.
        line: Option<usize>,
        /// minijinja's kind of error.
        kind: ErrorKind,
    },
    /// It renders, but leaves out what the person said.
    #[error("the template leaves out the messages")]
    LosesMessages,
}

/// A compiled template.
#[derive(Debug)]
pub(super) struct Renderer {
    environment: Environment<'static>,
    source: String,
    bos: String,
    eos: String,
}

impl Renderer {
    pub(super) fn new(source: &str, texts: &SpecialTexts) -> Result<Self, RenderError> {
        if source.len() > MAX_SOURCE_BYTES {
            return Err(RenderError::SourceTooLarge(source.len()));
        }
        let mut renderer = Self {
            environment: environment(),
            source: without_generation_tags(source),
            bos: texts.bos.clone(),
            eos: texts.eos.clone(),
        };
        let compiled = renderer.environment.add_template_owned(NAME, renderer.source.clone());
        compiled.map_err(|error| RenderError::Invalid { line: error.line(), kind: error.kind() })?;
        Ok(renderer)
    }

    /// [`DEFAULT_TEMPLATE`].
    pub(super) fn default_one(texts: &SpecialTexts) -> Self {
        Self::new(DEFAULT_TEMPLATE, texts).expect("the default template is a constant, and tested")
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn render(&self, turns: &[Turn], tools: &[Json], now: SystemTime) -> Result<String, RenderError> {
        let contents: usize = turns.iter().map(|turn| turn.content.len()).sum();
        let tools_bytes = if tools.is_empty() { 0 } else { Json::from(tools).to_string().len() };
        let limit = OUTPUT_BYTES + CONTENT_REPETITIONS * (contents + 4 * tools_bytes);
        let mut output = Output { bytes: Vec::new(), limit, overflowed: false };

        // A clone shares the compiled template and has its own fuel: longer conversations may take more steps.
        let mut environment = self.environment.clone();
        environment.set_fuel(Some(STEPS + STEPS_PER_TURN * (turns.len() + tools.len()) as u64));
        let compiled = environment.get_template(NAME).map_err(|error| refused(&error))?;
        let functions = if tools.is_empty() { String::new() } else { format!("{:#}", Json::from(tools)) };
        let tools = if tools.is_empty() { Value::from(()) } else { Value::from(Serde(tools)) };
        let seconds = date::seconds(now);
        let context = context! {
            messages => Value::from(Serde(turns)),
            tools,
            bos_token => self.bos.as_str(),
            eos_token => self.eos.as_str(),
            add_generation_prompt => true,
            // What one family of models has its tools under, as llama.cpp gives them.
            functions => functions,
            // Two names for today that templates ask for without defining them. No time of day: it would make every
            // prompt begin differently, and nothing of an earlier one could be reused.
            date_string => date::format(seconds, "%d %b %Y"),
            datetime => date::format(seconds, "%b %d %Y"),
            hearth_now_seconds => seconds,
        };
        if let Err(error) = compiled.render_captured_to(context, &mut output) {
            return Err(if output.overflowed { RenderError::OutputTooLarge } else { refused(&error) });
        }
        String::from_utf8(output.bytes).map_err(|_| RenderError::Refused { line: None, kind: ErrorKind::WriteFailure })
    }
}

fn refused(error: &Error) -> RenderError {
    match error.kind() {
        ErrorKind::OutOfFuel => RenderError::TooSlow,
        kind => RenderError::Refused { line: error.line(), kind },
    }
}

/// Collects output up to a limit.
struct Output {
    bytes: Vec<u8>,
    limit: usize,
    overflowed: bool,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.overflowed = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax());
    environment.set_recursion_limit(RECURSION);
    // Plain text, whatever the template's name.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function("raise_exception", raise_exception);
    environment.add_function("strftime_now", strftime_now);
    environment.add_filter("tojson", json::tojson);
    environment.add_filter("length", length);
    environment.add_filter("count", length);
    environment.add_test("iterable", is_iterable);
    environment.remove_global("debug");
    environment
}

fn syntax() -> SyntaxConfig {
    let built = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    built.expect("only delimiters can be wrong, and these are the usual ones")
}

fn raise_exception(reason: String) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, reason))
}

/// As in Python, where what is undefined has the length 0.
fn length(value: &Value) -> Result<usize, Error> {
    if value.is_undefined() {
        return Ok(0);
    }
    value.len().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "it has no length"))
}

/// As in Python, where `none` is not iterable and a text is.
fn is_iterable(value: &Value) -> bool {
    !value.is_none() && (value.as_str().is_some() || value.try_iter().is_ok())
}

fn strftime_now(state: &State, format: &str) -> Result<String, Error> {
    let seconds = state.lookup(NOW).and_then(|value| i64::try_from(value).ok()).unwrap_or_default();
    date::format(seconds, format).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "unknown date format"))
}

/// The transformers library has a tag of its own, `{% generation %}`, which marks what the model writes. It changes
/// nothing in the text; a condition that is always true, with the same signs for white space, stands in for it.
fn without_generation_tags(source: &str) -> String {
    let mut rest = source;
    let mut output = String::with_capacity(source.len());
    while let Some(start) = rest.find("{%") {
        let Some(length) = rest[start..].find("%}") else { break };
        let end = start + length + 2;
        let inner = &rest[start + 2..end - 2];
        let open = if inner.starts_with(['-', '+']) { &inner[..1] } else { "" };
        let close =
            if inner.len() > open.len() && inner.ends_with(['-', '+']) { &inner[inner.len() - 1..] } else { "" };
        let stand_in = match inner[open.len()..inner.len() - close.len()].trim() {
            "generation" => Some("if true"),
            "endgeneration" => Some("endif"),
            _ => None,
        };
        output.push_str(&rest[..start]);
        match stand_in {
            Some(stand_in) => output.extend(["{%", open, " ", stand_in, " ", close, "%}"]),
            None => output.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    output.push_str(rest);
    output
}
