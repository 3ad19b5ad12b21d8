/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/board.h"

#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <unistd.h>

static const uint8_t qname[] = "\3www\7example\3com";
static const enum board_sight seen[FAMILY_COUNT] = {BOARD_SEEN, BOARD_SEEN};
static const enum board_sight blind[FAMILY_COUNT] = {BOARD_UNSEEN, BOARD_SEEN};

struct scene {
	int fds[2];
	struct log *log;
	struct board *board;
	char said[8192];
};

static void scene_make(struct scene *scene)
{
	assert_int_equal(pipe(scene->fds), 0);
	scene->log = log_new(scene->fds[1], LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL);
	scene->board = board_new("services", scene->log);
	assert_true(scene->log != NULL && scene->board != NULL);
}

static void scene_end(struct scene *scene)
{
	board_free(scene->board);
	log_free(scene->log);
	close(scene->fds[0]);
	close(scene->fds[1]);
}

/* What the log was given since. */
static const char *said(struct scene *scene)
{
	assert_true(write(scene->fds[1], ".", 1) == 1); /* so that there is something to read */
	ssize_t size = read(scene->fds[0], scene->said, sizeof(scene->said) - 1);
	scene->said[size > 0 ? size : 0] = '\0';
	return scene->said;
}

static void round_make(struct scene *scene, enum probe_state state, const enum board_sight sights[FAMILY_COUNT],
		       uint64_t wall_us)
{
	struct probe probe = {
		.target = PROBE_SERVER,
		.endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, [15] = 0x53}}, .port = 53},
		.name = {qname, sizeof(qname), 3},
		.type = RR_AAAA};
	struct probe_result result = {.state = state, .ede = -1};
	strcpy(result.reason, state == PROBE_STATE_GOOD ? "" : "no reply");
	board_begin(scene->board, wall_us);
	board_tell(scene->board, &probe, &result, wall_us);
	board_end(scene->board, sights, false, wall_us + 1000);
}

static long long number(struct scene *scene, const char *key)
{
	json_t *state = board_state(scene->board);
	long long value = json_integer_value(json_object_get(json_object_get(state, "last"), key));
	json_decref(state);
	return value;
}

static void test_only_changes_are_logged(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	round_make(&scene, PROBE_STATE_GOOD, seen, 1000000);
	assert_null(strstr(said(&scene), "probe"));
	round_make(&scene, PROBE_STATE_SILENT, seen, 2000000);
	assert_non_null(strstr(said(&scene), "www.example.com AAAA at 2001::53@53 over UDP fails: no reply."));
	assert_int_equal(number(&scene, "failing"), 1);
	round_make(&scene, PROBE_STATE_SILENT, seen, 3000000);
	assert_null(strstr(said(&scene), "probe"));
	round_make(&scene, PROBE_STATE_GOOD, seen, 4000000);
	assert_non_null(strstr(said(&scene), "no longer fails."));
	assert_int_equal(number(&scene, "failing"), 0);
	scene_end(&scene);
}

static void test_since_when(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	round_make(&scene, PROBE_STATE_SILENT, seen, 1600000000000000);
	round_make(&scene, PROBE_STATE_BOGUS, seen, 1700000000000000);
	json_t *json = board_state(scene.board);
	const json_t *row = json_array_get(json_object_get(json_object_get(json, "last"), "rows"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "since")), "2020-09-13T12:26:40.000000Z");
	assert_string_equal(json_string_value(json_object_get(row, "state")), "bogus");
	json_decref(json);
	struct probe probe = {
		.target = PROBE_SERVER,
		.endpoint = {.addr = {.family = FAMILY_IPV6, .bytes = {0x20, 1, [15] = 0x53}}, .port = 53},
		.name = {qname, sizeof(qname), 3},
		.type = RR_AAAA};
	assert_true(board_was(scene.board, &probe, PROBE_STATE_BOGUS));
	assert_false(board_was(scene.board, &probe, PROBE_STATE_SILENT));
	scene_end(&scene);
}

/* V01: it is told once that the family is not seen, and of what failed before nobody says that it is well again. */
static void test_a_family_that_is_not_seen(void **state)
{
	(void)state;
	struct scene scene;
	scene_make(&scene);
	round_make(&scene, PROBE_STATE_SILENT, seen, 1000000);
	said(&scene);
	round_make(&scene, PROBE_STATE_UNTESTED, blind, 2000000);
	const char *text = said(&scene);
	assert_non_null(strstr(text, "sees nobody over IPv6"));
	assert_null(strstr(text, "no longer"));
	assert_int_equal(number(&scene, "failing"), 0);
	round_make(&scene, PROBE_STATE_UNTESTED, blind, 3000000);
	assert_null(strstr(said(&scene), "sees nobody"));
	round_make(&scene, PROBE_STATE_GOOD, seen, 4000000);
	assert_non_null(strstr(said(&scene), "sees others over IPv6 again"));
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_changes_are_logged),
		cmocka_unit_test(test_since_when),
		cmocka_unit_test(test_a_family_that_is_not_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
