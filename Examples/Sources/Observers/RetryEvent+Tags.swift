package import RetryCore

extension RetryEvent {
    /// What metrics, logs and traces tell events apart by: the class of the failure, the type of the error, and the
    /// operation; empty where there is none.
    ///
    /// There are few classes, types and operations. Whatever has many values, such as the text of an error or the id of
    /// a request, does not belong into a tag: each value makes a counter of its own.
    package var tags: [(String, String)] {
        [("class", errorClass?.id ?? ""), ("error_type", errorType ?? ""), ("operation", operation ?? "")]
    }
}
