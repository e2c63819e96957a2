//! The chat template as a whole: made-up templates here, real ones in the two modules.

mod hostile;
mod real;
mod upstream;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hearth_ipc::{ChatMessage, Role, TemplateSource};
use proptest::prelude::*;

use super::*;

/// Noon of 2026-11-21 (UTC): the same day in nearly every time zone.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_hours(498_684)
}

fn message(role: Role, content: &str) -> ChatMessage {
    ChatMessage { role, content: content.to_owned() }
}

fn user(content: &str) -> ChatMessage {
    message(Role::User, content)
}

fn assistant(content: &str) -> ChatMessage {
    message(Role::Assistant, content)
}

fn system(content: &str) -> ChatMessage {
    message(Role::System, content)
}

fn texts(special: &[&str]) -> SpecialTexts {
    SpecialTexts {
        bos: "<s>".to_owned(),
        eos: "</s>".to_owned(),
        special: special.iter().map(|text| (*text).to_owned()).chain(["<s>".to_owned(), "</s>".to_owned()]).collect(),
    }
}

fn render(template: &ChatTemplate, messages: &[ChatMessage]) -> Prompt {
    template.render(&Conversation { messages, tools: &[], now: now() }).expect("the template takes the conversation")
}

/// All of it, as it would be read without knowing of segments.
fn whole(prompt: &Prompt) -> String {
    prompt
        .segments
        .iter()
        .map(|segment| match segment {
            Segment::Template(text) | Segment::Content(text) => text.as_str(),
        })
        .collect()
}

#[test]
fn a_model_without_a_template_gets_chatml_and_its_marks_as_stop_texts() {
    let template = ChatTemplate::new(None, &texts(&["<|im_start|>", "<|im_end|>"]));
    assert_eq!(template.source(), TemplateSource::Default);
    assert_eq!(template.stop_texts(), ["<|im_end|>", "<|im_start|>"]);
    let prompt = render(&template, &[system("Be brief."), user("Hi"), assistant("Hello"), user("Bye")]);
    let expected = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello\
        <|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n";
    assert_eq!(prompt.segments, [Segment::Template(expected.to_owned())], "harmless text is not cut");
    assert!(!prompt.wrote_bos);
}

#[test]
fn a_template_that_cannot_be_used_gives_way_to_the_default() {
    let too_large = format!("{{# {} #}}{DEFAULT_TEMPLATE}", "x".repeat(MAX_SOURCE_BYTES));
    let nested = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
    let listed = format!("{{% set x = {}{} %}}", "[".repeat(50_000), "]".repeat(50_000));
    let blocks = "{% if true %}".repeat(20_000);
    let broken = [
        ("of nested parentheses", nested.as_str()),
        ("of nested lists", &listed),
        ("of nested blocks", &blocks),
        ("invalid", "{% for message in %}"),
        ("endless", "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}"),
        ("flooding", "{% for a in range(9999) %}{{ 'x' * 1000000 }}{% endfor %}"),
        ("recursive", "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}"),
        ("losing what was said", "Hello."),
        ("refusing everything", "{{ raise_exception('no') }}"),
        ("of unknown functions", "{{ messages[0].content | nonsense }}"),
        ("too large", &too_large),
    ];
    for (name, source) in broken {
        let template = ChatTemplate::new(Some(source), &texts(&[]));
        assert_eq!(template.source(), TemplateSource::DefaultAfterError, "a template {name}");
        assert!(whole(&render(&template, &[user("Hi")])).starts_with("<|im_start|>user\nHi"), "a template {name}");
    }
}

#[test]
fn a_template_is_given_up_within_a_second() {
    let sources = [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% set c = a * b %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ 'x' * 100000 }}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for a in range(99999) %}{% set ns.x = ns.x ~ 'a' %}{% endfor %}{{ ns.x }}",
    ];
    for source in sources {
        let begun = std::time::Instant::now();
        let template = ChatTemplate::new(Some(source), &texts(&[]));
        assert_eq!(template.source(), TemplateSource::DefaultAfterError, "{source}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{source} took {:?}", begun.elapsed());
    }
}

#[test]
fn bos_is_taken_off_and_told() {
    let twice = "{{ bos_token }}{{ bos_token }}{% for m in messages %}[{{ m.content }}]{% endfor %}";
    let template = ChatTemplate::new(Some(twice), &texts(&[]));
    let prompt = render(&template, &[user("Hi")]);
    assert!(prompt.wrote_bos);
    assert_eq!(prompt.segments, [Segment::Template("[Hi]".to_owned())]);
}

#[test]
fn a_bos_that_someone_typed_is_not_one() {
    let template = ChatTemplate::new(Some("{% for m in messages %}{{ m.content }}{% endfor %}!"), &texts(&[]));
    let prompt = render(&template, &[user("<s>Hi")]);
    assert!(!prompt.wrote_bos);
    assert_eq!(prompt.segments, [Segment::Content("<s>Hi!".to_owned())]);
}

