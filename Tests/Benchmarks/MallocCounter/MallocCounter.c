#include "MallocCounter.h"

#include <errno.h>
#if defined(__linux__)
#include <malloc.h>
#endif
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static atomic_bool counting;
static atomic_uint_fast64_t allocations;

void malloc_counter_start(void) {
    atomic_store(&allocations, 0);
    atomic_store(&counting, true);
}

uint64_t malloc_counter_stop(void) {
    atomic_store(&counting, false);
    return atomic_load(&allocations);
}

#if defined(__GLIBC__)

// The executable's own malloc takes the place of the C library's in every library it loads. While nothing is counted
// it costs one load more, so that the timed rounds are not disturbed. What it returns is the C library's own memory:
// free stays as it is.

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static inline void note(void) {
    if (atomic_load_explicit(&counting, memory_order_relaxed)) {
        atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    }
}

bool malloc_counter_is_available(void) { return true; }

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
    note();
    return __libc_realloc(pointer, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    note();
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL) {
        return ENOMEM;
    }
    *result = memory;
    return 0;
}

#else

bool malloc_counter_is_available(void) { return false; }

#endif

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)

bool malloc_counter_knows_bytes(void) { return true; }

uint64_t malloc_counter_bytes_in_use(void) {
    struct mallinfo2 heap = mallinfo2();
    // Large blocks lie outside the arenas.
    return heap.uordblks + heap.hblkhd;
}

#else

bool malloc_counter_knows_bytes(void) { return false; }

uint64_t malloc_counter_bytes_in_use(void) { return 0; }

#endif
