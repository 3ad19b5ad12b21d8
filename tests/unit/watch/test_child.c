/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/child.h"

#include "base/clock.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

struct ran {
	enum child_end end;
	int code, rc;
	struct text out;
};

static struct ran run(const char *script, struct child_options options)
{
	const char *const words[] = {"/bin/sh", "-c", script, NULL};
	struct ran ran = {0};
	options.words = words;
	options.seconds = options.seconds != 0 ? options.seconds : 20;
	options.memory = options.memory != 0 ? options.memory : 512 * MIB;
	options.output = options.output != 0 ? options.output : MIB;
	ran.rc = child_run(&options, &ran.out, &ran.end, &ran.code);
	return ran;
}

static void test_what_it_writes_and_its_code(void **state)
{
	(void)state;
	struct ran ran = run("echo hello; cat; echo unseen >&2; exit 3", (struct child_options){0});
	assert_int_equal(ran.rc, ERR_OK);
	assert_int_equal(ran.end, CHILD_DONE);
	assert_int_equal(ran.code, 3);
	assert_string_equal(text_string(&ran.out), "hello\n"); /* standard input is empty */
	text_free(&ran.out);
}

static void test_a_program_that_is_not_there(void **state)
{
	(void)state;
	const char *const words[] = {"/nowhere/sextant", NULL};
	const struct child_options options = {.words = words, .seconds = 5, .memory = MIB, .output = MIB};
	struct text out = {0};
	enum child_end end;
	int code;
	assert_int_equal(child_run(&options, &out, &end, &code), -ENOENT);
	text_free(&out);
}

static void test_a_crash(void **state)
{
	(void)state;
	struct ran ran = run("kill -SEGV $$", (struct child_options){0});
	assert_int_equal(ran.end, CHILD_KILLED);
	text_free(&ran.out);
}

static void test_one_that_does_not_end(void **state)
{
	(void)state;
	uint64_t began_us = clock_monotonic_us();
	/* What it started goes with it: else its end of the pipe would stay open. */
	struct ran ran = run("sleep 60 & wait", (struct child_options){.seconds = 1});
	assert_int_equal(ran.end, CHILD_LATE);
	assert_true(clock_monotonic_us() - began_us < 5000000);
	text_free(&ran.out);
}

/* Nobody may wait for it longer than for one that goes on writing. */
static void test_one_that_closes_its_output_and_stays(void **state)
{
	(void)state;
	uint64_t began_us = clock_monotonic_us();
	struct ran ran = run("echo all; exec >&-; sleep 60", (struct child_options){.seconds = 1});
	assert_int_equal(ran.end, CHILD_LATE);
	assert_string_equal(text_string(&ran.out), "all\n");
	assert_true(clock_monotonic_us() - began_us < 5000000);
	text_free(&ran.out);
}

static void test_one_that_writes_without_end(void **state)
{
	(void)state;
	struct ran ran = run("yes", (struct child_options){.output = MIB});
	assert_int_equal(ran.end, CHILD_TALKATIVE);
	assert_true(ran.out.size < 2 * MIB);
	text_free(&ran.out);
}

static void test_one_that_grows(void **state)
{
	(void)state;
	struct ran ran = run("x=$(head -c 30000000 /dev/zero | tr '\\0' x); sleep 30",
			     (struct child_options){.memory = 20 * MIB});
	assert_int_equal(ran.end, CHILD_LARGE);
	text_free(&ran.out);
}

static atomic_bool is_stopped;

static void *stop_soon(void *argument)
{
	(void)argument;
	usleep(50000);
	atomic_store(&is_stopped, true);
	return NULL;
}

static void test_the_end_of_the_daemon(void **state)
{
	(void)state;
	pthread_t thread;
	uint64_t began_us = clock_monotonic_us();
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, NULL), 0);
	struct ran ran = run("sleep 60", (struct child_options){.is_stopped = &is_stopped});
	pthread_join(thread, NULL);
	assert_int_equal(ran.end, CHILD_STOPPED);
	assert_true(clock_monotonic_us() - began_us < 3000000);
	text_free(&ran.out);
}

/* Built, both programs are in one folder; installed, the daemon is in sbin and the command in bin. */
static void test_where_programs_of_ours_are(void **state)
{
	(void)state;
	char root[] = "/tmp/sextant-child-XXXXXX", sbin[64], bin[64], daemon[96], command[96], found[128];
	assert_non_null(mkdtemp(root));
	snprintf(sbin, sizeof(sbin), "%s/sbin", root);
	snprintf(bin, sizeof(bin), "%s/bin", root);
	snprintf(daemon, sizeof(daemon), "%s/sextantd", sbin);
	assert_int_equal(mkdir(sbin, 0700), 0);
	assert_int_equal(mkdir(bin, 0700), 0);
	assert_false(child_beside(daemon, "sextant", found, sizeof(found)));
	static const char *const folders[] = {"bin", "sbin"}; /* what is beside it goes before */
	for (size_t i = 0; i < 2; i++) {
		struct stat wanted, got;
		snprintf(command, sizeof(command), "%s/%s/sextant", root, folders[i]);
		int fd = open(command, O_CREAT | O_WRONLY, 0700);
		assert_true(fd >= 0 && close(fd) == 0 && stat(command, &wanted) == 0);
		assert_true(child_beside(daemon, "sextant", found, sizeof(found)));
		assert_int_equal(stat(found, &got), 0);
		assert_int_equal(got.st_ino, wanted.st_ino);
		assert_false(child_beside(daemon, "sextant", found, 8));
	}
	for (size_t i = 0; i < 2; i++) {
		snprintf(command, sizeof(command), "%s/%s/sextant", root, folders[i]);
		unlink(command);
	}
	rmdir(sbin);
	rmdir(bin);
	rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_writes_and_its_code),
		cmocka_unit_test(test_a_program_that_is_not_there),
		cmocka_unit_test(test_a_crash),
		cmocka_unit_test(test_where_programs_of_ours_are),
		cmocka_unit_test(test_one_that_does_not_end),
		cmocka_unit_test(test_one_that_closes_its_output_and_stays),
		cmocka_unit_test(test_one_that_writes_without_end),
		cmocka_unit_test(test_one_that_grows),
		cmocka_unit_test(test_the_end_of_the_daemon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
