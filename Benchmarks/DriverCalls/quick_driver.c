/* A driver whose functions do next to nothing, so that what a call costs is the host's part of it.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#include "hostler/driver.h"

static hostler_status configure(void *driver, const hostler_config *config, hostler_sink error) {
  (void)driver, (void)config, (void)error;
  return HOSTLER_OK;
}
static hostler_status fingerprint(void *driver, hostler_fingerprint *answer, hostler_sink error) {
  (void)driver, (void)error;
  answer->health = HOSTLER_HEALTH_HEALTHY;
  return HOSTLER_OK;
}
static hostler_status start(void *driver, const hostler_task_request *request, hostler_task_started *started,
                            hostler_sink error) {
  (void)driver, (void)error;
  started->handle.write(started->handle.context, request->task_id);
  return HOSTLER_OK;
}
static hostler_status wait_for(void *driver, hostler_string id, int32_t *descriptor, hostler_sink error) {
  (void)driver, (void)id, (void)descriptor, (void)error;
  return HOSTLER_UNSUPPORTED;
}
static hostler_status stop(void *driver, hostler_string id, const hostler_stop_request *request,
                           hostler_sink error) {
  (void)driver, (void)id, (void)request, (void)error;
  return HOSTLER_OK;
}
static hostler_status send_signal(void *driver, hostler_string id, int32_t signal, hostler_sink error) {
  (void)driver, (void)id, (void)signal, (void)error;
  return HOSTLER_OK;
}
static hostler_status inspect(void *driver, hostler_string id, hostler_task_status *status,
                              hostler_sink error) {
  (void)driver, (void)id, (void)error;
  status->state = HOSTLER_TASK_RUNNING;
  status->started_at = 1;
  if (status->attributes.add) {
    hostler_string key = {"pid", 3}, value = {"4242", 4};
    status->attributes.add(status->attributes.context, key, value);
  }
  return HOSTLER_OK;
}
static hostler_status destroy(void *driver, hostler_string id, int32_t force, hostler_sink error) {
  (void)driver, (void)id, (void)force, (void)error;
  return HOSTLER_OK;
}
static hostler_status recover(void *driver, const hostler_recover_request *request,
                              hostler_task_status *status, hostler_sink error) {
  (void)driver, (void)request, (void)status, (void)error;
  return HOSTLER_NOT_FOUND;
}
static hostler_status restore_complete(void *driver, hostler_sink error) {
  (void)driver, (void)error;
  return HOSTLER_OK;
}
static void close_driver(void *driver) { (void)driver; }

static const hostler_driver_table table = {
    sizeof(hostler_driver_table), configure, fingerprint, start,   wait_for,         stop,         send_signal,
    inspect,                      destroy,   recover,     restore_complete, close_driver, 0};

static hostler_status open_driver(const hostler_host *host, const char *name, hostler_driver *driver,
                                  hostler_sink error) {
  (void)host, (void)name, (void)error;
  driver->table = &table;
  return HOSTLER_OK;
}

static const hostler_field fields[] = {
    {"command", "What to run.", 0, 0, 0, HOSTLER_FIELD_STRING, HOSTLER_FIELD_REQUIRED},
    {"args", "What to pass.", 0, 0, 0, HOSTLER_FIELD_STRING_LIST, 0},
};
static const hostler_driver_descriptor descriptor = {
    sizeof(hostler_driver_descriptor), "quick", "Does nothing, quickly.", 0, HOSTLER_FILESYSTEM_NONE, 0, {0, 0, 0},
    {fields, 2, sizeof(hostler_field)}};
static const hostler_driver_descriptor *const drivers[] = {&descriptor};
static const hostler_entry entry = {
    HOSTLER_ABI_MAJOR, HOSTLER_ABI_MINOR, sizeof(hostler_entry), "quick", "1", drivers, 1, open_driver};

const hostler_entry *hostler_driver_entry(void) { return &entry; }
