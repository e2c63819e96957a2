//! What a model's layers keep and read while it writes: from this follows the memory that it takes, and its speed.
//!
//! The rules are those of `llama-hparams.cpp`, `llama-kv-cache-iswa.cpp` and the `load_arch_hparams` of each architecture
//! in llama.cpp 0.6.0.

use std::collections::{HashMap, HashSet};

use crate::{Header, Value};

/// What a model's layers keep and read, from the headers of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Numbers in a token's embedding.
    pub embedding_length: u64,
    /// The widest of what one token becomes inside a layer, in numbers: of its feed-forward network, all experts that
    /// are used together, or of its heads.
    pub widest: u64,
    /// Tokens in its vocabulary.
    pub vocabulary_size: u64,
    /// Pairs that its tokenizer merges; 0 for those that work in another way.
    pub merges: u64,
    /// Tokens that the layers with a window look back on; 0 where there are none.
    pub window_tokens: u64,
    /// What each layer keeps, in their order.
    pub layers: Vec<Layer>,
    /// Size of all tensors in bytes.
    pub weights_bytes: u64,
    /// Bytes of them that are read for each token: of experts those that are used, and of a table one row.
    pub read_bytes_per_token: u64,
}

/// What a layer keeps of what was said, in numbers. Keys and values are kept as F16 (llama.cpp's default), states as
/// F32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layer {
    /// Keys and values of one token.
    pub kept_per_token: u64,
    /// Whether only for the tokens of the window.
    pub has_window: bool,
    /// State that stays of the same size however much was said (recurrent layers).
    pub state: u64,
}

/// Which layers have a window, where the file does not say.
struct WindowRule {
    architecture: &'static str,
    /// Where the file does not say that either; 0: then there is none.
    default_tokens: u64,
    /// One in so many layers sees everything.
    period: u64,
    /// Whether that is the first of them, not the last.
    begins_with_full: bool,
}

const fn window(architecture: &'static str, default_tokens: u64, period: u64) -> WindowRule {
    WindowRule { architecture, default_tokens, period, begins_with_full: false }
}

const fn window_after_full(architecture: &'static str, default_tokens: u64, period: u64) -> WindowRule {
    WindowRule { architecture, default_tokens, period, begins_with_full: true }
}

/// All others look at everything, whatever the file says of a window. A period of 1 is that of those whose file always
/// says it.
const WINDOW_RULES: [WindowRule; 22] = [
    window("afmoe", 0, 4),
    window("cohere2", 0, 4),
    window_after_full("cohere2moe", 0, 4),
    window("exaone-moe", 128, 4),
    window("exaone4", 4096, 4),
    window("gemma2", 4096, 2),
    window("gemma3", 0, 6),
    window("gemma3n", 0, 5),
    window("gemma4", 0, 1),
    window("gpt-oss", 0, 2),
    window("granite_swa", 0, 1),
    window_after_full("laguna", 0, 4),
    window("llama4", 8192, 4),
    window("maple", 0, 1),
    window("mellum", 0, 4),
    window("mimo2", 0, 1),
    window("muse-glimmer", 0, 4),
    window("olmo2", 0, 4),
    window("plamo3", 0, 8),
    window_after_full("smallthinker", 4096, 4),
    window("spark2_5", 0, 1),
    window("step35", 0, 1),
];

/// `gemma3n.cpp`: the later layers use what the earlier ones have kept. The file does not say so.
const GEMMA3N_LAYERS_THAT_KEEP: u64 = 20;

impl Shape {
    /// The shape of a model, given the headers of its parts in their order. `None` where they do not say enough.
    pub fn of(parts: &[Header]) -> Option<Self> {
        let facts = Facts::of(parts)?;
        let layers: Vec<Layer> = (0..facts.layers).map(|index| facts.layer(index)).collect();
        Some(Self {
            embedding_length: facts.embedding,
            widest: facts.widest(),
            vocabulary_size: facts.header.vocabulary_size().unwrap_or(0),
            merges: facts.header.metadata().array("tokenizer.ggml.merges").map_or(0, |merges| merges.count),
            window_tokens: if layers.iter().any(|layer| layer.has_window) { facts.window_tokens() } else { 0 },
            layers,
            weights_bytes: parts.iter().map(Header::weights_bytes).fold(0, u64::saturating_add),
            read_bytes_per_token: facts.read_bytes_per_token(parts),
        })
    }
}

