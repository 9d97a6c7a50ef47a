import HCL
import Jobs
import Testing

@Suite("Jobs as Nomad's JSON")
struct JobJSONTests {
  @Test("what /v1/jobs/parse answers is what Nomad answers", arguments: [false, true])
  func parse(isCanonical: Bool) throws {
    let exchange = try RecordedExchange(isCanonical ? "jobs-parse-canonical" : "jobs-parse")
    let text = try #require(exchange.request["JobHCL"].string)
    let specification = try #require(JobFile.parse(text, fileName: "input.hcl").specification)
    let json = isCanonical ? specification.canonicalJSON : specification.parsedJSON
    #expect(JSONDifference.list(json, exchange.answer) == [])
  }

  @Test("what /v1/job/ID answers is what Nomad answers, but for identities, which hostler does not issue")
  func stored() throws {
    let request = try RecordedExchange("job-register")
    var answer = try RecordedExchange("job").answer
    answer = answer.replacing("Identity", with: .null)
    let reading = Job.reading(json: request.request["Job"])
    #expect(reading.usableJob != nil, "\(reading.problems)")
    let standing = JobStanding(
      status: "running", isStable: true, submittedAt: try #require(answer["SubmitTime"].integer),
      createIndex: 11, modifyIndex: 18, jobModifyIndex: 11)
    #expect(JSONDifference.list(reading.job.json(.stored, standing: standing), answer) == [])
    // What a server answers can be registered again.
    let again = Job.reading(json: answer)
    #expect(again.usableJob != nil, "\(again.problems)")
    #expect(JSONDifference.list(again.job.json(.stored, standing: standing), answer) == [])
  }

  @Test(
    "jobs that Nomad takes are taken",
    arguments: [
      "job-register", "job-register-batch", "job-register-periodic", "job-register-parameterized",
      "job-update",
      "validate-job", "job-register-too-big",
    ])
  func registered(_ name: String) throws {
    let reading = Job.reading(json: try RecordedExchange(name).request["Job"])
    #expect(reading.usableJob != nil, "\(reading.problems)")
  }

  @Test("a job that breaks rules is refused with their paths")
  func wrong() throws {
    let reading = Job.reading(json: try RecordedExchange("validate-job-wrong").request["Job"])
    let errors = reading.problems.filter(\.isError)
    #expect(errors.map(\.path.description) == ["Job.Type", "Job.TaskGroups[0].Tasks[2].Driver"])
    #expect(errors.allSatisfy { $0.kind == .rule })
  }

  @Test("a value of a wrong type is told apart from a broken rule")
  func wrongType() throws {
    let reading = Job.reading(json: try RecordedExchange("job-register-wrong-type").request["Job"])
    let problem = try #require(reading.problems.first)
    #expect(problem.kind == .wrongType)
    #expect(problem.description == "Job.ID: Wrong type: There must be a string here, not a number.")
  }

