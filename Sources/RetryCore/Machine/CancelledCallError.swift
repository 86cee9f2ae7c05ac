/// An error that ends a call without an attempt; neutral for a circuit breaker, because the service was not called.
package struct CancelledCallError: CancellationAwareError {
    package init() {}

    package var isCancellation: Bool { true }
}
