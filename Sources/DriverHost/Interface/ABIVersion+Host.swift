internal import CHostlerDriver

extension ABIVersion {
  /// The version that this host speaks.
  public static let host = ABIVersion(major: UInt32(HOSTLER_ABI_MAJOR), minor: UInt32(HOSTLER_ABI_MINOR))
}
