// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "PostgresEffectStore", targets: ["PostgresEffectStore"]),
        .library(name: "SQLiteEffectStore", targets: ["SQLiteEffectStore"]),
    ],
    dependencies: [
        // By name, because the folder of a clone may have any.
        .package(name: "RetryKit", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        // What every example needs, and no dependency but the library.
        .target(
            name: "Shared",
            dependencies: [
                .product(name: "RetryAsync", package: "RetryKit")
            ]
        ),
        // What examples with HTTP need: a misbehaving server, and a client whose errors are understood.
        .target(
            name: "SharedHTTP",
            dependencies: [
                "Shared",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "QuickStart",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "OutageDrill",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ],
            exclude: ["outage.svg"]
        ),
        .executableTarget(
            name: "StopOnSignal",
            dependencies: [
                "Shared",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "RetryCore", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "AgentTools",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "Configured",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
                .product(name: "RetryTesting", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "Batch",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
                .product(name: "RetryTesting", package: "RetryKit"),
            ]
        ),
        // Observers over the packages that most services log, count and trace with.
        .target(
            name: "Observers",
            dependencies: [
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .executableTarget(
            name: "ProxyService",
            dependencies: [
                "Observers",
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .executableTarget(
            name: "Payments",
            dependencies: [
                "PostgresEffectStore",
                "SQLiteEffectStore",
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ]
        ),
        // An effect store on PostgreSQL; its folder can be taken over into another package.
        .systemLibrary(
            name: "CLibPQ", path: "EffectStores/PostgresEffectStore/CLibPQ", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]
        ),
        .target(
            name: "PostgresEffectStore",
            dependencies: [
                "CLibPQ",
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/PostgresEffectStore",
            exclude: ["CLibPQ"]
        ),
        .testTarget(
            name: "PostgresEffectStoreTests",
            dependencies: [
                "CLibPQ",
                "PostgresEffectStore",
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "RetryTesting", package: "RetryKit"),
            ],
            path: "EffectStores/PostgresEffectStoreTests"
        ),
        .executableTarget(
            name: "PostgresEffectBenchmark",
            dependencies: [
                "PostgresEffectStore",
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/PostgresEffectBenchmark"
        ),
        // Effects on SQLite: see EffectStores/README.md.
        .systemLibrary(
            name: "CSQLite",
            path: "EffectStores/SQLiteEffectStore/CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .target(
            name: "SQLiteEffectStore",
            dependencies: [
                "CSQLite",
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/SQLiteEffectStore",
            exclude: ["CSQLite"]
        ),
        .testTarget(
            name: "SQLiteEffectStoreTests",
            dependencies: [
                "CSQLite",
                "SQLiteEffectStore",
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "RetryTesting", package: "RetryKit"),
            ],
            path: "EffectStores/SQLiteEffectStoreTests"
        ),
        // What EffectStores/CrashKit/run kills.
        .target(
            name: "CrashKit",
            dependencies: [
                .product(name: "RetryCore", package: "RetryKit")
            ],
            path: "EffectStores/CrashKit/Shared"
        ),
        .executableTarget(
            name: "SQLiteCrashRun",
            dependencies: [
                "CrashKit",
                "SQLiteEffectStore",
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/CrashKit/SQLite"
        ),
        .executableTarget(
            name: "PostgresCrashRun",
            dependencies: [
                "CrashKit",
                "PostgresEffectStore",
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/CrashKit/Postgres"
        ),
        .executableTarget(
            name: "SQLiteBenchmark",
            dependencies: [
                "CSQLite",
                "SQLiteEffectStore",
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/SQLiteBenchmark"
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    // The settings of the library itself.
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
        // A newer release of a dependency may deprecate what is used here.
        .treatWarning("DeprecatedDeclaration", as: .warning),
    ]
}
