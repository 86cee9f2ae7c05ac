// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "RetryKit",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        // A product lists every target that it re-exports: otherwise a client that lists this product alone is not
        // compiled anew when a stored property of such a target changes, and corrupts its memory.
        .library(name: "RetryCore", targets: ["RetryCore"]),
        .library(name: "RetryAsync", targets: ["RetryAsync", "RetryCore"]),
        .library(name: "RetryFoundation", targets: ["RetryFoundation", "RetryCore"]),
        .library(name: "RetryTesting", targets: ["RetryTesting", "RetryAsync", "RetryCore"]),
    ],
    targets: [
        // A test target names every module that it sees, re-exported ones too, or it is not compiled anew with them.
        .target(name: "RetryCore"),
        .target(name: "RetryAsync", dependencies: ["RetryCore"]),
        .target(name: "RetryFoundation", dependencies: ["RetryCore"]),
        .target(name: "RetryTesting", dependencies: ["RetryCore", "RetryAsync"]),
        .testTarget(name: "RetryCoreTests", dependencies: ["RetryCore", "RetryTesting"]),
        .testTarget(name: "RetryAsyncTests", dependencies: ["RetryAsync", "RetryCore", "RetryTesting"]),
        .testTarget(name: "RetryFoundationTests", dependencies: ["RetryCore", "RetryFoundation"]),
        .testTarget(name: "RetryTestingTests", dependencies: ["RetryAsync", "RetryCore", "RetryTesting"]),
        .testTarget(
            name: "ConformanceTests", dependencies: ["RetryAsync", "RetryCore", "RetryFoundation", "RetryTesting"],
            resources: [.copy("Resources")]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            // `any` is written out, so that the cost of an existential is seen where it is paid.
            .enableUpcomingFeature("ExistentialAny"),
            // A member is found only through a module that the file itself imports.
            .enableUpcomingFeature("MemberImportVisibility"),
            // An import is not part of a module's interface unless it says `public`.
            .enableUpcomingFeature("InternalImportsByDefault"),
            // An async function stays on its caller's actor unless it says otherwise.
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            // A warning is a defect that has not been looked at yet.
            .treatAllWarnings(as: .error),
            // Every public type states whether it may cross concurrency domains.
            .treatWarning("ExplicitSendable", as: .error),
        ]
}
