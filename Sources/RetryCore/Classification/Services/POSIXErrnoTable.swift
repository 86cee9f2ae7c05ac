#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(WASILibc)
import WASILibc
#elseif canImport(CRT)
import CRT
#else
#error("This system's error numbers are unknown: add them here and to Sources/RetryCore/Platform.")
#endif

/// The error numbers of the system, and the class of failure that each stands for.
public enum POSIXErrnoTable: Sendable {
    /// Returns the class of an error number, or `nil` if the number alone says too little, such as `EIO`.
    ///
    /// | number | class |
    /// |---|---|
    /// | `ECONNRESET`, `ECONNREFUSED`, `ECONNABORTED`, `ENOTCONN`, `EPIPE`, `ETIMEDOUT` | transient |
    /// | `EHOSTUNREACH`, `EHOSTDOWN`, `ENETDOWN`, `ENETUNREACH`, `ENETRESET`, `EADDRNOTAVAIL` | transient |
    /// | `EAGAIN`, `EWOULDBLOCK`, `EINTR`, `EBUSY`, `ETXTBSY`, `ENOBUFS`, `ENOMEM`, `EMFILE`, `ENFILE` | transient |
    /// | `EDEADLK`, `ENOLCK`, `ESTALE` | concurrency |
    /// | `EACCES`, `EPERM` | permission |
    /// | an error in the path, the arguments or the kind of the file or socket | permanent |
    ///
    /// `ECANCELED` has no class: see ``isCancellation(_:)``.
    public static func errorClass(_ number: Int32) -> ErrorClass? {
        classOfPassing(number) ?? classOfLasting(number)
    }

    /// Returns whether an error number says that the operation was cancelled.
    public static func isCancellation(_ number: Int32) -> Bool { number == ECANCELED }

    /// Returns whether an error number says that a connection was refused: nothing was sent over it.
    package static func isRefusal(_ number: Int32) -> Bool { number == ECONNREFUSED }

    /// Returns whether an error number says that a file is missing: for a socket, that its server does not run.
    static func isAbsence(_ number: Int32) -> Bool { number == ENOENT }

    /// Returns the class of a failure that may pass by itself, or that has no cause in the request.
    private static func classOfPassing(_ number: Int32) -> ErrorClass? {
        switch number {
        case ECONNRESET, ECONNREFUSED, ECONNABORTED, ENOTCONN, EPIPE, ETIMEDOUT, EHOSTUNREACH, EHOSTDOWN, ENETDOWN,
            ENETUNREACH, ENETRESET, EADDRNOTAVAIL:
            .transient
        case EAGAIN, EWOULDBLOCK, EINTR, EBUSY, ENOBUFS, ENOMEM, EMFILE, ENFILE, ETXTBSY:
            .transient
        case EDEADLK, ENOLCK, ESTALE:
            .concurrency
        default:
            nil
        }
    }

    /// Returns the class of a failure that the next attempt meets again.
    private static func classOfLasting(_ number: Int32) -> ErrorClass? {
        switch number {
        case EACCES, EPERM:
            .permission
        case ENOENT, ENOTDIR, EISDIR, EEXIST, ENOTEMPTY, ENAMETOOLONG, ELOOP, EXDEV, EROFS, EFBIG, ESPIPE, ENODEV,
            ENXIO, ENOTTY:
            .permanent
        case EINVAL, EBADF, EFAULT, E2BIG, ENOEXEC, ENOSYS, EDOM, ERANGE, EILSEQ, ENOTSUP, EOPNOTSUPP:
            .permanent
        case ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT, EPROTONOSUPPORT, EAFNOSUPPORT, EISCONN:
            .permanent
        default:
            nil
        }
    }
}

/// An error that carries an error number of the system.
///
/// ```swift
/// extension Errno: POSIXErrnoError {
///     public var posixErrorNumber: Int32? { rawValue }
/// }
/// ```
public protocol POSIXErrnoError: Error {
    /// The number, as `errno` had it; `nil` if this error has none.
    var posixErrorNumber: Int32? { get }
}

extension ErrorClassifier {
    /// Classifies errors that carry an error number of the system, by the table of ``POSIXErrnoTable``; part of
    /// ``default``.
    public static let posixErrno = ErrorClassifier(
        Rule(strength: .code) { error in
            guard let number = (error as? any POSIXErrnoError)?.posixErrorNumber else { return nil }
            return POSIXErrnoTable.errorClass(number).map { ErrorClassification($0) }
        })

    /// Classifies all errors that carry an error number of the system as transient, as Bindu does.
    ///
    /// A missing file and a missing permission are retried, too; a cancellation is not.
    public static let everyPOSIXErrno = ErrorClassifier { error in
        guard let number = (error as? any POSIXErrnoError)?.posixErrorNumber else { return nil }
        return POSIXErrnoTable.isCancellation(number) ? nil : .transient
    }
}
