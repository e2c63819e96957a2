//! A model at work: KV cache, threads, logits.

use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    rc::Rc,
    slice,
    sync::Arc,
};

use hearth_ipc::{KvCacheType, Restraint};
use llama_cpp_sys_2 as sys;

use super::{Batch, Interrupt, Model, fatal, interrupt, restraint, threadpool::Threadpool};

/// The one sequence this engine works with.
const SEQUENCE: sys::llama_seq_id = 0;

/// `LLAMA_STATE_SEQ_FLAGS_NONE`, a macro in llama.h.
const WHOLE_STATE: sys::llama_state_seq_flags = 0;

/// A driver makes its programs at the first wide step and at the first narrow one; so many seconds are not taken for a hang.
const FIRST_STEP_PATIENCE: u32 = 20;

/// How a context is set up.
#[derive(Debug, Clone, Copy)]
pub struct ContextSettings {
    /// Room for so many tokens. llama.cpp rounds up to a multiple of 256.
    pub context_tokens: u32,
    /// Most tokens in one [`Context::decode`].
    pub batch_tokens: u32,
    /// Threads for computing.
    pub threads: u32,
    /// How keys and values are kept.
    pub kv_cache: KvCacheType,
}

impl ContextSettings {
    /// As llama.cpp takes them.
    pub(super) fn native(&self) -> sys::llama_context_params {
        let threads = i32::try_from(self.threads).unwrap_or(1);
        // SAFETY: default parameters are plain values.
        let mut parameters = unsafe { sys::llama_context_default_params() };
        parameters.n_ctx = self.context_tokens;
        parameters.n_batch = self.batch_tokens;
        parameters.n_ubatch = self.batch_tokens;
        parameters.n_seq_max = 1;
        // The default reserves a row of logits for every token of a batch.
        parameters.n_outputs_max = Context::MOST_OUTPUTS;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.flash_attn_type = sys::LLAMA_FLASH_ATTN_TYPE_AUTO;
        (parameters.type_k, parameters.type_v) = match self.kv_cache {
            KvCacheType::F16 => (sys::GGML_TYPE_F16, sys::GGML_TYPE_F16),
            KvCacheType::Q8_0 => (sys::GGML_TYPE_Q8_0, sys::GGML_TYPE_Q8_0),
        };
        // The whole history in the layers that look at a window only would cost memory for nothing; what that means
        // for going back is settled in `keep_prefix`.
        parameters.swa_full = false;
        parameters.no_perf = true;
        parameters
    }
}

/// Why there is no context.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ContextError {
    /// llama.cpp gave none; of a model that could be loaded, the cause is nearly always memory.
    #[error("llama.cpp could not set up a context of {0} tokens")]
    Refused(u32),
}

/// Why a batch was not decoded. In every case [`Context::cached_tokens`] tells what is in the cache now.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    /// [`Interrupt::stop`].
    #[error("stopped")]
    Stopped,
    /// No room in the KV cache.
    #[error("no room in the KV cache")]
    CacheFull,
    /// llama.cpp's error number.
    #[error("llama_decode failed with {0}")]
    Failed(i32),
}

/// A context for one sequence of tokens.
#[derive(Debug)]
pub struct Context {
    // Dropped in this order: the context uses the others.
    native: NativeContext,
    /// Rows of logits that the last decode left.
    outputs: usize,
    threads: u32,
    restraint: Restraint,
    /// Whether a device has computed a narrow step and a wide one.
    has_computed: [bool; 2],
    threadpool: Option<Threadpool>,
    interrupt: Arc<Interrupt>,
    model: Rc<Model>,
}

#[derive(Debug)]
struct NativeContext(NonNull<sys::llama_context>);

impl Drop for NativeContext {
    fn drop(&mut self) {
        // SAFETY: ours alone, and nothing computes with it: decoding borrows the `Context` exclusively.
        unsafe { sys::llama_free(self.0.as_ptr()) };
    }
}

impl Context {
    /// Most tokens of one batch whose logits can be asked for. Room for them is set aside: a row has a number of four
    /// bytes for each token of the vocabulary. (ggml's processor code computes attention for 64 tokens and more in
    /// another way, whose rounding differs enough to change what is written now and then.)
    pub const MOST_OUTPUTS: u32 = 32;

    /// Sets up KV cache and work space. While it decodes, `interrupt` stops it.
    pub fn new(model: &Rc<Model>, settings: ContextSettings, interrupt: &Arc<Interrupt>) -> Result<Self, ContextError> {
        let mut parameters = settings.native();
        parameters.abort_callback = Some(interrupt::abort_if_stopped);
        parameters.abort_callback_data = Arc::as_ptr(interrupt).cast_mut().cast::<c_void>();
        // SAFETY: the model lives (we keep an `Rc` of it), and so does the interrupt the callback is given.
        let context = unsafe { sys::llama_init_from_model(model.as_ptr(), parameters) };
        let native = NonNull::new(context).map(NativeContext).ok_or(ContextError::Refused(settings.context_tokens))?;
        fatal::forget();
        let mut context = Self {
            native,
            outputs: 0,
            threads: settings.threads,
            restraint: Restraint::default(),
            has_computed: [model.backend().gpus().is_empty(); 2],
            threadpool: None,
            interrupt: Arc::clone(interrupt),
            model: Rc::clone(model),
        };
        context.renew_threads();
        Ok(context)
    }

