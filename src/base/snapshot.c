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
	return rcu_dereference(snapshot->current);
}

void *snapshot_replace(struct snapshot *snapshot, void *next)
{
	void *old = rcu_xchg_pointer(&snapshot->current, next);
	synchronize_rcu();
	return old;
}
