/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/snapshot.h"

#define URCU_INLINE_SMALL_FUNCTIONS
#include <urcu-qsbr.h>

/*
 * The thread sanitizer does not see the barriers inside liburcu: it is told that what a reader did before it let go
 * comes before what the writer does when the grace period is over.
 */
#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);
static char let_go;
#define READER_LETS_GO() __tsan_release(&let_go)
#define READERS_HAVE_LET_GO() __tsan_acquire(&let_go)
#else
#define READER_LETS_GO()
#define READERS_HAVE_LET_GO()
#endif

void snapshot_thread_start(void)
{
	rcu_register_thread();
}

void snapshot_thread_stop(void)
{
	READER_LETS_GO();
	rcu_unregister_thread();
}

void snapshot_offline(void)
{
	READER_LETS_GO();
	rcu_thread_offline();
}

void snapshot_online(void)
{
	rcu_thread_online();
}

void snapshot_quiescent(void)
{
	READER_LETS_GO();
	rcu_quiescent_state();
}

const void *snapshot_read(const struct snapshot *snapshot)
{
	/* As rcu_dereference, in words that the thread sanitizer understands. */
	return __atomic_load_n(&snapshot->current, __ATOMIC_ACQUIRE);
}

void *snapshot_replace(struct snapshot *snapshot, void *next)
{
	void *old = __atomic_exchange_n(&snapshot->current, next, __ATOMIC_ACQ_REL);
	synchronize_rcu();
	READERS_HAVE_LET_GO();
	return old;
}
