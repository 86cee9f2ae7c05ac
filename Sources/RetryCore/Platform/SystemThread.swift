// Windows and WASI have no threads of POSIX. The effect stores alone start threads, and are left out there.
#if !os(Windows) && !os(WASI)
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This system's threads are unknown: add them to Sources/RetryCore/Platform.")
#endif

/// A thread of the system.
package enum SystemThread {
    /// Starts a thread that runs `body` and ends with it.
    ///
    /// - Returns: `false` if the system has no further thread; `body` is not run then.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let start = Unmanaged.passRetained(Start(body)).toOpaque()
        #if canImport(Darwin) || canImport(Musl)
        var thread: pthread_t?
        #elseif canImport(Glibc) || canImport(Android)
        var thread = pthread_t()
        #endif
        let status = pthread_create(&thread, nil, run, start)
        let started: pthread_t? = thread
        if status == 0, let started { pthread_detach(started) }
        if status != 0 { Unmanaged<Start>.fromOpaque(start).release() }
        return status == 0
    }
}

private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

// The systems differ in which of the two pointers may be nil, some from release to release: the compiler takes the form
// that fits. Nothing reads the result.

private func run(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let start { Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body() }
    return nil
}

private func run(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body()
    return nil
}

private func run(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body()
    return start
}
#endif
