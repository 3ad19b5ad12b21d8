/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a journal's file: at its end, or anew. */
#include "daemon/transfer/journal_file.h"

#include "base/random.h"
#include "daemon/transfer/journal_file_inside.h"
#include "transfer/zone_journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "zones"
#define KEY_MAX 200        /* characters of a file's name that a key may take */
#define KEY_KEPT 160       /* of a longer one */
#define GROWTH (64u << 10) /* octets that even the file of a small zone may grow by before it is written anew */
#define HEADER_FRAME_MAX 512

/* --- Names --- */

/* No file system has room for the longest names: theirs end in a digest. "~" is in no other. */
static void key_add(struct text *out, const char *key)
{
	static const uint8_t siphash_key[SIPHASH_KEY_SIZE] = "sextant journals";
	struct text name = {0};
	text_add_file_name(&name, key, "-_.");
	if (name.size <= KEY_MAX)
		text_add(out, text_string(&name));
	else
		text_addf(out, "%.*s~%016llx", KEY_KEPT, name.data,
			  (unsigned long long)siphash(siphash_key, key, strlen(key)));
	out->is_failed = out->is_failed || name.is_failed;
	text_free(&name);
}

void journal_file_path(const struct journal_place *place, struct text *out)
{
	text_addf(out, "%s/" FOLDER "/", place->state_dir);
	key_add(out, place->key);
	text_add(out, ".journal");
}

int journal_file_open(const struct journal_place *place, int flags, int *ret_fd)
{
	struct text path = {0};
	journal_file_path(place, &path);
	int fd = path.is_failed ? -1 : open(path.data, flags | O_CLOEXEC | O_NOFOLLOW);
	int rc = fd >= 0 ? ERR_OK : path.is_failed ? -ENOMEM : -errno;
	text_free(&path);
	if (rc == ERR_OK)
		*ret_fd = fd;
	return rc;
}

/* --- Octets --- */

struct output {
	int fd;
	uint64_t at;
};

static int output_put(void *owner, struct span octets)
{
	struct output *output = owner;
	while (octets.size > 0) {
		ssize_t done = pwrite(output->fd, octets.data, octets.size, (off_t)output->at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		output->at += (uint64_t)done;
		octets = span_of(octets.data + done, octets.size - (size_t)done);
	}
	return ERR_OK;
}

static int octets_read(int fd, uint64_t at, uint8_t *octets, size_t size)
{
	while (size > 0) {
		ssize_t got = pread(fd, octets, size, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : ERR_TRUNCATED;
		octets += got;
		at += (uint64_t)got;
		size -= (size_t)got;
	}
	return ERR_OK;
}

/* --- Anew --- */

static int history_put(struct zone_journal_writer *writer, const struct journal_place *place, const struct zone *zone,
		       const struct zone_history *history)
{
	size_t count = zone_history_count(history);
	struct zone_journal_header header = {.has_zone = zone != NULL, .apex = place->apex};
	header.has_doubt = zone_history_doubt(history, &header.doubt_until);
	int err = zone_journal_put_header(writer, &header, zone_history_serial_at(history, 0),
					  zone_history_digest_at(history, 0));
	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = zone_journal_put_difference(writer, zone_history_at(history, i),
						  zone_history_digest_at(history, i + 1));
	if (zone != NULL && err == ERR_OK)
		err = zone_journal_put_zone(writer, zone, zone_history_digest_at(history, count));
	return err;
}

static int file_fill(int fd, const struct journal_place *place, const struct zone *zone,
		     const struct zone_history *history)
{
	struct output output = {.fd = fd};
	struct zone_journal_chain chain = {0};
	struct zone_journal_writer *writer;
	random_bytes(chain.salt, sizeof(chain.salt));
	int rc = zone_journal_writer_new(chain, output_put, &output, &writer);
	if (rc != ERR_OK)
		return rc;
	rc = history_put(writer, place, zone, history);
	zone_journal_writer_free(writer);
	return rc == ERR_OK && fsync(fd) != 0 ? -errno : rc;
}

/* A rename is on the disk when its folder is. */
static int folder_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 && fsync(fd) == 0 ? ERR_OK : -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

static int fresh_open(const char *folder, const char *path, int *ret_fd)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0640);
	if (fd < 0 && errno == ENOENT && mkdir(folder, 0750) == 0)
		fd = open(path, flags, 0640);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return ERR_OK;
}

