/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UDP answers that come later than the batch of their questions: gathered over a turn, sent many at a time.
 * Owned: udp_outbox_new/udp_outbox_free, by one worker of one service. Octets are copied in.
 * Never sends an answer from another address than the one that was asked.
 */
#ifndef NET_UDP_OUTBOX_H
#define NET_UDP_OUTBOX_H

#include "ip/addr.h"
#include "net/udp_batch.h"

#define UDP_OUTBOX_SIZE 64

struct udp_outbox;

/* shorten: makes an answer smaller in place because the path does not take it whole; returns its octets, 0: give up. */
struct udp_outbox *udp_outbox_new(size_t (*shorten)(uint8_t *message, size_t size));
void udp_outbox_free(struct udp_outbox *outbox);

/* bound: what the socket is bound to. At most UDP_BUFFER_MAX octets. False: it is full, or the answer too large. */
bool udp_outbox_add(struct udp_outbox *outbox, int fd, const struct ip_addr *bound, const struct ip_endpoint *client,
                    const struct ip_addr *server, struct span message);
/* Sends all; adds to what was sent before, by family of the client. */
void udp_outbox_flush(struct udp_outbox *outbox, struct udp_sent sent[FAMILY_COUNT]);

#endif
