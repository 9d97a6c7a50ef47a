extension StandardFunctions {
  private static let prefix = Parameter("prefix", .string)

  static let addresses: [String: Function] = [
    "cidrhost": Function([prefix, Parameter("hostnum", .number)]) { values throws(FunctionError) in
      let network = try network(values[0])
      let host = try AddressBits(values[1].wholeNumber(1), bits: network.address.bits)
      let hostBits = network.address.bits - network.length
      guard host.fits(in: hostBits) else { throw .call("the prefix has no room for this host number") }
      let number = host.isNegative ? host.truncated(to: hostBits) : host.bytes
      return .string(network.address.combined(with: number).description)
    },
    "cidrnetmask": Function([prefix]) { values throws(FunctionError) in
      let network = try network(values[0])
      return .string(IPAddress.mask(length: network.length, bits: network.address.bits).description)
    },
    "cidrsubnet": Function(
      [prefix, Parameter("newbits", .number), Parameter("netnum", .number)]
    ) { values throws(FunctionError) in
      let network = try network(values[0])
      let newBits = try values[1].wholeNumber(1)
      let number = try AddressBits(values[2].wholeNumber(2), bits: network.address.bits)
      let length = network.length + newBits
      guard newBits >= 0, length <= network.address.bits else {
        throw .call("the prefix has no room for \(newBits) more bits")
      }
      guard !number.isNegative, number.fits(in: newBits) else {
        throw .call("\(newBits) bits have no room for this network number")
      }
      let shifted = number.shifted(left: network.address.bits - length)
      return .string("\(network.address.combined(with: shifted))/\(length)")
    },
    "cidrsubnets": Function(
      [prefix], variadic: Parameter("newbits", .number), body: consecutiveSubnets),
  ]

  private static func network(_ value: Value) throws(FunctionError) -> (address: IPAddress, length: Int) {
    let parts = StandardFunctions.split(value.text, by: "/")
    guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
      length >= 0, length <= address.bits
    else { throw .call("\"\(value.text)\" is not a network prefix such as 10.0.0.0/8") }
    return (address.masked(to: length), length)
  }

  private static func consecutiveSubnets(_ values: [Value]) throws(FunctionError) -> Value {
    let network = try network(values[0])
    var results: [String] = []
    var next = network.address
    var isFull = false
    for (index, value) in values.enumerated().dropFirst() {
      let newBits = try value.wholeNumber(index)
      let length = network.length + newBits
      guard newBits >= 1, length <= network.address.bits else {
        throw .argument(index, "the prefix has no room for \(newBits) more bits")
      }
      guard !isFull, let start = next.roundedUp(to: length),
        start.masked(to: network.length) == network.address
      else { throw .argument(index, "the prefix has no room for this network after the ones before") }
      results.append("\(start)/\(length)")
      if let following = start.next(ofLength: length) { next = following } else { isFull = true }
    }
    return .strings(results)
  }
}

/// A number as the bits of an address.
struct AddressBits {
  let bytes: [UInt8]
  let isNegative: Bool
  private let magnitude: UInt64

  /// A negative number counts from the end, as in two's complement.
  init(_ value: Int, bits: Int) {
    isNegative = value < 0
    magnitude = isNegative ? UInt64(bitPattern: Int64(-(value + 1))) : UInt64(value)
    let pattern = UInt64(bitPattern: Int64(value))
    let low = (0..<8).map { UInt8(truncatingIfNeeded: pattern >> UInt64(8 * (7 - $0))) }
    let fill = [UInt8](repeating: isNegative ? 0xFF : 0, count: max(0, bits / 8 - 8))
    bytes = (fill + low).suffix(bits / 8)
  }

  func fits(in bits: Int) -> Bool { bits >= 64 || magnitude >> UInt64(bits) == 0 }

  func truncated(to bits: Int) -> [UInt8] {
    var result = bytes
    for index in result.indices {
      let lower = (result.count - index) * 8
      if lower - 8 >= bits {
        result[index] = 0
      } else if lower > bits {
        result[index] &= 0xFF >> UInt8(lower - bits)
      }
    }
    return result
  }

  func shifted(left count: Int) -> [UInt8] {
    var result = bytes
    let (whole, part) = (count / 8, count % 8)
    result = Array(result.dropFirst(whole)) + [UInt8](repeating: 0, count: min(whole, result.count))
    guard part > 0 else { return result }
    for index in result.indices {
      let following = index + 1 < result.count ? result[index + 1] >> UInt8(8 - part) : 0
      result[index] = result[index] << UInt8(part) | following
    }
    return result
  }
}
