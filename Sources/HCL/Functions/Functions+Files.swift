extension StandardFunctions {
  /// The functions that read files, or that fail when there is no access to them.
  static func fileFunctions(_ access: FileAccess?) -> [String: Function] {
    let path = Parameter("path", .string)
    var functions: [String: Function] = [:]
    func add(_ name: String, _ body: @escaping @Sendable (String, FileAccess) throws(FunctionError) -> Value)
    {
      functions[name] = Function([path]) { values throws(FunctionError) in
        guard let access else { throw .call("file functions are not allowed here") }
        return try body(values[0].text, access)
      }
    }
    add("abspath") { path, access in .string(absolute(path, access)) }
    add("basename") { path, _ in .string(lastComponent(path)) }
    add("dirname") { path, _ in .string(folder(path)) }
    add("pathexpand") { path, access in .string(expanded(path, access)) }
    add("fileexists") { path, access in .bool(access.exists(absolute(expanded(path, access), access))) }
    add("filebase64") { path, access throws(FunctionError) in
      .string(base64(try access.read(absolute(expanded(path, access), access))))
    }
    add("file") { path, access throws(FunctionError) in
      let bytes = try access.read(absolute(expanded(path, access), access))
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .argument(0, "the file is not UTF-8 text; use filebase64")
      }
      return .normalized(text)
    }
    functions["fileset"] = Function([path, Parameter("pattern", .string)]) { _ throws(FunctionError) in
      throw .call(
        access == nil ? "file functions are not allowed here" : "hostler does not support fileset yet")
    }
    return functions
  }

  private static func expanded(_ path: String, _ access: FileAccess) -> String {
    if path == "~" { return access.homeDirectory }
    return path.hasPrefix("~/") ? access.homeDirectory + path.dropFirst() : path
  }

  private static func absolute(_ path: String, _ access: FileAccess) -> String {
    cleaned(path.hasPrefix("/") ? path : access.baseDirectory + "/" + path)
  }

  /// The path without `.`, `..` and doubled slashes.
  private static func cleaned(_ path: String) -> String {
    var parts: [Substring] = []
    let isRooted = path.hasPrefix("/")
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !isRooted {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if isRooted { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  private static func lastComponent(_ path: String) -> String {
    if path.isEmpty { return "." }
    return path.split(separator: "/").last.map(String.init) ?? "/"
  }

  private static func folder(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return cleaned(slash == path.startIndex ? "/" : String(path[..<slash]))
  }
}
