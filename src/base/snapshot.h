/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Publishing immutable data to worker threads without stopping them (liburcu, QSBR flavour).
 * The slot is the caller's; what it points to belongs to the slot until replaced.
 * Never frees behind a reader: snapshot_replace returns the old pointer only when no reader holds it.
 */
#ifndef BASE_SNAPSHOT_H
#define BASE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot {
	void *current; /* read only through snapshot_read */
};

/* Each reading thread, once at its start and end. */
void snapshot_thread_start(void);
void snapshot_thread_stop(void);
/* Around a blocking wait, else snapshot_replace hangs on an idle reader. */
void snapshot_offline(void);
void snapshot_online(void);
/* Between two turns of work: nothing read before is held any more. */
void snapshot_quiescent(void);

/* The current data; valid until the thread's next quiescent, offline or stop. */
const void *snapshot_read(const struct snapshot *snapshot);
/* Publishes next and waits until no reader can hold the old data, which is returned to be freed.
 * Call it from a thread that is not a reader, or offline. */
void *snapshot_replace(struct snapshot *snapshot, void *next);

/*
 * For those who cannot wait, readers among them: a mark, taken after something was made unreachable; later, whether all
 * readers have let go since. The asking thread's own state counts like any other's. Where no thread is a reader the
 * answer is yes.
 */
uint64_t snapshot_mark(void);
bool snapshot_is_past(uint64_t mark);

#endif
