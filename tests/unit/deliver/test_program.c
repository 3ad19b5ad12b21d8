/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliver/program.h"

#include "tests/unit/cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/sextant-program-XXXXXX";
static char path[128], out[128], err_line[1024];
static struct log *log_to;
static int ends[2];

static int begin(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL || pipe(ends) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/program", folder);
	snprintf(out, sizeof(out), "%s/out", folder);
	log_to = log_new(ends[1], LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	return log_to == NULL;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	unlink(out);
	rmdir(folder);
	log_free(log_to);
	return 0;
}

static void script(const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\n") > 0 && dprintf(fd, "%s\n", text) > 0);
	close(fd);
}

static struct courier *courier_begin(const char *program)
{
	const struct courier_options options = {
		.name = "exec", .carry = program_carry, .owner = (void *)(uintptr_t)program, .log = log_to};
	struct courier *courier;
	assert_int_equal(courier_new(&options, &courier), ERR_OK);
	return courier;
}

/* One message, and what was logged of it when it was lost. */
static struct courier_counts run(const char *program, const char *message)
{
	struct courier *courier = courier_begin(program);
	const struct parcel parcel = {span_text(message), LOG_LEVEL_NOTICE};
	courier_push(courier, &parcel);
	while (!courier_is_idle(courier))
		usleep(1000);
	struct courier_counts counts = courier_counts(courier);
	courier_free(courier);
	err_line[0] = '\0';
	if (counts.lost > 0) {
		ssize_t size = read(ends[0], err_line, sizeof(err_line) - 1);
		err_line[size > 0 ? size : 0] = '\0';
	}
	return counts;
}

static const char *out_read(void)
{
	static char text[4096];
	FILE *file = fopen(out, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void test_message_and_surroundings(void **state)
{
	char command[512];
	(void)state;
	setenv("SECRET_OF_THE_DAEMON", "x", 1);
	int kept = fcntl(0, F_DUPFD, 50); /* without close-on-exec, on purpose */
	snprintf(command, sizeof(command),
		 "exec >%s; cat; pwd; echo $#; env | grep -c SECRET; test -e /proc/$$/fd/%d && echo inherited; true",
		 out, kept);
	script(command);
	assert_int_equal(run(path, "{\"a\": \"$(id) 'x'\"}\n").carried, 1);
	close(kept);
	assert_string_equal(out_read(), "{\"a\": \"$(id) 'x'\"}\n/\n0\n0\n");
}

static void test_failures(void **state)
{
	(void)state;
	script("exit 7");
	assert_int_equal(run(path, "x").lost, 1);
	assert_non_null(strstr(err_line, "program: it ended with exit code 7"));
	script("kill -TERM $$");
	assert_int_equal(run(path, "x").lost, 1);
	assert_non_null(strstr(err_line, "program: it was ended by signal 15"));
	assert_int_equal(run("/nonexistent/program", "x").lost, 1);
	assert_non_null(strstr(err_line, "/nonexistent/program: it cannot be run: No such file or directory"));
}

/* A program that reads nothing of a long message and ends well is none of our business. */
static void test_unread_message(void **state)
{
	static char message[300000];
	(void)state;
	memset(message, 'x', sizeof(message) - 1);
	script("exit 0");
	assert_int_equal(run(path, message).carried, 1);
}

/* Not gone, nor dead and not yet waited for by whoever inherits it. */
static bool is_running(pid_t pid)
{
	char name[64], line[256] = "";
	snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(name, "r");
	if (file == NULL)
		return false;
	bool is_read = fgets(line, sizeof(line), file) != NULL;
	fclose(file);
	return is_read && strstr(line, "(sleep) Z ") == NULL && strstr(line, "(sleep) X ") == NULL;
}

/* The daemon ends while a program hangs, and the program's child too: both are killed, after a second. */
static void test_hanging_program(void **state)
{
	char command[512];
	struct timespec before, after;
	(void)state;
	unlink(out);
	snprintf(command, sizeof(command), "sleep 300 & echo $! >%s; sleep 300", out);
	script(command);
	struct courier *courier = courier_begin(path);
	const struct parcel parcel = {span_text("x"), LOG_LEVEL_NOTICE};
	courier_push(courier, &parcel);
	struct stat status;
	while (stat(out, &status) != 0 || status.st_size < 2)
		usleep(1000);
	pid_t child = (pid_t)atoi(out_read());
	clock_gettime(CLOCK_MONOTONIC, &before);
	courier_free(courier);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < 6);
	ssize_t size = read(ends[0], err_line, sizeof(err_line) - 1);
	err_line[size > 0 ? size : 0] = '\0';
	assert_non_null(strstr(err_line, "was killed"));
	for (int i = 0; is_running(child); i++) {
		assert_true(i < 2000);
		usleep(1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_and_surroundings),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_unread_message),
		cmocka_unit_test(test_hanging_program),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
