//! Threads that compute, kept from one token to the next.

use std::{ffi::c_void, mem, ptr::NonNull, rc::Rc};

use llama_cpp_sys_2 as sys;

use super::{Backend, restraint};

type New = unsafe extern "C" fn(*mut sys::ggml_threadpool_params) -> sys::ggml_threadpool_t;
type Free = unsafe extern "C" fn(sys::ggml_threadpool_t);

/// Without one, ggml starts and ends its threads anew for every token.
#[derive(Debug)]
pub(super) struct Threadpool {
    pool: NonNull<sys::ggml_threadpool>,
    free: Free,
    _backend: Rc<Backend>,
}

/// On its way from the thread that made it.
struct NewPool(Option<NonNull<sys::ggml_threadpool>>);

// SAFETY: a pool belongs to no thread; it is handed over once, and its maker keeps nothing of it.
unsafe impl Send for NewPool {}

impl Threadpool {
    /// `None` when the CPU backend offers no pools (it may manage threads by other means). Threads for the background let
    /// other programs go first.
    pub(super) fn new(backend: &Rc<Backend>, threads: u32, background: bool) -> Option<Self> {
        let new = backend.cpu_function(c"ggml_threadpool_new")?;
        let free = backend.cpu_function(c"ggml_threadpool_free")?;
        // SAFETY: these are the signatures of the two functions in ggml-cpu.h.
        let (new, free) =
            unsafe { (mem::transmute::<*mut c_void, New>(new), mem::transmute::<*mut c_void, Free>(free)) };
        let threads = i32::try_from(threads).ok()?;
        // New threads have the priority of the one that makes them.
        let pool = restraint::run(background, || {
            // SAFETY: both take plain values and a parameter block that lives during the call. A pool may be made by any
            // thread.
            let pool = unsafe {
                let mut parameters = sys::ggml_threadpool_params_default(threads);
                new(&raw mut parameters)
            };
            NewPool(NonNull::new(pool))
        });
        Some(Self { pool: pool.0?, free, _backend: Rc::clone(backend) })
    }

    pub(super) fn as_ptr(&self) -> sys::ggml_threadpool_t {
        self.pool.as_ptr()
    }
}

impl Drop for Threadpool {
    fn drop(&mut self) {
        // SAFETY: ours alone; the context it was attached to is declared before it and so already freed.
        unsafe { (self.free)(self.pool.as_ptr()) };
    }
}
