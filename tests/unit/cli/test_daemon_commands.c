/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands that ask a running daemon about its resolver services, against a daemon that says what the test wants.
 */
#include "cli/cli.h"

#include "control/control.h"
#include "tests/unit/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What it says to one command, reply by reply (the last one again and again); NULL: it does not know the command. */
static const struct {
	const char *command, *replies[4];
} script[] = {
	{"flush",
	 {"{'ok':true,'services':[{'service':'office','removed':3},{'service':'lan','removed':0}]}"}},
	{"cache-stats",
	 {"{'ok':true,'services':[{'service':'office','budget':268435456,'used':1048576,'entries':{'outcome':7,'reply':9,"
	  "'delegation':2,'failure':0},'stores':20,'evictions':1,'hits':75,'misses':25,'stale':4}]}"}},
	{"cache-dump",
	 {"{'ok':true,'service':'office','entries':[{'kind':'outcome','name':'www.example.com.','type':'AAAA','ttl_s':299,"
	  "'age_s':1,'hits':2,'size':120,'text':['www.example.com. 299 IN AAAA 2001:db8::1']}],'next':10}",
	  "{'ok':true,'service':'office','entries':[{'kind':'failure','name':'bad.example.','type':'A','ttl_s':-5,'age_s':65,"
	  "'hits':0,'size':64}],'next':20}",
	  "{'ok':true,'service':'office','entries':[]}"}},
	{"status",
	 {"{'ok':true,'version':'1','uptime_s':61,'readiness':'ready','config':{'path':'x','loaded':'2026-11-22T03:02:11'},"
	  "'services':[{'name':'office','role':'resolver','listeners':[],'rate':{},"
	  "'cache':{'budget':2097152,'used':1048576,'entries':{'outcome':7,'reply':5},'hits':3,'misses':1,'stale':0},"
	  "'families':[{'path':'IPv6','is_down':true,'cause':'the kernel has no route','since_s':7200,'replies':0,"
	  "'silences':9},{'path':'IPv4','is_down':false,'since_s':90,'replies':8,'silences':1}],"
	  "'upstream':{'jobs':1,'clients':2,'asks':3,'queries':{'ipv6':{'udp':10,'tcp':1},'ipv4':{'udp':20,'tcp':2}},"
	  "'timeouts':{'ipv6':9,'ipv4':1},'retries':{'udp6':{'udp6':0,'udp4':6},'udp4':{'udp6':0,'udp4':0}}},"
	  "'validations':{'secure':5,'insecure':4,'bogus':1,'indeterminate':0,'by_type':{'AAAA':{'bogus':1}}},'aaaa':{'native':3,'dns64':2,'negative':1},"
	  "'pref64':[{'prefix':'64:ff9b::/96','source':'router advertisement','router':'fe80::1','ends_s':600,"
	  "'is_in_use':true}],"
	  "'anchors':[{'owner':'.','type':'DS','tag':20326,'algorithm':8,'state':'valid'}],"
	  "'negative_anchors':['broken.example.']}],"
	  "'dnstap':{'to':'unix:/run/tap','is_connected':false,'sent':8,'dropped':2,'connections':1}}"}},
};

struct daemon {
	pthread_t thread;
	uv_loop_t loop;
	uv_async_t end;
	struct control_server *server;
	char folder[32], path[64];
	char last[512]; /* the last request */
	size_t served;
};

static json_t *from_text(const char *text)
{
	char copy[4096];
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *at = copy; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	json_t *value = json_loads(copy, 0, NULL);
	assert_non_null(value);
	return value;
}

static json_t *handle(void *owner, const json_t *request)
{
	struct daemon *daemon = owner;
	const char *command = json_string_value(json_object_get(request, "command"));
	char *text = json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(daemon->last, sizeof(daemon->last), "%s", text);
	free(text);
	const char *service = json_string_value(json_object_get(request, "service"));
	if (service != NULL && strcmp(service, "office") != 0)
		return from_text("{'ok':false,'error':'no resolver service has this name'}");
	for (size_t i = 0; i < sizeof(script) / sizeof(script[0]); i++) {
		if (strcmp(script[i].command, command) != 0)
			continue;
		const char *reply = script[i].replies[daemon->served];
		if (script[i].replies[daemon->served + 1] != NULL)
			daemon->served++;
		return from_text(reply);
	}
	return from_text("{'ok':false,'error':'unknown command'}");
}

static void end(uv_async_t *async)
{
	struct daemon *daemon = async->data;
	control_server_stop(daemon->server);
	uv_close((uv_handle_t *)async, NULL);
}

