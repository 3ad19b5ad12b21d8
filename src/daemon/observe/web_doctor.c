/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/observe/web_doctor.h"

#include "watch/child.h"

#include <errno.h>

#define SECONDS 50 /* less than the server lets a reply take */
#define MEMORY (512u << 20)
#define OUTPUT (8u << 20)
#define PATH_SIZE 4096
#define WORDS_MAX (2 * WEB_DOCTOR_SERVERS_MAX + 8)

static int report_read(const struct text *out, json_t **ret)
{
	json_t *report = json_loadb(text_string(out), out->size, 0, NULL);
	if (!json_is_object(report)) {
		json_decref(report);
		return ERR_MISMATCH;
	}
	*ret = report;
	return ERR_OK;
}

static int child_ask(struct web_doctor *doctor, const char *const *words, json_t **ret)
{
	const struct child_options options = {.words = words,
					      .seconds = SECONDS,
					      .memory = MEMORY,
					      .output = OUTPUT,
					      .is_stopped = &doctor->is_stopped};
	struct text out = {0};
	enum child_end end;
	int code;
	int rc = child_run(&options, &out, &end, &code);
	if (rc == ERR_OK)
		rc = end == CHILD_DONE      ? report_read(&out, ret)
		     : end == CHILD_STOPPED ? -ECANCELED
		     : end == CHILD_KILLED  ? ERR_MISMATCH
					    : ERR_LIMIT;
	text_free(&out);
	return rc;
}

int web_doctor_run(struct web_doctor *doctor, const struct web_doctor_ask *ask, json_t **ret)
{
	char path[PATH_SIZE], servers[WEB_DOCTOR_SERVERS_MAX][IP_ENDPOINT_TEXT_MAX];
	if (!child_program("sextant", path, sizeof(path)))
		return ERR_NOT_FOUND;
	if (atomic_flag_test_and_set(&doctor->is_busy))
		return -EBUSY;
	const char *words[WORDS_MAX] = {path, "doctor", "--json"};
	size_t count = 3;
	for (size_t i = 0; i < ask->server_count; i++) {
		ip_endpoint_to_text(&ask->servers[i], servers[i]);
		words[count++] = "--server";
		words[count++] = servers[i];
	}
	words[count++] = "--";
	words[count++] = ask->name;
	words[count] = NULL;
	int rc = child_ask(doctor, words, ret);
	atomic_flag_clear(&doctor->is_busy);
	return rc;
}
