internal import HCL

/// What is looked at in a library's file before anything of it runs.
///
/// File and directory belong to root or to this process's user, and nobody else may write to them: so
/// nobody else can put other bytes in the place of those that were checked. Both are opened once and
/// checked through their descriptors, and the loader gets the path through the directory's descriptor
/// (see ``LibraryDirectories``), so that no name above it matters.
struct LibraryCheck {
  /// The file as the configuration or the plugin directory names it.
  let path: String
  /// The name of the plugin block, for messages.
  let driver: String?
  /// The SHA-256 that the file must have; nil for any.
  let sha256: String?

  /// A file that can be loaded.
  struct CheckedFile {
    var realPath: String
    var directory: LibraryDirectories.ID
    var name: String
    var identity: FileIdentity
  }

  /// Does all checks. Blocks on the disk.
  func run() throws(DriverLoadError) -> CheckedFile {
    let real = try resolve()
    guard let slash = real.lastIndex(of: "/") else { throw notRegular("a name without a directory") }
    let folder = slash == real.startIndex ? "/" : String(real[..<slash])
    let name = String(real[real.index(after: slash)...])
    let directory = try reading { () throws(SystemCallError) in
      try OwnedDescriptor(opening: folder, isDirectory: true)
    }
    let number = directory.number
    let file = try reading { () throws(SystemCallError) in try OwnedDescriptor(opening: name, in: number) }
    let folderStatus = try reading { () throws(SystemCallError) in try FileStatus(descriptor: number) }
    let status = try reading { [file = file.number] () throws(SystemCallError) in
      try FileStatus(descriptor: file)
    }
    guard status.isRegularFile else {
      throw notRegular(status.isDirectory ? "a directory" : "a device, pipe or socket")
    }
    try checkTrust(status, what: "a library", path: path)
    try checkTrust(folderStatus, what: "a library in a directory", path: folder)
    guard status.identity.sizeBytes <= DriverABI.libraryLimitBytes else {
      throw failure(
        .unreadable, expected: "a library of at most \(DriverABI.libraryLimitBytes >> 20) MiB",
        found: "\(status.identity.sizeBytes >> 20) MiB", remedy: "name the .so file of a driver")
    }
    let bytes = try reading { [file = file.number] () throws(SystemCallError) in
      try FileBytes(descriptor: file, sizeBytes: Int(status.identity.sizeBytes))
    }
    try bytes.withBytes { bytes throws(DriverLoadError) in
      try checkChecksum(bytes)
      try checkELF(bytes)
    }
    return CheckedFile(
      realPath: real, directory: LibraryDirectories.keep(directory, identity: folderStatus.identity),
      name: name, identity: status.identity)
  }

  private func resolve() throws(DriverLoadError) -> String {
    do {
      return try FilePath.resolved(path)
    } catch {
      guard error.isNotFound else { throw unreadable(error) }
      throw failure(
        .noLibrary, expected: "a driver library", found: "no file",
        remedy: "correct `path` in the plugin block, or put the library there")
    }
  }

  // MARK: Trust
  private func checkTrust(_ status: FileStatus, what: String, path: String) throws(DriverLoadError) {
    guard status.hasTrustedOwner else {
      throw failure(
        .owner, expected: "\(what) that belongs to root or to user \(FileStatus.ownUser)",
        found: "user \(status.owner) as the owner of \(path)",
        remedy: "if you trust it, run: chown \(FileStatus.ownUser) '\(path)'")
    }
    guard !status.isWritableByOthers else {
      throw failure(
        .writableByOthers, expected: "\(what) that only its owner can write to",
        found: "mode \(status.modeText) of \(path)", remedy: "run: chmod go-w '\(path)'")
    }
  }

  private func checkChecksum(_ bytes: UnsafeRawBufferPointer) throws(DriverLoadError) {
    guard let sha256 else { return }
    let isHexadecimal = sha256.utf8.count == 64 && sha256.allSatisfy { $0.isASCII && $0.isHexDigit }
    guard isHexadecimal else {
      throw failure(
        .invalidChecksum, expected: "sha256 with 64 hexadecimal digits", found: "\"\(sha256)\"",
        remedy: "run sha256sum on the file that you trust, and copy what it says")
    }
    var digest = SHA256()
    digest.update(bytes)
    let found = digest.finish().map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
    guard found == sha256.lowercased() else {
      throw failure(
        .checksum, expected: "the SHA-256 \(sha256.lowercased())", found: found,
        remedy:
          "find out who changed the file; if the new one is right, put its checksum into the plugin block")
    }
  }

  // MARK: ELF
  private func checkELF(_ bytes: UnsafeRawBufferPointer) throws(DriverLoadError) {
    let isExported: Bool
    do {
      isExported = try ELFImage(bytes).exportsFunction(DriverABI.entrySymbol)
    } catch { throw failure(error) }
    guard isExported else {
      throw failure(
        .missingEntrySymbol, expected: "the exported function \(DriverABI.entrySymbol)",
        found: "no such symbol",
        remedy: "check that this is a hostler driver, and that its build does not hide the symbol")
    }
  }

  private func failure(_ problem: ELFImage.Problem) -> DriverLoadError {
    let here = ELFImage.name(ofMachine: ELFImage.ownMachine)
    let rebuild = "use the driver's build for this machine (\(here), 64 bit)"
    switch problem {
    case .notELF:
      return failure(
        .notELF, expected: "a shared library (an ELF file)", found: "a file of another kind",
        remedy: "name the .so file of the driver")
    case .elfClass(let elfClass):
      return failure(
        .elfClass, expected: "a 64-bit library",
        found: elfClass == 1 ? "a 32-bit one" : "class \(elfClass)", remedy: rebuild)
    case .byteOrder(let order):
      return failure(
        .elfByteOrder, expected: "this machine's byte order",
        found: order == 2 ? "a big-endian file" : "byte order \(order)", remedy: rebuild)
    case .machine(let machine):
      return failure(
        .elfMachine, expected: "a library for \(here)", found: "one for \(ELFImage.name(ofMachine: machine))",
        remedy: rebuild)
    case .type(let type):
      let names: [UInt16: String] = [1: "an object file", 2: "a program", 4: "a core dump"]
      return failure(
        .elfType, expected: "a shared library", found: names[type] ?? "ELF type \(type)",
        remedy: "link it with -shared")
    case .malformed(let what):
      return failure(
        .malformedELF, expected: "a whole library", found: "a file of which \(what)",
        remedy: "copy or build it again")
    }
  }

  // MARK: Errors
  private func reading<Result: ~Copyable>(
    _ body: () throws(SystemCallError) -> Result
  ) throws(DriverLoadError) -> Result {
    do { return try body() } catch { throw unreadable(error) }
  }

  private func unreadable(_ error: SystemCallError) -> DriverLoadError {
    failure(
      .unreadable, expected: "a library that can be read", found: error.description,
      remedy: "check the permissions of the file and of the directories above it")
  }

  private func notRegular(_ found: String) -> DriverLoadError {
    failure(
      .notRegularFile, expected: "a regular file", found: found, remedy: "name the .so file of the driver")
  }

  private func failure(
    _ problem: DriverLoadError.Problem, expected: String, found: String, remedy: String
  ) -> DriverLoadError {
    DriverLoadError(
      problem, driver: driver, file: path, expected: expected, found: found, remedy: remedy)
  }
}
