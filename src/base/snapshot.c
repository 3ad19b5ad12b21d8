/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/snapshot.h"

#define URCU_INLINE_SMALL_FUNCTIONS
#include <urcu-qsbr.h>

void snapshot_thread_start(void)
{
	rcu_register_thread();
}

void snapshot_thread_stop(void)
{
	rcu_unregister_thread();
}

void snapshot_offline(void)
{
	rcu_thread_offline();
}

void snapshot_online(void)
{
	rcu_thread_online();
}

void snapshot_quiescent(void)
{
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
	return old;
}
