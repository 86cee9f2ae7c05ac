import RetryAsync

/// Rejects what is below zero, as a failure of a class.
func negatives(_ classification: Classification) -> @Sendable (borrowing Int) -> Classification? {
    { $0 < 0 ? classification : nil }
}

/// Rejects every value.
func everything(_ classification: Classification) -> @Sendable (borrowing Int) -> Classification? {
    { _ in classification }
}

/// Rejects by the table of HTTP statuses.
@Sendable func badStatus(_ status: borrowing Int) -> Classification? {
    HTTPStatus.errorClass(copy status).map { Classification($0) }
}