/// What the headers say, as it is asked for.
struct Facts<'a> {
    header: &'a Header,
    architecture: &'a str,
    layers: u64,
    embedding: u64,
    /// Names of tensors of each layer, without `blk.N.`.
    tensors: HashMap<u64, HashSet<&'a str>>,
}

impl<'a> Facts<'a> {
    fn of(parts: &'a [Header]) -> Option<Self> {
        let header = parts.first()?;
        let architecture = header.architecture()?;
        let mut tensors: HashMap<u64, HashSet<&str>> = HashMap::new();
        for tensor in parts.iter().flat_map(Header::tensors) {
            let place = tensor.name.strip_prefix("blk.").and_then(|rest| rest.split_once('.'));
            if let Some((layer, name)) = place
                && let Ok(layer) = layer.parse()
            {
                tensors.entry(layer).or_default().insert(name);
            }
        }
        let mut facts = Self {
            header,
            architecture,
            layers: header.block_count()?,
            embedding: header.embedding_length()?,
            tensors,
        };
        // Layers that guess the token after the next one are not used.
        facts.layers -= facts.unsigned("nextn_predict_layers").unwrap_or(0).min(facts.layers);
        Some(facts)
    }

    fn unsigned(&self, name: &str) -> Option<u64> {
        self.header.metadata().unsigned(&format!("{}.{name}", self.architecture))
    }

