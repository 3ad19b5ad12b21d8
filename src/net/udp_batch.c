/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/udp_batch.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

/* A query is a question, an OPT and perhaps a TSIG: nothing beyond an Ethernet frame is one. Strides are an odd number
 * of cache lines, so that the starts of the buffers do not all fall into the same sets of the cache. */
#define QUERY_STRIDE 1600
#define ANSWER_STRIDE 1472
#define LARGE_STRIDE 4160
_Static_assert(ANSWER_STRIDE >= UDP_ANSWER_MAX && LARGE_STRIDE >= UDP_BUFFER_MAX, "an answer fits");

#define CONTROL_SIZE CMSG_SPACE(sizeof(struct in6_pktinfo))
_Static_assert(sizeof(struct in6_pktinfo) >= sizeof(struct in_pktinfo), "the larger of both");

union udp_control { /* aligned as the kernel wants it */
	struct cmsghdr header;
	uint8_t octets[CONTROL_SIZE];
};

struct udp_batch {
	struct mmsghdr in[UDP_BATCH_SIZE];
	struct mmsghdr out[UDP_BATCH_SIZE];
	struct iovec in_vectors[UDP_BATCH_SIZE];
	struct iovec out_vectors[UDP_BATCH_SIZE];
	uint8_t out_index[UDP_BATCH_SIZE]; /* which datagram an outgoing message answers */
	struct sockaddr_in6 peers[UDP_BATCH_SIZE]; /* either family; the larger structure */
	union udp_control controls[UDP_BATCH_SIZE];
	struct udp_datagram datagrams[UDP_BATCH_SIZE];
	bool has_control;
	uint8_t queries[UDP_BATCH_SIZE][QUERY_STRIDE];
	size_t answer_stride;
	uint8_t answers[]; /* UDP_BATCH_SIZE strides */
};

static void batch_prepare(struct udp_batch *batch, bool has_control)
{
	batch->has_control = has_control;
	for (size_t i = 0; i < UDP_BATCH_SIZE; i++) {
		struct msghdr *header = &batch->in[i].msg_hdr;
		header->msg_control = has_control ? &batch->controls[i] : NULL;
		header->msg_controllen = has_control ? CONTROL_SIZE : 0;
	}
}

static struct udp_batch *batch_new(size_t answer_stride)
{
	struct udp_batch *batch = aligned_alloc(64, (sizeof(*batch) + UDP_BATCH_SIZE * answer_stride + 63) / 64 * 64);
	if (batch == NULL)
		return NULL;
	memset(batch, 0, sizeof(*batch));
	batch->answer_stride = answer_stride;
	for (size_t i = 0; i < UDP_BATCH_SIZE; i++) {
		batch->in_vectors[i] = (struct iovec){batch->queries[i], QUERY_STRIDE};
		batch->in[i].msg_hdr = (struct msghdr){.msg_iov = &batch->in_vectors[i],
		                                       .msg_iovlen = 1,
		                                       .msg_name = &batch->peers[i],
		                                       .msg_namelen = sizeof(batch->peers[i])};
	}
	return batch;
}

struct udp_batch *udp_batch_new(void)
{
	return batch_new(ANSWER_STRIDE);
}

struct udp_batch *udp_batch_new_large(void)
{
	return batch_new(LARGE_STRIDE);
}

void udp_batch_free(struct udp_batch *batch)
{
	free(batch);
}

static void endpoint_read(const struct sockaddr_in6 *peer, struct ip_endpoint *ret)
{
	*ret = (struct ip_endpoint){0};
	if (peer->sin6_family == AF_INET6) {
		ret->addr.family = FAMILY_IPV6;
		ret->addr.scope = peer->sin6_scope_id;
		memcpy(ret->addr.bytes, &peer->sin6_addr, 16);
		ret->port = ntohs(peer->sin6_port);
	} else {
		struct sockaddr_in v4;
		memcpy(&v4, peer, sizeof(v4));
		ret->addr.family = FAMILY_IPV4;
		memcpy(ret->addr.bytes, &v4.sin_addr, 4);
		ret->port = ntohs(v4.sin_port);
	}
}

/*
 * Turns the packet information that came into the one that goes: the asked address becomes the source. The interface
 * is left to the routing table but for link-local addresses, which mean nothing without one.
 */
