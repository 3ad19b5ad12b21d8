/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_read.h"

#include "zone/zonefile_lexer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_FIRST (64 * 1024) /* octets mapped for a pipe, whose size nobody knows */

static int text_map(size_t size, struct zonefile_text *text)
{
	text->mapped = size + ZONEFILE_PADDING;
	text->data = mmap(NULL, text->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (text->data == MAP_FAILED)
		return -errno;
	/* Large files: fewer page faults. Refusal costs nothing but time. */
	(void)madvise(text->data, text->mapped, MADV_HUGEPAGE);
	return ERR_OK;
}

static int text_grow(struct zonefile_text *text)
{
	size_t mapped = text->mapped * 2;
	void *data = mremap(text->data, text->mapped, mapped, MREMAP_MAYMOVE);
	if (data == MAP_FAILED)
		return -errno;
	text->data = data;
	text->mapped = mapped;
	return ERR_OK;
}

static int text_fill(int fd, struct zonefile_text *text)
{
	for (;;) {
		if (text->mapped - text->size <= ZONEFILE_PADDING) {
			/* The size was right if nothing more comes; one octet of the padding is free to ask. */
			ssize_t got = read(fd, text->data + text->size, 1);
			if (got <= 0)
				return got == 0 ? ERR_OK : -errno;
			text->size++;
			int err = text_grow(text);
			if (err != ERR_OK)
				return err;
		}
		ssize_t got = read(fd, text->data + text->size, text->mapped - text->size - ZONEFILE_PADDING);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return ERR_OK;
		if (got > 0)
			text->size += (size_t)got;
	}
}

int zonefile_read(const char *path, struct zonefile_text *ret)
{
	/* Not blocking: a named pipe without a writer must not hold a reload up for ever; it reads as empty. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	struct stat status;
	int err = fstat(fd, &status) == 0 ? ERR_OK : -errno;
	if (err == ERR_OK && S_ISDIR(status.st_mode))
		err = -EISDIR;
	else if (err == ERR_OK && !S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
		err = -EINVAL;
	if (err != ERR_OK) {
		close(fd);
		return err;
	}
	if (S_ISFIFO(status.st_mode))
		(void)fcntl(fd, F_SETFL, 0);
	struct zonefile_text text = {.device = status.st_dev, .inode = status.st_ino};
	err = text_map(S_ISREG(status.st_mode) && status.st_size > 0 ? (size_t)status.st_size : READ_FIRST, &text);
	if (err == ERR_OK) {
		err = text_fill(fd, &text);
		if (err != ERR_OK)
			zonefile_text_free(&text);
	}
	close(fd);
	if (err == ERR_OK)
		*ret = text;
	return err;
}

int zonefile_text_copy(struct span text, struct zonefile_text *ret)
{
	struct zonefile_text copy = {0};
	int err = text_map(text.size, &copy);
	if (err != ERR_OK)
		return err;
	if (text.size > 0)
		memcpy(copy.data, text.data, text.size);
	copy.size = text.size;
	*ret = copy;
	return ERR_OK;
}

void zonefile_text_free(struct zonefile_text *text)
{
	if (text->data != NULL)
		munmap(text->data, text->mapped);
	*text = (struct zonefile_text){0};
}
