// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [
        // By name, because the folder of a clone may have any.
        .package(name: "RetryKit", path: "..", traits: ["SQLite", "PostgreSQL"]),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
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
            name: "HTTPTour",
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
            name: "TailLatency",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "RateLimits",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "Overload",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
            ]
        ),
        .executableTarget(
            name: "OwnGuard",
            dependencies: ["Shared", .product(name: "RetryAsync", package: "RetryKit")]
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
                "Shared",
                "SharedHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "PostgresEffectStore", package: "RetryKit"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "SQLiteEffectStore", package: "RetryKit"),
            ]
        ),
        // The code of the articles about recipes, for clients and servers that their readers have.
        .executableTarget(
            name: "Recipes",
            dependencies: [
                "Shared",
                "SharedHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCInProcessTransport", package: "grpc-swift-2"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        // The effect stores beside the same statements without them: see EffectStores/README.md.
        .executableTarget(
            name: "PostgresEffectBenchmark",
            dependencies: [
                .product(name: "PostgresEffectStore", package: "RetryKit"),
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/PostgresEffectBenchmark"
        ),
        .systemLibrary(name: "CBenchmarkSQLite", path: "EffectStores/SQLiteBenchmark/CBenchmarkSQLite"),
        .executableTarget(
            name: "SQLiteBenchmark",
            dependencies: [
                "CBenchmarkSQLite",
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "SQLiteEffectStore", package: "RetryKit"),
            ],
            path: "EffectStores/SQLiteBenchmark",
            exclude: ["CBenchmarkSQLite"]
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
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "SQLiteEffectStore", package: "RetryKit"),
            ],
            path: "EffectStores/CrashKit/SQLite"
        ),
        .executableTarget(
            name: "PostgresCrashRun",
            dependencies: [
                "CrashKit",
                .product(name: "PostgresEffectStore", package: "RetryKit"),
                .product(name: "RetryCore", package: "RetryKit"),
            ],
            path: "EffectStores/CrashKit/Postgres"
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
