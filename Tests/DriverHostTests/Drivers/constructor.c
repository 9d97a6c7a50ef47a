/* A library whose constructor does something that it must not: -DMISTAKE='…'. */
#include <signal.h>
#include <stdlib.h>

#include "hostler/driver.h"

__attribute__((constructor)) static void at_load(void) { MISTAKE; }

const hostler_entry *hostler_driver_entry(void) { return NULL; }
