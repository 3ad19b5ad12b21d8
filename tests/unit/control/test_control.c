/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A server in a thread of its own; "stop" ends it. */
struct daemon {
	char folder[32], path[64];
	uv_loop_t loop;
	struct control_server *server;
	pthread_t thread;
	unsigned requests;
};

static json_t *answer(void *owner, const json_t *request)
{
	struct daemon *daemon = owner;
	const char *command = json_string_value(json_object_get(request, "command"));
	daemon->requests++;
	if (strcmp(command, "stop") == 0)
		control_server_stop(daemon->server);
	if (strcmp(command, "large") == 0) {
		char *text = malloc(1 << 20);
		memset(text, 'x', 1 << 20);
		json_t *reply = json_pack("{s:b, s:s#}", "ok", 1, "text", text, 1 << 20);
		free(text);
		return reply;
	}
	return json_pack("{s:b, s:s}", "ok", 1, "command", command);
}

static void *run(void *argument)
{
	struct daemon *daemon = argument;
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	return NULL;
}

static int start(void **state)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	strcpy(daemon->folder, "/tmp/sextant-XXXXXX");
	assert_non_null(mkdtemp(daemon->folder));
	snprintf(daemon->path, sizeof(daemon->path), "%s/control.sock", daemon->folder);
	assert_int_equal(uv_loop_init(&daemon->loop), 0);
	assert_int_equal(control_server_start(&daemon->loop, daemon->path, answer, daemon, &daemon->server), ERR_OK);
	assert_int_equal(pthread_create(&daemon->thread, NULL, run, daemon), 0);
	*state = daemon;
	return 0;
}

static int call(const struct daemon *daemon, const char *command, json_t **ret)
{
	json_t *request = json_pack("{s:s}", "command", command);
	int err = control_call(daemon->path, request, 5000, ret);
	json_decref(request);
	return err;
}

static int stop(void **state)
{
	struct daemon *daemon = *state;
	json_t *reply = NULL;
	assert_int_equal(call(daemon, "stop", &reply), ERR_OK); /* the reply arrives although the server is closing */
	json_decref(reply);
	pthread_join(daemon->thread, NULL);
	assert_int_equal(uv_loop_close(&daemon->loop), 0);
	assert_int_not_equal(access(daemon->path, F_OK), 0);
	rmdir(daemon->folder);
	free(daemon);
	return 0;
}

static int connect_raw(const struct daemon *daemon)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strcpy(address.sun_path, daemon->path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void read_line(int fd, char *line, size_t size)
{
	size_t used = 0;
	while (used + 1 < size && (used == 0 || line[used - 1] != '\n')) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		assert_int_equal(poll(&poll_fd, 1, 5000), 1);
		ssize_t got = read(fd, line + used, 1);
		assert_int_equal(got, 1);
		used++;
	}
	line[used] = '\0';
}

static void a_request_is_answered(void **state)
{
	json_t *reply = NULL;
	assert_int_equal(call(*state, "status", &reply), ERR_OK);
	assert_string_equal(json_string_value(json_object_get(reply, "command")), "status");
	json_decref(reply);
	assert_int_equal(call(*state, "large", &reply), ERR_OK);
	assert_int_equal(json_string_length(json_object_get(reply, "text")), 1 << 20);
	json_decref(reply);
}

static void requests_in_one_write_are_answered_in_order(void **state)
{
	int fd = connect_raw(*state);
	const char *text = "{\"command\":\"one\"}\n{\"command\":\"two\"}\n{\"command\":\"three\"}\n";
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	static const char *const expected[] = {"one", "two", "three"};
	for (size_t i = 0; i < 3; i++) {
		char line[200];
		read_line(fd, line, sizeof(line));
		assert_non_null(strstr(line, expected[i]));
	}
	close(fd);
}

static void nonsense_gets_an_error_and_nothing_else(void **state)
{
	static const char *const wrong[] = {
		"\n", "[]\n", "{}\n", "{\"command\":1}\n", "{\"command\":\"a\",\"command\":\"b\"}\n", "\xff\n"};
	struct daemon *daemon = *state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		int fd = connect_raw(daemon);
		char line[200];
		assert_int_equal(write(fd, wrong[i], strlen(wrong[i])), strlen(wrong[i]));
		read_line(fd, line, sizeof(line));
		assert_non_null(strstr(line, "\"ok\":false"));
		close(fd);
	}
	assert_int_equal(daemon->requests, 0);
}

static void a_line_without_end_is_refused(void **state)
{
	int fd = connect_raw(*state);
	char *text = malloc(CONTROL_LINE_MAX);
	memset(text, 'x', CONTROL_LINE_MAX);
	assert_int_equal(send(fd, text, CONTROL_LINE_MAX, MSG_NOSIGNAL), CONTROL_LINE_MAX);
	char line[200];
	read_line(fd, line, sizeof(line));
	assert_non_null(strstr(line, "too long"));
	close(fd);
	free(text);
}

static void only_the_owner_may_use_it(void **state)
{
	struct daemon *daemon = *state;
	struct stat status;
	assert_int_equal(stat(daemon->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_live_socket_stays(void **state)
{
	struct daemon *daemon = *state;
	uv_loop_t loop;
	struct control_server *server = NULL;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(control_server_start(&loop, daemon->path, answer, daemon, &server), -EADDRINUSE);
	assert_int_equal(uv_loop_close(&loop), 0);
	json_t *reply = NULL;
	assert_int_equal(call(daemon, "status", &reply), ERR_OK);
	json_decref(reply);
}

static void clients_that_hang_do_not_stop_others(void **state)
{
	int fds[15];
	for (size_t i = 0; i < 15; i++)
		fds[i] = connect_raw(*state);
	json_t *reply = NULL;
	assert_int_equal(call(*state, "status", &reply), ERR_OK);
	json_decref(reply);
	for (size_t i = 0; i < 15; i++)
		close(fds[i]);
}

static void a_stale_socket_is_replaced(void **state)
{
	char folder[] = "/tmp/sextant-XXXXXX", path[64];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/control.sock", folder);
	json_t *request = json_pack("{s:s}", "command", "status"), *reply = NULL;
	assert_int_equal(control_call(path, request, 100, &reply), -ENOENT);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(control_call(path, request, 100, &reply), -ECONNREFUSED);
	json_decref(request);
	uv_loop_t loop;
	struct control_server *server = NULL;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(control_server_start(&loop, path, answer, NULL, &server), ERR_OK);
	control_server_stop(server);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	char path[] = "/tmp/sextant-XXXXXX";
	close(mkstemp(path));
	uv_loop_t loop;
	struct control_server *server = NULL;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(control_server_start(&loop, path, answer, NULL, &server), -EEXIST);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(unlink(path), 0);
}

static void a_daemon_that_is_silent_times_out(void **state)
{
	char folder[] = "/tmp/sextant-XXXXXX";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	json_t *request = json_pack("{s:s}", "command", "status"), *reply = NULL;
	assert_int_equal(control_call(address.sun_path, request, 50, &reply), -ETIMEDOUT);
	json_decref(request);
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
}

#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_request_is_answered),
		WITH_DAEMON(requests_in_one_write_are_answered_in_order),
		WITH_DAEMON(nonsense_gets_an_error_and_nothing_else),
		WITH_DAEMON(a_line_without_end_is_refused),
		WITH_DAEMON(only_the_owner_may_use_it),
		WITH_DAEMON(a_live_socket_stays),
		WITH_DAEMON(clients_that_hang_do_not_stop_others),
		cmocka_unit_test(a_stale_socket_is_replaced),
		cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
		cmocka_unit_test(a_daemon_that_is_silent_times_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
