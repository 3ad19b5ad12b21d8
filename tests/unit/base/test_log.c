/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include "base/clock.h"
#include "tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Nobody reads: lines are lost, and their writer waits a moment once, not for each. */
static void test_stuck_reader_holds_nobody_up(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	alarm(20); /* without the bound the write never returns */
	struct log *log = log_new(ends[1], LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	uint64_t begin_us = clock_monotonic_us();
	for (int i = 0; i < 3000; i++)
		log_plain(log, LOG_LEVEL_NOTICE, "zone", "line %d", i);
	assert_true(clock_monotonic_us() - begin_us < 5000000);
	alarm(0);

	/* It reads again: so do lines arrive again. */
	static char drained[1 << 20];
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	while (read(ends[0], drained, sizeof(drained)) > 0)
		;
	log_plain(log, LOG_LEVEL_NOTICE, "zone", "the last line");
	ssize_t size = read(ends[0], drained, sizeof(drained) - 1);
	assert_true(size > 0);
	drained[size] = '\0';
	assert_non_null(strstr(drained, "the last line\n"));
	log_free(log);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stuck_reader_holds_nobody_up)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
