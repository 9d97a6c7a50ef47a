public import HCL
import Runner

extension FileAccess {
  /// What the file functions of a job file may read: this host's disk, as the agent's user may. Blocks on the
  /// disk when it is used.
  public static func onDisk(baseDirectory: String) -> FileAccess {
    FileAccess(
      baseDirectory: baseDirectory, homeDirectory: environmentVariable("HOME") ?? "/",
      read: { path throws(FunctionError) in
        do {
          return try FileSystem.read(path, limitBytes: SourceFile.defaultSizeLimitBytes)
        } catch {
          throw .call("\(error)")
        }
      },
      exists: { FileSystem.kind($0) != nil })
  }
}
