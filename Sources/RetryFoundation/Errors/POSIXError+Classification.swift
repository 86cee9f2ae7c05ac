public import Foundation
public import RetryCore

/// Evidence for the default classifier: the error numbers of the system.
extension POSIXError: PartlyClassifyingError, CancellationAwareError {
    /// The class of this error, by its code.
    ///
    /// | code | class |
    /// |---|---|
    /// | `ECONNRESET`, `ECONNREFUSED`, `ECONNABORTED`, `ENOTCONN`, `EPIPE`, `ETIMEDOUT` | transient |
    /// | `EHOSTUNREACH`, `EHOSTDOWN`, `ENETDOWN`, `ENETUNREACH`, `ENETRESET`, `EADDRNOTAVAIL` | transient |
    /// | `EAGAIN`, `EWOULDBLOCK`, `EINTR`, `EBUSY`, `ETXTBSY` | transient |
    /// | `ENOBUFS`, `ENOMEM`, `EMFILE`, `ENFILE` | transient |
    /// | `EDEADLK`, `ENOLCK`, `ESTALE` | concurrency |
    /// | `EACCES`, `EPERM` | permission |
    /// | `ENOENT`, `ENOTDIR`, `EISDIR`, `EEXIST`, `ENOTEMPTY`, `ENAMETOOLONG`, `ELOOP`, `EXDEV` | permanent |
    /// | `EROFS`, `EFBIG`, `ESPIPE`, `ENODEV`, `ENXIO`, `ENOTTY` | permanent |
    /// | `EINVAL`, `EBADF`, `EFAULT`, `E2BIG`, `ENOEXEC`, `EDOM`, `ERANGE`, `EILSEQ` | permanent |
    /// | `ENOSYS`, `ENOTSUP`, `EOPNOTSUPP`, `EPROTOTYPE`, `ENOPROTOOPT` | permanent |
    /// | `EPROTONOSUPPORT`, `EAFNOSUPPORT` | permanent |
    /// | `ENOTSOCK`, `EDESTADDRREQ`, `EMSGSIZE`, `EISCONN` | permanent |
    /// | `ECANCELED` | a cancellation, see ``isCancellation`` |
    /// | all others, such as `EIO` and `ENOSPC` | unknown |
    public var classification: ErrorClassification {
        ErrorClassifier.default.classification(of: self) ?? .unknown
    }

    package var ownClassification: ErrorClassification? { domainError.classification }

    /// A Boolean value that indicates whether this error says that the operation was cancelled: `ECANCELED`.
    public var isCancellation: Bool { domainError.evidence.isCancellation }

    private var domainError: DomainError {
        DomainError(domain: NSPOSIXErrorDomain, code: Int(code.rawValue), userInfo: [:])
    }
}
