// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "RetryKit",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        // A product lists every target that it re-exports or whose types are in its interface: otherwise a client that
        // lists this product alone is not compiled anew when a stored property of such a target changes, and corrupts
        // its memory.
        .library(name: "RetryCore", targets: ["RetryCore"]),
        .library(name: "RetryAsync", targets: ["RetryAsync", "RetryCore"]),
        .library(name: "RetryFoundation", targets: ["RetryFoundation", "RetryAsync", "RetryCore"]),
        .library(name: "RetryTesting", targets: ["RetryTesting", "RetryAsync", "RetryCore"]),
        // Each needs its trait: without it, the product holds only a type that says so.
        .library(name: "SQLiteEffectStore", targets: ["SQLiteEffectStore", "RetryCore"]),
        .library(name: "PostgresEffectStore", targets: ["PostgresEffectStore", "RetryCore"]),
    ],
    traits: [
        .trait(name: "SQLite", description: "The effect store on SQLite; needs SQLite's headers and library."),
        .trait(name: "PostgreSQL", description: "The effect store on PostgreSQL; needs libpq's headers and library."),
    ],
    targets: [
        // A test target names every module that it sees, re-exported ones too, or it is not compiled anew with them.
        .target(name: "RetryCore"),
        .target(name: "RetryAsync", dependencies: ["RetryCore"]),
        .target(name: "RetryFoundation", dependencies: ["RetryCore", "RetryAsync"]),
        .target(name: "RetryTesting", dependencies: ["RetryCore", "RetryAsync"]),
        // No `pkgConfig`: SwiftPM would look for the libraries in every build, and warn where one is missing. The names
        // have a prefix because those of all targets of all packages must differ.
        .systemLibrary(name: "CRetrySQLite"),
        .systemLibrary(name: "CRetryPostgreSQL"),
        .target(
            name: "SQLiteEffectStore",
            dependencies: ["RetryCore", .target(name: "CRetrySQLite", condition: .when(traits: ["SQLite"]))]),
        .target(
            name: "PostgresEffectStore",
            dependencies: ["RetryCore", .target(name: "CRetryPostgreSQL", condition: .when(traits: ["PostgreSQL"]))]),
        .testTarget(name: "RetryCoreTests", dependencies: ["RetryCore", "RetryTesting"]),
        .testTarget(name: "RetryAsyncTests", dependencies: ["RetryAsync", "RetryCore", "RetryTesting"]),
        .testTarget(
            name: "RetryFoundationTests", dependencies: ["RetryAsync", "RetryCore", "RetryFoundation", "RetryTesting"]),
        .testTarget(name: "RetryTestingTests", dependencies: ["RetryAsync", "RetryCore", "RetryTesting"]),
        .testTarget(
            name: "SQLiteEffectStoreTests",
            dependencies: [
                "RetryCore", "RetryTesting", "SQLiteEffectStore",
                .target(name: "CRetrySQLite", condition: .when(traits: ["SQLite"])),
            ]),
        .testTarget(
            name: "PostgresEffectStoreTests",
            dependencies: [
                "PostgresEffectStore", "RetryAsync", "RetryCore", "RetryTesting",
                .target(name: "CRetryPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
            ]),
        .testTarget(
            name: "ConformanceTests", dependencies: ["RetryAsync", "RetryCore", "RetryFoundation", "RetryTesting"],
            resources: [.copy("Resources")]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
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
