import DriverHost

// Loads one library as an agent does, and says what came of it: for tests of libraries that end the
// process which loads them.
let path = CommandLine.arguments.dropFirst().first ?? ""
let name = CommandLine.arguments.dropFirst(2).first ?? "scripted"
let registry = DriverRegistry()
let failures = await registry.load(
  DriversConfiguration(plugins: [PluginBlock(name: name, path: path)]))
for failure in failures { print(failure) }
for driver in registry.all { print("loaded \(driver.name)") }
await registry.close()
