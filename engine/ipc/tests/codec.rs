//! The wire: every message survives it, and nothing that comes over it can do harm.

use std::io::{Cursor, Read};

use hearth_ipc::{
    ChatMessage, ComputePath, Device, DeviceKind, DeviceMemory, EngineFailure, Event, FailureKind, FinishReason,
    GenerateRequest, GenerationStats, KvCacheType, LoadRequest, LoadSettings, LoadedModel, PROTOCOL_VERSION,
    PrepareRequest, ProbeReport, ProbeRequest, Request, RequestId, Restraint, Role, Sampling, SamplingSource, Speed,
    StateCache, TemplateSource,
    codec::{self, CodecError, MAX_FRAME_BYTES},
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

const ID: RequestId = RequestId(u64::MAX);

fn sampling() -> Sampling {
    Sampling { temperature: 0.1, top_k: 40, top_p: 0.95, min_p: 0.05, repeat_penalty: 1.1, repeat_last_n: 64 }
}

fn model() -> LoadedModel {
    LoadedModel {
        path: "/models/Ein Modell.gguf".into(),
        name: "Tiny \"quoted\"\n\u{0}".to_owned(),
        architecture: "llama".to_owned(),
        description: "llama 135M Q4_1".to_owned(),
        parameters: u64::MAX,
        size_bytes: 1 << 60,
        context_tokens: 8192,
        trained_context_tokens: u32::MAX,
        template: TemplateSource::DefaultAfterError,
        sampling: sampling(),
        sampling_source: SamplingSource::Model,
        device: "CPU (zen4)".to_owned(),
        compute: ComputePath::Cpu,
        layers: 31,
        gpu_layers: 0,
        threads: 2,
        batch_tokens: 512,
        kv_cache: KvCacheType::Q8_0,
        flash_attention: true,
        memory: vec![DeviceMemory { device: "CPU".to_owned(), weights_bytes: 1, kv_bytes: 2, compute_bytes: u64::MAX }],
    }
}

fn device() -> Device {
    Device {
        name: "Vulkan0".to_owned(),
        description: "llvmpipe (LLVM 15.0.6, 256 bits)".to_owned(),
        kind: DeviceKind::Software,
        memory_bytes: 1 << 34,
        free_bytes: 0,
        driver: Some("Mesa 22.3.6".to_owned()),
    }
}

fn stats() -> GenerationStats {
    GenerationStats {
        prompt_tokens: 1,
        reused_tokens: 2,
        restored_tokens: 1,
        answer_tokens: 3,
        drafted_tokens: 9,
        accepted_tokens: 4,
        prompt_ms: 0.1,
        first_token_ms: 1e-9,
        generation_ms: 1e9,
    }
}

fn requests() -> Vec<Request> {
    let message = |role, content: &str| ChatMessage { role, content: content.to_owned() };
    vec![
        Request::Load(LoadRequest {
            id: ID,
            path: "/m.gguf".into(),
            settings: LoadSettings { threads: Some(2), kv_cache: Some(KvCacheType::F16), ..LoadSettings::default() },
            states: Some(StateCache { folder: "/states".into(), limit_bytes: 1 << 32 }),
        }),
        Request::Unload { id: ID },
        Request::Prepare(PrepareRequest { id: ID, conversation: None, messages: vec![message(Role::User, "?")] }),
        Request::Probe(ProbeRequest { id: ID, model: "/starter.gguf".into(), kv_cache: KvCacheType::Q8_0 }),
        Request::Restrain(Restraint { threads: Some(1), background: true }),
        Request::Generate(GenerateRequest {
            conversation: Some("12".to_owned()),
            messages: vec![
                message(Role::System, ""),
                message(Role::User, "🔥 <|im_end|>\u{0}\r\n\"\\"),
                message(Role::Assistant, "\u{FFFD}"),
            ],
            sampling: Some(sampling()),
            seed: Some(u32::MAX),
            stop: vec!["\n\n".to_owned()],
            ..GenerateRequest::new(ID, Vec::new())
        }),
        Request::Cancel { id: ID },
        Request::Status,
        Request::Shutdown,
    ]
}

fn events() -> Vec<Event> {
    let mut events = vec![
        Event::Hello { protocol: PROTOCOL_VERSION, build: "0.1.0".to_owned(), path: ComputePath::Cpu },
        Event::Heartbeat { progress: u64::MAX },
        Event::Loading { id: ID, fraction: 0.333 },
        Event::Loaded { id: ID, model: model() },
        Event::Unloaded { id: ID },
        Event::Prepared { id: ID, tokens: 1500 },
        Event::Devices { id: ID, devices: vec![device()] },
        Event::Probed {
            id: ID,
            report: ProbeReport {
                processor: "CPU (zen4)".to_owned(),
                devices: vec![device()],
                cpu_speed: Speed { prompt: 400.5, generation: 160.25 },
                speed: Speed { prompt: 2.5, generation: 0.5 },
                divergence: f32::MAX,
            },
        },
        Event::Reading { id: ID, tokens_read: 1, tokens_total: 2 },
        Event::Started { id: ID, remembered_from: 3, prompt_tokens: 4, reused_tokens: 5 },
        Event::Delta { id: ID, text: " und\n".to_owned() },
        Event::Status { model: Some(model()), busy_with: Some(ID) },
        Event::Status { model: None, busy_with: None },
    ];
    let reasons = [
        FinishReason::EndOfTurn,
        FinishReason::StopText,
        FinishReason::MaxTokens,
        FinishReason::ContextFull,
        FinishReason::Cancelled,
    ];
    events.extend(reasons.map(|reason| Event::Finished { id: ID, reason, stats: stats() }));
    let kinds = [
        FailureKind::ModelMissing,
        FailureKind::ModelDamaged,
        FailureKind::ModelUnsupported,
        FailureKind::OutOfMemory,
        FailureKind::NoModel,
        FailureKind::Busy,
        FailureKind::MessageTooLong { tokens: 9000, limit: 8000 },
        FailureKind::ConversationRefused,
        FailureKind::Cancelled,
        FailureKind::Internal,
    ];
    events.extend(
        kinds.map(|kind| Event::Failed { id: ID, failure: EngineFailure { kind, cause: "because".to_owned() } }),
    );
    events
}

/// All of `messages` one after the other, through both ways of writing and both ways of reading.
async fn assert_survive<M: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(messages: Vec<M>) {
    let mut blocking = Vec::new();
    let mut asynchronous = Vec::new();
    for message in &messages {
        codec::write(&mut blocking, message).expect("written");
        codec::write_async(&mut asynchronous, message).await.expect("written");
    }
    assert_eq!(blocking, asynchronous, "both write the same");

    let (mut from_blocking, mut from_asynchronous) = (blocking.as_slice(), asynchronous.as_slice());
    for message in &messages {
        assert_eq!(codec::read(&mut from_blocking).expect("read").as_ref(), Some(message));
        assert_eq!(codec::read_async(&mut from_asynchronous).await.expect("read").as_ref(), Some(message));
    }
    assert!(matches!(codec::read::<M>(&mut from_blocking), Ok(None)), "the end between two frames is in order");
    assert!(matches!(codec::read_async::<M>(&mut from_asynchronous).await, Ok(None)));
}

#[tokio::test]
async fn every_message_survives_the_wire() {
    assert_survive(requests()).await;
    assert_survive(events()).await;
}

/// What both ways of reading make of `bytes`: they must agree.
fn read_both(bytes: &[u8]) -> Result<Option<Request>, CodecError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let asynchronous = runtime.block_on(codec::read_async::<Request>(&mut Cursor::new(bytes)));
    let blocking = codec::read::<Request>(&mut Cursor::new(bytes));
    match (&blocking, &asynchronous) {
        (Ok(left), Ok(right)) => assert_eq!(left, right),
        (Err(left), Err(right)) => assert_eq!(left.to_string(), right.to_string()),
        _ => panic!("blocking {blocking:?}, asynchronous {asynchronous:?}"),
    }
    blocking
}

