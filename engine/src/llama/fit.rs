//! How much of a model goes onto the devices: upstream's computation (`common_fit_params`, common/fit.cpp).

use std::{ffi::CString, path::Path, ptr};

use llama_cpp_sys_2 as sys;

use super::{Backend, ContextSettings, Gpu};

/// Of each device's memory, this share is left free, but no more than [`MOST_MARGIN_BYTES`]: the screen is drawn by it,
/// and other programs come and go.
const MARGIN_SHARE: u64 = 10;
const MOST_MARGIN_BYTES: u64 = 512 << 20;

/// A split of a model between the devices and the processor.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Below zero: all.
    layers: i32,
    tensor_split: Vec<f32>,
    /// Ends with an entry of nulls. The patterns are texts of the native library that live as long as it does.
    overrides: Vec<sys::llama_model_tensor_buft_override>,
}

/// Why there is no split.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum FitError {
    /// The file's name cannot be passed to native code.
    #[error("the file has a name that native code cannot take")]
    FileName,
    /// There is none that fits.
    #[error("no split between the devices and the processor fits")]
    NoneFits,
    /// llama.cpp cannot make a model or a context of it.
    #[error("llama.cpp cannot set up this model")]
    Unsupported,
}

/// What of the model at `path` goes onto the devices of the backend's path, with this context. Reads the model's header
/// some times, and none of its weights. `layers` decides that number by hand.
pub fn fit(backend: &Backend, path: &Path, context: &ContextSettings, layers: Option<u32>) -> Result<Fitted, FitError> {
    let path = path.to_str().and_then(|path| CString::new(path).ok()).ok_or(FitError::FileName)?;
    // SAFETY: these two only tell numbers.
    let (most_devices, most_overrides) = unsafe { (sys::llama_max_devices(), sys::llama_max_tensor_buft_overrides()) };
    let nothing = sys::llama_model_tensor_buft_override { pattern: ptr::null(), buft: ptr::null_mut() };
    let mut fitted =
        Fitted { layers: -1, tensor_split: vec![0.0; most_devices], overrides: vec![nothing; most_overrides] };
    if let Some(layers) = layers {
        fitted.layers = i32::try_from(layers).unwrap_or(i32::MAX);
        return Ok(fitted);
    }
    let mut margins = backend.gpus().iter().copied().map(margin).collect::<Vec<_>>();
    margins.resize(most_devices, 0);
    // SAFETY: default parameters are plain values.
    let mut model = unsafe { sys::llama_model_default_params() };
    let mut context = context.native();
    // SAFETY: the path ends with NUL; all buffers live during the call and have the lengths that common/fit.h asks for.
    // It catches its own exceptions. The worker's thread is the only one that loads, so nobody else uses the log's
    // callback, which it turns aside meanwhile, for a model.
    let status = unsafe {
        sys::llama_rs_fit_params(
            path.as_ptr(),
            &raw mut model,
            &raw mut context,
            fitted.tensor_split.as_mut_ptr(),
            fitted.overrides.as_mut_ptr(),
            margins.as_mut_ptr(),
            context.n_ctx,
            ptr::null(),
            sys::GGML_LOG_LEVEL_ERROR,
        )
    };
    match status {
        0 => {
            fitted.layers = model.n_gpu_layers;
            Ok(fitted)
        }
        1 => Err(FitError::NoneFits),
        _ => Err(FitError::Unsupported),
    }
}

impl Fitted {
    /// Layers on devices, of so many in all.
    pub fn layers(&self, of: u32) -> u32 {
        u32::try_from(self.layers).map_or(of, |layers| layers.min(of))
    }

    /// Whether all of the model is on the devices.
    pub fn is_whole(&self) -> bool {
        self.layers < 0 && !self.splits_layers()
    }

    /// Whether some tensors of these layers stay with the processor all the same (the experts of a mixture).
    fn splits_layers(&self) -> bool {
        self.overrides.first().is_some_and(|first| !first.pattern.is_null())
    }

    /// Native code keeps the pointers as long as it loads.
    pub(super) fn apply(&self, parameters: &mut sys::llama_model_params) {
        parameters.n_gpu_layers = self.layers;
        if self.tensor_split.iter().any(|share| *share != 0.0) {
            parameters.tensor_split = self.tensor_split.as_ptr();
        }
        if self.splits_layers() {
            parameters.tensor_buft_overrides = self.overrides.as_ptr();
        }
    }
}

fn margin(gpu: Gpu) -> usize {
    let (_, total) = gpu.memory();
    usize::try_from((total / MARGIN_SHARE).min(MOST_MARGIN_BYTES)).unwrap_or(0)
}
