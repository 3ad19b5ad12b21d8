/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/log_place.h"

#include "daemon/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define IDENTIFIER "sextantd"
#define FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC)

static int file_open(const char *path, const char *user, int *ret)
{
	int rc = privilege_make_file(path, user);
	if (rc != ERR_OK)
		return rc;
	/* The folder is often the user's: root must not write to what a link of theirs leads to. */
	bool is_for_another = user != NULL && geteuid() == 0;
	int fd = open(path, FLAGS | (is_for_another ? O_NOFOLLOW : 0));
	if (fd < 0)
		return -errno;
	*ret = fd;
	return ERR_OK;
}

int log_place_open(const struct config_log_to *to, const char *user, struct log_place *ret)
{
	struct log_place place = LOG_PLACE_STDERR;
	int rc = ERR_OK;
	if (to->target == CONFIG_LOG_JOURNAL) {
		place.fd = -1;
		rc = journal_open(JOURNAL_SOCKET, IDENTIFIER, &place.journal);
	}
	if (to->target == CONFIG_LOG_FILE) {
		place.path = strdup(to->file);
		rc = place.path != NULL ? file_open(to->file, user, &place.fd) : -ENOMEM;
	}
	if (rc != ERR_OK) {
		free(place.path);
		return rc;
	}
	*ret = place;
	return ERR_OK;
}

int log_place_reopen(struct log_place *place)
{
	int fd = -1;
	if (place->path == NULL)
		return ERR_OK;
	int rc = file_open(place->path, NULL, &fd);
	if (rc != ERR_OK)
		return rc;
	rc = dup3(fd, place->fd, O_CLOEXEC) >= 0 ? ERR_OK : -errno;
	close(fd);
	return rc;
}

void log_place_close(struct log_place *place)
{
	journal_free(place->journal);
	if (place->path != NULL)
		close(place->fd);
	free(place->path);
	*place = LOG_PLACE_STDERR;
}

/* A pipe that polls writable takes PIPE_BUF octets without waiting, and no line of ours has more. */
int log_place_write(const struct log_place *place, struct span line)
{
	struct pollfd reader = {.fd = place->fd, .events = POLLOUT};
	if (place->journal != NULL)
		return journal_send(place->journal, JOURNAL_INFO, span_of(line.data, line.size - 1), 0);
	if (poll(&reader, 1, 0) <= 0)
		return -EAGAIN;
	return write(place->fd, line.data, line.size) >= 0 ? ERR_OK : -errno;
}

const char *log_place_text(const struct log_place *place)
{
	if (place->journal != NULL)
		return "journald";
	return place->path != NULL ? place->path : "standard error";
}