    /// Threads are made with the priority they will have: one that was lowered cannot be raised again.
    fn renew_threads(&mut self) {
        // SAFETY: the context lives and nothing computes with it; without a pool it makes threads as it needs them.
        unsafe { sys::llama_detach_threadpool(self.as_ptr()) };
        self.threadpool = Threadpool::new(self.model.backend(), self.threads, self.restraint.background);
        if let Some(threadpool) = &self.threadpool {
            // SAFETY: context and pool are alive, and the pool outlives the context (order of the fields) or is detached
            // before it goes (above).
            unsafe { sys::llama_attach_threadpool(self.as_ptr(), threadpool.as_ptr(), ptr::null_mut()) };
        }
    }

    /// Does what was last said of how much of the computer may be used.
    fn follow_restraint(&mut self) {
        let restraint = self.interrupt.restraint();
        if restraint == self.restraint {
            return;
        }
        let was_in_background = self.restraint.background;
        self.restraint = restraint;
        if restraint.background != was_in_background {
            self.renew_threads();
            restraint::of_process(restraint.background);
        }
        let threads = i32::try_from(self.threads()).unwrap_or(1);
        // SAFETY: the context lives and nothing computes with it: decoding borrows it exclusively.
        unsafe { sys::llama_set_n_threads(self.as_ptr(), threads, threads) };
        tracing::debug!(?restraint, threads, "computing with restraint");
    }

    /// Threads that compute, by what was last said of how much of the computer may be used.
    pub fn threads(&self) -> u32 {
        self.restraint.threads.unwrap_or(self.threads).clamp(1, self.threads)
    }

    /// The model at work.
    pub fn model(&self) -> &Rc<Model> {
        &self.model
    }

    /// What stops it.
    pub fn interrupt(&self) -> &Arc<Interrupt> {
        &self.interrupt
    }

    /// Whether its threads are kept from one token to the next.
    pub fn keeps_threads(&self) -> bool {
        self.threadpool.is_some()
    }

    /// Room in tokens as it was set up.
    pub fn tokens(&self) -> u32 {
        // SAFETY: the context lives; the function only reads.
        unsafe { sys::llama_n_ctx_seq(self.as_ptr()) }
    }

    /// Most tokens of one batch.
    pub fn batch_tokens(&self) -> u32 {
        // SAFETY: the context lives; the function only reads.
        unsafe { sys::llama_n_batch(self.as_ptr()) }
    }

    /// Decodes the batch, whose first position must follow what is cached. The logits that it asks for are in
    /// [`logits`](Self::logits) afterwards.
    pub fn decode(&mut self, batch: &mut Batch) -> Result<(), DecodeError> {
        self.outputs = 0;
        if batch.is_empty() {
            return Ok(());
        }
        self.follow_restraint();
        let is_wide = usize::from(batch.len() > 1);
        self.interrupt.be_patient(if self.has_computed[is_wide] { 0 } else { FIRST_STEP_PATIENCE });
        self.has_computed[is_wide] = true;
        let call = restraint::Call::new(self.as_ptr(), batch.as_native());
        let result = restraint::run(self.restraint.background, || {
            // SAFETY: the view points into the batch, which is borrowed during the call; its tokens come from this
            // model's vocabulary, and llama.cpp checks tokens and positions.
            unsafe { call.decode() }
        });
        self.interrupt.count_step();
        match result {
            0 => {
                self.outputs = batch.output_count();
                Ok(())
            }
            1 => Err(DecodeError::CacheFull),
            2 => Err(DecodeError::Stopped),
            error => Err(DecodeError::Failed(error)),
        }
    }

    /// A row of the last decoded batch's logits, one for each token of the vocabulary. Row 0 is that of the first
    /// token which asked for them; `None` if fewer did.
    pub fn logits(&mut self, row: usize) -> Option<&[f32]> {
        let length = self.model.vocab().len();
        // Counted from the end, a row has the same number whether all tokens or just the last asked for one.
        let from_end = i32::try_from(self.outputs.checked_sub(row).filter(|left| *left > 0)?).ok()?;
        // SAFETY: a negative index counts the rows with output from the last, and one that is not there gives null. A
        // row has as many numbers as the vocabulary has tokens and stays until the next decode, which the borrow
        // excludes.
        unsafe {
            let row = sys::llama_get_logits_ith(self.as_ptr(), -from_end);
            self.interrupt.be_patient(0);
            (!row.is_null()).then(|| slice::from_raw_parts(row, length))
        }
    }

