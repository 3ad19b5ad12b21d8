/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int notify_send(const char *path, const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (path == NULL || path[0] == '\0')
		return ERR_OK;
	size_t size = strlen(path);
	if ((path[0] != '/' && path[0] != '@') || size >= sizeof(address.sun_path))
		return ERR_RANGE;
	memcpy(address.sun_path, path, size);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* the abstract namespace */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
	int err = sent < 0 ? -errno : ERR_OK;
	close(fd);
	return err;
}
