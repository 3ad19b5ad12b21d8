/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/status/probe.h"

#include "base/clock.h"
#include "base/random.h"
#include "dns/builder.h"
#include "dns/rrtype.h"
#include "net/framing.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define QUERY_MAX 512
#define ANSWER_MAX 4096

struct exchange {
	int fd;
	bool is_tcp;
	uint64_t deadline_us;
	uint8_t query[FRAMING_PREFIX_SIZE + QUERY_MAX]; /* with its length in front */
	size_t query_size;
	uint8_t answer[ANSWER_MAX];
	size_t answer_size;
};

static void query_make(const struct probe *probe, struct exchange *exchange)
{
	struct builder builder;
	uint16_t id;
	random_bytes(&id, sizeof(id));
	builder_query(&builder, exchange->query + FRAMING_PREFIX_SIZE, QUERY_MAX, id, probe->is_resolver ? HEADER_RD : 0,
	              probe->zone, probe->is_resolver ? RR_AAAA : RR_SOA, CLASS_IN);
	size_t size = builder_finish(&builder);
	store_u16(exchange->query, (uint16_t)size);
	exchange->query_size = size;
}

static int exchange_wait(const struct exchange *exchange, short events)
{
	uint64_t now_us = clock_monotonic_us();
	if (now_us >= exchange->deadline_us)
		return -ETIMEDOUT;
	struct pollfd wait = {.fd = exchange->fd, .events = events};
	int ready = poll(&wait, 1, (int)((exchange->deadline_us - now_us + 999) / 1000));
	return ready > 0 ? ERR_OK : ready == 0 ? -ETIMEDOUT : -errno;
}

static int exchange_connect(struct exchange *exchange, const struct ip_endpoint *endpoint)
{
	struct sockaddr_storage name;
	socklen_t size = ip_endpoint_to_sockaddr(endpoint, &name);
	int type = exchange->is_tcp ? SOCK_STREAM : SOCK_DGRAM;
	exchange->fd = socket(name.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (exchange->fd < 0)
		return -errno;
	if (connect(exchange->fd, (struct sockaddr *)&name, size) == 0)
		return ERR_OK;
	if (errno != EINPROGRESS)
		return -errno;
	int rc = exchange_wait(exchange, POLLOUT);
	if (rc != ERR_OK)
		return rc;
	int error = 0;
	socklen_t error_size = sizeof(error);
	getsockopt(exchange->fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
	return -error;
}

static int exchange_send(const struct exchange *exchange)
{
	const uint8_t *data = exchange->query + (exchange->is_tcp ? 0 : FRAMING_PREFIX_SIZE);
	size_t size = exchange->query_size + (exchange->is_tcp ? FRAMING_PREFIX_SIZE : 0);
	/* A fresh socket takes these few octets at once. */
	ssize_t sent = send(exchange->fd, data, size, MSG_NOSIGNAL);
	return sent < 0 ? -errno : (size_t)sent == size ? ERR_OK : ERR_TRUNCATED;
}

/* UDP: one datagram. TCP: until the whole message is there. */
static int exchange_receive(struct exchange *exchange, struct span *ret)
{
	for (;;) {
		int rc = exchange_wait(exchange, POLLIN);
		if (rc != ERR_OK)
			return rc;
		ssize_t got = recv(exchange->fd, exchange->answer + exchange->answer_size,
		                   sizeof(exchange->answer) - exchange->answer_size, 0);
		if (got < 0)
			return -errno;
		if (got == 0 && exchange->is_tcp)
			return -ECONNRESET;
		exchange->answer_size += (size_t)got;
		struct span stream = span_of(exchange->answer, exchange->answer_size);
		if (!exchange->is_tcp) {
			*ret = stream;
			return ERR_OK;
		}
		if (framing_take(&stream, ret))
			return ERR_OK;
		if (exchange->answer_size == sizeof(exchange->answer))
			return ERR_SPACE;
	}
}

static bool is_failure(uint16_t rcode)
{
	return rcode == RCODE_SERVFAIL || rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP;
}

static void answer_judge(const struct probe *probe, const struct exchange *exchange, struct span answer,
                         struct probe_result *result)
{
	const uint8_t *query = exchange->query + FRAMING_PREFIX_SIZE;
	size_t question_size = exchange->query_size - HEADER_SIZE;
	if (answer.size < exchange->query_size || memcmp(answer.data, query, 2) != 0 ||
	    memcmp(answer.data + HEADER_SIZE, query + HEADER_SIZE, question_size) != 0) {
		snprintf(result->fault, sizeof(result->fault), "the answer is not to our question");
		return;
	}
	uint16_t flags = load_u16(answer.data + 2), answers = load_u16(answer.data + 6);
	char rcode[HEADER_TEXT_MAX];
	rcode_to_text(flags & HEADER_RCODE_MASK, rcode);
	if (probe->is_resolver && (flags & HEADER_QR) != 0 && !is_failure(flags & HEADER_RCODE_MASK))
		result->is_good = true;
	else if ((flags & HEADER_RCODE_MASK) != RCODE_NOERROR)
		snprintf(result->fault, sizeof(result->fault), "%s", rcode);
	else if ((flags & HEADER_QR) == 0 || (flags & HEADER_AA) == 0 || answers == 0)
		snprintf(result->fault, sizeof(result->fault), "the answer is not authoritative or has no SOA");
	else
		result->is_good = true;
}

struct probe_result probe_run(const struct probe *probe)
{
	struct probe_result result = {0};
	struct exchange exchange = {.fd = -1, .is_tcp = probe->is_tcp};
	struct ip_endpoint endpoint = probe->endpoint;
	uint64_t begin_us = clock_monotonic_us();
	exchange.deadline_us = begin_us + probe->timeout_ms * 1000ull;
	if (ip_addr_is_any(&endpoint.addr)) { /* ::1 and 127.0.0.1 */
		endpoint.addr.bytes[0] = endpoint.addr.family == FAMILY_IPV6 ? 0 : 127;
		endpoint.addr.bytes[ip_addr_size(endpoint.addr.family) - 1] = 1;
	}
	query_make(probe, &exchange);
	struct span answer = {0};
	int rc = exchange_connect(&exchange, &endpoint);
	if (rc == ERR_OK)
		rc = exchange_send(&exchange);
	if (rc == ERR_OK)
		rc = exchange_receive(&exchange, &answer);
	if (rc == ERR_OK)
		answer_judge(probe, &exchange, answer, &result);
	else
		snprintf(result.fault, sizeof(result.fault), "%s", err_text(rc));
	result.rtt_us = (uint32_t)(clock_monotonic_us() - begin_us);
	if (exchange.fd >= 0)
		close(exchange.fd);
	return result;
}
