// error: 'attempts' is unavailable: write .maxAttempts(…)
// A name of an earlier version is answered with the new one.
import RetryAsync

#if TWIN
let policy = RetryPolicy.api.maxAttempts(5)
#else
let policy = RetryPolicy.api.attempts(5)
#endif
