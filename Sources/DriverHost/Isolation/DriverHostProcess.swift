internal import CCrashPoint
internal import Synchronization

/// The process of its own that a driver with `isolation = "process"` runs in.
///
/// It is this program in another role. The agent starts it with a socket as descriptor 3 and asks it to
/// load a library; it ends with the socket, since what goes on without an agent are tasks, not drivers.
public final class DriverHostProcess: Sendable {
  private let socket: Int32
  private let sender: FrameSender
  private let loading = BlockingCallPool(usualThreads: 1, mostThreads: 1)
  private let contents = Mutex(Contents())

  private struct Contents {
    var library: DriverLibrary?
    var descriptor: DriverDescriptor?
    var driver: LoadedDriver?
  }

  private init(socket: Int32) {
    self.socket = socket
    sender = FrameSender(socket: socket)
  }

  /// Plays the role until the agent closes the socket, then ends the process.
  public static func run() async -> Never {
    let process = DriverHostProcess(socket: HostProcess.socketNumber)
    // A driver that blocks where it must not keeps the process from nothing.
    let watches = startThread(name: "agent-watch") {
      waitForSocketEnd(process.socket)
      endThisProcess(code: 0)
    }
    guard watches, startThread(name: "agent-requests", { process.receive() }) else {
      endThisProcess(code: 1)
    }
    while true { try? await Task.sleep(for: .seconds(86_400)) }
  }

  private func receive() -> Never {
    var buffer = ReceiveBuffer()
    var frames = FrameAssembler()
    while true {
      _ = waitUntilReadable(socket)
      switch buffer.receive(from: socket) {
      case .nothing: continue
      case .ended: endThisProcess(code: 0)
      case .descriptorsLost: endThisProcess(code: 2)
      case .received(let bytes, let descriptors): frames.append(bytes, descriptors: descriptors)
      }
      do throws(MessageError) {
        while let frame = try frames.next() {
          var reader = MessageReader(frame.body, textLimitBytes: Frame.limitBytes)
          let number = try reader.number(UInt64.self)
          take(number, try HostRequest(from: &reader))
        }
      } catch {
        // The agent of another version: it finds the reason in the log.
        sender.send { writer in
          writer.write(UInt64(0))
          HostAnswer.log(.error, "what the agent asks for cannot be: \(error)").write(to: &writer)
        }
        endThisProcess(code: 2)
      }
    }
  }

  // MARK: Requests
  private func take(_ number: UInt64, _ request: HostRequest) {
    hostler_crash_point("driver-host-before-call")
    switch request {
    case .load(let order): prepare(number) { self.load(order) }
    case .open(let places): prepare(number) { self.open(places) }
    case .inspect(let task, let detail):
      answer(number) { (driver) throws(DriverError) in .status(try driver.inspect(task, detail: detail)) }
    case .wait(let task):
      guard let driver = contents.withLock({ $0.driver }) else { return send(number, Self.notOpen) }
      do throws(DriverError) {
        let descriptor = try driver.waitDescriptor(of: task)
        guard isPollable(descriptor) else {
          throw driver.error(
            .protocolViolation(.waitDescriptor), .wait, task, "descriptor \(descriptor) cannot be polled")
        }
        send(number, .descriptor, descriptor: descriptor)
      } catch { send(number, .failed(error.kind, message: error.message)) }
    case .changedDescriptor:
      let descriptor = contents.withLock { $0.driver }?.copyOfChangedDescriptor()
      send(number, .descriptor, descriptor: descriptor)
    default:
      Task { await self.answerLater(number, request) }
    }
  }

  private static let notOpen = HostAnswer.failed(.notServing, message: "the driver is not open")

  /// Has code of the library run that is not the driver's yet.
  private func prepare(_ number: UInt64, _ body: @escaping @Sendable () -> HostAnswer) {
    Task {
      if case .finished(let answer) = await loading.run(within: .driverHostPatience, body) {
        send(number, answer)
      }
    }
  }

  private func load(_ order: HostRequest.LibraryOrder) -> HostAnswer {
    do throws(DriverLoadError) {
      let check = LibraryCheck(path: order.path, driver: order.driver, sha256: order.sha256)
      guard let library = try DriverLibrary.load(check, notesCrashes: false) else {
        return .failed(.failed, message: "no library")
      }
      guard let descriptor = library.drivers.first(where: { $0.name == order.driver }) else {
        throw DriverLoadError.noSuchDriver(order.driver, in: library)
      }
      contents.withLock {
        $0.library = library
        $0.descriptor = descriptor
      }
      return .loaded(descriptor)
    } catch { return .notLoaded(error) }
  }

  private func open(_ places: DriverPlaces) -> HostAnswer {
    let (library, descriptor) = contents.withLock { ($0.library, $0.descriptor) }
    guard let library, let descriptor else { return Self.notOpen }
    do throws(DriverLoadError) {
      // Deadlines are the agent's business.
      let patience = Duration.driverHostPatience
      let deadlines = DriverDeadlines(
        open: patience, fingerprint: patience, start: patience, other: patience)
      let driver = try library.open(
        descriptor, places: places, deadlines: deadlines, notesCrashes: false
      ) { [sender] message in
        sender.send { writer in
          writer.write(UInt64(0))
          HostAnswer.log(message.level, message.text).write(to: &writer)
        }
      }
      contents.withLock { $0.driver = driver }
      return .done
    } catch { return .notLoaded(error) }
  }

  private func answer(
    _ number: UInt64, _ body: (LoadedDriver) throws(DriverError) -> HostAnswer
  ) {
    guard let driver = contents.withLock({ $0.driver }) else { return send(number, Self.notOpen) }
    do throws(DriverError) { send(number, try body(driver)) } catch {
      send(number, .failed(error.kind, message: error.message))
    }
  }

  private func answerLater(_ number: UInt64, _ request: HostRequest) async {
    guard let driver = contents.withLock({ $0.driver }) else { return send(number, Self.notOpen) }
    do throws(DriverError) {
      send(number, try await Self.ask(driver, request))
    } catch { send(number, .failed(error.kind, message: error.message)) }
  }

  private static func ask(
    _ driver: LoadedDriver, _ request: HostRequest
  ) async throws(DriverError) -> HostAnswer {
    switch request {
    case .configure(let configuration): try await driver.configure(configuration)
    case .fingerprint: return .fingerprint(try await driver.fingerprint())
    case .start(let request): return .started(try await driver.start(request))
    case .stop(let task, let request): try await driver.stop(task, request)
    case .signal(let task, let signal): try await driver.signal(task, signal: signal)
    case .destroy(let task, let force): try await driver.destroy(task, force: force)
    case .recover(let request): return .status(try await driver.recover(request))
    case .restoreComplete: try await driver.restoreComplete()
    case .close: await driver.close()
    case .load, .open, .inspect, .wait, .changedDescriptor: return notOpen
    }
    return .done
  }

  private func send(_ number: UInt64, _ answer: HostAnswer, descriptor: Int32? = nil) {
    hostler_crash_point("driver-host-before-answer")
    let isSent = sender.send(descriptor: descriptor) { writer in
      writer.write(number)
      answer.write(to: &writer)
    }
    guard !isSent else { return }
    // What a driver says about a task can be longer than any message.
    sender.send { writer in
      writer.write(number)
      HostAnswer.failed(.protocolViolation(.limits), message: "its answer is too long").write(to: &writer)
    }
  }
}

extension Duration {
  /// So long that only the agent's deadlines count: some years.
  fileprivate static let driverHostPatience = Duration.seconds(100_000_000)
}
