#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// Runs `body` while a broken pipe is an error number and not the end of the process.
///
/// The signal stays ignored: servers and clients of this process want it so, too.
func ignoringBrokenPipe(_ body: () throws -> Void) throws {
    _ = signal(SIGPIPE, SIG_IGN)
    try body()
}
