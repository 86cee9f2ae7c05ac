extension EventObserver<RetryEvent> {
    /// Reports each call as a span of any tracing system, and each retry as an event of its span.
    ///
    /// With swift-distributed-tracing:
    ///
    /// ```swift
    /// let spans = RetryObserver.spans(
    ///     start: { tracer.startSpan($0) },
    ///     event: { span, name, fields in span.addEvent(SpanEvent(name: name, attributes: attributes(of: fields))) },
    ///     end: { span, fields, failure in
    ///         span.attributes.merge(attributes(of: fields))
    ///         if let failure { span.setStatus(SpanStatus(code: .error, message: failure)) }
    ///         span.end()
    ///     })
    /// ```
    ///
    /// A span is named `retry` and the operation. It starts in the task of the call, so that the span which is active
    /// there is its parent. An observer cannot make a span the active one: spans of the operation have the same parent.
    /// Its attributes are the fields of the call's last event; its failure is the code of that event, if the call did
    /// not succeed.
    ///
    /// - Parameters:
    ///   - start: Starts the span with this name.
    ///   - event: Adds an event, with its name and fields, to a span.
    ///   - end: Ends a span, with the fields of the call's end, and the reason why the call failed.
    /// - Returns: The observer.
    public static func spans<Span: Sendable>(
        start: @escaping @Sendable (_ name: String) -> Span,
        event: @escaping @Sendable (Span, _ name: String, [EventField]) -> Void,
        end: @escaping @Sendable (Span, [EventField], _ failure: String?) -> Void
    ) -> RetryObserver {
        let spans = Locked<[UInt64: Span]>([:])
        return RetryObserver { next in
            let call = next.call
            let span = spans.withLock { $0[call] } ?? start(next.spanName)
            guard let reason = next.stopReason else {
                spans.withLock { $0[call] = span }
                if next.kind != .attempt { event(span, next.code, next.fields) }
                return
            }
            spans.withLock { _ = $0.removeValue(forKey: call) }
            end(span, next.fields, reason == .succeeded || reason == .replayed ? nil : next.code)
        }
    }
}

extension RetryEvent {
    fileprivate var spanName: String { operation.map { "retry \($0)" } ?? "retry" }
}
