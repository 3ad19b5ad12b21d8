/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections to services, each set up, timed and closed again.
 * Owned: connects_new/connects_close, in the thread of the loop, which has to run once more after the close.
 * Never sends a service anything.
 */
#ifndef WATCH_CONNECTS_H
#define WATCH_CONNECTS_H

#include "ip/addr.h"

#include <uv.h>

struct connects;

/* error: 0: it stands, else an errno. is_at_once: the kernel refused before anything was sent. */
typedef void connects_done(void *owner, size_t tag, int error, bool is_at_once, uint32_t duration_us);

struct connects *connects_new(uv_loop_t *loop, connects_done *done, void *owner); /* NULL: no memory */
void connects_close(struct connects *connects); /* nothing more is told; NULL is fine */
/* Told of later, or, when the kernel refuses, within the call. */
void connects_start(struct connects *connects, const struct ip_endpoint *endpoint, uint64_t timeout_us, size_t tag);
/* Gives up those whose time is over. */
void connects_tick(struct connects *connects);
bool connects_is_busy(const struct connects *connects);

#endif
