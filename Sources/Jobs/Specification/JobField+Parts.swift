import HCL

/// Fields that hold other parts.
extension JobField {
  /// A part that is always there; what is written is read over it.
  static func part<Inner: JobPart>(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Inner> & Sendable
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .part { Inner.fields.shape }),
      read: { part, reader in
        reader.part(name, over: part[keyPath: path]).map { part[keyPath: path] = $0 }
      },
      write: { part, form in part[keyPath: path].partJSON(form) })
  }

  /// A part that may be absent.
  ///
  /// - Parameter base: what is written is read over it when there is nothing yet.
  static func optionalPart<Inner: JobPart>(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Inner?> & Sendable,
    absent: Value? = .null, base: @escaping @Sendable (Part) -> Inner = { _ in Inner() }
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .part { Inner.fields.shape }, absent: absent),
      read: { part, reader in
        reader.part(name, over: part[keyPath: path] ?? base(part)).map { part[keyPath: path] = $0 }
      },
      write: { part, form in part[keyPath: path].map { $0.partJSON(form) } ?? .null })
  }

  /// Parts in the order they were written in.
  ///
  /// - Parameter base: what each is read over.
  static func parts<Inner: JobPart>(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, [Inner]> & Sendable,
    label: FieldShape.Label? = nil, base: @escaping @Sendable (Part) -> Inner = { _ in Inner() }
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .parts({ Inner.fields.shape }, label: label)),
      read: { part, reader in
        reader.parts(name, over: base(part)).map { part[keyPath: path] = $0 }
      },
      write: { part, form in
        let parts = part[keyPath: path]
        return parts.isEmpty ? .null : .tuple(parts.map { $0.partJSON(form) })
      })
  }

  /// Parts that are found by their name.
  static func keyedParts<Inner: JobPart>(
    _ name: PartReader.Name, _ fileName: String?,
    _ path: any WritableKeyPath<Part, [String: Inner]> & Sendable, label: FieldShape.Label
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, .keyedParts({ Inner.fields.shape }, label: label)),
      read: { part, reader in
        reader.keyedParts(name, over: Inner()).map { part[keyPath: path] = $0 }
      },
      write: { part, form in
        let parts = part[keyPath: path]
        return parts.isEmpty ? .null : .object(parts.mapValues { $0.partJSON(form) })
      })
  }

  /// Anything, kept as it was written, with null for what of the shape is absent.
  static func open(
    _ name: PartReader.Name, _ fileName: String?, _ path: any WritableKeyPath<Part, Value?> & Sendable,
    kind: FieldShape.Kind = .open
  ) -> JobField {
    JobField(
      shape: FieldShape(name.text, fileName, kind),
      read: { part, reader in
        reader.value(name, of: kind).map { part[keyPath: path] = kind.parsed($0) }
      },
      write: { part, _ in part[keyPath: path] ?? .null })
  }
}

/// How forms differ.
extension JobField {
  /// The field is only in one form.
  func only(_ wanted: JobForm) -> JobField {
    var field = self
    let write = self.write
    field.write = { part, form in form == wanted ? write(part, form) : nil }
    if wanted == .stored { field.shape.absent = nil }
    return field
  }

  /// What the stored form has in place of null.
  func stored(orNull value: Value) -> JobField {
    var field = self
    let write = self.write
    field.write = { part, form in
      let written = write(part, form)
      return form == .stored && written?.isNull == true ? value : written
    }
    return field
  }

  /// The stored form leaves the field out when it is empty, zero or false.
  var omittedWhenEmpty: JobField {
    var field = self
    let write = self.write
    field.write = { part, form in
      let written = write(part, form)
      guard form == .stored else { return written }
      switch written {
      case .null, .bool(false), .string(""), .number(0): return nil
      default: return written
      }
    }
    return field
  }

  /// A stored record has a place of its own for the field.
  var base: JobField {
    var field = self
    field.isBase = true
    return field
  }
}
