/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/journal.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_BUFFER (8 << 20) /* as sd_journal_send has it: a burst is not waited for */

struct journal {
	int fd;
	struct sockaddr_un address;
	char identifier[64];
};

static int journal_connect(const struct journal *journal)
{
	const struct sockaddr *address = (const struct sockaddr *)&journal->address;
	return connect(journal->fd, address, sizeof(journal->address)) == 0 ? ERR_OK : -errno;
}

int journal_open(const char *path, const char *identifier, struct journal **ret)
{
	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return -ENAMETOOLONG;
	struct journal *journal = calloc(1, sizeof(*journal));
	if (journal == NULL)
		return -ENOMEM;
	journal->address.sun_family = AF_UNIX;
	memcpy(journal->address.sun_path, path, strlen(path));
	snprintf(journal->identifier, sizeof(journal->identifier), "%s", identifier);
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = journal->fd >= 0 ? journal_connect(journal) : -errno;
	if (rc != ERR_OK) {
		journal_free(journal);
		return rc;
	}
	(void)setsockopt(journal->fd, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BUFFER}, sizeof(int));
	*ret = journal;
	return ERR_OK;
}

void journal_free(struct journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal);
}

static int datagram_send(const struct journal *journal, const struct msghdr *message, int wait_ms)
{
	struct pollfd wait = {.fd = journal->fd, .events = POLLOUT};
	for (;;) {
		if (sendmsg(journal->fd, message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return ERR_OK;
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
		if (errno == EAGAIN && poll(&wait, 1, wait_ms) <= 0)
			return -EAGAIN;
	}
}

/*
 * The form with a length, not "MESSAGE=...": whatever is in the line, it cannot become a field of its own.
 * https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
 */
int journal_send(struct journal *journal, enum journal_priority priority, struct span line, int wait_ms)
{
	char head[128];
	int head_size = snprintf(head, sizeof(head), "PRIORITY=%u\nSYSLOG_IDENTIFIER=%s\nMESSAGE\n", (unsigned)priority,
				 journal->identifier);
	uint64_t size = htole64(line.size);
	struct iovec parts[] = {{.iov_base = head, .iov_len = (size_t)head_size},
				{.iov_base = &size, .iov_len = sizeof(size)},
				{.iov_base = (void *)(uintptr_t)line.data, .iov_len = line.size},
				{.iov_base = (char[]){'\n'}, .iov_len = 1}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = sizeof(parts) / sizeof(parts[0])};
	int rc = datagram_send(journal, &message, wait_ms);
	if (rc == -ECONNREFUSED || rc == -ENOTCONN || rc == -ECONNRESET) {
		rc = journal_connect(journal);
		if (rc == ERR_OK)
			rc = datagram_send(journal, &message, wait_ms);
	}
	return rc;
}
