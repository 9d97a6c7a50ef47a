/* A driver that does nothing, and whose static data can be made wrong with macros. */
#include <stddef.h>
#include <stdlib.h>

#include "hostler/driver.h"

#ifndef ABI_MAJOR
#define ABI_MAJOR HOSTLER_ABI_MAJOR
#endif
#ifndef ABI_MINOR
#define ABI_MINOR HOSTLER_ABI_MINOR
#endif
#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(hostler_entry)
#endif
#ifndef DESCRIPTOR_SIZE
#define DESCRIPTOR_SIZE sizeof(hostler_driver_descriptor)
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(hostler_driver_table)
#endif
#ifndef STRIDE
#define STRIDE sizeof(struct wide_field)
#endif
#ifndef NAME
#define NAME "still"
#endif
#ifndef DOC
#define DOC "Does nothing."
#endif
#ifndef PLUGIN_NAME
#define PLUGIN_NAME "still"
#endif
#ifndef DRIVER_COUNT
#define DRIVER_COUNT 1
#endif
#ifndef SECOND_NAME
#define SECOND_NAME "second"
#endif
#ifndef OPEN
#define OPEN open_driver
#endif
#ifndef TABLE
#define TABLE &table
#endif
#ifndef START
#define START start
#endif
#ifndef ENTRY
#define ENTRY &entry
#endif
#ifndef DRIVERS
#define DRIVERS drivers
#endif
#ifndef FIRST
#define FIRST &first
#endif
#ifndef FIELD
#define FIELD {"size", "How large.", "1MB", NULL, 0, HOSTLER_FIELD_SIZE, 0}
#endif
#ifndef FIELD_COUNT
#define FIELD_COUNT 1
#endif
#ifndef FIELDS
#define FIELDS (const hostler_field *)fields
#endif
#ifndef ISOLATION
#define ISOLATION HOSTLER_FILESYSTEM_NONE
#endif
#ifndef FINGERPRINT_BODY
#define FINGERPRINT_BODY
#endif
#ifndef OPEN_BODY
#define OPEN_BODY
#endif

/* A field as a later version of the header might have it. */
struct wide_field {
  hostler_field field;
  void *later;
};

extern const struct wide_field fields[];
const struct wide_field fields[] = {{FIELD, NULL}, {{"other", "Another.", NULL, NULL, 0, 1, 0}, NULL}};

static hostler_status configure(void *driver, const hostler_config *config, hostler_sink error) {
  (void)driver, (void)config, (void)error;
  return HOSTLER_OK;
}
static hostler_status fingerprint(void *driver, hostler_fingerprint *answer, hostler_sink error) {
  FINGERPRINT_BODY;
  (void)driver, (void)error;
  answer->health = HOSTLER_HEALTH_HEALTHY;
  return HOSTLER_OK;
}
static hostler_status start(void *driver, const hostler_task_request *request, hostler_task_started *started,
                            hostler_sink error) {
  (void)driver, (void)request, (void)started, (void)error;
  return HOSTLER_UNSUPPORTED;
}
static hostler_status wait_for(void *driver, hostler_string id, int32_t *descriptor, hostler_sink error) {
  (void)driver, (void)id, (void)descriptor, (void)error;
  return HOSTLER_NOT_FOUND;
}
static hostler_status stop(void *driver, hostler_string id, const hostler_stop_request *request,
                           hostler_sink error) {
  (void)driver, (void)id, (void)request, (void)error;
  return HOSTLER_NOT_FOUND;
}
static hostler_status send_signal(void *driver, hostler_string id, int32_t signal, hostler_sink error) {
  (void)driver, (void)id, (void)signal, (void)error;
  return HOSTLER_NOT_FOUND;
}
static hostler_status inspect(void *driver, hostler_string id, hostler_task_status *status, hostler_sink error) {
  (void)driver, (void)id, (void)status, (void)error;
  return HOSTLER_NOT_FOUND;
}
static hostler_status destroy(void *driver, hostler_string id, int32_t force, hostler_sink error) {
  (void)driver, (void)id, (void)force, (void)error;
  return HOSTLER_NOT_FOUND;
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
    TABLE_SIZE, configure, fingerprint, START,            wait_for,     stop, send_signal,
    inspect,    destroy,   recover,     restore_complete, close_driver, NULL};

static hostler_status open_driver(const hostler_host *host, const char *name, hostler_driver *driver,
                                  hostler_sink error) {
  (void)host, (void)name, (void)error, (void)table;
  OPEN_BODY;
  driver->table = TABLE;
  return HOSTLER_OK;
}

static const hostler_driver_descriptor first = {
    DESCRIPTOR_SIZE, NAME, DOC, 0, ISOLATION, 0, {NULL, 0, 0}, {FIELDS, FIELD_COUNT, STRIDE}};
static const hostler_driver_descriptor second = {
    DESCRIPTOR_SIZE, SECOND_NAME, "Another.", 0, ISOLATION, 0, {NULL, 0, 0}, {NULL, 0, 0}};
extern const hostler_driver_descriptor *const drivers[];
const hostler_driver_descriptor *const drivers[] = {FIRST, &second};

extern const hostler_entry entry;
const hostler_entry entry = {ABI_MAJOR, ABI_MINOR, ENTRY_SIZE, PLUGIN_NAME, "1", DRIVERS, DRIVER_COUNT, OPEN};

const hostler_entry *hostler_driver_entry(void) {
  (void)open_driver, (void)first, (void)start;
  return ENTRY;
}