static void *serve(void *argument)
{
	struct daemon *daemon = argument;
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void daemon_start(struct daemon *daemon)
{
	*daemon = (struct daemon){.folder = "/tmp/sextant-test-XXXXXX"};
	assert_non_null(mkdtemp(daemon->folder));
	snprintf(daemon->path, sizeof(daemon->path), "%s/control.sock", daemon->folder);
	assert_int_equal(uv_loop_init(&daemon->loop), 0);
	assert_int_equal(control_server_start(&daemon->loop, daemon->path, handle, daemon, &daemon->server), ERR_OK);
	assert_int_equal(uv_async_init(&daemon->loop, &daemon->end, end), 0);
	daemon->end.data = daemon;
	assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

static void daemon_end(struct daemon *daemon)
{
	uv_async_send(&daemon->end);
	pthread_join(daemon->thread, NULL);
	assert_int_equal(uv_loop_close(&daemon->loop), 0);
	rmdir(daemon->folder);
}

struct result {
	int code;
	char *out, *err;
	size_t out_size, err_size;
};

/* Runs `sextant LINE --socket PATH` against a daemon of its own; last: the request it got last. */
static struct result run(const char *line, char last[512])
{
	struct daemon daemon;
	struct result result = {0};
	char *copy = strdup(line), *argv[16] = {(char *)"sextant"}, *rest = NULL;
	int argc = 1;
	daemon_start(&daemon);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc++] = (char *)"--socket";
	argv[argc++] = daemon.path;
	FILE *out = open_memstream(&result.out, &result.out_size), *err = open_memstream(&result.err, &result.err_size);
	result.code = cli_main(argc, argv, out, err);
	fclose(out);
	fclose(err);
	daemon_end(&daemon);
	memcpy(last, daemon.last, sizeof(daemon.last));
	free(copy);
	return result;
}

static void result_free(struct result *result)
{
	free(result->out);
	free(result->err);
}

static void each_command_asks_and_shows(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *request, *out; /* out: parts that are printed, separated by | */
	} rows[] = {
		{"flush www.Example.com", EXIT_OK, "{\"command\":\"flush\",\"name\":\"www.Example.com.\",\"tree\":false}",
		 "office       3 entries of www.Example.com. removed"},
		{"flush . --tree --service office", EXIT_OK,
		 "{\"command\":\"flush\",\"name\":\".\",\"service\":\"office\",\"tree\":true}", "and all below it removed"},
		{"flush x --json", EXIT_OK, "{\"command\":\"flush\",\"name\":\"x.\",\"tree\":false}",
		 "\"schema\": \"sextant.flush/1\"|\"removed\": 3"},
		{"flush x --quiet", EXIT_OK, "{\"command\":\"flush\",\"name\":\"x.\",\"tree\":false}", ""},
		{"flush x --service nobody", EXIT_FOUND,
		 "{\"command\":\"flush\",\"name\":\"x.\",\"service\":\"nobody\",\"tree\":false}", ""},
		{"flush a..b", EXIT_USAGE, "", ""},
		{"flush", EXIT_USAGE, "", ""},
		{"flush a b", EXIT_USAGE, "", ""},
		{"cache stats", EXIT_OK, "{\"command\":\"cache-stats\"}",
		 "used       1.0 of 256.0 MiB|found      75 of 100 (75.0%)|outcome    7|displaced  1"},
		{"cache stats --json --service office", EXIT_OK, "{\"command\":\"cache-stats\",\"service\":\"office\"}",
		 "sextant.cache-stats/1|\"budget\": 268435456"},
		{"cache stats x", EXIT_USAGE, "", ""},
		{"cache dump", EXIT_OK, "{\"after\":20,\"command\":\"cache-dump\"}",
		 "www.example.com. AAAA  outcome, ends in 299 s, found 2 times, 120 octets|    www.example.com. 299 IN AAAA|"
		 "bad.example. A  failure, ended before 5 s"},
		{"cache dump --service nobody", EXIT_FOUND, "{\"after\":0,\"command\":\"cache-dump\",\"service\":\"nobody\"}", ""},
		{"status", EXIT_OK, "{\"command\":\"status\"}",
		 "office            1.0 of 2.0 MiB         12 entries  found 75.0%|IPv6   DOWN for 2h  replies 0  silences 9  the "
		 "kernel has no route|IPv4   up   for 1m|ipv6 udp 10 tcp 1 silent 9|again udp6->udp4 6|validations  secure 5  insecure 4  bogus 1  indeterminate 0\n|"
		 "aaaa         native 3  dns64 2|NAT64 64:ff9b::/96|router advertisement of fe80::1, ends in 10m, in use|"
		 "anchor . DS tag 20326 algorithm 8  valid|not validated: broken.example.|"
		 "NOT CONNECTED  sent 8  dropped 2"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char last[512], wanted[512], *rest = NULL;
		struct result result = run(rows[i].line, last);
		if (result.code != rows[i].code || strcmp(last, rows[i].request) != 0)
			fail_msg("%s: %d, %s, %s%s", rows[i].line, result.code, last, result.out, result.err);
		snprintf(wanted, sizeof(wanted), "%s", rows[i].out);
		for (char *part = strtok_r(wanted, "|", &rest); part != NULL; part = strtok_r(NULL, "|", &rest)) {
			if (strstr(result.out, part) == NULL)
				fail_msg("%s: no \"%s\" in:\n%s", rows[i].line, part, result.out);
		}
		if (rows[i].out[0] == '\0')
			assert_string_equal(result.out, "");
		result_free(&result);
	}
}

static void a_dump_is_one_document(void **state)
{
	char last[512];
	struct result result = run("cache dump --json", last);
	json_t *document = json_loads(result.out, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(result.code, EXIT_OK);
	assert_non_null(document);
	assert_int_equal(json_array_size(json_object_get(document, "entries")), 2);
	assert_string_equal(json_string_value(json_object_get(document, "service")), "office");
	assert_true(json_is_true(json_object_get(document, "complete")));
	json_decref(document);
	result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_asks_and_shows),
		cmocka_unit_test(a_dump_is_one_document),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
