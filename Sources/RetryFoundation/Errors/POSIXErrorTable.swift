import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the error numbers of the system stand for; the table is documented at `POSIXError.classification`.
enum POSIXErrorTable {
    static func meaning(of code: Int) -> ErrorMeaning? {
        Int32(exactly: code).flatMap { meaningOfPassing($0) ?? meaningOfLasting($0) }
    }

    /// What may pass by itself, and what is nobody's fault.
    private static func meaningOfPassing(_ code: Int32) -> ErrorMeaning? {
        switch code {
        case ECANCELED:
            .cancellation
        case ECONNRESET, ECONNREFUSED, ECONNABORTED, ENOTCONN, EPIPE, ETIMEDOUT, EHOSTUNREACH, EHOSTDOWN, ENETDOWN,
            ENETUNREACH, ENETRESET, EADDRNOTAVAIL:
            .failure(.transient)
        case EAGAIN, EWOULDBLOCK, EINTR, EBUSY, ENOBUFS, ENOMEM, EMFILE, ENFILE, ETXTBSY:
            .failure(.transient)
        case EDEADLK, ENOLCK, ESTALE:
            .failure(.concurrency)
        default:
            nil
        }
    }

    /// What the next try finds as this one did.
    private static func meaningOfLasting(_ code: Int32) -> ErrorMeaning? {
        switch code {
        case EACCES, EPERM:
            .failure(.permission)
        case ENOENT, ENOTDIR, EISDIR, EEXIST, ENOTEMPTY, ENAMETOOLONG, ELOOP, EXDEV, EROFS, EFBIG, ESPIPE, ENODEV,
            ENXIO, ENOTTY:
            .failure(.permanent)
        case EINVAL, EBADF, EFAULT, E2BIG, ENOEXEC, ENOSYS, EDOM, ERANGE, EILSEQ, ENOTSUP, EOPNOTSUPP:
            .failure(.permanent)
        case ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT, EPROTONOSUPPORT, EAFNOSUPPORT, EISCONN:
            .failure(.permanent)
        default:
            nil
        }
    }
}