    /// A number that is given once, or for each layer.
    fn for_layer(&self, name: &str, layer: u64) -> Option<u64> {
        let metadata = self.header.metadata();
        match metadata.get(&format!("{}.{name}", self.architecture))? {
            Value::Array(array) => match array.numbers.as_ref()?.get(usize::try_from(layer).ok()?)? {
                Value::Unsigned(number) => Some(*number),
                Value::Signed(number) => u64::try_from(*number).ok(),
                Value::Bool(flag) => Some(u64::from(*flag)),
                _ => None,
            },
            Value::Unsigned(number) => Some(*number),
            Value::Signed(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    fn layer(&self, layer: u64) -> Layer {
        let state = if self.is_recurrent(layer) { self.state() } else { 0 };
        if !self.keeps_keys(layer) {
            return Layer { state, ..Layer::default() };
        }
        let has_window = self.has_window(layer);
        let heads = self.for_layer("attention.head_count", layer).unwrap_or(1).max(1);
        let kept_heads = self.for_layer("attention.head_count_kv", layer).unwrap_or(heads);
        let usual = self.embedding / heads;
        let length = |name: &str| {
            let own = has_window.then(|| self.unsigned(&format!("attention.{name}_length_swa"))).flatten();
            own.or_else(|| self.unsigned(&format!("attention.{name}_length"))).unwrap_or(usual)
        };
        // Multi-head latent attention: what is kept is both, the values being a part of the keys.
        let is_latent = self.unsigned("attention.key_length_mla").is_some_and(|length| length > 0);
        let width = if is_latent { length("key") } else { length("key").saturating_add(length("value")) };
        Layer { kept_per_token: kept_heads.saturating_mul(width), has_window, state }
    }

    fn has_tensor(&self, layer: u64, is_it: impl Fn(&str) -> bool) -> bool {
        self.tensors.get(&layer).is_some_and(|names| names.iter().any(|name| is_it(name)))
    }

    fn is_recurrent(&self, layer: u64) -> bool {
        self.has_tensor(layer, |name| {
            name.starts_with("ssm_") || name.starts_with("shortconv.") || name.starts_with("time_mix_")
        })
    }

    fn keeps_keys(&self, layer: u64) -> bool {
        // The layers behind these share what they keep.
        let shared = self.unsigned("attention.shared_kv_layers").unwrap_or(0);
        let keeping = match self.architecture {
            "gemma3n" => GEMMA3N_LAYERS_THAT_KEEP,
            _ => self.layers - shared.min(self.layers),
        };
        if layer >= keeping {
            return false;
        }
        // A recurrent layer may call the projection before its state by the name of attention's.
        let fused = !self.is_recurrent(layer);
        self.has_tensor(layer, |name| {
            name.starts_with("attn_k.") || name.starts_with("attn_kv_") || (fused && name.starts_with("attn_qkv."))
        })
    }

    fn window_rule(&self) -> Option<&'static WindowRule> {
        WINDOW_RULES.iter().find(|rule| rule.architecture == self.architecture)
    }

    fn window_tokens(&self) -> u64 {
        let default = self.window_rule().map_or(0, |rule| rule.default_tokens);
        self.unsigned("attention.sliding_window").unwrap_or(default)
    }

    fn has_window(&self, layer: u64) -> bool {
        let Some(rule) = self.window_rule() else { return false };
        if self.window_tokens() == 0 || (self.architecture == "exaone4" && self.layers != 64) {
            return false;
        }
        let name = "attention.sliding_window_pattern";
        let listed = self.header.metadata().array(&format!("{}.{name}", self.architecture));
        if listed.is_some() {
            return self.for_layer(name, layer) == Some(1);
        }
        match self.unsigned(name).unwrap_or(rule.period) {
            0 => true,
            period if rule.begins_with_full => !layer.is_multiple_of(period),
            period => layer % period != period - 1,
        }
    }

    /// Numbers in the state of a recurrent layer: what `n_embd_r` and `n_embd_s` of `llama-hparams.cpp` add up to.
    fn state(&self) -> u64 {
        let number = |name: &str| self.unsigned(name).unwrap_or(0);
        let heads = self.for_layer("attention.head_count", 0).unwrap_or(0);
        let head = number("wkv.head_size");
        if head > 0 {
            return self.embedding.saturating_mul(head.saturating_add(2));
        }
        let convolution = number("shortconv.l_cache");
        if convolution > 0 {
            return self.embedding.saturating_mul(convolution - 1);
        }
        let kernel = number("ssm.conv_kernel").saturating_sub(1);
        let delta_head = number("kda.head_dim");
        if delta_head > 0 {
            let inner = heads.saturating_mul(delta_head);
            return inner.saturating_mul(delta_head).saturating_add(inner.saturating_mul(3).saturating_mul(kernel));
        }
        let (inner, state, groups) = (number("ssm.inner_size"), number("ssm.state_size"), number("ssm.group_count"));
        let convolved = inner.saturating_add(groups.saturating_mul(state).saturating_mul(2));
        kernel.saturating_mul(convolved).saturating_add(state.saturating_mul(inner))
    }

    fn widest(&self) -> u64 {
        let largest = |name: &str| (0..self.layers).filter_map(|layer| self.for_layer(name, layer)).max().unwrap_or(0);
        let heads = largest("attention.head_count");
        let head = self.unsigned("attention.key_length").unwrap_or(self.embedding / heads.max(1));
        let experts = largest("expert_feed_forward_length").saturating_mul(largest("expert_used_count"));
        let inner = largest("ssm.inner_size");
        [largest("feed_forward_length"), experts, heads.saturating_mul(head), inner, self.embedding]
            .into_iter()
            .max()
            .unwrap_or(0)
    }

    fn read_bytes_per_token(&self, parts: &[Header]) -> u64 {
        let tensors = || parts.iter().flat_map(Header::tensors);
        // Where there is no table of its own for the output, that of the input is read whole.
        let has_output = tensors().any(|tensor| tensor.name == "output.weight");
        let experts = self.unsigned("expert_count").unwrap_or(0);
        let used = self.unsigned("expert_used_count").unwrap_or(experts).min(experts);
        tensors()
            .map(|tensor| match tensor.name.as_str() {
                "token_embd.weight" if has_output => 0,
                "per_layer_token_embd.weight" => 0,
                name if experts > 0 && name.contains("_exps.") => tensor.size_bytes / experts * used,
                _ => tensor.size_bytes,
            })
            .fold(0, u64::saturating_add)
    }
}
