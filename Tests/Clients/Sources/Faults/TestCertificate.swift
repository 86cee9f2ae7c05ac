/// Certificates for tests alone: their key is public, and no program trusts them.
public enum TestCertificate: Sendable, CaseIterable {
    /// Valid for 127.0.0.1 until 2120, and signed by itself.
    case selfSigned
    /// Valid for 127.0.0.1 until 2021, and signed by itself.
    case expired
    /// Valid for another host until 2120, and signed by itself.
    case otherHost

    /// The certificate as PEM, for the server, and for a client that trusts it.
    public var pem: String {
        switch self {
        case .selfSigned: Self.selfSignedPEM
        case .expired: Self.expiredPEM
        case .otherHost: Self.otherHostPEM
        }
    }

    /// The key of all of them, as PEM.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfDClZWk5tNhOQ75P
        73ZB+D00O9/8j9XOpthtOnvJE1GhRANCAASY+4+pW3LXqapFXHatlMIuRBK2TBOM
        LixNdWxZEqwPKI3zGhq1Kswr2tYWLxQlB4ldc8hpI0YZC4jf3CEQQGL2
        -----END PRIVATE KEY-----
        """

    private static let selfSignedPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBaDCCAQ+gAwIBAgIUNm2e7Dt+8l5VOAoZelPRwH9nEBMwCgYIKoZIzj0EAwIw
        GzEZMBcGA1UEAwwQc2VsZi1zaWduZWQudGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8y
        MTIwMDEwMTAwMDAwMFowGzEZMBcGA1UEAwwQc2VsZi1zaWduZWQudGVzdDBZMBMG
        ByqGSM49AgEGCCqGSM49AwEHA0IABJj7j6lbctepqkVcdq2Uwi5EErZME4wuLE11
        bFkSrA8ojfMaGrUqzCva1hYvFCUHiV1zyGkjRhkLiN/cIRBAYvajLzAtMBoGA1Ud
        EQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
        BAMCA0cAMEQCIEL35wGbz/4OjIsD22wvJGmdrvEqzuZpgdU8PfJrV1gSAiBbBFYe
        71sHQ55ZbN/mX0ZoNK6LLiZ7ryt90Krr0GrEJw==
        -----END CERTIFICATE-----
        """

    private static let expiredPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBXjCCAQWgAwIBAgIUcbiiIkIhPNo5iNKihGCccZem/y8wCgYIKoZIzj0EAwIw
        FzEVMBMGA1UEAwwMZXhwaXJlZC50ZXN0MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEw
        MTAwMDAwMFowFzEVMBMGA1UEAwwMZXhwaXJlZC50ZXN0MFkwEwYHKoZIzj0CAQYI
        KoZIzj0DAQcDQgAEmPuPqVty16mqRVx2rZTCLkQStkwTjC4sTXVsWRKsDyiN8xoa
        tSrMK9rWFi8UJQeJXXPIaSNGGQuI39whEEBi9qMvMC0wGgYDVR0RBBMwEYIJbG9j
        YWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIg
        FCEpST6JuJX7+84+qyHF0QPMb1olahC0b4toozB/g8kCIG+Bd7QzbYKhArbbli5u
        6Spu7os3tPMvPkc79xsNKTpn
        -----END CERTIFICATE-----
        """

    private static let otherHostPEM = """
        -----BEGIN CERTIFICATE-----
        MIIBZTCCAQqgAwIBAgIUWmsuV0/KKEq2eHIaKP2ywGoj0IcwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOZWxzZXdoZXJlLnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEy
        MDAxMDEwMDAwMDBaMBkxFzAVBgNVBAMMDmVsc2V3aGVyZS50ZXN0MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEmPuPqVty16mqRVx2rZTCLkQStkwTjC4sTXVsWRKs
        DyiN8xoatSrMK9rWFi8UJQeJXXPIaSNGGQuI39whEEBi9qMuMCwwGQYDVR0RBBIw
        EIIOZWxzZXdoZXJlLnRlc3QwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJ
        ADBGAiEA9chXHKlXxc6/Qa4MszpG4Y4Yg1kEqpYhixecxn1bp18CIQCAJPTmu5d0
        Ez7gahP0rLqeFC+PD7rLBivQkXJPQXZFYA==
        -----END CERTIFICATE-----
        """
}
