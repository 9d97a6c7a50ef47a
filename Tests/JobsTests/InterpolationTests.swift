import HCL
import Jobs
import Testing

@Suite("Interpolation")
struct InterpolationTests {
  private let interpolation = Interpolation(
    environment: ["NOMAD_ALLOC_ID": "id", "HOME": "/root", "A": "${HOME}"],
    attributes: ["kernel.name": "linux"], meta: ["rack": "r1"], node: ["unique.name": "host"])

  @Test(
    "a reference becomes what it stands for, and an unknown one stays",
    arguments: [
      ("plain", "plain"), ("", ""), ("a ${NOMAD_ALLOC_ID} b", "a id b"), ("${attr.kernel.name}", "linux"),
      ("${meta.rack}/${node.unique.name}", "r1/host"), ("${env.HOME}", "/root"),
      ("${env[\"HOME\"]}", "/root"),
      ("${unknown} ${attr.none} ${x.y}", "${unknown} ${attr.none} ${x.y}"), ("$HOME $", "$HOME $"),
      ("${", "${"),
      ("${HOME", "${HOME"), ("${}", "${}"), ("${a ${HOME}", "${a /root"), ("$${HOME}", "$/root"),
      ("${A}", "${HOME}"),
      ("${é}", "${é}"),
    ])
  func texts(_ text: String, _ expected: String) {
    #expect(interpolation.text(text) == expected)
  }

  @Test("all texts within a value are replaced, and places stay")
  func values() {
    let place = SourcePosition(line: 1, column: 1, byteOffset: 0)
    let range = SourceRange(file: "x", start: place, end: place)
    let value = LocatedValue(
      .object([
        LocatedValue.Entry(
          key: "${HOME}", value: LocatedValue(.list([LocatedValue(.string("${HOME}"), range: range)])))
      ]))
    let result = interpolation.value(value)
    #expect(result["${HOME}"]?.content == .list([LocatedValue(.string("/root"), range: range)]))
  }
}