fn frame(length: u32, body: &[u8]) -> Vec<u8> {
    [&length.to_le_bytes(), body].concat()
}

#[test]
fn a_length_over_the_limit_is_refused_before_its_body_is_read() {
    struct NoMore(Cursor<Vec<u8>>);
    impl Read for NoMore {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            assert!(self.0.position() < 4, "nothing but the length may be asked for");
            self.0.read(buffer)
        }
    }
    for length in [MAX_FRAME_BYTES + 1, u32::MAX] {
        let mut stream = NoMore(Cursor::new(frame(length, b"{}")));
        let error = codec::read::<Request>(&mut stream).expect_err("too large");
        assert!(matches!(error, CodecError::TooLarge(found) if found == u64::from(length)), "{error:?}");
    }
}

#[test]
fn a_lying_length_reserves_no_memory() {
    // 64 MB announced, two bytes there: read_to_end grows with what arrives, and the stream's end is an error.
    assert!(matches!(read_both(&frame(MAX_FRAME_BYTES, b"{}")), Err(CodecError::Truncated)));
}

#[test]
fn a_message_over_the_limit_is_not_written() {
    let text = "x".repeat(MAX_FRAME_BYTES as usize);
    let error = codec::encode(&Event::Delta { id: ID, text }).expect_err("too large");
    assert!(matches!(error, CodecError::TooLarge(_)), "{error:?}");
}

