internal import Synchronization

/// Sends frames through a socket, many together when they come faster than they go.
///
/// Whoever comes while nobody sends does it, without waiting; frames of others that come meanwhile go with
/// the next piece. When the socket takes no more, a thread goes on.
final class FrameSender: Sendable {
  private struct Piece {
    var bytes: [UInt8]
    var descriptor: Int32?
  }

  private struct State {
    var pieces: [Piece] = []
    var waitingBytes = 0
    var isSending = false
    var isBroken = false
  }

  private let state = Mutex(State())
  private let socket: Int32
  /// More than this is never kept for a receiver that does not read.
  private let limitBytes: Int

  init(socket: Int32, limitBytes: Int = 64 << 20) {
    self.socket = socket
    self.limitBytes = limitBytes
  }

  /// Sends a frame, or keeps it until the socket takes it.
  ///
  /// - Parameters:
  ///   - body: writes the frame's body.
  ///   - descriptor: goes with it, and is closed.
  /// - Returns: false when it was not taken: it is too long, the socket is broken, or its receiver does not
  ///   read.
  @discardableResult
  func send(descriptor: Int32? = nil, _ body: (inout MessageWriter) -> Void) -> Bool {
    var writer = MessageWriter()
    writer.write(UInt32(0))
    writer.write(UInt8(descriptor == nil ? 0 : 1))
    body(&writer)
    let length = writer.bytes.count - Frame.headerBytes
    writer.replace(at: 0, with: UInt32(clamping: length))
    let bytes = writer.bytes
    let (isTaken, sends) = state.withLock { state in
      guard !state.isBroken, length <= Frame.limitBytes, state.waitingBytes + bytes.count <= limitBytes
      else { return (false, false) }
      state.waitingBytes += bytes.count
      if descriptor == nil, let last = state.pieces.indices.last, state.pieces[last].bytes.count < 1 << 16 {
        state.pieces[last].bytes += bytes
      } else {
        state.pieces.append(Piece(bytes: bytes, descriptor: descriptor))
      }
      defer { state.isSending = true }
      return (true, !state.isSending)
    }
    if !isTaken, let descriptor { closeDescriptor(descriptor) }
    if sends { sendWaiting(blocks: false) }
    return isTaken
  }

  private func nextPiece() -> Piece? {
    state.withLock { state in
      guard !state.isBroken, !state.pieces.isEmpty else {
        state.isSending = false
        return nil
      }
      let piece = state.pieces.removeFirst()
      state.waitingBytes -= piece.bytes.count
      return piece
    }
  }

  private func sendWaiting(blocks: Bool) {
    while let piece = nextPiece() {
      guard send(piece, blocks: blocks) else { return }
    }
  }

  /// Whether the caller goes on with the next piece.
  private func send(_ piece: Piece, blocks: Bool) -> Bool {
    var (sent, descriptor) = (0, piece.descriptor)
    while sent < piece.bytes.count {
      switch sendBytes(piece.bytes, from: sent, descriptor: descriptor, through: socket, blocks: blocks) {
      case .sent(let count):
        sent += count
        if let gone = descriptor { closeDescriptor(gone) }
        descriptor = nil
      case .full:
        let rest = Piece(bytes: Array(piece.bytes[sent...]), descriptor: descriptor)
        let goesOn = startThread(name: "driver-host-send") {
          if self.send(rest, blocks: true) { self.sendWaiting(blocks: true) }
        }
        if !goesOn { abandon(rest.descriptor) }
        return false
      case .broken:
        abandon(descriptor)
        return false
      }
    }
    return true
  }

  private func abandon(_ descriptor: Int32?) {
    if let descriptor { closeDescriptor(descriptor) }
    let waiting = state.withLock { state in
      state.isBroken = true
      state.isSending = false
      defer { state.pieces = [] }
      return state.pieces
    }
    for case let descriptor? in waiting.map(\.descriptor) { closeDescriptor(descriptor) }
  }
}
