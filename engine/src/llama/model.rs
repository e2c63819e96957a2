//! Weights and vocabulary of one GGUF file.

use std::{
    ffi::{CString, c_char, c_void},
    path::Path,
    ptr::{self, NonNull},
    rc::Rc,
};

use llama_cpp_sys_2 as sys;

use super::{Backend, Vocab, fatal, fit::Fitted};

/// Why a file did not become a model.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ModelError {
    /// The progress callback said no.
    #[error("cancelled")]
    Cancelled,
    /// The file's name cannot be passed to native code.
    #[error("the file has a name that native code cannot take")]
    FileName,
    /// llama.cpp cannot make a model of what the file holds (an architecture it does not know, tensors missing).
    #[error("llama.cpp cannot make a model of this file")]
    Unsupported,
    /// It could, but the weights find no room.
    #[error("the weights find no room in memory")]
    OutOfMemory,
}

/// Where the weights are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// In the file, mapped into memory.
    Mapped,
    /// In memory of the process.
    Copied,
    /// Nowhere: only their shapes are worked out.
    Nowhere,
}

/// Which of a model's layers are on the devices of the backend's path.
#[derive(Debug, Clone)]
pub enum Offload {
    /// None: the processor computes alone, also what it could hand over.
    Nothing,
    /// All.
    Everything,
    /// As upstream's fit computation has it.
    Fitted(Fitted),
}

/// A loaded model.
#[derive(Debug)]
pub struct Model {
    native: NonNull<sys::llama_model>,
    // What native code was given pointers to at loading.
    _offload: Offload,
    backend: Rc<Backend>,
}

impl Model {
    /// Reads `path`, which the safe header check must have passed. `go_on` is told the progress from 0 to 1 and
    /// ends the load by returning false.
    pub fn load(
        backend: &Rc<Backend>,
        path: &Path,
        weights: Weights,
        offload: &Offload,
        mut go_on: impl FnMut(f32) -> bool,
    ) -> Result<Rc<Self>, ModelError> {
        fatal::forget();
        let path = path.to_str().and_then(|path| CString::new(path).ok()).ok_or(ModelError::FileName)?;
        let mut cancelled = false;
        let mut watch = |fraction: f32| {
            let go_on = go_on(fraction);
            cancelled |= !go_on;
            go_on
        };
        if let Some(model) = Self::load_native(backend, &path, &mut watch, weights, offload) {
            return Ok(Rc::new(model));
        }
        if cancelled {
            return Err(ModelError::Cancelled);
        }
        // The reason stands only in the log. But what can be built without its weights lacks nothing but room.
        match Self::load_native(backend, &path, &mut |_| true, Weights::Nowhere, offload) {
            Some(_) => Err(ModelError::OutOfMemory),
            None => Err(ModelError::Unsupported),
        }
    }

    fn load_native<F: FnMut(f32) -> bool>(
        backend: &Rc<Backend>,
        path: &CString,
        go_on: &mut F,
        weights: Weights,
        offload: &Offload,
    ) -> Option<Self> {
        let offload = offload.clone();
        let mut no_devices = [ptr::null_mut()];
        // SAFETY: default parameters are plain values.
        let mut parameters = unsafe { sys::llama_model_default_params() };
        match &offload {
            Offload::Nothing => {
                // The list of devices ends with null.
                parameters.devices = no_devices.as_mut_ptr();
                parameters.n_gpu_layers = 0;
            }
            Offload::Everything => {}
            Offload::Fitted(fitted) => fitted.apply(&mut parameters),
        }
        parameters.progress_callback = Some(on_progress::<F>);
        parameters.progress_callback_user_data = ptr::from_mut(go_on).cast::<c_void>();
        parameters.no_alloc = weights == Weights::Nowhere;
        parameters.load_mode = match weights {
            Weights::Mapped => sys::LLAMA_LOAD_MODE_MMAP,
            Weights::Copied | Weights::Nowhere => sys::LLAMA_LOAD_MODE_NONE,
        };
        // SAFETY: the path ends with NUL; path and callback live during the call, and the callback is used only in it.
        let model = unsafe { sys::llama_model_load_from_file(path.as_ptr(), parameters) };
        Some(Self { native: NonNull::new(model)?, _offload: offload, backend: Rc::clone(backend) })
    }

    /// What the model computes with.
    pub fn backend(&self) -> &Rc<Backend> {
        &self.backend
    }

    /// Its vocabulary.
    pub fn vocab(&self) -> Vocab<'_> {
        // SAFETY: the vocabulary belongs to the model, which outlives the result by the lifetime.
        unsafe { Vocab::of(sys::llama_model_get_vocab(self.as_ptr())) }
    }

    /// llama.cpp's own description of the weights, e.g. `llama 135M Q4_1`.
    pub fn description(&self) -> String {
        let mut text = vec![0_u8; 256];
        // SAFETY: the buffer is passed with its length; what does not fit is cut off.
        let length = unsafe { sys::llama_model_desc(self.as_ptr(), text.as_mut_ptr().cast::<c_char>(), text.len()) };
        // The length is that of the whole text, and a NUL takes the last place of what is there.
        text.truncate(usize::try_from(length).unwrap_or(0).min(text.len() - 1));
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Number of parameters.
    pub fn parameters(&self) -> u64 {
        // SAFETY: the model lives; the function only reads. So in the functions below.
        unsafe { sys::llama_model_n_params(self.as_ptr()) }
    }

    /// Size of the weights in bytes.
    pub fn size_bytes(&self) -> u64 {
        // SAFETY: as above.
        unsafe { sys::llama_model_size(self.as_ptr()) }
    }

    /// Context length in tokens the model was trained on.
    pub fn trained_context_tokens(&self) -> u32 {
        // SAFETY: as above.
        u32::try_from(unsafe { sys::llama_model_n_ctx_train(self.as_ptr()) }).unwrap_or(0)
    }

    /// Number of layers.
    pub fn layers(&self) -> u32 {
        // SAFETY: as above.
        u32::try_from(unsafe { sys::llama_model_n_layer(self.as_ptr()) }).unwrap_or(0)
    }

    /// Tokens that a layer with sliding-window attention looks back on; 0 for a model without such layers.
    pub fn sliding_window_tokens(&self) -> u32 {
        // SAFETY: as above.
        u32::try_from(unsafe { sys::llama_model_n_swa(self.as_ptr()) }).unwrap_or(0)
    }

    /// Whether it writes text from left to right, which is the one thing this engine can do with a model.
    pub fn writes_text(&self) -> bool {
        // SAFETY: as above.
        unsafe {
            sys::llama_model_has_decoder(self.as_ptr())
                && !sys::llama_model_has_encoder(self.as_ptr())
                && !sys::llama_model_is_diffusion(self.as_ptr())
        }
    }

    pub(super) fn as_ptr(&self) -> *mut sys::llama_model {
        self.native.as_ptr()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: ours alone; contexts hold the model by an `Rc` and so are gone.
        unsafe { sys::llama_model_free(self.as_ptr()) };
    }
}

unsafe extern "C" fn on_progress<F: FnMut(f32) -> bool>(fraction: f32, go_on: *mut c_void) -> bool {
    // SAFETY: `load_native` passes a pointer to its `F`, and llama.cpp calls from the loading thread only.
    let go_on = unsafe { &mut *go_on.cast::<F>() };
    go_on(fraction)
}
