extension Duration {
    /// The longest duration that fits into 64 bits of nanoseconds: about 292 years.
    @inlinable
    package static var longest: Duration { .nanoseconds(Int64.max) }

    /// The duration in whole nanoseconds, rounded towards zero, at most ±`Int64.max`.
    ///
    /// All arithmetic of the library happens on this number, so that no duration of the caller's can overflow it.
    @inlinable
    package var saturatedNanoseconds: Int64 {
        max(Int64(clamping: attoseconds / 1_000_000_000), -.max)
    }

    /// The nearest duration to a number of nanoseconds; a NaN is zero, and what does not fit is ``longest``.
    @inlinable
    package init(saturatingNanoseconds nanoseconds: Double) {
        self = .nanoseconds(Int64(saturating: nanoseconds))
    }

    /// The duration as seconds, for display and for histograms.
    @inlinable
    package var inSeconds: Double { Double(attoseconds) / 1e18 }
}

extension Int64 {
    /// The integer nearest to `value` towards zero, within the range of the type; zero for NaN.
    @inlinable
    package init(saturating value: Double) {
        if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = value.isNaN ? 0 : Int64(value)
        }
    }

    /// The sum, held at the ends of the range.
    @inlinable
    package func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (self < 0 ? .min : .max) : sum
    }

    /// The difference, held at the ends of the range.
    @inlinable
    package func saturatingSubtract(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < 0 ? .min : .max) : difference
    }

    /// The product, held at the ends of the range.
    @inlinable
    package func saturatingMultiply(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
