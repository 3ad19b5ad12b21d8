/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/log_place.h"

#include "base/clock.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void test_a_line_is_written_as_it_is(void **state)
{
	(void)state;
	char got[64];
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	const struct log_place place = {.fd = ends[1]};
	assert_int_equal(log_place_write(&place, span_text("one line\n")), ERR_OK);
	assert_int_equal(read(ends[0], got, sizeof(got)), 9);
	assert_memory_equal(got, "one line\n", 9);
	close(ends[0]);
	close(ends[1]);
}

/* The descriptor blocks, as standard error does: a write to a full pipe would never return. */
static void test_a_reader_that_reads_nothing_is_not_waited_for(void **state)
{
	(void)state;
	static char much[4096];
	int ends[2], rc = ERR_OK;
	uint64_t begun_us = clock_monotonic_us();
	assert_int_equal(pipe(ends), 0);
	const struct log_place place = {.fd = ends[1]};
	memset(much, 'x', sizeof(much));
	for (int i = 0; i < 1000 && rc == ERR_OK; i++)
		rc = log_place_write(&place, span_of(much, sizeof(much)));
	assert_int_equal(rc, -EAGAIN);
	assert_true(clock_monotonic_us() - begun_us < 5000000);
	close(ends[0]);
	close(ends[1]);
}

/* journald ends entries itself. */
static void test_the_journal_gets_no_end_of_line(void **state)
{
	(void)state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[] = "/tmp/log-place.XXXXXX";
	uint8_t got[256], wanted[] = "MESSAGE\n\4\0\0\0\0\0\0\0line\n";
	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	struct log_place place = {.fd = -1};
	assert_int_equal(journal_open(address.sun_path, "test", &place.journal), ERR_OK);
	assert_int_equal(log_place_write(&place, span_text("line\n")), ERR_OK);
	ssize_t size = recv(fd, got, sizeof(got), MSG_DONTWAIT);
	assert_true(size > (ssize_t)sizeof(wanted) - 1);
	assert_memory_equal(got + size - (sizeof(wanted) - 1), wanted, sizeof(wanted) - 1);
	log_place_close(&place);
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
}

/* The user that the daemon becomes owns the folder, and may put there what it likes before root opens the log. */
static void test_root_follows_no_link_of_the_user(void **state)
{
	(void)state;
	char folder[] = "/tmp/log-place.XXXXXX", file[64], link_to[64];
	struct log_place place;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/file", folder);
	snprintf(link_to, sizeof(link_to), "%s/link", folder);
	const struct config_log_to to = {.target = CONFIG_LOG_FILE, .file = file},
				   linked = {.target = CONFIG_LOG_FILE, .file = link_to};
	assert_int_equal(log_place_open(&to, NULL, &place), ERR_OK);
	log_place_close(&place);
	assert_int_equal(symlink(file, link_to), 0);
	assert_int_equal(log_place_open(&linked, NULL, &place), ERR_OK); /* as the user itself */
	log_place_close(&place);
	if (geteuid() == 0)
		assert_int_equal(log_place_open(&linked, "nobody", &place), -ELOOP);
	unlink(link_to);
	unlink(file);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_is_written_as_it_is),
		cmocka_unit_test(test_a_reader_that_reads_nothing_is_not_waited_for),
		cmocka_unit_test(test_the_journal_gets_no_end_of_line),
		cmocka_unit_test(test_root_follows_no_link_of_the_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
