#if canImport(Glibc)
  internal import Glibc
#endif

/// The dynamic loader of this process.
enum DynamicLoader {
  /// Why a library could not be loaded, in the loader's words.
  struct Failure: Error {
    var message: String
  }

  /// A library that is loaded, for ever.
  struct Handle {
    fileprivate let pointer: UnsafeMutableRawPointer

    /// The address of a symbol of the library itself; nil when it has none of the name.
    func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(pointer, name) }
  }

  /// Loads a library, with everything it needs, without making its symbols visible to others. It is
  /// never unmapped: a Swift runtime does not survive that.
  static func load(_ path: String) throws(Failure) -> Handle {
    guard let pointer = dlopen(path, RTLD_NOW | RTLD_LOCAL | Int32(RTLD_NODELETE)) else {
      throw Failure(message: dlerror().map { String(cString: $0) } ?? "no reason given")
    }
    return Handle(pointer: pointer)
  }
}
