import HCL

/// Templates and artifacts.
extension TaskDecoder {
  func template(_ block: ScopedBlock) -> Template {
    var decoder = BodyDecoder(block, collector: collector)
    var template = Template(destination: "", range: collector.source.range(of: block.headerSpan))
    template.data = decoder.string("data")
    template.source = decoder.string("source")
    let destination = decoder.string("destination")
    template.destination = destination ?? ""
    template.permissions = decoder.string("perms") ?? template.permissions
    template.env = decoder.bool("env") ?? template.env
    template.changeMode =
      decoder.choice("change_mode", among: ["noop", "restart", "signal", "script"]) ?? template.changeMode
    template.kept = SettingSchema.template.keep(from: &decoder)
    decoder.finish()
    check(template, block, decoder)
    if destination != nil {
      DestinationRules(decoder: decoder).check(template.destination, isFile: true)
    }
    return template
  }

  private func check(_ template: Template, _ block: ScopedBlock, _ decoder: BodyDecoder) {
    func names(_ name: String) -> Bool {
      block.body.attributes.contains { $0.name == name } || block.body.blocks.contains { $0.type == name }
    }
    switch (names("data"), names("source")) {
    case (false, false):
      collector.error(
        "Incomplete template", "A template needs its text as data, or a file that holds it as source.",
        at: block.headerSpan)
    case (true, true):
      decoder.report("source", "Ambiguous template", "A template has data or a source, not both.")
    default: break
    }
    if !names("destination") {
      collector.error(
        "Incomplete template", "A template needs a destination: where the file goes.", at: block.headerSpan)
    }
    NameRules(collector: collector).checkNoNull(template.source, "source", decoder)
    if Int(template.permissions, radix: 8).map({ !(0...0o7777).contains($0) }) ?? true {
      decoder.report("perms", "Invalid permissions", "Permissions are octal, such as \"0644\".")
    }
    if template.changeMode == "signal", !names("change_signal") {
      decoder.report(
        "change_mode", "Incomplete template", "The change mode \"signal\" needs a change_signal.")
    }
    if template.changeMode == "script", !names("change_script") {
      decoder.report(
        "change_mode", "Incomplete template", "The change mode \"script\" needs a change_script block.")
    }
  }

  func artifact(_ block: ScopedBlock) -> Artifact {
    var decoder = BodyDecoder(block, collector: collector)
    var artifact = Artifact(source: "", range: collector.source.range(of: block.headerSpan))
    let sourceText = decoder.string("source")
    artifact.source = sourceText ?? ""
    artifact.sourceRange = sourceText.map { _ in collector.source.range(of: decoder.span(of: "source")) }
    let destination = decoder.string("destination")
    artifact.destination = destination ?? artifact.destination
    artifact.mode = decoder.choice("mode", among: ["any", "file", "dir"]) ?? artifact.mode
    artifact.options = decoder.stringMap("options") ?? [:]
    artifact.kept = SettingSchema.artifact.keep(from: &decoder)
    decoder.finish()
    if !block.body.attributes.contains(where: { $0.name == "source" }) {
      collector.error(
        "Incomplete artifact", "An artifact needs a source: a path or a file:// URL.", at: block.headerSpan)
    } else if sourceText != nil, ArtifactSource(artifact.source) == .empty {
      decoder.report(
        "source", "Incomplete artifact", "The source of the artifact is empty: name a file or a folder.")
    }
    NameRules(collector: collector).checkNoNull(sourceText, "source", decoder)
    if destination != nil {
      DestinationRules(decoder: decoder).check(artifact.destination, isFile: artifact.mode == "file")
    }
    return artifact
  }
}