#[test]
fn a_stream_that_ends_inside_a_frame_is_truncated_wherever_it_ends() {
    for request in requests() {
        let whole = codec::encode(&request).expect("encoded");
        for length in 1..whole.len() {
            assert!(matches!(read_both(&whole[..length]), Err(CodecError::Truncated)), "{request:?} cut at {length}");
        }
    }
}

#[test]
fn json_that_is_no_message_is_malformed() {
    let bodies: [&[u8]; 9] = [
        b"",
        b"null",
        b"{}",
        b"[]",
        br#"{"type":"reboot"}"#,
        br#"{"type":"cancel"}"#,
        br#"{"type":"cancel","id":-1}"#,
        br#"{"type":"cancel","id":1,"force":true}"#,
        b"{\"type\":\"status\"}{\"type\":\"status\"}",
    ];
    for body in bodies {
        let length = u32::try_from(body.len()).expect("short");
        let result = read_both(&frame(length, body));
        assert!(matches!(result, Err(CodecError::Malformed(_))), "{:?}: {result:?}", String::from_utf8_lossy(body));
    }
}

#[test]
fn json_nested_beyond_reason_is_malformed_and_breaks_no_stack() {
    let body = b"[".repeat(1_000_000);
    let length = u32::try_from(body.len()).expect("a million");
    assert!(matches!(read_both(&frame(length, &body)), Err(CodecError::Malformed(_))));
}

proptest! {
    #[test]
    fn bytes_of_chance_are_an_error_or_a_message(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let result = read_both(&bytes);
        prop_assert_eq!(matches!(result, Ok(None)), bytes.is_empty());
    }

    #[test]
    fn a_frame_with_spoilt_bytes_is_an_error_or_a_message(
        which in any::<prop::sample::Index>(),
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let requests = requests();
        let mut bytes = codec::encode(which.get(&requests)).expect("encoded");
        for (position, byte) in spoilt {
            let position = position.index(bytes.len());
            bytes[position] = byte;
        }
        // Any outcome but a panic is right, and both readers have agreed on it. Nothing is made up of nothing:
        prop_assert!(!matches!(read_both(&bytes), Ok(None)));
    }

    #[test]
    fn any_text_survives_the_wire(text in any::<String>(), stop in prop::collection::vec(any::<String>(), 0..3)) {
        let request = Request::Generate(GenerateRequest {
            max_tokens: Some(0),
            stop,
            ..GenerateRequest::new(RequestId(1), vec![ChatMessage { role: Role::User, content: text }])
        });
        let bytes = codec::encode(&request).expect("encoded");
        prop_assert_eq!(read_both(&bytes).expect("read"), Some(request));
    }
}
