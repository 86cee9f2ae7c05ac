import RetryAsync

/// Rejects what is below zero, as a failure of a class.
func negatives(_ classification: ErrorClassification) -> @Sendable (borrowing Int) -> ErrorClassification? {
    { $0 < 0 ? classification : nil }
}

/// Rejects every value.
func everything(_ classification: ErrorClassification) -> @Sendable (borrowing Int) -> ErrorClassification? {
    { _ in classification }
}

/// Rejects by the table of HTTP statuses.
@Sendable func badStatus(_ status: borrowing Int) -> ErrorClassification? {
    HTTPStatusTable.errorClass(copy status).map { ErrorClassification($0) }
}
