import HCL

/// A piece of a file on its way to a client.
struct StreamFrame: Hashable, Sendable {
  /// The file, relative to the allocation's directory.
  var file: String
  /// The bytes.
  var data: [UInt8]
  /// Where in the file the next piece begins.
  var offset: Int64
  /// What happened to the file; nil for nothing.
  var event: String?

  /// The most bytes that a frame has.
  static let limitBytes = 64 << 10

  /// What a client gets when there is nothing to tell, so that it knows that the agent is there.
  static let heartbeat = Array("{}".utf8)

  /// The frame as clients read it.
  var bytes: [UInt8] {
    var members: [JSON.Member] = []
    if !data.isEmpty { members.append(JSON.Member("Data", .string(Base64.text(data)))) }
    members.append(JSON.Member("File", .string(file)))
    if let event { members.append(JSON.Member("FileEvent", .string(event))) }
    members.append(JSON.Member("Offset", .int(offset)))
    return JSONWriter.bytes(.object(members))
  }
}
