// One import does: the vocabulary of a call lives in RetryCore. A plain `public import` would make it visible to this
// module's interface alone.
@_exported public import RetryCore
