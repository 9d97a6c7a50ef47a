import Foundation
import Synchronization
import Testing

@testable import DriverHost

@Suite("Threads for calls that may block")
struct BlockingCallPoolTests {
  private func value(_ outcome: BlockingCallPool.Outcome<Int>) -> Int? {
    if case .finished(let value) = outcome { return value }
    return nil
  }

  @Test("calls run, and their values come back")
  func values() async {
    let pool = BlockingCallPool()
    let sum = await withTaskGroup { group in
      for index in 0..<500 {
        group.addTask { self.value(await pool.run(within: .seconds(60)) { index }) ?? 0 }
      }
      return await group.reduce(0, +)
    }
    #expect(sum == 499 * 500 / 2)
    pool.close()
  }

  @Test("a call past its deadline is given up and left to end")
  func deadline() async {
    let pool = BlockingCallPool()
    let gate = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let outcome = await pool.run(within: .milliseconds(20)) {
      gate.wait()
      ended.signal()
      return 1
    }
    guard case .timedOut(wasBegun: true) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    gate.signal()
    #expect(
      value(
        await pool.run(within: .seconds(60)) {
          ended.wait(); return 2
        }) == 2)
    pool.close()
  }

  @Test("a call that never gets a thread is never made")
  func neverBegun() async {
    let pool = BlockingCallPool(usualThreads: 1, mostThreads: 1)
    let gate = DispatchSemaphore(value: 0)
    let begun = DispatchSemaphore(value: 0)
    let isMade = Mutex(false)
    async let first = pool.run(within: .seconds(60)) {
      begun.signal()
      gate.wait()
      return 1
    }
    // The only thread is taken once the first call has begun.
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        begun.wait()
        continuation.resume()
      }
    }
    let second = await pool.run(within: .milliseconds(20)) {
      isMade.withLock { $0 = true }
      return 2
    }
    guard case .timedOut(wasBegun: false) = second else {
      Issue.record("\(second)")
      return
    }
    gate.signal()
    #expect(value(await first) == 1)
    #expect(value(await pool.run(within: .seconds(60)) { 3 }) == 3)
    #expect(!isMade.withLock { $0 })
    pool.close()
  }

  @Test("threads are added while calls block, up to the bound")
  func growth() async {
    let pool = BlockingCallPool(usualThreads: 1, mostThreads: 5, patience: .milliseconds(1))
    let gate = DispatchSemaphore(value: 0)
    let sum = await withTaskGroup { group in
      // Each of the first four holds a thread until the fifth opens the gate for all.
      for _ in 0..<4 {
        group.addTask {
          self.value(
            await pool.run(within: .seconds(60)) {
              gate.wait(); return 1
            }) ?? 0
        }
      }
      group.addTask {
        self.value(
          await pool.run(within: .seconds(60)) {
            for _ in 0..<4 { gate.signal() }; return 1
          }) ?? 0
      }
      return await group.reduce(0, +)
    }
    #expect(sum == 5)
    pool.close()
  }
}

@Suite("The gate of a driver")
struct CallGateTests {
  @Test("a call that wants to be alone waits for those that are in, and keeps others out")
  func alone() async {
    let gate = CallGate()
    #expect(gate.enter())
    async let isAlone = gate.enterAlone(within: .seconds(60))
    // Entering fails as soon as somebody waits to be alone.
    while gate.enter() {
      gate.leave()
      await Task.yield()
    }
    gate.leave()
    #expect(await isAlone)
    #expect(!gate.enter())
    async let isIn = gate.enter(within: .seconds(60))
    gate.leaveAlone()
    #expect(await isIn)
    gate.leave()
  }

  @Test("waiting ends with its limit, and leaves the gate open")
  func limits() async {
    let gate = CallGate()
    #expect(gate.enter())
    #expect(await !gate.enterAlone(within: .milliseconds(5)))
    #expect(gate.enter())
    gate.leave()
    gate.leave()
    #expect(await gate.enterAlone(within: .seconds(60)))
    #expect(await !gate.enter(within: .milliseconds(5)))
    #expect(await !gate.enterAlone(within: .milliseconds(5)))
    gate.leaveAlone()
    #expect(gate.enter())
  }
}
