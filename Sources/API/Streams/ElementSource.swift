/// Gives the elements of a stream to a client, each as bytes, and signs of life between them.
struct ElementSource<Element: Sendable>: ByteSource {
  let elements: AsyncStream<Element?>
  /// What a client gets that has heard nothing for a while.
  let heartbeat: [UInt8]
  /// Makes the bytes of an element; nil leaves it out.
  let bytes: @Sendable (Element) -> [UInt8]?

  mutating func next() async -> [UInt8]? {
    for await element in elements {
      guard let element else { return heartbeat }
      if let bytes = bytes(element) { return bytes }
    }
    return nil
  }
}