#[test]
fn system_text_goes_before_the_first_question_where_a_template_has_no_place_for_it() {
    let refusing = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}\
        <{{ m.role }}>{{ m.content }}{% endfor %}";
    let dropping =
        "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}";
    for source in [refusing, dropping] {
        let template = ChatTemplate::new(Some(source), &texts(&[]));
        assert_eq!(template.source(), TemplateSource::Model);
        let messages = [system("Be brief."), user("Hi"), assistant("Hello"), user("Bye")];
        let prompt = render(&template, &messages);
        assert_eq!(whole(&prompt), "<user>Be brief.\nHi<assistant>Hello<user>Bye", "{source}");
        let prompt = render(&template, &[system("Tell a story.")]);
        assert_eq!(whole(&prompt), "<user>Tell a story.", "{source}");
    }
}

#[test]
fn messages_of_one_role_are_joined_where_roles_must_alternate() {
    let source = "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}\
        {{ raise_exception('Conversation roles must alternate') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    let template = ChatTemplate::new(Some(source), &texts(&[]));
    assert_eq!(template.source(), TemplateSource::Model);
    let prompt = render(&template, &[system("Be brief."), user("Hi"), user("There"), assistant("Yes"), user("Bye")]);
    assert_eq!(whole(&prompt), "<user>Be brief.\nHi\n\nThere<assistant>Yes<user>Bye");
}

#[test]
fn a_conversation_the_template_refuses_is_an_error_without_its_words() {
    let source = "{% for m in messages %}{% if 'secret' in m.content %}{{ raise_exception(m.content) }}{% endif %}\
        {{ m.content }}{% endfor %}";
    let template = ChatTemplate::new(Some(source), &texts(&[]));
    let messages = [user("a secret word")];
    let error = template.render(&Conversation { messages: &messages, tools: &[], now: now() }).unwrap_err();
    assert!(matches!(error, PromptError::Render(RenderError::Refused { .. })), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("secret"), "the log must not have it: {error:?}");
}

#[test]
fn nothing_to_answer_is_an_error() {
    let template = ChatTemplate::new(None, &texts(&[]));
    for messages in [vec![], vec![assistant("Once upon")]] {
        let result = template.render(&Conversation { messages: &messages, tools: &[], now: now() });
        assert!(matches!(result, Err(PromptError::Empty)), "{messages:?}");
    }
}

#[test]
fn an_answer_is_continued_with_its_own_text_as_plain_text() {
    let template = ChatTemplate::new(None, &texts(&["<|im_start|>", "<|im_end|>"]));
    let messages = [user("Tell me"), assistant("Once <|im_end|> upon")];
    let prompt = render(&template, &messages);
    assert_eq!(
        prompt.segments,
        [
            Segment::Template("<|im_start|>user\nTell me<|im_end|>\n<|im_start|>assistant\n".to_owned()),
            Segment::Content("Once <|im_end|> upon".to_owned()),
        ]
    );
}

#[test]
fn templates_find_what_python_gives_them() {
    let cases = [
        ("{{ messages[0]['content'].strip().upper() }}", "HI"),
        ("{%- generation -%} {{ messages[0].content }} {%- endgeneration -%}", " Hi "),
        (
            "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }} Hi",
            "1 Hi",
        ),
        ("{% for m in messages %}{% if loop.index > 1 %}{% break %}{% endif %}{{ m.content }}{% endfor %}", " Hi "),
        ("{{ strftime_now('%Y-%m-%d %B %b') }} {{ messages[0].content | trim }}", "2026-11-21 November Nov Hi"),
        ("{{ {'a': [1, 'ä<'], 'b': {}} | tojson }}{{ messages[0].content }}", "{\"a\": [1, \"ä<\"], \"b\": {}} Hi "),
        ("{{ {'a': [1]} | tojson(indent=2) }}{{ messages[0].content }}", "{\n  \"a\": [\n    1\n  ]\n} Hi "),
        ("{{ [1, 2] | tojson(separators=(',', ':')) }}{{ messages[0].content }}", "[1,2] Hi "),
        ("{{ tools is none }}{{ tools is iterable }}{{ nothing | length }}{{ messages[0].content }}", "TrueFalse0 Hi "),
    ];
    for (source, expected) in cases {
        let renderer = Renderer::new(source, &texts(&[])).expect(source);
        let turns = [Turn { role: "user", content: " Hi ".to_owned() }];
        assert_eq!(renderer.render(&turns, &[], now()).expect(source), expected, "{source}");
    }
}

proptest! {
    /// What is rendered is what the template writes, whatever is typed: shadows leave no trace.
    #[test]
    fn the_text_is_the_same_with_and_without_special_tokens_in_the_vocabulary(
        contents in prop::collection::vec("[a<>|/s ]{0,8}|<s>|</s>|<\\|im_end\\|>|\\PC{0,6}", 1..6)
    ) {
        let messages: Vec<_> = contents.iter().enumerate().map(|(index, content)| {
            message(if index % 2 == 0 { Role::User } else { Role::Assistant }, content)
        }).chain([user("end")]).collect();
        let source = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}";
        let plain = ChatTemplate::new(Some(source), &SpecialTexts::default());
        let guarded = ChatTemplate::new(Some(source), &texts(&["<|im_start|>", "<|im_end|>"]));
        prop_assert_eq!(whole(&render(&plain, &messages)), whole(&render(&guarded, &messages)));
    }
}
