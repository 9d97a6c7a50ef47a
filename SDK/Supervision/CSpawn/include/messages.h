/* Local sockets that carry whole messages, with descriptors.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_MESSAGES_H
#define HOSTLER_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

/* The most descriptors one message carries. */
#define HOSTLER_MESSAGE_DESCRIPTORS 8

/* Each returns -1 with errno on failure; each descriptor is close-on-exec. */

/* Two connected sockets. */
int hostler_socket_pair(int ends[2]);
/* A socket that listens at NAME in an open directory, whatever the length of the directory's path. What is
 * there already is replaced. */
int hostler_socket_listen(int directory, const char *name);
int hostler_socket_accept(int listener);
int hostler_socket_connect(int directory, const char *name);

/* Sends one message. With `wait` 0 it fails with EAGAIN where it would block. Never raises SIGPIPE. */
int hostler_message_send(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count,
                         int wait);
/* Receives one message, waiting for it. Returns its length; 0 at the end; -1 with EMSGSIZE when it does not
 * fit. `descriptors` has room for HOSTLER_MESSAGE_DESCRIPTORS; those received are the caller's. With `wait`
 * 0 it fails with EAGAIN when there is none. */
int64_t hostler_message_receive(int socket, void *bytes, size_t capacity, int *descriptors, int *descriptor_count,
                                int wait);

/* A file without a name that holds these bytes, for what is too long for a message. */
int hostler_memory_file(const void *bytes, size_t count);

#endif
