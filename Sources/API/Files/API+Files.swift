import Agent
import HCL
import Jobs
import Lifecycle
import Runner

/// The files of allocations.
extension API {
  /// The most bytes that one answer has.
  private static let readLimitBytes = 64 << 20

  private func files(of allocation: AllocationSnapshot) -> AllocationFiles {
    AllocationFiles(root: jobs.directory(of: allocation.id).root)
  }

  private func path(_ request: APIRequest) throws(APIError) -> String {
    guard let path = request.query.text("path") else { throw .badRequest("must provide a file name") }
    return path
  }

  /// `GET /v1/client/fs/ls/ID`
  func listFiles(_ request: APIRequest) async throws -> APIResponse {
    let files = files(of: try allocation(request))
    let path = request.query.text("path") ?? "/"
    let entries = try await onDiskThread { () throws(APIError) in try files.entries(path) }
    return .json(.array(entries.map { $0.json() }))
  }

  /// `GET /v1/client/fs/stat/ID`
  func statFile(_ request: APIRequest) async throws -> APIResponse {
    let files = files(of: try allocation(request))
    let path = try path(request)
    let (entry, start) = try await onDiskThread { () throws(APIError) in
      let entry = try files.entry(path)
      return (entry, entry.isFile ? try files.read(path, at: 0, limitBytes: 512) : [])
    }
    return .json(entry.json(contentType: entry.isFile ? ContentKind(start).rawValue : ""))
  }

  /// `GET /v1/client/fs/cat/ID`
  func readFile(_ request: APIRequest) async throws -> APIResponse {
    let files = files(of: try allocation(request))
    return .stream(
      try await plain(files, try path(request), from: 0, limitBytes: .max),
      contentType: ContentKind.text.rawValue)
  }

  /// `GET /v1/client/fs/readat/ID`
  func readFilePart(_ request: APIRequest) async throws -> APIResponse {
    let files = files(of: try allocation(request))
    let path = try path(request)
    guard let offset = try request.query.int("offset", in: 0 ... .max) else {
      throw APIError.badRequest("must provide an offset")
    }
    let limit = try request.query.int("limit", in: 0 ... .max)
    return .stream(
      try await plain(
        files, path, from: Int64(offset), limitBytes: limit.map { $0 == 0 ? .max : Int64($0) } ?? .max),
      contentType: ContentKind.text.rawValue)
  }

  /// A part of a file as it is.
  private func plain(
    _ files: AllocationFiles, _ path: String, from offset: Int64, limitBytes: Int64
  ) async throws -> PlainFileSource {
    // What is wrong is told before the answer begins.
    _ = try await onDiskThread { () throws(APIError) in try files.read(path, at: 0, limitBytes: 1) }
    return PlainFileSource(files: files, path: path, offset: offset, restBytes: limitBytes)
  }

  /// `GET /v1/client/fs/stream/ID`
  func streamFile(_ request: APIRequest) async throws -> APIResponse {
    let files = files(of: try allocation(request))
    let path = try path(request)
    let (offset, fromEnd) = try start(request)
    let follows = try request.query.flag("follow") ?? true
    let entry = try await onDiskThread { () throws(APIError) in
      _ = try files.read(path, at: 0, limitBytes: 1)
      return try files.entry(path)
    }
    let start = fromEnd ? max(0, entry.sizeBytes - offset) : offset
    return .stream(
      FileSource(files, path: path, offset: start, follows: follows), contentType: ContentKind.text.rawValue)
  }

  /// `GET /v1/client/fs/logs/ID`
  func streamLogs(_ request: APIRequest) async throws -> APIResponse {
    let allocation = try allocation(request)
    guard let task = request.query.text("task") else { throw APIError.badRequest("must provide task name") }
    guard let type = request.query.text("type"), ["stdout", "stderr"].contains(type) else {
      throw APIError.badRequest("must provide log type (stdout/stderr)")
    }
    guard allocation.identity.group.tasks.contains(where: { $0.name == task }) else {
      throw APIError.badRequest("unknown task name \"\(task)\"")
    }
    let (offset, fromEnd) = try start(request)
    let follows = try request.query.flag("follow") ?? false
    let isPlain = try request.query.flag("plain") ?? false
    let files = files(of: allocation)
    let stem = "\(task).\(type)."
    let hasStarted = allocation.tasks[task]?.startedAt != nil
    let hasFiles =
      (try? await onDiskThread { () throws(APIError) in
        !LogPosition.files(try files.entries("alloc/logs"), stem: stem).isEmpty
      }) ?? false
    guard hasStarted || hasFiles else {
      throw APIError.notFound("task \"\(task)\" not started yet. No logs available")
    }
    let subject = LogSource.Subject(files: files, stem: stem) { [jobs] in
      jobs.allocation(allocation.id).map { !$0.hasEnded } ?? false
    }
    return .stream(
      LogSource(subject, offset: offset, fromEnd: fromEnd, follows: follows, isPlain: isPlain),
      contentType: isPlain ? "text/plain" : "application/json")
  }

  /// Where a stream begins.
  private func start(_ request: APIRequest) throws(APIError) -> (offset: Int64, fromEnd: Bool) {
    let offset = Int64(try request.query.int("offset", in: 0 ... .max) ?? 0)
    switch request.query.text("origin") {
    case nil, "start": return (offset, false)
    case "end": return (offset, true)
    default: throw .badRequest("origin must be start or end")
    }
  }
}

/// A part of a file, as it is.
private struct PlainFileSource: ByteSource {
  let files: AllocationFiles
  let path: String
  var offset: Int64
  var restBytes: Int64

  mutating func next() async throws -> [UInt8]? {
    let (files, path, start) = (files, path, offset)
    let limit = Int(min(restBytes, Int64(StreamFrame.limitBytes)))
    guard limit > 0 else { return nil }
    let bytes = try await onDiskThread { () throws(APIError) in
      try files.read(path, at: start, limitBytes: limit)
    }
    offset += Int64(bytes.count)
    restBytes -= Int64(bytes.count)
    return bytes.isEmpty ? nil : bytes
  }
}

/// What the bytes of a file are, as far as their beginning tells.
enum ContentKind: String {
  case text = "text/plain; charset=utf-8"
  case binary = "application/octet-stream"

  init(_ start: [UInt8]) {
    let isBinary = start.contains { byte in
      byte <= 0x08 || byte == 0x0B || 0x0E...0x1A ~= byte || 0x1C...0x1F ~= byte
    }
    self = isBinary ? .binary : .text
  }
}

extension AllocationFiles.Entry {
  /// The entry as clients read it.
  func json(contentType: String = "") -> JSON {
    let entry: JSON = [
      "FileMode": .string(modeText), "IsDir": .bool(isDirectory),
      "ModTime": .string(rfc3339Text(nanosecondsSinceEpoch: modifiedAt)), "Name": .string(name),
      "Size": .int(sizeBytes),
    ]
    return contentType.isEmpty ? entry : entry.adding([JSON.Member("ContentType", .string(contentType))])
  }
}
