import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// A connection of a client: HTTP/1.1, with limits that keep one client from holding the agent.
struct APIChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  /// How long a client may be idle between requests.
  private static let idleTime = TimeAmount.seconds(120)
  /// How long a client may leave its answer unread before it is cut off.
  static let unreadTime = TimeAmount.seconds(30)

  private let http: HTTP1Channel
  private let limiter: ConnectionLimiter

  init(limiter: ConnectionLimiter, responder: @escaping HTTPChannelHandler.Responder) {
    self.limiter = limiter
    http = HTTP1Channel(
      responder: responder,
      configuration: HTTP1Channel.Configuration(
        idleTimeout: Self.idleTime,
        httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
          maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10, maxHeaderFieldCount: 100)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    guard limiter.admit(channel) else {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
    }
    // A client that closes its side is gone: what goes on for it ends.
    return channel.setOption(.allowRemoteHalfClosure, value: false).flatMapThrowing {
      try channel.pipeline.syncOperations.addHandler(UnreadAnswerHandler(limit: Self.unreadTime))
    }.flatMap {
      http.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}

/// Closes a connection whose client does not read what it has asked for.
private final class UnreadAnswerHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let limit: TimeAmount
  private var deadline: Scheduled<Void>?

  init(limit: TimeAmount) {
    self.limit = limit
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = nil
    if !context.channel.isWritable {
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
    context.fireChannelWritabilityChanged()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
  }
}
