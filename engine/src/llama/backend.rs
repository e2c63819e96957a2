//! The compute backends, loaded once per process from one folder.

use std::{
    env,
    ffi::{CStr, CString},
    path::{Path, PathBuf},
    rc::Rc,
};

use hearth_ipc::ComputePath;
use llama_cpp_sys_2 as sys;

use super::{devices::Gpu, fatal, log};

/// Why nothing can compute.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The folder's name cannot be passed to native code.
    #[error("the folder {0:?} has a name that native code cannot take")]
    FolderName(PathBuf),
    /// None of the folder's libraries can compute on this CPU, or there is none.
    #[error("no compute backend for this CPU in {0:?}")]
    NoCpu(PathBuf),
    /// The library of the wanted path is not there.
    #[error("the library {0:?} is not there")]
    NoLibrary(PathBuf),
    /// It is there, but the system cannot load it (it wants a driver's library that is not installed), or it does not
    /// come to life.
    #[error("the library {0:?} cannot be used")]
    LibraryRefused(PathBuf),
    /// This build has no such path.
    #[error("this build does not compute with {0:?}")]
    NotBuilt(ComputePath),
}

/// The loaded backends. One per process is enough; a second [`Backend::load`] finds the first one's libraries.
#[derive(Debug)]
pub struct Backend {
    path: ComputePath,
    cpu: sys::ggml_backend_dev_t,
    gpus: Vec<Gpu>,
}

impl Backend {
    /// Loads from `folder`, and from nowhere else, the best CPU variant and the library of `path`, by its exact name from
    /// the folder `gpu` in it. No other graphics driver is touched. A path may turn out to have no device, see
    /// [`devices`](Self::devices).
    pub fn load(folder: &Path, path: ComputePath) -> Result<Rc<Self>, BackendError> {
        let folder_name = native_path(folder)?;
        log::redirect_to_tracing();
        fatal::translate(path);
        // ggml would also load whatever this names.
        if env::var_os("GGML_BACKEND_PATH").is_some() {
            // SAFETY: the worker calls this first of all, and no other thread of this process reads or writes the
            // environment (their environment variables are read before they start).
            unsafe { env::remove_var("GGML_BACKEND_PATH") };
        }
        // SAFETY: the name ends with NUL and lives during the call; the functions may be called at any time and more
        // than once.
        let cpu = unsafe {
            if sys::ggml_backend_dev_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU).is_null() {
                sys::ggml_backend_load_all_from_path(folder_name.as_ptr());
            }
            sys::ggml_backend_dev_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU)
        };
        // Not without this check to `llama_backend_init`: where it finds no backend, it looks for some in the folder
        // llama.cpp was built in and in the working directory.
        if cpu.is_null() {
            return Err(BackendError::NoCpu(folder.to_owned()));
        }
        let gpus = match path {
            ComputePath::Cpu => Vec::new(),
            path => Gpu::all_of(registration(folder, path)?),
        };
        // SAFETY: it may be called more than once.
        unsafe { sys::llama_backend_init() };
        Ok(Rc::new(Self { path, cpu, gpus }))
    }

    /// What it was loaded to compute with.
    pub fn path(&self) -> ComputePath {
        self.path
    }

    /// What computes beside the processor.
    pub fn gpus(&self) -> &[Gpu] {
        &self.gpus
    }

    /// The processor, in words: `CPU (zen4)`, the variant of the code that was chosen for it.
    pub fn processor(&self) -> String {
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

fn native_path(path: &Path) -> Result<CString, BackendError> {
    let name = path.to_str().and_then(|name| CString::new(name).ok());
    name.ok_or_else(|| BackendError::FolderName(path.to_owned()))
}

/// The registration of a path's backend.
#[cfg(not(target_os = "macos"))]
fn registration(folder: &Path, path: ComputePath) -> Result<sys::ggml_backend_reg_t, BackendError> {
    if path == ComputePath::Metal {
        return Err(BackendError::NotBuilt(path));
    }
    let name = format!("{}ggml-{}{}", env::consts::DLL_PREFIX, path.as_str(), env::consts::DLL_SUFFIX);
    let library = folder.join("gpu").join(name);
    if !library.is_file() {
        return Err(BackendError::NoLibrary(library));
    }
    let name = native_path(&library)?;
    // SAFETY: the name ends with NUL and lives during the call. A library of our own build registers itself with the
    // ggml of this process; what its driver does is why this is a process of its own.
    let registration = unsafe { sys::ggml_backend_load(name.as_ptr()) };
    if registration.is_null() { Err(BackendError::LibraryRefused(library)) } else { Ok(registration) }
}

/// Metal is in the program itself.
#[cfg(target_os = "macos")]
fn registration(_folder: &Path, path: ComputePath) -> Result<sys::ggml_backend_reg_t, BackendError> {
    // SAFETY: the name ends with NUL; the registry may be asked at any time.
    let registration = match path {
        ComputePath::Metal => unsafe { sys::ggml_backend_reg_by_name(c"MTL".as_ptr()) },
        _ => std::ptr::null_mut(),
    };
    if registration.is_null() { Err(BackendError::NotBuilt(path)) } else { Ok(registration) }
}
