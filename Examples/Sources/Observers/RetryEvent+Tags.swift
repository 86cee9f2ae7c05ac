package import RetryCore

extension RetryEvent {
    /// The tags of an event for metrics, logs and traces: the class of the failure, the type of the error, and the
    /// operation; empty if there is none.
    ///
    /// There are few classes, types and operations. A property with many values, such as the text of an error or the id
    /// of a request, is not suited for a tag: each value makes a counter of its own.
    package var tags: [(String, String)] {
        [("class", errorClass?.id ?? ""), ("error_type", errorType ?? ""), ("operation", operation ?? "")]
    }
}
