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
#error("This system's C library is unknown: add it to Sources/RetryCore/Platform.")
#endif

/// Functions of the C library.
enum SystemFunctions {
    /// Returns whether both pointers lead to the same `count` bytes.
    static func areEqual(_ one: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>, count: Int) -> Bool {
        memcmp(one, other, count) == 0
    }

    /// Returns `base` to the power of `exponent`; infinity if it does not fit.
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}
