internal import Synchronization

/// The directories that libraries were loaded from, open for as long as the process lives.
///
/// A library is loaded by the name /proc/self/fd/DIRECTORY/FILE. It is the directory that was checked,
/// whatever has become of the names above it, and `$ORIGIN` in the library's run path still means that
/// directory. The loader remembers names, so a descriptor that was part of one must never be closed and
/// its number never stand for another directory.
enum LibraryDirectories {
  /// What names a directory that is kept open.
  struct ID: Hashable, Sendable {
    fileprivate let device: UInt64
    fileprivate let inode: UInt64
  }

  private struct LoadedFile {
    var descriptor: Int32
    var identity: FileIdentity
  }

  private struct State {
    /// The descriptors of each directory: more than one when a file in it was replaced after its load.
    var descriptors: [ID: [Int32]] = [:]
    var loaded: [ID: [String: [LoadedFile]]] = [:]
  }

  private static let state = Mutex(State())

  /// Keeps a directory open.
  static func keep(_ directory: consuming OwnedDescriptor, identity: FileIdentity) -> ID {
    let id = ID(device: identity.device, inode: identity.inode)
    let isKnown = state.withLock { $0.descriptors[id] != nil }
    if isKnown { return id }
    let descriptor = directory.leaked()
    state.withLock { $0.descriptors[id, default: []].append(descriptor) }
    return id
  }

  /// The name under which the loader gets exactly this content of a file; nil when other content of the
  /// same file is loaded already, which the loader would return instead.
  static func loaderPath(of file: LibraryCheck.CheckedFile) -> String? {
    state.withLock { state in
      let known = state.loaded[file.directory]?[file.name] ?? []
      for loaded in known {
        if loaded.identity == file.identity { return path(loaded.descriptor, file.name) }
        if loaded.identity.isSameFile(as: file.identity) { return nil }
      }
      // A replaced file needs a name that the loader has not seen.
      let used = Set(known.map(\.descriptor))
      var candidates = state.descriptors[file.directory] ?? []
      if !candidates.contains(where: { !used.contains($0) }), let first = candidates.first,
        let copy = duplicatedDescriptor(first)
      {
        candidates.append(copy)
        state.descriptors[file.directory] = candidates
      }
      guard let descriptor = candidates.first(where: { !used.contains($0) }) else { return nil }
      let loaded = LoadedFile(descriptor: descriptor, identity: file.identity)
      state.loaded[file.directory, default: [:]][file.name, default: []].append(loaded)
      return path(descriptor, file.name)
    }
  }

  private static func path(_ descriptor: Int32, _ name: String) -> String {
    "/proc/self/fd/\(descriptor)/\(name)"
  }
}
