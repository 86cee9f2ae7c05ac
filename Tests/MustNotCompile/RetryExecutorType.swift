// error: 'RetryExecutor' is unavailable: write RetryPipeline("users", policy: .api), with a modifier for each setting
// A name of an earlier version is answered with the new one.
import RetryAsync

#if TWIN
let users = RetryPipeline("users", policy: .api)
#else
let users = RetryExecutor("users", policy: .api)
#endif
