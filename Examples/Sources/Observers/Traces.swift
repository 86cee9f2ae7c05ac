package import RetryCore
package import Tracing

extension RetryObserver {
    /// Traces calls over swift-distributed-tracing: a span for each, with an event for each retry.
    package static func tracing(_ tracer: some Tracer) -> RetryObserver {
        .spans(
            start: { tracer.startSpan($0) },
            event: { $0.addEvent(SpanEvent(name: $1, attributes: attributes($2))) },
            end: { span, fields, failure in
                span.attributes.merge(attributes(fields))
                if let failure { span.setStatus(SpanStatus(code: .error, message: failure)) }
                span.end()
            })
    }

    private static func attributes(_ fields: [EventField]) -> SpanAttributes {
        SpanAttributes(
            fields.reduce(into: [:]) { $0[$1.key] = $1.value.number.map { .double($0) } ?? .string($1.value.text) })
    }
}
