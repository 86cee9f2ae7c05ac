// Foundation has no URL sessions on WASI.
#if !os(WASI)
public import Foundation

#if canImport(FoundationNetworking)
public import FoundationNetworking
#endif

/// A delegate of a `URLSession` that refuses redirects: a request ends with the redirect itself as its response.
///
/// If redirects are followed, an error or a status says nothing about the request as it was first sent. A payment that
/// is made, and answered by a redirect to a page that fails, would look refused. Give effects a session of their own:
///
/// ```swift
/// let session = URLSession(configuration: .ephemeral, delegate: RedirectRefusal(), delegateQueue: nil)
/// let policy = EffectGatePolicy(redirects: .notFollowed)
/// let payments = EffectGate(.api, store: InMemoryEffectStore(), policy: policy)
/// ```
///
/// A redirect is a status from 301 to 308: an answer that is neither a success nor a refusal. Treat it as a failure,
/// and don't follow it: the `Location` header names the page that the server meant.
///
/// It has to be the delegate of the session. On Linux, the delegate of a single task is not asked. A custom delegate
/// does the same by calling `completionHandler(nil)`.
public final class RedirectRefusal: NSObject, URLSessionTaskDelegate {
    /// Creates the delegate.
    public override init() { super.init() }

    /// Refuses the redirect.
    public func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
#endif
