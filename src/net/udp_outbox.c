/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/udp_outbox.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

union outbox_control { /* aligned as the kernel wants it */
	struct cmsghdr header;
	uint8_t octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct udp_outbox {
	size_t (*shorten)(uint8_t *message, size_t size);
	size_t count;
	int fds[UDP_OUTBOX_SIZE];
	enum family families[UDP_OUTBOX_SIZE];
	struct mmsghdr headers[UDP_OUTBOX_SIZE];
	struct iovec vectors[UDP_OUTBOX_SIZE];
	struct sockaddr_storage clients[UDP_OUTBOX_SIZE];
	union outbox_control controls[UDP_OUTBOX_SIZE];
	uint8_t messages[UDP_OUTBOX_SIZE][UDP_BUFFER_MAX];
};

struct udp_outbox *udp_outbox_new(size_t (*shorten)(uint8_t *message, size_t size))
{
	struct udp_outbox *outbox = calloc(1, sizeof(*outbox));
	if (outbox != NULL)
		outbox->shorten = shorten;
	return outbox;
}

void udp_outbox_free(struct udp_outbox *outbox)
{
	free(outbox);
}

/* The asked address as the source; the interface is the routing table's but for link-local addresses. */
static void source_set(struct msghdr *header, union outbox_control *control, const struct ip_addr *server)
{
	memset(control, 0, sizeof(*control));
	header->msg_control = control;
	if (server->family == FAMILY_IPV6) {
		struct in6_pktinfo info = {.ipi6_ifindex = server->scope};
		memcpy(&info.ipi6_addr, server->bytes, sizeof(info.ipi6_addr));
		control->header = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO,
		                                   .cmsg_len = CMSG_LEN(sizeof(info))};
		memcpy(CMSG_DATA(&control->header), &info, sizeof(info));
		header->msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		struct in_pktinfo info = {0};
		memcpy(&info.ipi_spec_dst, server->bytes, sizeof(info.ipi_spec_dst));
		control->header = (struct cmsghdr){.cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO,
		                                   .cmsg_len = CMSG_LEN(sizeof(info))};
		memcpy(CMSG_DATA(&control->header), &info, sizeof(info));
		header->msg_controllen = CMSG_SPACE(sizeof(info));
	}
}

bool udp_outbox_add(struct udp_outbox *outbox, int fd, const struct ip_addr *bound, const struct ip_endpoint *client,
                    const struct ip_addr *server, struct span message)
{
	size_t at = outbox->count;
	if (at == UDP_OUTBOX_SIZE || message.size > UDP_BUFFER_MAX)
		return false;
	outbox->fds[at] = fd;
	outbox->families[at] = client->addr.family;
	memcpy(outbox->messages[at], message.data, message.size);
	outbox->vectors[at] = (struct iovec){outbox->messages[at], message.size};
	struct msghdr *header = &outbox->headers[at].msg_hdr;
	*header = (struct msghdr){.msg_iov = &outbox->vectors[at], .msg_iovlen = 1, .msg_name = &outbox->clients[at]};
	header->msg_namelen = ip_endpoint_to_sockaddr(client, &outbox->clients[at]);
	if (ip_addr_is_any(bound))
		source_set(header, &outbox->controls[at], server);
	outbox->count++;
	return true;
}

/* The first of the rest was refused. True: it is smaller now, try again. */
static bool refusal_handle(struct udp_outbox *outbox, size_t at, int error, bool *has_shortened, struct udp_sent *sent)
{
	if (error == EINTR)
		return true;
	/* RFC 10001 3.2, RFC 9715 3.1: what the path cannot carry whole becomes a truncated answer, never fragments. */
	if (error == EMSGSIZE && !*has_shortened) {
		*has_shortened = true;
		size_t size = outbox->shorten(outbox->messages[at], outbox->vectors[at].iov_len);
		outbox->vectors[at].iov_len = size;
		if (size > 0) {
			sent->shortened++;
			return true;
		}
	}
	sent->failed++;
	return false;
}

/* All of one socket, from `at` up to `end`. */
static void run_send(struct udp_outbox *outbox, size_t at, size_t end, struct udp_sent sent[FAMILY_COUNT])
{
	bool has_shortened = false;
	while (at < end) {
		int done = sendmmsg(outbox->fds[at], &outbox->headers[at], (unsigned)(end - at), MSG_DONTWAIT);
		if (done > 0)
			at += (size_t)done;
		else if (refusal_handle(outbox, at, errno, &has_shortened, &sent[outbox->families[at]]))
			continue;
		else
			at++;
		has_shortened = false;
	}
}

void udp_outbox_flush(struct udp_outbox *outbox, struct udp_sent sent[FAMILY_COUNT])
{
	for (size_t at = 0; at < outbox->count;) {
		size_t end = at + 1;
		while (end < outbox->count && outbox->fds[end] == outbox->fds[at])
			end++;
		run_send(outbox, at, end, sent);
		at = end;
	}
	outbox->count = 0;
}
