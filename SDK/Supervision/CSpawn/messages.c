/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "messages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int hostler_socket_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }

/* An address holds 107 bytes; through the descriptor of the directory any path fits. */
static int address_in(int directory, const char *name, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  int length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", directory, name);
  if (length > 0 && (size_t)length < sizeof address->sun_path) return 0;
  errno = ENAMETOOLONG;
  return -1;
}

static int closed_with_errno(int descriptor) {
  int saved = errno;
  close(descriptor);
  errno = saved;
  return -1;
}

int hostler_socket_listen(int directory, const char *name) {
  struct sockaddr_un address;
  if (address_in(directory, name, &address) != 0) return -1;
  int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (listener < 0) return -1;
  (void)unlink(address.sun_path);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4) != 0)
    return closed_with_errno(listener);
  return listener;
}

int hostler_socket_accept(int listener) {
  int connection;
  while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0 && errno == EINTR) {}
  return connection;
}

int hostler_socket_connect(int directory, const char *name) {
  struct sockaddr_un address;
  if (address_in(directory, name, &address) != 0) return -1;
  int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connection < 0) return -1;
  int result;
  while ((result = connect(connection, (struct sockaddr *)&address, sizeof address)) != 0 && errno == EINTR) {}
  return result == 0 ? connection : closed_with_errno(connection);
}

union control {
  struct cmsghdr header;
  char room[CMSG_SPACE(HOSTLER_MESSAGE_DESCRIPTORS * sizeof(int))];
};

int hostler_message_send(int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count,
                         int wait) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  union control control;
  if (descriptor_count > HOSTLER_MESSAGE_DESCRIPTORS) {
    errno = EINVAL;
    return -1;
  }
  if (descriptor_count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.room;
    message.msg_controllen = CMSG_SPACE((size_t)descriptor_count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN((size_t)descriptor_count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, (size_t)descriptor_count * sizeof(int));
  }
  ssize_t sent;
  while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT))) < 0 && errno == EINTR) {}
  return sent < 0 ? -1 : 0;
}

int64_t hostler_message_receive(int socket, void *bytes, size_t capacity, int *descriptors, int *descriptor_count,
                                int wait) {
  struct iovec part = {.iov_base = bytes, .iov_len = capacity};
  union control control;
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
  *descriptor_count = 0;
  ssize_t received;
  while ((received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT))) < 0 && errno == EINTR) {}
  if (received < 0) return -1;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
    *descriptor_count = (int)count;
  }
  if (message.msg_flags & MSG_TRUNC) {
    for (int i = 0; i < *descriptor_count; i++) close(descriptors[i]);
    *descriptor_count = 0;
    errno = EMSGSIZE;
    return -1;
  }
  return received;
}

int hostler_memory_file(const void *bytes, size_t count) {
  int file = memfd_create("hostler-message", MFD_CLOEXEC);
  if (file < 0) return -1;
  const char *rest = bytes;
  while (count > 0) {
    ssize_t written = write(file, rest, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return closed_with_errno(file);
    rest += written;
    count -= (size_t)written;
  }
  return file;
}
