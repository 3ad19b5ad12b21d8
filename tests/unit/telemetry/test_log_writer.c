/* SPDX-License-Identifier: BSD-2-Clause */
#include "telemetry/log_writer.h"

#include "tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct querylog_source source = {.service = "public", .role = "authoritative"};
static const struct query_event event = {
	.qname = (const uint8_t *)"\3www\3lab",
	.qname_size = 9,
	.client = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, 0xd, 0xb8, 1, 2, 3}}},
	.qtype = 28,
	.qclass = 1,
	.size = 60,
	.ede = -1};

struct site { /* a writer, and the daemon's log beside it */
	FILE *log_file;
	struct log *log;
	struct log_writer *writer;
	struct recorder_sink sink;
};

static struct site site_make(int fd, struct privacy privacy)
{
	struct site site = {.log_file = tmpfile()};
	site.log = log_new(fileno(site.log_file), LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	const struct log_writer_options options = {
		.fd = fd, .place = "queries.log", .is_json = true, .privacy = privacy, .log = site.log};
	assert_int_equal(log_writer_new(&options, &site.writer), ERR_OK);
	site.sink = log_writer_sink(site.writer);
	return site;
}

static void site_free(struct site *site)
{
	log_writer_free(site->writer);
	log_free(site->log);
	fclose(site->log_file);
}

static void lines_give(struct site *site, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		site->sink.take(site->sink.owner, &source, &event);
	site->sink.pass_end(site->sink.owner);
}

static unsigned lines_like(FILE *file, const char *what)
{
	char line[2048];
	unsigned count = 0;
	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, what) != NULL;
	return count;
}

/* /dev/full takes nothing, as a full disk does: lines are counted, it is told once, and once that it is over. */
static void test_full_disk(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	int fd = open("/dev/full", O_WRONLY);
	struct site site = site_make(fd, PRIVACY_NONE);
	for (int i = 0; i < 10; i++)
		lines_give(&site, 20);
	assert_int_equal(log_writer_dropped(site.writer), 200);
	assert_int_equal(lines_like(site.log_file, "error dropped: the query log cannot be written to queries.log: "),
			 1);
	assert_int_equal(dup2(fileno(file), fd), fd);
	lines_give(&site, 20);
	lines_give(&site, 20);
	assert_int_equal(log_writer_dropped(site.writer), 200);
	assert_int_equal(lines_like(site.log_file, "notice dropped: the query log is written to queries.log again"), 1);
	assert_int_equal(lines_like(site.log_file, "dropped=200"), 1);
	assert_int_equal(lines_like(file, "\"qname\":\"www.lab.\""), 40);
	site_free(&site);
	close(fd);
	fclose(file);
}

/* A disk that fills up within a line: what follows begins on a line of its own, and the torn one counts as lost. */
static void test_torn_line(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	struct rlimit limit, before;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 1000;
	struct site site = site_make(fileno(file), PRIVACY_NONE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	lines_give(&site, 20);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	uint64_t lost = log_writer_dropped(site.writer);
	assert_in_range(lost, 15, 19);
	lines_give(&site, 5);
	assert_int_equal(lines_like(file, "{\"v\":1"), 20 - lost + 1 + 5); /* and the torn one's beginning */
	assert_int_equal(lines_like(file, "}\n"), 20 - lost + 5);
	assert_int_equal(log_writer_dropped(site.writer), lost);
	site_free(&site);
	fclose(file);
}

static void test_clients_are_cut(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	struct site site =
		site_make(fileno(file), (struct privacy){.length = {[FAMILY_IPV6] = 40, [FAMILY_IPV4] = 24}});
	lines_give(&site, 3);
	assert_int_equal(lines_like(file, "\"client\":\"2001:db8:100::\",\"cport\":0,"), 3);
	site_free(&site);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_full_disk), cmocka_unit_test(test_torn_line),
					   cmocka_unit_test(test_clients_are_cut)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
