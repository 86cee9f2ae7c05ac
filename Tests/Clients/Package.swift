// swift-tools-version: 6.2
import PackageDescription

// The library beside the clients that its users have: their real errors, provoked on loopback.
let package = Package(
    name: "Clients",
    platforms: [.macOS(.v15)],
    dependencies: [
        // By name, because the folder of a clone may have any.
        .package(url: "https://github.com/apple/swift-crypto.git", "3.12.3"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        // The traits are those of the examples: both are built in one folder, and the library once.
        .package(name: "RetryKit", path: "../..", traits: ["SQLite", "PostgreSQL"]),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        // Faulty servers on loopback: sockets, and NIO for TLS.
        .target(
            name: "Faults",
            dependencies: [
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // Provokes the errors of each client.
        .target(
            name: "ClientErrors",
            dependencies: [
                "Faults",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCInProcessTransport", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        // Prints every error in full: the material for a table of a client's errors.
        .executableTarget(name: "DumpErrors", dependencies: ["ClientErrors"]),
        // Errors with the names of those of clients that are not here, to put real errors inside.
        .target(name: "PostgresNIO", path: "StandIns/PostgresNIO"),
        .target(name: "Valkey", path: "StandIns/Valkey"),
        // The library's answers about each error, beside a table of what they should be.
        .target(
            name: "Verdicts",
            dependencies: [
                "ClientErrors",
                .product(name: "RetryAsync", package: "RetryKit"),
            ],
            resources: [.copy("errors.tsv")]
        ),
        // The table without RetryFoundation: a program of its own, since conformances count for a whole process.
        .executableTarget(name: "CheckErrors", dependencies: ["Verdicts"]),
        // The table with RetryFoundation.
        .testTarget(
            name: "DriftTests",
            dependencies: [
                "ClientErrors",
                "PostgresNIO",
                "Valkey",
                "Verdicts",
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
            ]
        ),
        // Payments by real clients through the gate, counted by the server.
        .testTarget(
            name: "EffectTests",
            dependencies: [
                "Faults",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
            ]
        ),
        // The library's names beside those of packages that its users import in the same file.
        .testTarget(
            name: "NameTests",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "RetryCore", package: "RetryKit"),
                .product(name: "RetryFoundation", package: "RetryKit"),
                .product(name: "RetryTesting", package: "RetryKit"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
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
