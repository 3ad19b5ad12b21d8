/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket of the test's own is journald; tests/system/test_query_log.py has the real one as its oracle. */
#include "base/journal.h"

#include "base/log.h"
#include "tests/unit/cmocka_all.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[] = "/tmp/journal.XXXXXX";
static struct sockaddr_un address;

static int journald_start(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int begin(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	address.sun_family = AF_UNIX;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(address.sun_path);
	return rmdir(folder);
}

static void assert_message(int fd, const char *head, const char *line, size_t size)
{
	char datagram[4096];
	ssize_t got = recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT);
	uint64_t told;
	assert_int_equal(got, strlen(head) + sizeof(told) + size + 1);
	assert_memory_equal(datagram, head, strlen(head));
	memcpy(&told, datagram + strlen(head), sizeof(told));
	assert_int_equal(le64toh(told), size);
	assert_memory_equal(datagram + strlen(head) + sizeof(told), line, size);
	assert_int_equal(datagram[got - 1], '\n');
}

static void test_nobody_listens(void **state)
{
	(void)state;
	struct journal *journal;
	assert_int_equal(journal_open(address.sun_path, "sextantd", &journal), -ENOENT);
	char path[200];
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(journal_open(path, "sextantd", &journal), -ENAMETOOLONG);
}

/* Whatever a line has in it, it is the value of one field. */
static void test_line_is_one_message(void **state)
{
	(void)state;
	static const char evil[] = "a\nPRIORITY=0\n\0b";
	int fd = journald_start();
	struct journal *journal;
	assert_int_equal(journal_open(address.sun_path, "sextantd", &journal), ERR_OK);
	assert_int_equal(journal_send(journal, JOURNAL_INFO, span_of(evil, sizeof(evil)), 0), ERR_OK);
	assert_message(fd, "PRIORITY=6\nSYSLOG_IDENTIFIER=sextantd\nMESSAGE\n", evil, sizeof(evil));
	journal_free(journal);
	close(fd);
}

static void test_log_lines_have_priorities(void **state)
{
	(void)state;
	int fd = journald_start();
	struct journal *journal;
	assert_int_equal(journal_open(address.sun_path, "sextantd", &journal), ERR_OK);
	struct log *log = log_new_journal(journal, LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	log_plain(log, LOG_LEVEL_WARNING, "zone", "late");
	log_plain(log, LOG_LEVEL_ERROR, "zone", "gone");
	char datagram[512];
	for (int i = 0; i < 2; i++) {
		ssize_t got = recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT);
		assert_true(got > 0);
		assert_memory_equal(datagram, i == 0 ? "PRIORITY=4\n" : "PRIORITY=3\n", 11);
		const char *text = i == 0 ? " warning zone: late\n" : " error zone: gone\n";
		assert_memory_equal(datagram + got - (ssize_t)strlen(text), text, strlen(text));
	}
	log_free(log);
	journal_free(journal);
	close(fd);
}

static void test_restart_and_silence(void **state)
{
	(void)state;
	int fd = journald_start();
	struct journal *journal;
	struct span line = span_text("line");
	assert_int_equal(journal_open(address.sun_path, "sextantd", &journal), ERR_OK);
	close(fd);
	assert_int_equal(journal_send(journal, JOURNAL_INFO, line, 0), -ECONNREFUSED);
	fd = journald_start();
	assert_int_equal(journal_send(journal, JOURNAL_INFO, line, 0), ERR_OK);
	assert_message(fd, "PRIORITY=6\nSYSLOG_IDENTIFIER=sextantd\nMESSAGE\n", "line", 4);
	int rc = ERR_OK;
	for (int i = 0; i < 100000 && rc == ERR_OK; i++) /* nobody reads */
		rc = journal_send(journal, JOURNAL_INFO, line, 1);
	assert_int_equal(rc, -EAGAIN);
	journal_free(journal);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_listens), cmocka_unit_test(test_line_is_one_message),
		cmocka_unit_test(test_log_lines_have_priorities), cmocka_unit_test(test_restart_and_silence)};
	return cmocka_run_group_tests(tests, begin, end);
}
