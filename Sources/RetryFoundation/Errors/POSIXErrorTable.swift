import RetryCore

/// What the error numbers of the system stand for; the table is ``/RetryCore/POSIXErrno``.
enum POSIXErrorTable {
    static func meaning(of code: Int) -> ErrorMeaning? {
        guard let number = Int32(exactly: code) else { return nil }
        if POSIXErrno.isCancellation(number) { return .cancellation }
        return POSIXErrno.errorClass(number).map(ErrorMeaning.failure)
    }
}
