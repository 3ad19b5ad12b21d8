/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions that the daemon itself asks through an engine: the keys of trust anchors.
 * Asked and answered in the main thread; in between they are the engine's. Freed once they are done.
 * Never waits: the answer comes in a later turn of the main loop.
 */
#ifndef DAEMON_RECURSION_INNER_H
#define DAEMON_RECURSION_INNER_H

#include "base/span.h"
#include "daemon/worker.h"
#include "dns/name.h"

/* Where answers wait for the main thread. One for the daemon. */
struct mailbox {
	uv_async_t wake;
	pthread_mutex_t lock;
	struct inner_question *first;
	bool is_closed;
};

int mailbox_open(struct mailbox *mailbox, uv_loop_t *loop) MUST_USE;
void mailbox_close(struct mailbox *mailbox); /* what comes later is dropped */
/* The owner goes: what waits for it is dropped. Its questions have been answered or forgotten by the engines. */
void mailbox_forget(struct mailbox *mailbox, const void *owner);

/* message: the answer; empty: there is none. */
typedef void inner_done(void *owner, struct span message);

struct inner_ask {
	struct name name;
	uint16_t type;
	bool is_cd, is_do;
	inner_done *done;
	void *owner;
};
/* To the service's engine on the worker. -ENOMEM: done is not called. */
int inner_ask(struct mailbox *mailbox, struct worker *worker, struct service *service,
              const struct inner_ask *ask) MUST_USE;

/* The worker's: the engine has answered. */
void inner_answer(struct inner_question *question, struct span message);

#endif
