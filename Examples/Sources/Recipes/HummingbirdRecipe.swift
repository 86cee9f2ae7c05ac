import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RetryAsync
import RetryFoundation
import Shared
import Synchronization

// MARK: The deadline of a request

extension HTTPField.Name {
    /// The milliseconds that the caller still waits.
    static let requestTimeout = HTTPField.Name(known: "x-request-timeout-ms")
    /// Marks an answer that was recorded for an earlier request with the same key.
    static let idempotentReplayed = HTTPField.Name(known: "idempotent-replayed")
}

/// Reads the time that the caller still waits, for every call that the handler makes.
///
/// The handler is cancelled when it is over, and no retry in it waits beyond.
struct DeadlineMiddleware<Context: RequestContext>: RouterMiddleware {
    /// The time that a caller gets at most, whatever it asks for.
    var longest = Duration.seconds(60)

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let header = request.headers[.requestTimeout] else { return try await next(request, context) }
        guard let deadline = RetryDeadline(header: header, in: .requestTimeoutMilliseconds, atMost: longest) else {
            throw HTTPError(header == "0" ? .gatewayTimeout : .badRequest)
        }
        do {
            return try await withDeadline(in: deadline.remaining) { try await next(request, context) }
        } catch is CancellationError where deadline.remaining == .zero {
            throw HTTPError(.gatewayTimeout)
        }
    }
}

// MARK: Idempotency-Key

/// Answers a request with a known `Idempotency-Key` by the recorded answer of the first one.
///
/// Every answer of the handler is recorded, whatever its status, and an `HTTPError` is one. Any other error that it throws
/// leaves the outcome unknown: requests with the key are refused until an operator has reconciled it. A handler that has
/// done nothing yet throws `NotExecutedError`: the key is free again.
struct IdempotencyMiddleware<Context: RequestContext>: RouterMiddleware {
    let gate: EffectGate
    /// Returns the tenant of a request, such as its user: the same key of another tenant is another key.
    let tenant: @Sendable (Request, Context) -> String

    init(store: any EffectStore, tenant: @escaping @Sendable (Request, Context) -> String = { _, _ in "" }) {
        // A handler runs once, and a second request does not wait for the first one: it gets 409.
        gate = EffectGate(.once, store: store, policy: EffectGatePolicy(waitingUpTo: .zero))
        self.tenant = tenant
    }

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard [.post, .patch].contains(request.method) else { return try await next(request, context) }
        guard let key = request.headers[.idempotencyKey], !key.isEmpty else {
            throw HTTPError(.badRequest, message: "Send an Idempotency-Key header.")
        }
        var request = request
        let body = try await request.collectBody(upTo: 1 << 20)
        let content = Array("\(request.method) \(request.uri)\n".utf8) + body.readableBytesView
        do {
            let id = try ActionID(key, tenant: tenant(request, context))
            let kept = try await gate.once(id, fingerprint: EffectFingerprint(of: content), as: .json) { _ in
                do { return try await KeptResponse(try await next(request, context)) } catch let error as HTTPError {
                    return try await KeptResponse(try error.response(from: request, context: context))
                }
            }
            return kept.value.response(isReplay: kept.isReplay)
        } catch let error as ActionIDError {
            throw HTTPError(.badRequest, message: "\(error)")
        } catch let error as EffectError {
            throw HTTPError(error)
        }
    }
}

extension HTTPError {
    /// The refusal of a request whose effect was not run.
    fileprivate init(_ error: EffectError) {
        switch error {
        case .inProgress(_, _, let leaseLeft):
            let seconds = max(1, leaseLeft.components.seconds)
            self.init(.conflict, headers: [.retryAfter: "\(seconds)"], message: "The first request is still running.")
        case .fingerprintMismatch:
            self.init(.unprocessableContent, message: "The Idempotency-Key was used for another request.")
        case .storeFull:
            self.init(.serviceUnavailable, headers: [.retryAfter: "60"])
        case .indeterminate, .fenced, .failedBefore, .resultNotKept, .keyCycle:
            self.init(.internalServerError, message: "The outcome of the first request is not known.")
        }
    }
}

/// An answer as it is recorded.
private struct KeptResponse: Codable, Sendable {
    let status: Int
    let headers: [[String]]
    let body: Data

    init(_ response: Response) async throws {
        let collected = Collected()
        try await response.body.write(CollectingWriter(collected: collected))
        status = response.status.code
        headers = response.headers.map { [$0.name.rawName, $0.value] }
        body = Data(collected.buffer.withLock { $0 }.readableBytesView)
    }

    func response(isReplay: Bool) -> Response {
        var fields = HTTPFields()
        for header in headers where header.count == 2 {
            if let name = HTTPField.Name(header[0]) { fields.append(HTTPField(name: name, value: header[1])) }
        }
        if isReplay { fields[.idempotentReplayed] = "true" }
        let body = ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        return Response(status: .init(code: status), headers: fields, body: body)
    }
}

private final class Collected: Sendable {
    let buffer = Mutex(ByteBuffer())
}

private struct CollectingWriter: ResponseBodyWriter {
    let collected: Collected

    func write(_ buffer: ByteBuffer) async throws {
        collected.buffer.withLock { all in
            var buffer = buffer
            all.writeBuffer(&buffer)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

// MARK: Load shedding

/// Answers 503 above a number of requests at the same time, before any work is done for them.
struct LoadSheddingMiddleware<Context: RequestContext>: RouterMiddleware {
    private let requests: RetryPipeline
    private let retryAfter: Int

    init(limit: Int, retryAfter: Int = 1) {
        requests = .once.guarded(by: ConcurrencyLimit(limit))
        self.retryAfter = retryAfter
    }

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do { return try await requests.execute { try await next(request, context) } } catch is TooManyCalls {
            throw HTTPError(.serviceUnavailable, headers: [.retryAfter: "\(retryAfter)"])
        }
    }
}
