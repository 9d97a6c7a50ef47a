internal import CHostlerDriver

// The functions of the C table. Each turns the pointers of the ABI into values, calls the instance, and an
// error into a status with a message; nothing else may leave them.

private func instance(_ driver: UnsafeMutableRawPointer?) throws(DriverError) -> AnyDriverInstance {
  guard let driver else { throw DriverError(.invalid, "the host passed no driver") }
  return Unmanaged<AnyDriverInstance>.fromOpaque(driver).takeUnretainedValue()
}

/// What the host passed, which must be there and as large as version 1.0 has it.
private func checked<Pointer: StrideKnown>(_ pointer: Pointer?) throws(DriverError) -> Pointer {
  guard let pointer, pointer.declaredSize >= pointer.leastSize else {
    throw DriverError(.invalid, "the host passed no structure, or one shorter than the ABI's version 1.0")
  }
  return pointer
}

/// A pointer to a structure that says its own size.
private protocol StrideKnown {
  var declaredSize: Int { get }
  var leastSize: Int { get }
}

extension UnsafePointer: StrideKnown {
  fileprivate var declaredSize: Int { UnsafeRawPointer(self).load(as: Int.self) }
  fileprivate var leastSize: Int { MemoryLayout<Pointee>.size }
}

extension UnsafeMutablePointer: StrideKnown {
  fileprivate var declaredSize: Int { UnsafeRawPointer(self).load(as: Int.self) }
  fileprivate var leastSize: Int { MemoryLayout<Pointee>.size }
}

@inline(__always)
func reporting(to sink: hostler_sink, _ body: () throws(DriverError) -> Void) -> hostler_status {
  do throws(DriverError) {
    try body()
    return hostler_status(HOSTLER_OK)
  } catch {
    let sentence = error.description
    sink.write(sentence.contains("\n") ? String(sentence.map { $0 == "\n" ? " " : $0 }) : sentence)
    return error.kind.status
  }
}

extension hostler_driver_table {
  /// The one table for drivers of every type.
  static func make() -> hostler_driver_table {
    var table = hostler_driver_table()
    table.size = MemoryLayout<hostler_driver_table>.size
    table.configure = { driver, config, error in
      reporting(to: error) { () throws(DriverError) in
        try instance(driver).configure(config?.pointee ?? hostler_config())
      }
    }
    table.fingerprint = { driver, answer, error in
      reporting(to: error) { () throws(DriverError) in try instance(driver).fingerprint(checked(answer)) }
    }
    table.start = { driver, request, answer, error in
      reporting(to: error) { () throws(DriverError) in
        try instance(driver).start(checked(request), checked(answer))
      }
    }
    table.wait = { driver, id, descriptor, error in
      reporting(to: error) { () throws(DriverError) in
        guard let descriptor else { throw DriverError(.invalid, "the host has no place for a descriptor") }
        descriptor.pointee = try instance(driver).wait(id.bytes)
      }
    }
    table.stop = { driver, id, request, error in
      reporting(to: error) { () throws(DriverError) in
        let request = try checked(request).pointee
        try instance(driver).stop(
          id.bytes,
          StopRequest(
            signal: request.signal, force: request.force != 0,
            timeout: .nanoseconds(request.timeout_nanoseconds)))
      }
    }
    table.signal = { driver, id, signal, error in
      reporting(to: error) { () throws(DriverError) in try instance(driver).signal(id.bytes, signal) }
    }
    table.inspect = { driver, id, answer, error in
      reporting(to: error) { () throws(DriverError) in try instance(driver).inspect(id.bytes, checked(answer))
      }
    }
    table.destroy = { driver, id, force, error in
      reporting(to: error) { () throws(DriverError) in
        try instance(driver).destroy(id.bytes, force: force != 0)
      }
    }
    table.recover = { driver, request, answer, error in
      reporting(to: error) { () throws(DriverError) in
        try instance(driver).recover(checked(request), checked(answer))
      }
    }
    table.restore_complete = { driver, error in
      reporting(to: error) { () throws(DriverError) in try instance(driver).restoreComplete() }
    }
    table.close = { driver in
      guard let driver else { return }
      // The reference that `open` gave to the host comes back.
      Unmanaged<AnyDriverInstance>.fromOpaque(driver).takeRetainedValue().close()
    }
    return table
  }
}