static int file_replace(const struct journal_place *place, const struct zone *zone, const struct zone_history *history,
			const char *folder, const char *path, const char *fresh)
{
	int fd = -1;
	int rc = fresh_open(folder, fresh, &fd);
	if (rc != ERR_OK)
		return rc;
	rc = file_fill(fd, place, zone, history);
	if (close(fd) != 0 && rc == ERR_OK)
		rc = -errno;
	if (rc == ERR_OK && rename(fresh, path) != 0)
		rc = -errno;
	if (rc != ERR_OK)
		unlink(fresh);
	return rc == ERR_OK ? folder_sync(folder) : rc;
}

static int file_write(const struct journal_place *place, const struct zone *zone, const struct zone_history *history)
{
	struct text folder = {0}, path = {0}, fresh = {0};
	text_addf(&folder, "%s/" FOLDER, place->state_dir);
	journal_file_path(place, &path);
	text_addf(&fresh, "%s.new", text_string(&path));
	int rc = -ENOMEM;
	if (!folder.is_failed && !path.is_failed && !fresh.is_failed)
		rc = file_replace(place, zone, history, folder.data, path.data, fresh.data);
	text_free(&folder);
	text_free(&path);
	text_free(&fresh);
	return rc;
}

/* --- At its end --- */

struct tail {
	uint64_t size;
	struct zone_journal_chain chain;
	bool has_zone, has_doubt;
	bool is_header; /* there is nothing else */
	uint32_t doubt_until;
	uint32_t serial; /* of the version that the file ends with */
	uint64_t digest;
};

/* The header: where there is nothing behind it, it is the last frame. */
static int header_read(int fd, const struct journal_place *place, struct tail *tail)
{
	uint8_t octets[HEADER_FRAME_MAX];
	size_t size = tail->size < sizeof(octets) ? (size_t)tail->size : sizeof(octets);
	struct span from = span_of(octets, size);
	struct zone_journal_frame frame;
	struct zone_journal_header header;
	int rc = octets_read(fd, 0, octets, size);
	if (rc == ERR_OK)
		rc = zone_journal_frame_take(&from, &tail->chain, &frame);
	if (rc == ERR_OK)
		rc = zone_journal_header_read(&frame, &header);
	if (rc == ERR_OK)
		rc = zone_journal_digest(&frame, &tail->digest);
	if (rc != ERR_OK)
		return rc;
	tail->has_zone = header.has_zone;
	tail->has_doubt = header.has_doubt;
	tail->doubt_until = header.doubt_until;
	tail->is_header = from.size == 0;
	tail->serial = frame.serial_to;
	return name_equal(header.apex, place->apex) ? ERR_OK : ERR_MISMATCH;
}

/* The last frame, checked by itself: its checksum hangs on that of the frame before it, which lies right before it. */
static int last_read(int fd, uint8_t *octets, struct tail *tail)
{
	uint8_t end[ZONE_JOURNAL_TAIL];
	size_t size = 0;
	struct zone_journal_frame frame;
	int rc = octets_read(fd, tail->size - sizeof(end), end, sizeof(end));
	if (rc == ERR_OK)
		rc = zone_journal_last_size(span_of(end, sizeof(end)), &size);
	if (rc != ERR_OK || size == tail->size)
		return rc; /* there is but the header */
	if (size + ZONE_JOURNAL_TAIL > tail->size)
		return ERR_TRUNCATED;
	rc = octets_read(fd, tail->size - size - sizeof(end), octets, size + sizeof(end));
	if (rc != ERR_OK)
		return rc;
	tail->chain.checksum = zone_journal_checksum(span_of(octets, sizeof(end)));
	struct span from = span_of(octets + sizeof(end), size);
	rc = zone_journal_frame_take(&from, &tail->chain, &frame);
	if (rc == ERR_OK && frame.kind == ZONE_JOURNAL_HEADER)
		rc = ERR_SYNTAX;
	if (rc == ERR_OK)
		rc = zone_journal_digest(&frame, &tail->digest);
	tail->serial = rc == ERR_OK ? frame.serial_to : tail->serial;
	return rc;
}

