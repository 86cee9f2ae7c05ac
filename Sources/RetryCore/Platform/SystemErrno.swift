// The names are those of POSIX.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// Error numbers under the names of POSIX, where the headers of a system have none that Swift sees.
#if os(Windows)
// The numbers that Microsoft documents for its C library; the last two are those of Windows Sockets.
let EADDRNOTAVAIL: Int32 = 101
let EAFNOSUPPORT: Int32 = 102
let ECANCELED: Int32 = 105
let ECONNABORTED: Int32 = 106
let ECONNREFUSED: Int32 = 107
let ECONNRESET: Int32 = 108
let EDESTADDRREQ: Int32 = 109
let EHOSTUNREACH: Int32 = 110
let EISCONN: Int32 = 113
let ELOOP: Int32 = 114
let EMSGSIZE: Int32 = 115
let ENETDOWN: Int32 = 116
let ENETRESET: Int32 = 117
let ENETUNREACH: Int32 = 118
let ENOBUFS: Int32 = 119
let ENOPROTOOPT: Int32 = 123
let ENOTCONN: Int32 = 126
let ENOTSOCK: Int32 = 128
let ENOTSUP: Int32 = 129
let EOPNOTSUPP: Int32 = 130
let EPROTONOSUPPORT: Int32 = 135
let EPROTOTYPE: Int32 = 136
let ETIMEDOUT: Int32 = 138
let ETXTBSY: Int32 = 139
let EWOULDBLOCK: Int32 = 140
let EHOSTDOWN: Int32 = 10064
let ESTALE: Int32 = 10070
#elseif os(WASI)
// The numbers of WASI's first preview, whose macros Swift does not import.
let E2BIG: Int32 = 1
let EACCES: Int32 = 2
let EADDRNOTAVAIL: Int32 = 4
let EAFNOSUPPORT: Int32 = 5
let EAGAIN: Int32 = 6
let EBADF: Int32 = 8
let EBUSY: Int32 = 10
let ECANCELED: Int32 = 11
let ECONNABORTED: Int32 = 13
let ECONNREFUSED: Int32 = 14
let ECONNRESET: Int32 = 15
let EDEADLK: Int32 = 16
let EDESTADDRREQ: Int32 = 17
let EDOM: Int32 = 18
let EEXIST: Int32 = 20
let EFAULT: Int32 = 21
let EFBIG: Int32 = 22
let EHOSTUNREACH: Int32 = 23
let EILSEQ: Int32 = 25
let EINTR: Int32 = 27
let EINVAL: Int32 = 28
let EISCONN: Int32 = 30
let EISDIR: Int32 = 31
let ELOOP: Int32 = 32
let EMFILE: Int32 = 33
let EMSGSIZE: Int32 = 35
let ENAMETOOLONG: Int32 = 37
let ENETDOWN: Int32 = 38
let ENETRESET: Int32 = 39
let ENETUNREACH: Int32 = 40
let ENFILE: Int32 = 41
let ENOBUFS: Int32 = 42
let ENODEV: Int32 = 43
let ENOENT: Int32 = 44
let ENOEXEC: Int32 = 45
let ENOLCK: Int32 = 46
let ENOMEM: Int32 = 48
let ENOPROTOOPT: Int32 = 50
let ENOSYS: Int32 = 52
let ENOTCONN: Int32 = 53
let ENOTDIR: Int32 = 54
let ENOTEMPTY: Int32 = 55
let ENOTSOCK: Int32 = 57
let ENOTSUP: Int32 = 58
let ENOTTY: Int32 = 59
let ENXIO: Int32 = 60
let EPERM: Int32 = 63
let EPIPE: Int32 = 64
let EPROTONOSUPPORT: Int32 = 66
let EPROTOTYPE: Int32 = 67
let ERANGE: Int32 = 68
let EROFS: Int32 = 69
let ESPIPE: Int32 = 70
let ESTALE: Int32 = 72
let ETIMEDOUT: Int32 = 73
let ETXTBSY: Int32 = 74
let EXDEV: Int32 = 75
let EWOULDBLOCK: Int32 = EAGAIN
let EOPNOTSUPP: Int32 = ENOTSUP
/// No number: WASI has no such error.
let EHOSTDOWN: Int32 = .min
#elseif canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
// They have all of them.
#endif
