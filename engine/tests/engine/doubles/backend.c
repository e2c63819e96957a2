/* A graphics backend that is none: it computes with the processor, under the name of a graphics card, and goes wrong in the
 * way that FAULT says. Compiled by the tests against the vendored headers of ggml. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ggml-backend-impl.h"
#include "ggml.h"

#define NONE 0
#define CRASH_AT_LOAD 1
#define HANG_AT_LOAD 2
#define NO_DEVICE 3
#define HANG 4
#define NONSENSE 5
#define CRASH 6
#define ASSERTION 7
#define EXCEPTION 8
#define OUT_OF_MEMORY 9

#ifndef FAULT
#define FAULT NONE
#endif
#ifndef MEMORY_BYTES
#define MEMORY_BYTES 8000000000ull
#endif

static struct ggml_backend_reg registration;
static struct ggml_backend_device device;
static struct ggml_backend_buffer_type buffers;
static ggml_backend_dev_t processor;
static enum ggml_status (*compute_well)(ggml_backend_t, struct ggml_cgraph *);

static const char * name(void) { return "Vulkan0"; }
static const char * device_name(ggml_backend_dev_t dev) { (void) dev; return name(); }
static const char * backend_name(ggml_backend_t backend) { (void) backend; return name(); }
static const char * buffers_name(ggml_backend_buffer_type_t type) { (void) type; return name(); }
static const char * registration_name(ggml_backend_reg_t reg) { (void) reg; return "Vulkan"; }
static const char * description(ggml_backend_dev_t dev) { (void) dev; return "Test double"; }
static enum ggml_backend_dev_type type(ggml_backend_dev_t dev) { (void) dev; return GGML_BACKEND_DEVICE_TYPE_GPU; }
static size_t device_count(ggml_backend_reg_t reg) { (void) reg; return FAULT == NO_DEVICE ? 0 : 1; }
static ggml_backend_dev_t device_at(ggml_backend_reg_t reg, size_t index) { (void) reg; (void) index; return &device; }
static ggml_backend_buffer_type_t buffer_type(ggml_backend_dev_t dev) { (void) dev; return &buffers; }
static bool is_host(ggml_backend_buffer_type_t type) { (void) type; return false; }
static void * no_function(ggml_backend_reg_t reg, const char * wanted) { (void) reg; (void) wanted; return NULL; }

static void memory(ggml_backend_dev_t dev, size_t * free, size_t * total) {
    (void) dev;
    *free = *total = MEMORY_BYTES;
}

static void properties(ggml_backend_dev_t dev, struct ggml_backend_dev_props * props) {
    *props = (struct ggml_backend_dev_props) { .name = name(), .description = description(dev), .type = type(dev) };
    memory(dev, &props->memory_free, &props->memory_total);
}

static bool supports_op(ggml_backend_dev_t dev, const struct ggml_tensor * op) {
    (void) dev;
    return ggml_backend_dev_supports_op(processor, op);
}

static bool supports_buffers(ggml_backend_dev_t dev, ggml_backend_buffer_type_t type) {
    (void) dev;
    return type == &buffers || ggml_backend_buft_is_host(type);
}

/* Not `raise`: a handler that lets the fault happen again would let this go on. */
static void crash(void) { *(volatile int *) (uintptr_t) 16 = 1; }

static enum ggml_status compute(ggml_backend_t backend, struct ggml_cgraph * graph) {
    if (FAULT == HANG) {
        for (;;) { pause(); }
    }
    if (FAULT == CRASH) {
        crash();
    }
    if (FAULT == ASSERTION) {
        GGML_ASSERT(graph == NULL && "the double's");
    }
    if (FAULT == EXCEPTION) {
        /* What becomes of an exception that nobody catches. */
        abort();
    }
    if (FAULT == OUT_OF_MEMORY) {
        GGML_ABORT("CUDA error: out of memory");
    }
    enum ggml_status status = compute_well(backend, graph);
    if (FAULT == NONSENSE) {
        struct ggml_tensor * last = ggml_graph_node(graph, -1);
        float * numbers = last->data;
        for (int64_t index = 0; last->type == GGML_TYPE_F32 && index < ggml_nelements(last); index++) {
            numbers[index] = (float) ((index * 7919) % 101) - 50.0f;
        }
    }
    return status;
}

static ggml_backend_t begin(ggml_backend_dev_t dev, const char * parameters) {
    ggml_backend_t backend = ggml_backend_dev_init(processor, parameters);
    /* Tests run beside each other, and threads that wait for one another are slow on a busy machine. */
    ((ggml_backend_set_n_threads_t) ggml_backend_reg_get_proc_address(processor->reg, "ggml_backend_set_n_threads"))(
        backend, 1);
    compute_well = backend->iface.graph_compute;
    backend->iface.graph_compute = compute;
    backend->iface.get_name = backend_name;
    backend->device = dev;
    return backend;
}

ggml_backend_reg_t ggml_backend_init(void);

ggml_backend_reg_t ggml_backend_init(void) {
    if (FAULT == CRASH_AT_LOAD) {
        crash();
    }
    if (FAULT == HANG_AT_LOAD) {
        for (;;) { pause(); }
    }
    processor = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    buffers = *ggml_backend_dev_buffer_type(processor);
    buffers.device = &device;
    buffers.iface.get_name = buffers_name;
    buffers.iface.is_host = is_host;
    device = (struct ggml_backend_device) {
        .iface = {
            .get_name = device_name, .get_description = description, .get_memory = memory, .get_type = type,
            .get_props = properties, .init_backend = begin, .get_buffer_type = buffer_type,
            .supports_op = supports_op, .supports_buft = supports_buffers,
        },
        .reg = &registration,
        .context = processor->context,
    };
    registration = (struct ggml_backend_reg) {
        .api_version = GGML_BACKEND_API_VERSION,
        .iface = {
            .get_name = registration_name, .get_device_count = device_count, .get_device = device_at,
            .get_proc_address = no_function,
        },
    };
    return &registration;
}
