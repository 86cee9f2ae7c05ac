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

#endif
