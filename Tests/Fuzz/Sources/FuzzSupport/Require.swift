/// Ends the program unless a claim about the library is true; the fuzzer then keeps the input.
@inline(never)
public func require(_ isTrue: Bool, _ claim: @autoclosure () -> String) {
    if !isTrue { fatalError(claim()) }
}

/// Uses a result, so that the code which makes it is not left out.
@inline(never)
public func consume(_ value: some Any) {
    withUnsafePointer(to: value) { pointer in
        if UInt(bitPattern: pointer) == 1 { print(pointer.pointee) }
    }
}
