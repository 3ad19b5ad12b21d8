/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagrams received and answered many at a time, in buffers made once (recvmmsg, sendmmsg).
 * Owned: udp_batch_new/udp_batch_free, by one worker. Views are borrowed until the next receive.
 * Never sends an answer from another address than the one that was asked.
 */
#ifndef NET_UDP_BATCH_H
#define NET_UDP_BATCH_H

#include "base/writer.h"
#include "ip/addr.h"

#define UDP_BATCH_SIZE 64
#define UDP_ANSWER_MAX 1400 /* octets, RFC 9715 3.2: nothing larger is sent over UDP, unless an operator insists: */
#define UDP_BUFFER_MAX 4096 /* octets that there is room for */

struct udp_batch;

struct udp_datagram { /* one received */
	struct span message;
	struct ip_endpoint client;
	struct ip_addr server; /* the address that was asked; the socket's own unless it is a wildcard */
};

struct udp_batch *udp_batch_new(void); /* for answers of at most UDP_ANSWER_MAX octets */
struct udp_batch *udp_batch_new_large(void); /* UDP_BUFFER_MAX */
void udp_batch_free(struct udp_batch *batch);

/*
 * Receives what is there, at most UDP_BATCH_SIZE. bound: what the socket is bound to. *ret_count 0: nothing there.
 * A datagram that was cut because it is larger than any query has an empty message.
 */
int udp_batch_receive(struct udp_batch *batch, int fd, const struct ip_addr *bound, size_t *ret_count) MUST_USE;
const struct udp_datagram *udp_batch_at(const struct udp_batch *batch, size_t index);
/* The buffer for the answer to the datagram, UDP_ANSWER_MAX octets, or UDP_BUFFER_MAX. */
uint8_t *udp_batch_answer(struct udp_batch *batch, size_t index);

/* Makes the answer again, smaller, because the path does not take it whole; returns its octets, 0: give up. */
typedef size_t udp_shorten(void *owner, size_t index);

struct udp_sent {
	size_t shortened; /* answers made again */
	size_t failed;    /* answers the kernel refused (no route, no memory) */
};

/* Sends sizes[i] octets of each answer; 0: none. Each goes to its client, from the asked address. */
struct udp_sent udp_batch_send(struct udp_batch *batch, int fd, const size_t *sizes, size_t count,
                               udp_shorten *shorten, void *owner);

#endif