static void control_turn(struct msghdr *header, struct ip_addr *ret_server)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	if (control == NULL)
		return;
	if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;
		memcpy(&info, CMSG_DATA(control), sizeof(info));
		*ret_server = ip_addr_v6(info.ipi6_addr.s6_addr);
		if (ip_addr_is_link_local(ret_server))
			ret_server->scope = info.ipi6_ifindex;
		info.ipi6_ifindex = ret_server->scope;
		memcpy(CMSG_DATA(control), &info, sizeof(info));
	} else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;
		memcpy(&info, CMSG_DATA(control), sizeof(info));
		uint8_t bytes[4];
		memcpy(bytes, &info.ipi_spec_dst, sizeof(bytes));
		*ret_server = ip_addr_v4(bytes);
		info.ipi_ifindex = 0;
		memcpy(CMSG_DATA(control), &info, sizeof(info));
	}
}

int udp_batch_receive(struct udp_batch *batch, int fd, const struct ip_addr *bound, size_t *ret_count)
{
	bool is_wildcard = ip_addr_is_any(bound);
	if (batch->has_control != is_wildcard)
		batch_prepare(batch, is_wildcard);
	int count = recvmmsg(fd, batch->in, UDP_BATCH_SIZE, MSG_DONTWAIT, NULL);
	if (count < 0) {
		*ret_count = 0;
		return errno == EAGAIN || errno == EINTR ? ERR_OK : -errno;
	}
	for (size_t i = 0; i < (size_t)count; i++) {
		struct udp_datagram *datagram = &batch->datagrams[i];
		const struct msghdr *header = &batch->in[i].msg_hdr;
		bool is_cut = (header->msg_flags & MSG_TRUNC) != 0;
		datagram->message = span_of(batch->queries[i], is_cut ? 0 : batch->in[i].msg_len);
		endpoint_read(&batch->peers[i], &datagram->client);
		datagram->server = *bound;
		if (is_wildcard)
			control_turn(&batch->in[i].msg_hdr, &datagram->server);
	}
	*ret_count = (size_t)count;
	return ERR_OK;
}

const struct udp_datagram *udp_batch_at(const struct udp_batch *batch, size_t index)
{
	return &batch->datagrams[index];
}

uint8_t *udp_batch_answer(struct udp_batch *batch, size_t index)
{
	return batch->answers + index * batch->answer_stride;
}

/* Lines the answers up for one sendmmsg, and gives the receiving headers their sizes back. */
static unsigned batch_line_up(struct udp_batch *batch, const size_t *sizes, size_t count)
{
	unsigned ready = 0;
	for (size_t i = 0; i < count; i++) {
		struct msghdr *in = &batch->in[i].msg_hdr;
		if (sizes[i] > 0) {
			batch->out_vectors[ready] = (struct iovec){udp_batch_answer(batch, i), sizes[i]};
			batch->out[ready].msg_hdr = (struct msghdr){.msg_iov = &batch->out_vectors[ready],
			                                            .msg_iovlen = 1,
			                                            .msg_name = in->msg_name,
			                                            .msg_namelen = in->msg_namelen,
			                                            .msg_control = in->msg_control,
			                                            .msg_controllen = in->msg_controllen};
			batch->out_index[ready++] = (uint8_t)i;
		}
		in->msg_namelen = sizeof(batch->peers[i]);
		in->msg_controllen = batch->has_control ? CONTROL_SIZE : 0;
	}
	return ready;
}

/* The first message of the rest was refused. True: try it again as it is now. */
static bool refusal_handle(struct udp_batch *batch, unsigned at, int error, bool *has_shortened, udp_shorten *shorten,
                           void *owner, struct udp_sent *sent)
{
	if (error == EINTR)
		return true;
	/* RFC 10001 3.2, RFC 9715 3.1: what the path cannot carry whole becomes a truncated answer, never fragments. */
	if (error == EMSGSIZE && !*has_shortened) {
		*has_shortened = true;
		size_t size = shorten(owner, batch->out_index[at]);
		batch->out_vectors[at].iov_len = size;
		if (size > 0) {
			sent->shortened++;
			return true;
		}
	}
	sent->failed++;
	return false;
}

struct udp_sent udp_batch_send(struct udp_batch *batch, int fd, const size_t *sizes, size_t count,
                               udp_shorten *shorten, void *owner)
{
	struct udp_sent sent = {0};
	unsigned ready = batch_line_up(batch, sizes, count), at = 0;
	bool has_shortened = false;
	while (at < ready) {
		int done = sendmmsg(fd, &batch->out[at], ready - at, MSG_DONTWAIT);
		if (done > 0) {
			at += (unsigned)done;
			has_shortened = false;
		} else if (!refusal_handle(batch, at, errno, &has_shortened, shorten, owner, &sent)) {
			at++;
			has_shortened = false;
		}
	}
	return sent;
}