    /// Number of tokens in the cache, from the sequence's start.
    pub fn cached_tokens(&self) -> u32 {
        // SAFETY: the memory belongs to the living context; -1 stands for an empty sequence.
        let last = unsafe { sys::llama_memory_seq_pos_max(self.memory(), SEQUENCE) };
        u32::try_from(last + 1).unwrap_or(0)
    }

    /// Whether [`keep_prefix`](Self::keep_prefix) would keep so many tokens: not with a model whose memory cannot go back
    /// so far (a recurrent state, a sliding window that has moved on).
    pub fn can_keep_prefix(&self, tokens: u32) -> bool {
        if tokens >= self.cached_tokens() {
            return true;
        }
        let window = self.model.sliding_window_tokens();
        // SAFETY: the memory belongs to the living context.
        let oldest = unsafe { sys::llama_memory_seq_pos_min(self.memory(), SEQUENCE) };
        !self.keeps_one_state() && (window == 0 || oldest <= tokens.saturating_sub(window).cast_signed())
    }

    /// Forgets all but the first `tokens` tokens and returns how many really stayed: `tokens`, or 0 where that
    /// [cannot be](Self::can_keep_prefix).
    pub fn keep_prefix(&mut self, tokens: u32) -> u32 {
        let cached = self.cached_tokens();
        if tokens >= cached && cached > 0 {
            return cached;
        }
        if tokens == 0 || !self.can_keep_prefix(tokens) {
            self.clear();
            return 0;
        }
        // SAFETY: the memory belongs to the living context; position and sequence are plain numbers.
        let removed = unsafe { sys::llama_memory_seq_rm(self.memory(), SEQUENCE, tokens.cast_signed(), -1) };
        if removed && self.cached_tokens() == tokens {
            return tokens;
        }
        self.clear();
        0
    }

    /// Whether the memory has an entry for each token, so that any beginning of it can be kept: not with a model that
    /// keeps one state instead, nor with one whose layers look at a window only.
    pub fn keeps_every_token(&self) -> bool {
        !self.keeps_one_state() && self.model.sliding_window_tokens() == 0
    }

    fn keeps_one_state(&self) -> bool {
        // SAFETY: the model lives; the functions only read.
        unsafe { sys::llama_model_is_recurrent(self.model.as_ptr()) || sys::llama_model_is_hybrid(self.model.as_ptr()) }
    }

    /// Whether any token can be forgotten again without those before it: not by a model that keeps one state instead
    /// of an entry for each token, nor by one whose window has begun to leave tokens behind.
    pub fn can_go_back(&self) -> bool {
        let window = self.model.sliding_window_tokens();
        !self.keeps_one_state() && (window == 0 || self.cached_tokens() + Self::MOST_OUTPUTS < window)
    }

    /// Size of what [`save_state`](Self::save_state) would copy, in bytes.
    pub fn state_bytes(&self) -> usize {
        // SAFETY: the context lives; the function only counts.
        unsafe { sys::llama_state_seq_get_size_ext(self.as_ptr(), SEQUENCE, WHOLE_STATE) }
    }

    /// A copy of what the memory holds; `None` where there is no room for one.
    pub fn save_state(&mut self) -> Option<Vec<u8>> {
        let size = self.state_bytes();
        let mut data = Vec::new();
        data.try_reserve_exact(size).ok()?;
        data.resize(size, 0);
        // SAFETY: the buffer is passed with its length.
        let written = unsafe {
            sys::llama_state_seq_get_data_ext(self.as_ptr(), data.as_mut_ptr(), data.len(), SEQUENCE, WHOLE_STATE)
        };
        (written == size && size > 0).then_some(data)
    }

    /// Replaces what the memory holds by what [`save_state`](Self::save_state) of the same model with the same settings
    /// has copied. Where that does not fit, nothing is left in it, and the result is false.
    ///
    /// llama.cpp checks sizes and shapes; that the data are what they once were is for the caller to see to.
    pub fn restore_state(&mut self, data: &[u8]) -> bool {
        // An empty memory is filled from its start, so that attention passes over nothing but these entries.
        self.clear();
        // SAFETY: the data are passed with their length, which llama.cpp does not exceed.
        let read = unsafe {
            sys::llama_state_seq_set_data_ext(self.as_ptr(), data.as_ptr(), data.len(), SEQUENCE, WHOLE_STATE)
        };
        if read != data.len() {
            self.clear();
        }
        read == data.len() && read > 0
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        // SAFETY: the memory belongs to the living context. The data need no wiping: without entries nobody reads them.
        unsafe { sys::llama_memory_clear(self.memory(), false) };
    }

    fn memory(&self) -> sys::llama_memory_t {
        // SAFETY: the context lives.
        unsafe { sys::llama_get_memory(self.as_ptr()) }
    }

    fn as_ptr(&self) -> *mut sys::llama_context {
        self.native.0.as_ptr()
    }
}
