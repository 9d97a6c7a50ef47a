extension RouteTable {
  /// Every address that the agent answers at.
  static let standard = RouteTable(
    jobs + allocations + files + nodes + drivers + agent + cluster + access + variables)

  private static let jobs: [Route] = [
    Route(.get, "/v1/jobs", .read) { try await $0.listJobs($1) },
    Route(.put, "/v1/jobs", .submit) { try await $0.registerJob($1) },
    Route(.put, "/v1/jobs/parse", .read) { try await $0.parseJob($1) },
    Route(.get, "/v1/jobs/statuses", .read) { try await $0.listStatuses($1) },
    Route(.put, "/v1/jobs/statuses", .read) { try await $0.listStatuses($1) },
    Route(.put, "/v1/validate/job", .read) { try await $0.validateJob($1) },
    // A job's id may have slashes, so what has a word behind it comes first.
    Route(.get, "/v1/job/{job...}/allocations", .read) { try await $0.listJobAllocations($1) },
    Route(.get, "/v1/job/{job...}/evaluations", .read) { try await $0.listJobEvaluations($1) },
    Route(.get, "/v1/job/{job...}/deployments", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/job/{job...}/deployment", .read) { try await $0.readJobDeployment($1) },
    Route(.get, "/v1/job/{job...}/summary", .read) { try await $0.readJobSummary($1) },
    Route(.get, "/v1/job/{job...}/versions", .read) { try await $0.listVersions($1) },
    Route(.get, "/v1/job/{job...}/submission", .read) { try await $0.readSubmission($1) },
    Route(.get, "/v1/job/{job...}/actions", .read) { try await $0.listActions($1) },
    Route(.get, "/v1/job/{job...}/scale", .read) { try await $0.readScale($1) },
    Route(.get, "/v1/job/{job...}", .read) { try await $0.readJob($1) },
    Route(.put, "/v1/job/{job...}/plan", .read) { try await $0.planJob($1) },
    Route(.put, "/v1/job/{job...}/scale", .submit) { try await $0.scaleJob($1) },
    Route(.put, "/v1/job/{job...}/revert", .submit) { try await $0.revertJob($1) },
    Route(.put, "/v1/job/{job...}/stable", .submit) { try await $0.setStable($1) },
    Route(.put, "/v1/job/{job...}/evaluate", .submit) { try await $0.evaluateJob($1) },
    Route(.put, "/v1/job/{job...}/dispatch", .submit) { try await $0.refuseForNow($1) },
    Route(.put, "/v1/job/{job...}/periodic/force", .submit) { try await $0.refuseForNow($1) },
    Route(.put, "/v1/job/{job...}", .submit) { try await $0.registerJob($1) },
    Route(.delete, "/v1/job/{job...}", .submit) { try await $0.deregisterJob($1) },
  ]

  private static let allocations: [Route] = [
    Route(.get, "/v1/allocations", .read) { try await $0.listAllocations($1) },
    Route(.get, "/v1/allocation/{allocation}", .read) { try await $0.readAllocation($1) },
    Route(.get, "/v1/allocation/{allocation}/services", .read) { try await $0.listAllocationServices($1) },
    Route(.put, "/v1/allocation/{allocation}/stop", .submit) { try await $0.stopAllocation($1) },
    Route(.get, "/v1/evaluations", .read) { try await $0.listEvaluations($1) },
    Route(.get, "/v1/evaluation/{evaluation}", .read) { try await $0.readEvaluation($1) },
    Route(.get, "/v1/evaluation/{evaluation}/allocations", .read) {
      try await $0.listEvaluationAllocations($1)
    },
    Route(.get, "/v1/deployments", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/client/allocation/{allocation}/stats", .read) { try await $0.readAllocationUsage($1) },
    Route(.get, "/v1/client/allocation/{allocation}/checks", .read) { try await $0.listAllocationChecks($1) },
    Route(.get, "/v1/client/allocation/{allocation}/exec", .exec) { try await $0.refuseForNow($1) },
    Route(.put, "/v1/client/allocation/{allocation}/restart", .submit) { try await $0.restartAllocation($1) },
    Route(.put, "/v1/client/allocation/{allocation}/signal", .submit) { try await $0.signalAllocation($1) },
  ]

  private static let files: [Route] = [
    Route(.get, "/v1/client/fs/ls/{allocation}", .files) { try await $0.listFiles($1) },
    Route(.get, "/v1/client/fs/stat/{allocation}", .files) { try await $0.statFile($1) },
    Route(.get, "/v1/client/fs/cat/{allocation}", .files) { try await $0.readFile($1) },
    Route(.get, "/v1/client/fs/readat/{allocation}", .files) { try await $0.readFilePart($1) },
    Route(.get, "/v1/client/fs/stream/{allocation}", .files) { try await $0.streamFile($1) },
    Route(.get, "/v1/client/fs/logs/{allocation}", .files) { try await $0.streamLogs($1) },
  ]

  private static let nodes: [Route] = [
    Route(.get, "/v1/nodes", .read) { try await $0.listNodes($1) },
    Route(.get, "/v1/node/pools", .read) { try await $0.listNodePools($1) },
    Route(.get, "/v1/node/pool/{pool}", .read) { try await $0.readNodePool($1) },
    Route(.get, "/v1/node/pool/{pool}/nodes", .read) { try await $0.listNodePoolNodes($1) },
    Route(.get, "/v1/node/pool/{pool}/jobs", .read) { try await $0.listNodePoolJobs($1) },
    Route(.put, "/v1/node/pool/{pool}", .management) { try await $0.refuseClusterChange($1) },
    Route(.put, "/v1/node/pools", .management) { try await $0.refuseClusterChange($1) },
    Route(.delete, "/v1/node/pool/{pool}", .management) { try await $0.refuseClusterChange($1) },
    Route(.get, "/v1/node/{node}", .read) { try await $0.readNode($1) },
    Route(.get, "/v1/node/{node}/allocations", .read) { try await $0.listNodeAllocations($1) },
    Route(.get, "/v1/client/stats", .read) { try await $0.readHostUsage($1) },
    Route(.put, "/v1/node/{node}/drain", .submit) { try await $0.drainNode($1) },
    Route(.put, "/v1/node/{node}/eligibility", .submit) { try await $0.setEligibility($1) },
    Route(.put, "/v1/node/{node}/evaluate", .submit) { try await $0.evaluateNode($1) },
    Route(.put, "/v1/node/{node}/purge", .management) { try await $0.refuseClusterChange($1) },
  ]

  private static let drivers: [Route] = [
    Route(.get, "/v1/drivers", .read) { try await $0.listDrivers($1) },
    Route(.put, "/v1/drivers", .driverAdmin) { try await $0.loadDriver($1) },
    Route(.get, "/v1/driver/{driver}", .read) { try await $0.readDriver($1) },
    Route(.put, "/v1/driver/{driver}/reload", .driverAdmin) { try await $0.reloadDriver($1) },
    Route(.delete, "/v1/driver/{driver}", .driverAdmin) { try await $0.unloadDriver($1) },
  ]

  private static let agent: [Route] = [
    Route(.get, "/", .anonymous) { try await $0.redirectToAgent($1) },
    Route(.get, "/v1/event/stream", .read) { try await $0.streamEvents($1) },
    Route(.get, "/v1/agent/self", .read) { try await $0.readAgent($1) },
    Route(.get, "/v1/agent/health", .anonymous) { try await $0.readHealth($1) },
    Route(.get, "/v1/agent/members", .read) { try await $0.listMembers($1) },
    Route(.get, "/v1/agent/servers", .read) { try await $0.listServers($1) },
    Route(.get, "/v1/agent/schedulers", .read) { try await $0.listSchedulers($1) },
    Route(.get, "/v1/agent/monitor", .read) { try await $0.monitor($1) },
    Route(.get, "/v1/metrics", .read) { try await $0.readMetrics($1) },
    Route(.put, "/v1/search", .read) { try await $0.search($1) },
    Route(.put, "/v1/search/fuzzy", .read) { try await $0.searchFuzzily($1) },
  ]

  private static let cluster: [Route] = [
    Route(.get, "/v1/status/leader", .anonymous) { try await $0.readLeader($1) },
    Route(.get, "/v1/status/peers", .anonymous) { try await $0.listServers($1) },
    Route(.get, "/v1/regions", .anonymous) { try await $0.listRegions($1) },
    Route(.get, "/v1/namespaces", .read) { try await $0.listNamespaces($1) },
    Route(.get, "/v1/namespace/{namespace}", .read) { try await $0.readNamespace($1) },
    Route(.put, "/v1/namespaces", .management) { try await $0.refuseClusterChange($1) },
    Route(.put, "/v1/namespace", .management) { try await $0.refuseClusterChange($1) },
    Route(.put, "/v1/namespace/{namespace}", .management) { try await $0.refuseClusterChange($1) },
    Route(.delete, "/v1/namespace/{namespace}", .management) { try await $0.refuseClusterChange($1) },
    Route(.get, "/v1/operator/scheduler/configuration", .read) {
      try await $0.readSchedulerConfiguration($1)
    },
    Route(.put, "/v1/operator/scheduler/configuration", .management) {
      try await $0.refuseClusterChange($1)
    },
    Route(.get, "/v1/operator/autopilot/configuration", .read) { try await $0.readAutopilot($1) },
    Route(.put, "/v1/operator/autopilot/configuration", .management) {
      try await $0.refuseClusterChange($1)
    },
    Route(.get, "/v1/operator/raft/configuration", .read) { try await $0.readRaft($1) },
    Route(.delete, "/v1/operator/raft/peer", .management) { try await $0.refuseClusterChange($1) },
    Route(.get, "/v1/services", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/service/{service}", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/scaling/policies", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/volumes", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/plugins", .read) { try await $0.listNothing($1) },
    Route(.get, "/v1/quotas", .read) { try await $0.listNothing($1) },
    Route(.put, "/v1/system/gc", .management) { try await $0.acknowledge($1) },
    Route(.put, "/v1/system/reconcile/summaries", .management) { try await $0.acknowledge($1) },
    Route(.get, "/v1/client/gc", .management) { try await $0.acknowledge($1) },
    Route(.put, "/v1/client/gc", .management) { try await $0.acknowledge($1) },
  ]

  private static let access: [Route] = [
    Route(.put, "/v1/acl/bootstrap", .anonymous) { try await $0.bootstrapAccess($1) },
    Route(.get, "/v1/acl/tokens", .management) { try await $0.listTokens($1) },
    Route(.get, "/v1/acl/token/self", .anonymous) { try await $0.readOwnToken($1) },
    Route(.get, "/v1/acl/token/{accessor}", .management) { try await $0.readToken($1) },
    Route(.put, "/v1/acl/token", .management) { try await $0.createToken($1) },
    Route(.put, "/v1/acl/token/{accessor}", .management) { try await $0.updateToken($1) },
    Route(.delete, "/v1/acl/token/{accessor}", .management) { try await $0.deleteToken($1) },
    Route(.get, "/v1/acl/policies", .management) { try await $0.listPolicies($1) },
    Route(.get, "/v1/acl/policy/{policy}", .management) { try await $0.readPolicy($1) },
    Route(.put, "/v1/acl/policy/{policy}", .management) { try await $0.putPolicy($1) },
    Route(.delete, "/v1/acl/policy/{policy}", .management) { try await $0.deletePolicy($1) },
  ]

  private static let variables: [Route] = [
    Route(.get, "/v1/vars", .submit) { try await $0.listVariables($1) },
    Route(.get, "/v1/var/{path...}", .submit) { try await $0.readVariable($1) },
    Route(.put, "/v1/var/{path...}", .submit) { try await $0.putVariable($1) },
    Route(.delete, "/v1/var/{path...}", .submit) { try await $0.deleteVariable($1) },
  ]
}
