/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliver/courier.h"

#include "tests/unit/cmocka_all.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

/* A place that waits for `go` before each message. */
static struct {
	sem_t go, came;
	char seen[4096];
	atomic_int fails;
} place;

static struct log *log_none;

static int carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why)
{
	(void)owner;
	(void)courier;
	sem_post(&place.came);
	sem_wait(&place.go);
	strncat(place.seen, (const char *)parcel->text.data, parcel->text.size);
	strcat(place.seen, " ");
	snprintf(ret_why, COURIER_WHY_MAX, "the place is shut");
	return atomic_load(&place.fails) ? ERR_LIMIT : ERR_OK;
}

static struct courier *begin(void)
{
	const struct courier_options options = {.name = "test", .carry = carry, .log = log_none};
	struct courier *courier;
	sem_init(&place.go, 0, 0);
	sem_init(&place.came, 0, 0);
	place.seen[0] = '\0';
	atomic_store(&place.fails, 0);
	assert_int_equal(courier_new(&options, &courier), ERR_OK);
	return courier;
}

static void push(struct courier *courier, int number)
{
	char text[16];
	const struct parcel parcel = {span_of(text, (size_t)snprintf(text, sizeof(text), "%d", number)),
				      LOG_LEVEL_NOTICE};
	courier_push(courier, &parcel);
}

static void test_in_order(void **state)
{
	struct courier *courier = begin();
	(void)state;
	assert_true(courier_is_idle(courier));
	for (int i = 0; i < 3; i++) {
		push(courier, i);
		sem_post(&place.go);
	}
	assert_false(courier_is_idle(courier) && place.seen[0] == '\0');
	courier_free(courier);
	assert_string_equal(place.seen, "0 1 2 ");
}

/* One is carried, 64 wait; the oldest of those that wait make room for newer ones. */
static void test_full(void **state)
{
	struct courier *courier = begin();
	(void)state;
	push(courier, 0);
	sem_wait(&place.came);
	for (int i = 1; i <= COURIER_QUEUE + 3; i++)
		push(courier, i);
	assert_int_equal(courier_counts(courier).lost, 3);
	for (int i = 0; i <= COURIER_QUEUE; i++)
		sem_post(&place.go);
	courier_free(courier);
	assert_memory_equal(place.seen, "0 4 5 ", 6);
	assert_non_null(strstr(place.seen, " 67 "));
}

static void test_failures_are_counted_and_logged(void **state)
{
	int ends[2];
	char line[512];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	log_none = log_new(ends[1], LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	struct courier *courier = begin();
	atomic_store(&place.fails, 1);
	push(courier, 7);
	sem_post(&place.go);
	ssize_t size = read(ends[0], line, sizeof(line) - 1);
	assert_true(size > 0);
	line[size] = '\0';
	assert_non_null(strstr(line, "warning alert: an alert was not delivered: the place is shut sink=test lost=1"));
	assert_int_equal(courier_counts(courier).lost, 1);
	assert_int_equal(courier_counts(courier).carried, 0);
	courier_free(courier);
	log_free(log_none);
	close(ends[0]);
	close(ends[1]);
}

static int quiet_begin(void **state)
{
	(void)state;
	log_none = log_new(STDERR_FILENO, LOG_FORMAT_TEXT, LOG_LEVEL_ERROR, NULL);
	return log_none == NULL;
}

static int quiet_end(void **state)
{
	(void)state;
	log_free(log_none);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_order, quiet_begin, quiet_end),
		cmocka_unit_test_setup_teardown(test_full, quiet_begin, quiet_end),
		cmocka_unit_test(test_failures_are_counted_and_logged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
