/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The physical limit: every datagram goes back with QR set, padded to OCTETS, by recvmmsg and sendmmsg.
 *
 *   reflect OCTETS ADDRESS PORT
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, OCTETS_MAX = 1500 };

static uint8_t buffers[BATCH][OCTETS_MAX];

static int open_socket(const char *address, const char *port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
		int fd = socket(AF_INET6, SOCK_DGRAM, 0);
		return bind(fd, (struct sockaddr *)&v6, sizeof(v6)) == 0 ? fd : -1;
	}
	inet_pton(AF_INET, address, &v4.sin_addr);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	return bind(fd, (struct sockaddr *)&v4, sizeof(v4)) == 0 ? fd : -1;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: reflect OCTETS ADDRESS PORT\n");
		return 2;
	}
	size_t octets = (size_t)atoi(argv[1]);
	int fd = open_socket(argv[2], argv[3]);
	if (fd < 0 || octets > OCTETS_MAX) {
		perror("reflect");
		return 1;
	}
	int buffer = 4 << 20;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	struct sockaddr_storage peers[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	memset(messages, 0, sizeof(messages));
	for (unsigned i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &peers[i];
		parts[i].iov_base = buffers[i];
	}
	for (;;) {
		for (unsigned i = 0; i < BATCH; i++) {
			parts[i].iov_len = OCTETS_MAX;
			messages[i].msg_hdr.msg_namelen = sizeof(peers[i]);
		}
		int got = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		if (got <= 0) {
			poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1);
			continue;
		}
		for (int i = 0; i < got; i++) {
			buffers[i][2] |= 0x80;
			parts[i].iov_len = messages[i].msg_len > octets ? messages[i].msg_len : octets;
		}
		sendmmsg(fd, messages, (unsigned)got, 0);
	}
}
