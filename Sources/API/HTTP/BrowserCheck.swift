/// Whether a request may come from a web page of another site: nothing there may reach an agent that trusts
/// everybody on this host.
enum BrowserCheck {
  /// - Parameters:
  ///   - origin: The `Origin` header, which browsers send.
  ///   - host: The `Host` header.
  ///   - names: The names that this host is known by; nil when it may have any.
  /// - Returns: whether the request is to be refused.
  static func isForeign(origin: String?, host: String?, names: [String]?) -> Bool {
    // A page of another site whose name leads to this host is known by that name.
    if let host, let names, !isOwn(host, names) { return true }
    guard let origin else { return false }
    guard let place = origin.firstRange(of: "://") else { return true }
    return String(origin[place.upperBound...]).lowercased() != host?.lowercased()
  }

  private static func isOwn(_ host: String, _ names: [String]) -> Bool {
    if host.hasPrefix("[") { return true }
    let name = host.split(separator: ":").first.map { $0.lowercased() } ?? ""
    if name.isEmpty || name == "localhost" || name.hasSuffix(".localhost") { return true }
    if name.utf8.allSatisfy({
      $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }) {
      return true
    }
    return names.contains { $0.lowercased() == name }
  }
}
