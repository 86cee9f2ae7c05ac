import RetryAsync

/// An answer of `URLSession` that is not a success.
///
/// Its redirects are not known.
struct HTTPFailure: StatusCodeError {
    let statusCode: Int?
    let retryHint: RetryHint?
}