  @Test(
    "a wrong value is reported with its path",
    arguments: [
      (#"{"TaskGroups": 5}"#, "Job.TaskGroups"), (#"{"TaskGroups": [5]}"#, "Job.TaskGroups[0]"),
      (#"{"TaskGroups": [{"Tasks": [{}, {"Env": {"A": 5}}]}]}"#, "Job.TaskGroups[0].Tasks[1].Env[\"A\"]"),
      (#"{"TaskGroups": [{"Tasks": [{"KillTimeout": "soon"}]}]}"#, "Job.TaskGroups[0].Tasks[0].KillTimeout"),
      (#"{"TaskGroups": [{"Volumes": {"v": []}}]}"#, "Job.TaskGroups[0].Volumes[\"v\"]"),
      (#"{"Datacenters": ["a", 1]}"#, "Job.Datacenters[1]"), (#"{"Priority": 1.5}"#, "Job.Priority"),
      (#"{"AllAtOnce": "yes"}"#, "Job.AllAtOnce"), (#"{"Update": []}"#, "Job.Update"),
      (#"{"Reschedule": {"Attempts": "many"}}"#, "Job.Reschedule.Attempts"),
      (#"{"TaskGroups": [{"Tasks": [{"Config": 7}]}]}"#, "Job.TaskGroups[0].Tasks[0].Config"),
      ("[]", "Job"),
    ])
  func paths(_ json: String, _ path: String) throws {
    let reading = Job.reading(json: try Value(json: Array(json.utf8)))
    #expect(reading.problems.filter { $0.kind == .wrongType }.map(\.path.description) == [path])
  }

  @Test("any job comes back from its JSON as it was, through the text too", arguments: 0..<300)
  func roundTrip(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let job = random.job()
    let text = jsonText(job.json(.canonical))
    let back = Job.reading(json: try Value(json: Array(text.utf8))).job
    #expect(back == job)
    #expect(JSONDifference.list(back.json(.canonical), job.json(.canonical)) == [])
    // What a server answers says less of the job as a whole, and everything of its groups' tasks.
    let stored = Job.reading(json: job.json(.stored)).job
    #expect(stored.groups.map(\.name) == job.groups.map(\.name))
    #expect(stored.groups.flatMap(\.tasks).map(\.config) == job.groups.flatMap(\.tasks).map(\.config))
  }

  @Test(
    "the difference of any two jobs can be told, and of a job to itself there is none", arguments: 0..<100)
  func anyDifference(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let (first, second) = (random.job(), random.job())
    #expect(JobDiff(from: first, to: first).change == .none)
    #expect(JobDiff(from: first, to: second).change == .edited)
    #expect(first.groups.allSatisfy { first.impact(of: first, on: $0.name) == .none })
    _ = JobDiff(from: first, to: nil).json
  }

  @Test("JSON with values of any kind anywhere is read or refused, never a crash", arguments: 0..<300)
  func anyValues(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let json = random.job().json(random.flag() ? .canonical : .stored).shaken(&random)
    let reading = Job.reading(json: json)
    _ = reading.problems.map(\.description)
    _ = JobDiff(from: reading.job, to: Job(id: "")).json
    _ = Job.reading(json: reading.job.json(.canonical))
  }

  @Test("names are found whatever their case, unknown fields are passed over, null is as nothing")
  func lenient() throws {
    let json = #"""
      {"id": "a", "NAME": "b", "Nothing": {"x": []}, "Priority": null, "TaskGroups": [
        {"name": "g", "Tasks": [{"Name": "t", "Driver": "d", "KillTimeout": "1m", "Resources": null}]}]}
      """#
    let job = try #require(Job.reading(json: try Value(json: Array(json.utf8))).usableJob)
    #expect(job.id == "a" && job.name == "b" && job.priority == 50)
    #expect(job.groups.first?.tasks.first?.killTimeout == .seconds(60))
    #expect(job.groups.first?.tasks.first?.resources == Resources())
  }
}

extension Value {
  /// The value with some of what is in it replaced by something else.
  fileprivate func shaken(_ random: inout SplitMix) -> Value {
    if random.number(0...40) == 0 {
      return [.null, .number(-1), .number(9_223_372_036_854_775_807), random.value()][random.number(0...3)]
    }
    if let elements { return .tuple(elements.map { $0.shaken(&random) }) }
    guard let attributes else { return self }
    return .object(
      Dictionary(uniqueKeysWithValues: attributes.inKeyOrder.map { ($0, $1.shaken(&random)) }))
  }

  /// The value with every attribute of a name replaced.
  fileprivate func replacing(_ name: String, with value: Value) -> Value {
    if let elements { return .tuple(elements.map { $0.replacing(name, with: value) }) }
    guard let attributes else { return self }
    return .object(
      Dictionary(
        uniqueKeysWithValues: attributes.map { ($0, $0 == name ? value : $1.replacing(name, with: value)) }))
  }
}