/* Errors: not one to append to. */
static int tail_read(int fd, const struct journal_place *place, struct tail *ret)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return -errno;
	*ret = (struct tail){.size = (uint64_t)status.st_size};
	if (!S_ISREG(status.st_mode) || ret->size < ZONE_JOURNAL_TAIL)
		return ERR_TRUNCATED;
	int rc = header_read(fd, place, ret);
	if (rc != ERR_OK)
		return rc;
	uint8_t *octets = malloc(ZONE_JOURNAL_FRAME_MAX + ZONE_JOURNAL_TAIL);
	if (octets == NULL)
		return -ENOMEM;
	rc = last_read(fd, octets, ret);
	free(octets);
	return rc;
}

/* The first difference that is not in the file. False: the file does not lead to this history. */
static bool position_find(const struct tail *tail, const struct zone_history *history, size_t *ret)
{
	for (size_t i = zone_history_count(history) + 1; i > 0; i--) {
		if (zone_history_serial_at(history, i - 1) == tail->serial &&
		    zone_history_digest_at(history, i - 1) == tail->digest) {
			*ret = i - 1;
			return true;
		}
	}
	return false;
}

/* A file grows to twice what it is worth: then it is written anew, so that each octet is written about twice. */
static bool is_outgrown(const struct tail *tail, const struct zone_history *history, size_t from)
{
	uint64_t octets = tail->size, zone = zone_history_zone_octets(history);
	for (size_t i = from; i < zone_history_count(history); i++)
		octets += difference_size(zone_history_at(history, i));
	return octets > (tail->has_zone ? 3 : 2) * zone + GROWTH;
}

static int differences_append(int fd, const struct tail *tail, const struct zone_history *history, size_t from)
{
	struct output output = {.fd = fd, .at = tail->size};
	struct zone_journal_writer *writer;
	int rc = zone_journal_writer_new(tail->chain, output_put, &output, &writer);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = from; i < zone_history_count(history) && rc == ERR_OK; i++)
		rc = zone_journal_put_difference(writer, zone_history_at(history, i),
						 zone_history_digest_at(history, i + 1));
	zone_journal_writer_free(writer);
	if (rc == ERR_OK && fdatasync(fd) != 0)
		rc = -errno;
	/* What is half there goes at once; where even that fails, the next look at the file's end finds it. */
	if (rc != ERR_OK && ftruncate(fd, (off_t)tail->size) != 0)
		return rc;
	return rc;
}

/* A doubt stands in the header, with nothing behind it. */
static bool doubt_fits(const struct tail *tail, const struct zone_history *history)
{
	uint32_t until = 0;
	if (!zone_history_doubt(history, &until))
		return true;
	return tail->has_doubt && tail->doubt_until == until && (tail->is_header || tail->has_zone);
}

/* ERR_NOT_FOUND: nothing to append to, or not worth it. */
static int file_append(int fd, const struct journal_place *place, const struct zone *zone,
		       const struct zone_history *history)
{
	struct tail tail;
	size_t from;
	if (tail_read(fd, place, &tail) != ERR_OK || tail.has_zone != (zone != NULL) || !doubt_fits(&tail, history) ||
	    !position_find(&tail, history, &from))
		return ERR_NOT_FOUND;
	if (from == zone_history_count(history))
		return ERR_OK;
	return is_outgrown(&tail, history, from) ? ERR_NOT_FOUND : differences_append(fd, &tail, history, from);
}

int journal_file_keep(const struct journal_place *place, const struct zone *zone, const struct zone_history *history)
{
	int fd;
	int rc = ERR_NOT_FOUND;
	if (journal_file_open(place, O_RDWR, &fd) == ERR_OK) {
		rc = file_append(fd, place, zone, history);
		if (close(fd) != 0 && rc == ERR_OK)
			rc = -errno;
	}
	return rc == ERR_NOT_FOUND ? file_write(place, zone, history) : rc;
}

/* --- Its time, its end --- */

int journal_file_confirm(const struct journal_place *place, uint64_t now_s)
{
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)now_s}};
	int fd;
	int rc = journal_file_open(place, O_RDONLY, &fd);
	if (rc != ERR_OK)
		return rc;
	rc = futimens(fd, times) == 0 ? ERR_OK : -errno;
	close(fd);
	return rc;
}

int journal_file_remove(const struct journal_place *place)
{
	struct text path = {0};
	journal_file_path(place, &path);
	int rc = path.is_failed ? -ENOMEM : unlink(path.data) == 0 ? ERR_OK : -errno;
	text_free(&path);
	return rc;
}
