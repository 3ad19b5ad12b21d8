/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name servers that answer late: a root that delegates z0., z1., ... and the servers of those zones, which have an A
 * record for every name. Each question is answered DELAY milliseconds after it came, however many are under way.
 *
 *   slow DELAY ZONES PREFIX     the root is PREFIX::1, the server of zK. is PREFIX::1:K; all on port 53
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MESSAGE_MAX = 512, QUEUE = 1 << 19 };

struct late {
	uint64_t due_us;
	int fd;
	uint16_t size;
	struct sockaddr_in6 client;
	uint8_t message[MESSAGE_MAX];
};

static struct late *queue;
static unsigned head, tail; /* in order of time, since every reply waits equally long */
static struct in6_addr prefix;
static unsigned zones;

static uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct in6_addr server_address(unsigned zone)
{
	struct in6_addr address = prefix;
	address.s6_addr[13] = 1;
	address.s6_addr[14] = (uint8_t)(zone >> 8);
	address.s6_addr[15] = (uint8_t)zone;
	return address;
}

static int socket_open(const struct in6_addr *address)
{
	struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons(53), .sin6_addr = *address};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), buffer = 64 << 20, one = 1;
	setsockopt(fd, SOL_IPV6, IPV6_FREEBIND, &one, sizeof(one)); /* addresses of a local route, on no interface */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&here, sizeof(here)) != 0) {
		perror("slow: bind");
		exit(1);
	}
	return fd;
}

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
	memcpy(at, data, size);
	return at + size;
}

/* zK. NS ns.zK., and the address of ns.zK.; the name zK. is the question's last label, at last. */
static uint8_t *put_referral(uint8_t *at, unsigned last, unsigned zone)
{
	const uint8_t pointer[2] = {(uint8_t)(0xc0 | last >> 8), (uint8_t)last};
	const uint8_t ns[] = {0, 2, 0, 1, 0, 1, 0x51, 0x80, 0, 5, 2, 'n', 's'};
	const uint8_t aaaa[] = {0, 28, 0, 1, 0, 1, 0x51, 0x80, 0, 16};
	struct in6_addr address = server_address(zone);
	at = put(at, pointer, 2);
	at = put(at, ns, sizeof(ns));
	at = put(at, pointer, 2);
	at = put(at, "\2ns", 3);
	at = put(at, pointer, 2);
	at = put(at, aaaa, sizeof(aaaa));
	return put(at, &address, 16);
}

static uint8_t *put_answer(uint8_t *at)
{
	const uint8_t a[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 192, 0, 2, 1};
	return put(at, a, sizeof(a));
}

static uint8_t *put_soa(uint8_t *at, unsigned last)
{
	const uint8_t soa[] = {(uint8_t)(0xc0 | last >> 8),
			       (uint8_t)last,
			       0,
			       6,
			       0,
			       1,
			       0,
			       0,
			       0x0e,
			       0x10,
			       0,
			       22,
			       0,
			       0,
			       0,
			       0,
			       0,
			       1,
			       0,
			       0,
			       0x0e,
			       0x10,
			       0,
			       0,
			       3,
			       0x84,
			       0,
			       9,
			       0x3a,
			       0x80,
			       0,
			       0,
			       0x0e,
			       0x10};
	return put(at, soa, sizeof(soa));
}

static uint8_t *put_root_ns(uint8_t *at)
{
	const uint8_t ns[] = {0, 0, 2, 0, 1, 0, 1, 0x51, 0x80, 0, 9, 2, 'n', 's', 4, 'r', 'o', 'o', 't', 0};
	return put(at, ns, sizeof(ns));
}

static uint8_t *put_root_address(uint8_t *at)
{
	const uint8_t aaaa[] = {2, 'n', 's', 4, 'r', 'o', 'o', 't', 0, 0, 28, 0, 1, 0, 1, 0x51, 0x80, 0, 16};
	struct in6_addr address = prefix;
	address.s6_addr[15] = 1;
	at = put(at, aaaa, sizeof(aaaa));
	return put(at, &address, 16);
}

/* The reply in place of the question; 0 octets for what is no question. */
static size_t reply(uint8_t *message, size_t size, bool is_root)
{
	unsigned at = 12, last = 12;
	if (size < 17)
		return 0;
	while (at < size && message[at] != 0) {
		last = at;
		at += message[at] + 1u;
	}
	if (at + 5 > size)
		return 0;
	unsigned type = (unsigned)(message[at + 1] << 8 | message[at + 2]);
	bool is_zone = at > 12 && message[last + 1] == 'z' && at - last > 2;
	unsigned zone = is_zone ? (unsigned)atoi((char *)message + last + 2) : 0; /* the label ends at a 0 octet */
	uint8_t *end = message + at + 5;
	memset(message + 6, 0, 6);
	message[2] = 0x84;
	message[3] = 0;
	if (is_root && is_zone && zone < zones) {
		message[2] = 0x80;
		message[9] = message[11] = 1;
		return (size_t)(put_referral(end, last, zone) - message);
	}
	if (is_root && at == 12 && type == 2) {
		message[7] = message[11] = 1;
		return (size_t)(put_root_address(put_root_ns(end)) - message);
	}
	if (type == 1 && !is_root) {
		message[7] = 1;
		return (size_t)(put_answer(end) - message);
	}
	message[9] = 1;
	return (size_t)(put_soa(end, is_root ? at : last) - message);
}

static void take(int fd, bool is_root, uint64_t due_us)
{
	for (;;) {
		struct late *late = &queue[tail % QUEUE];
		socklen_t client_size = sizeof(late->client);
		ssize_t got = tail - head == QUEUE ? -1
						   : recvfrom(fd, late->message, MESSAGE_MAX / 2, MSG_DONTWAIT,
							      (struct sockaddr *)&late->client, &client_size);
		if (got < 0)
			return;
		late->size = (uint16_t)reply(late->message, (size_t)got, is_root);
		late->due_us = due_us;
		late->fd = fd;
		tail += late->size > 0;
	}
}

static void send_due(uint64_t now)
{
	for (; head != tail && queue[head % QUEUE].due_us <= now; head++) {
		struct late *late = &queue[head % QUEUE];
		while (sendto(late->fd, late->message, late->size, 0, (struct sockaddr *)&late->client,
			      sizeof(late->client)) < 0 &&
		       errno == ENOBUFS)
			;
	}
}

int main(int argc, char **argv)
{
	if (argc != 4 || inet_pton(AF_INET6, argv[3], &prefix) != 1 ||
	    (queue = calloc(QUEUE, sizeof(*queue))) == NULL) {
		fprintf(stderr, "usage: slow DELAY ZONES PREFIX::\n");
		return 2;
	}
	uint64_t delay_us = (uint64_t)atoi(argv[1]) * 1000;
	zones = (unsigned)atoi(argv[2]);
	struct pollfd *polled = calloc(zones + 1, sizeof(*polled));
	struct in6_addr root = prefix;
	root.s6_addr[15] = 1;
	for (unsigned i = 0; i <= zones; i++) {
		struct in6_addr address = i == 0 ? root : server_address(i - 1);
		polled[i] = (struct pollfd){.fd = socket_open(&address), .events = POLLIN};
	}
	for (;;) {
		poll(polled, zones + 1, head != tail ? 1 : 100);
		uint64_t now = now_us();
		for (unsigned i = 0; i <= zones; i++) {
			if (polled[i].revents != 0)
				take(polled[i].fd, i == 0, now + delay_us);
		}
		send_due(now_us());
	}
}
