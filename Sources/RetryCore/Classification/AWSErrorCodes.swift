/// Error codes of Amazon Web Services.
public enum AWSErrorCodes: Sendable {
    /// The codes by which a service says that it is asked too often.
    public static let throttling: Set<String> = [
        "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
    ]
}
