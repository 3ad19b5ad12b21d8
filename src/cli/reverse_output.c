/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/reverse_output.h"

#include "zone/zonefile_read.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool reverse_output_is_folder(const char *output)
{
	struct stat status;
	size_t size = strlen(output);
	return (size > 0 && output[size - 1] == '/') || (stat(output, &status) == 0 && S_ISDIR(status.st_mode));
}

void reverse_output_path(const char *output, struct name apex, struct text *ret)
{
	char name[NAME_TEXT_MAX];
	text_add(ret, output);
	if (!reverse_output_is_folder(output))
		return;
	name_to_display(apex, name);
	/* RFC 2317 zones have a slash in their names; a file name cannot. */
	for (char *at = name; *at != 0; at++) {
		if (*at == '/')
			*at = '-';
	}
	if (ret->size > 0 && ret->data[ret->size - 1] != '/')
		text_add_char(ret, '/');
	text_add(ret, name);
	text_add(ret, ".zone");
}

int reverse_output_read(const char *path, struct text *ret, bool *ret_exists)
{
	struct zonefile_text old;
	int err = zonefile_read(path, &old);
	*ret_exists = false;
	if (err == -ENOENT)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	text_add_size(ret, (const char *)old.data, old.size);
	*ret_exists = old.size > 0;
	zonefile_text_free(&old);
	return ret->is_failed ? -ENOMEM : ERR_OK;
}

static int write_whole(int fd, struct span text)
{
	while (text.size > 0) {
		ssize_t wrote = write(fd, text.data, text.size);
		if (wrote < 0 && errno != EINTR)
			return -errno;
		if (wrote > 0) {
			text.data += wrote;
			text.size -= (size_t)wrote;
		}
	}
	return fsync(fd) == 0 ? ERR_OK : -errno;
}

static mode_t mode_wanted(const char *path)
{
	struct stat status;
	if (stat(path, &status) == 0)
		return status.st_mode & 0777;
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

int reverse_output_write(const char *path, struct span text)
{
	char target[PATH_MAX], beside[PATH_MAX + 8];
	if (realpath(path, target) == NULL && (errno != ENOENT || snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX))
		return -errno;
	snprintf(beside, sizeof(beside), "%s.XXXXXX", target);
	int fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int err = write_whole(fd, text);
	if (err == ERR_OK && fchmod(fd, mode_wanted(target)) != 0)
		err = -errno;
	if (close(fd) != 0 && err == ERR_OK)
		err = -errno;
	if (err == ERR_OK && rename(beside, target) != 0)
		err = -errno;
	if (err != ERR_OK)
		unlink(beside);
	return err;
}
