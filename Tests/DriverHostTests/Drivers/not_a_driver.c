/* A shared library like any other; the symbol is there, and not exported. */
__attribute__((visibility("hidden"))) const void *hostler_driver_entry(void) { return 0; }

int some_function(void) { return hostler_driver_entry() == 0; }
