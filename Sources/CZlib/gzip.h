/* Compression through zlib.
 *
 * SPDX-License-Identifier: MPL-2.0
 */
#ifndef HOSTLER_GZIP_H
#define HOSTLER_GZIP_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

/* Writes a gzip file of some bytes. Returns its size; -1 when it is not smaller than the room for it, or there is
 * no memory. */
static inline int64_t hostler_gzip(const uint8_t *bytes, size_t count, uint8_t *into, size_t capacity) {
  if (count > UINT32_MAX || capacity > UINT32_MAX) return -1;
  z_stream stream = {0};
  /* 31: the largest window, and the gzip form. */
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  stream.next_out = into;
  stream.avail_out = (uInt)capacity;
  int result = deflate(&stream, Z_FINISH);
  int64_t size = result == Z_STREAM_END ? (int64_t)stream.total_out : -1;
  deflateEnd(&stream);
  return size;
}

#endif
