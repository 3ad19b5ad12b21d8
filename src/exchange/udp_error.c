/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange/inside.h"

#include <errno.h>
#include <linux/errqueue.h>

#define REPORTS_MOST 64 /* a call, so that a storm of them keeps nobody waiting */

union report_control { /* aligned as the kernel wants it; the report is followed by the address of who sent it */
	struct cmsghdr header;
	uint8_t octets[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)) + 64];
};

static const struct sock_extended_err *report_find(struct msghdr *header)
{
	for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
		if ((at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_RECVERR) ||
		    (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR))
			return (const struct sock_extended_err *)(const void *)CMSG_DATA(at);
	}
	return NULL;
}

/*
 * Unreachable ports, hosts and networks, and what a filter forbids. Packet too big is no such thing: our datagrams fit
 * into 1280 octets, and whoever says otherwise changes nothing (T-14, RFC 9715).
 */
static bool is_refusal(const struct sock_extended_err *report)
{
	bool is_remote = report->ee_origin == SO_EE_ORIGIN_ICMP6 || report->ee_origin == SO_EE_ORIGIN_ICMP;
	return is_remote && report->ee_errno != 0 && report->ee_errno != EMSGSIZE;
}

/*
 * quoted: the datagram as the report has it, behind its UDP header. Routers that quote no more than the headers
 * (RFC 792: eight octets) leave open which question is meant: any to that server, then, for its port is ours.
 */
static void refusal_take(struct udp_socket *socket_, const struct ip_endpoint *server, struct span quoted)
{
	struct exchange *exchange = socket_->exchange;
	struct pending *pending;
	if (quoted.size >= 2) {
		pending = pending_find_reply(exchange->pending, &socket_->channel, server, load_u16(quoted.data));
		size_t known = pending == NULL || quoted.size < pending->sent_size ? quoted.size : pending->sent_size;
		if (pending != NULL && memcmp(quoted.data, pending->sent, known) == 0)
			pending_fail(exchange, pending, EXCHANGE_REFUSED);
		return;
	}
	while ((pending = pending_find_server(exchange->pending, &socket_->channel, server)) != NULL)
		pending_fail(exchange, pending, EXCHANGE_REFUSED);
}

unsigned udp_socket_errors(struct udp_socket *socket_)
{
	unsigned count = 0;
	for (; count < REPORTS_MOST; count++) {
		union report_control control;
		struct sockaddr_in6 name;
		uint8_t octets[QUESTION_MAX];
		struct iovec vector = {octets, sizeof(octets)};
		struct msghdr header = {.msg_name = &name,
		                        .msg_namelen = sizeof(name),
		                        .msg_iov = &vector,
		                        .msg_iovlen = 1,
		                        .msg_control = &control,
		                        .msg_controllen = sizeof(control)};
		ssize_t size = recvmsg(socket_->fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (size < 0)
			break;
		const struct sock_extended_err *report = report_find(&header);
		struct ip_endpoint server;
		if (report != NULL && is_refusal(report) && header.msg_namelen > 0 &&
		    ip_endpoint_from_sockaddr((const struct sockaddr *)&name, &server) == ERR_OK)
			refusal_take(socket_, &server, span_of(octets, (size_t)size));
	}
	return count;
}
