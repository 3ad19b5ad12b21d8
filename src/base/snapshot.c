/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/snapshot.h"

#define URCU_INLINE_SMALL_FUNCTIONS
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <urcu-qsbr.h>

/*
 * The thread sanitizer does not see the barriers inside liburcu: it is told that what a reader did before it let go
 * comes before what the writer does when the grace period is over.
 */
#if defined(__has_feature) /* clang's way to say what gcc says by a macro */
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
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

/*
 * liburcu can only wait for a grace period, or have a thread of its own wait. Marks need neither: they count up, each
 * reader keeps the latest that it saw when it let go, and a mark is past when no reader that is online has an older one.
 * In a reader's turn the count is loaded (acquire) before anything is read; so what was made unreachable before a mark
 * that it saw is unreachable for it. Coming online is followed by liburcu's full barrier, asking begins with one: either
 * the asker sees the reader online, or the reader sees what the asker did before.
 */
#define OFFLINE UINT64_MAX

struct reader {
	_Atomic uint64_t seen; /* OFFLINE: holds nothing */
	struct reader *next;
};

static _Atomic uint64_t marks = 1;
static pthread_mutex_t readers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct reader *readers;
static _Thread_local struct reader self;

static void reader_is_online(void)
{
	atomic_store_explicit(&self.seen, atomic_load_explicit(&marks, memory_order_acquire), memory_order_release);
}

static void reader_is_offline(void)
{
	atomic_store_explicit(&self.seen, OFFLINE, memory_order_release);
}

void snapshot_thread_start(void)
{
	pthread_mutex_lock(&readers_lock);
	reader_is_online();
	self.next = readers;
	readers = &self;
	pthread_mutex_unlock(&readers_lock);
	rcu_register_thread();
}

void snapshot_thread_stop(void)
{
	READER_LETS_GO();
	rcu_unregister_thread();
	pthread_mutex_lock(&readers_lock);
	struct reader **link = &readers;
	while (*link != NULL && *link != &self)
		link = &(*link)->next;
	if (*link != NULL)
		*link = self.next;
	pthread_mutex_unlock(&readers_lock);
}

void snapshot_offline(void)
{
	READER_LETS_GO();
	reader_is_offline();
	rcu_thread_offline();
}

void snapshot_online(void)
{
	reader_is_online();
	rcu_thread_online();
}

void snapshot_quiescent(void)
{
	READER_LETS_GO();
	reader_is_online();
	rcu_quiescent_state();
}

uint64_t snapshot_mark(void)
{
	return atomic_fetch_add(&marks, 1) + 1;
}

bool snapshot_is_past(uint64_t mark)
{
	bool is_past = true;
	cmm_smp_mb();
	pthread_mutex_lock(&readers_lock);
	for (const struct reader *reader = readers; reader != NULL && is_past; reader = reader->next)
		is_past = atomic_load_explicit(&reader->seen, memory_order_acquire) >= mark;
	pthread_mutex_unlock(&readers_lock);
	return is_past;
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
