//! The compute backends, loaded once per process from one folder.

use std::{
    env,
    ffi::{CStr, CString},
    path::{Path, PathBuf},
    rc::Rc,
};

use llama_cpp_sys_2 as sys;

use super::log;

/// Why nothing can compute.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The folder's name cannot be passed to native code.
    #[error("the folder {0:?} has a name that native code cannot take")]
    FolderName(PathBuf),
    /// None of the folder's libraries can compute on this CPU, or there is none.
    #[error("no compute backend for this CPU in {0:?}")]
    NoCpu(PathBuf),
}

/// The loaded backends. One per process is enough; a second [`Backend::load`] finds the first one's libraries.
#[derive(Debug)]
pub struct Backend {
    cpu: sys::ggml_backend_dev_t,
}

impl Backend {
    /// Loads from `folder`, and from nowhere else, the best CPU variant and whatever else lies there and works here.
    pub fn load(folder: &Path) -> Result<Rc<Self>, BackendError> {
        let folder_name = folder.to_str().and_then(|name| CString::new(name).ok());
        let Some(folder_name) = folder_name else { return Err(BackendError::FolderName(folder.to_owned())) };
        log::redirect_to_tracing();
        // ggml would also load whatever this names.
        if env::var_os("GGML_BACKEND_PATH").is_some() {
            // SAFETY: the worker calls this first of all, and no other thread of this process reads or writes the
            // environment (their environment variables are read before they start).
            unsafe { env::remove_var("GGML_BACKEND_PATH") };
        }
        // SAFETY: the name ends with NUL and lives during the call; the functions may be called at any time and more
        // than once.
        let cpu = unsafe {
            if sys::ggml_backend_dev_count() == 0 {
                sys::ggml_backend_load_all_from_path(folder_name.as_ptr());
            }
            sys::ggml_backend_dev_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU)
        };
        // Not without this check to `llama_backend_init`: where it finds no backend, it looks for some in the folder
        // llama.cpp was built in and in the working directory.
        if cpu.is_null() {
            return Err(BackendError::NoCpu(folder.to_owned()));
        }
        // SAFETY: it may be called more than once.
        unsafe { sys::llama_backend_init() };
        Ok(Rc::new(Self { cpu }))
    }

    /// What computes, in words: `CPU (zen4)`, the variant of the code that was chosen for this processor.
    pub fn device(&self) -> String {
        let library = self.cpu_library();
        let variant = library.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str()?.split_once("cpu-"));
        match variant {
            Some((_, variant)) => format!("CPU ({variant})"),
            None => self.description(),
        }
    }

    fn description(&self) -> String {
        // SAFETY: the device lives as long as the process; its description is a text that ends with NUL.
        let text = unsafe { CStr::from_ptr(sys::ggml_backend_dev_description(self.cpu)) };
        text.to_string_lossy().into_owned()
    }

    /// A function that the CPU backend's library offers by name, see `ggml_backend_reg_get_proc_address`.
    pub(super) fn cpu_function(&self, name: &CStr) -> Option<*mut std::ffi::c_void> {
        // SAFETY: device and registration live as long as the process; the name ends with NUL.
        let function = unsafe {
            let registration = sys::ggml_backend_dev_backend_reg(self.cpu);
            sys::ggml_backend_reg_get_proc_address(registration, name.as_ptr())
        };
        (!function.is_null()).then_some(function)
    }

    /// The file of the CPU backend: ggml does not tell which variant it took.
    #[cfg(unix)]
    fn cpu_library(&self) -> Option<PathBuf> {
        use std::os::unix::ffi::OsStrExt as _;

        let function = self.cpu_function(c"ggml_backend_set_n_threads")?;
        // SAFETY: `dladdr` fills the structure when it returns non-zero, with a name that lives as long as the library.
        let name = unsafe {
            let mut found = std::mem::zeroed::<libc::Dl_info>();
            if libc::dladdr(function, &raw mut found) == 0 || found.dli_fname.is_null() {
                return None;
            }
            CStr::from_ptr(found.dli_fname)
        };
        Some(std::ffi::OsStr::from_bytes(name.to_bytes()).into())
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "the same signature as where the answer can be found")]
    fn cpu_library(&self) -> Option<PathBuf> {
        None
    }
}
