import Glibc

/// A thread whose stack has a known size, whatever limit this process was started with: parsing goes as
/// deep as a file is nested.
public enum ParsingThread {
  private static let stackBytes = 1 << 20

  private final class Work<Value, Failure: Error> {
    let body: () throws(Failure) -> Value
    var result: Result<Value, Failure>?

    init(_ body: @escaping () throws(Failure) -> Value) { self.body = body }
  }

  /// What the thread is given: a function without a type of its own, as a C function pointer needs it.
  private final class Start {
    let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }
  }

  /// Runs a function on such a thread and waits for it; where no thread can be made, right here.
  public static func run<Value, Failure>(
    _ body: @escaping () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let work = Work(body)
    let start = Start { work.result = Result { () throws(Failure) in try work.body() } }
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    var thread = pthread_t()
    pthread_attr_init(attributes)
    pthread_attr_setstacksize(attributes, stackBytes)
    let result = pthread_create(
      &thread, attributes,
      { context in
        if let context { Unmanaged<Start>.fromOpaque(context).takeUnretainedValue().run() }
        return nil
      }, Unmanaged.passUnretained(start).toOpaque())
    pthread_attr_destroy(attributes)
    guard result == 0 else { return try body() }
    // The thread writes before it ends, and nothing is read before that.
    withExtendedLifetime(start) { _ = pthread_join(thread, nil) }
    guard let outcome = work.result else { return try body() }
    return try outcome.get()
  }
}
