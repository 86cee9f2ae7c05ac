package import RetryCore
package import Tracing

extension RetryObserver {
    /// Adds events to the span that a call runs in, over swift-distributed-tracing, in the way of OpenTelemetry.
    ///
    /// ```swift
    /// let api = RetryPipeline(policy: .api).named("users").observer(.tracing(tracer))
    /// try await tracer.withSpan("user") { _ in try await api.execute { … } }
    /// ```
    ///
    /// - Parameter tracer: The tracer with the span of the task that makes the call.
    /// - Returns: The observer.
    package static func tracing(_ tracer: some Tracer) -> RetryObserver {
        RetryObserver { event in
            guard let context = ServiceContext.current, let span = tracer.activeSpan(identifiedBy: context) else {
                return
            }
            span.addEvent(SpanEvent(name: event.code, attributes: attributes(of: event)))
            if event.stopReason != nil { span.attributes["retry.attempts"] = event.attempt }
        }
    }

    private static func attributes(of event: RetryEvent) -> SpanAttributes {
        var attributes: SpanAttributes = [
            "retry.attempt": .int64(Int64(event.attempt)), "retry.sleep_s": .double(event.delay / .seconds(1)),
        ]
        for (name, value) in event.tags where !value.isEmpty { attributes["retry.\(name)"] = value }
        return attributes
    }
}
