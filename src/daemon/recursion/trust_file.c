/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/trust_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FILE_MAX 262144 /* octets */

void trust_file_name(const char *folder, const char *service, struct name owner, struct text *out)
{
	char name[NAME_TEXT_MAX];
	name_to_text(owner, name);
	text_addf(out, "%s/anchor.", folder);
	text_add_file_name(out, service, "-");
	text_add_char(out, '.');
	text_add_file_name(out, name, "-");
}

static int octets_read(int fd, struct text *text)
{
	char buffer[4096];
	ssize_t got;
	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		text_add_size(text, buffer, (size_t)got);
		if (text->size > FILE_MAX)
			return ERR_RANGE;
	}
	if (got < 0)
		return -errno;
	return text->is_failed ? -ENOMEM : ERR_OK;
}

int trust_file_read(const char *folder, const char *service, struct name owner, struct text *text)
{
	struct text path = {0};
	trust_file_name(folder, service, owner, &path);
	int fd = open(text_string(&path), O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : octets_read(fd, text);
	if (fd >= 0)
		close(fd);
	text_free(&path);
	return rc == -ENOENT ? ERR_NOT_FOUND : rc;
}

static int octets_write(int fd, const struct text *text)
{
	size_t at = 0;
	while (at < text->size) {
		ssize_t done = write(fd, text->data + at, text->size - at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		at += (size_t)done;
	}
	return fsync(fd) == 0 ? ERR_OK : -errno;
}

int trust_file_write(const char *folder, const char *service, struct name owner, const struct text *text)
{
	struct text path = {0}, fresh = {0};
	trust_file_name(folder, service, owner, &path);
	text_addf(&fresh, "%s.new", text_string(&path));
	if (path.is_failed || fresh.is_failed || text->is_failed) {
		text_free(&path);
		text_free(&fresh);
		return -ENOMEM;
	}
	int fd = open(fresh.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int rc = fd < 0 ? -errno : octets_write(fd, text);
	if (fd >= 0 && close(fd) != 0 && rc == ERR_OK)
		rc = -errno;
	if (rc == ERR_OK && rename(fresh.data, path.data) != 0)
		rc = -errno;
	if (rc != ERR_OK && fd >= 0)
		unlink(fresh.data);
	text_free(&path);
	text_free(&fresh);
	return rc;
}
