// swift-tools-version: 6.2
import PackageDescription

// What a package outside sees of the durable effect stores. `.ci/traits` copies it, puts the URL of a repository on
// this machine in place of the public one, and builds it with traits and without.
let package = Package(
    name: "TraitsClient",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://example.com/RetryKit.git", from: "0.1.0", traits: [])],
    targets: [
        // Needs no trait.
        .executableTarget(name: "Plain", dependencies: [.product(name: "RetryCore", package: "RetryKit")]),
        // Needs the traits, to be built without them.
        .executableTarget(
            name: "Forgotten",
            dependencies: [
                .product(name: "PostgresEffectStore", package: "RetryKit"),
                .product(name: "SQLiteEffectStore", package: "RetryKit"),
            ]
        ),
        // Needs the trait SQLite.
        .executableTarget(
            name: "OnSQLite",
            dependencies: [
                .product(name: "RetryAsync", package: "RetryKit"),
                .product(name: "SQLiteEffectStore", package: "RetryKit"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
