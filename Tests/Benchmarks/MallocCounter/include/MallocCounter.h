#ifndef MALLOC_COUNTER_H
#define MALLOC_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations can be counted on this platform.
bool malloc_counter_is_available(void);

/// Starts counting the allocations of every thread, from zero.
void malloc_counter_start(void);

/// Stops counting and returns the number of allocations since the start.
uint64_t malloc_counter_stop(void);

/// Whether the bytes that are in use can be told on this platform.
bool malloc_counter_knows_bytes(void);

/// Returns how many bytes of the heap are in use, with what the allocator itself needs for them.
uint64_t malloc_counter_bytes_in_use(void);

#endif
