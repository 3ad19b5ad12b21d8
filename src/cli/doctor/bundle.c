/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/doctor/bundle.h"

#include "base/clock.h"
#include "cli/doctor/clients.h"
#include "cli/doctor/host.h"
#include "cli/doctor/show.h"
#include "cli/doctor/tell.h"
#include "finding/report.h"

#include <errno.h>

#define SCHEMA "sextant.doctor-bundle/1"

static void attempts_to_json(struct attempts *attempts, struct json_writer *json)
{
	json_begin_array(json, "connections");
	for (size_t i = 0; i < attempts_count(attempts); i++) {
		const struct attempt *attempt = attempts_at(attempts, i);
		char text[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&attempt->endpoint, text);
		json_begin_object(json, NULL);
		json_text(json, "to", text);
		json_text(json, "state", attempt_state_text(attempt->state));
		json_number(json, "duration_us", attempt->duration_us);
		json_end_object(json);
	}
	json_end_array(json);
}

static void client_member(const struct inquiry *inquiry, struct json_writer *json)
{
	if (inquiry->client == NULL) {
		json_nothing(json, "client");
		return;
	}
	json_begin_object(json, "client");
	client_to_json(inquiry->client, json);
	finding_report_json_members(inquiry->client_findings, json);
	json_end_object(json);
}

static void time_member(uint64_t time_us, const char *key, struct json_writer *json)
{
	char text[CLOCK_TEXT_MAX];
	clock_text(time_us, text);
	json_text(json, key, text);
}

static void bundle_to_json(struct inquiry *inquiry, struct text *out)
{
	struct json_writer json = {.out = out};
	const char *conf = cli_value(inquiry->cli, "resolv-conf");
	json_begin_object(&json, NULL);
	json_text(&json, "schema", SCHEMA);
	json_text(&json, "sextant", SEXTANT_VERSION);
	time_member(inquiry->started_us, "started", &json);
	time_member(clock_wall_us(), "ended", &json);
	inquiry_to_json(inquiry, &json);
	host_to_json(conf != NULL ? conf : DOCTOR_RESOLV_CONF, &json);
	client_member(inquiry, &json);
	attempts_to_json(inquiry->incident.attempts, &json);
	/* The book is a document of its own, as sextant audit --from reads it. */
	text_add(out, ",\"facts\":");
	facts_set_time(inquiry->roots.books[0].facts, inquiry->started_us / 1000000);
	facts_to_json(inquiry->roots.books[0].facts, out);
	json_end_object(&json);
	text_add_char(out, '\n');
}

int bundle_write(struct inquiry *inquiry)
{
	const char *path = cli_value(inquiry->cli, "bundle");
	struct text out = {0};
	if (path == NULL)
		return EXIT_OK;
	bundle_to_json(inquiry, &out);
	FILE *file = out.is_failed ? NULL : fopen(path, "we");
	bool is_written = file != NULL && fwrite(out.data, 1, out.size, file) == out.size;
	is_written = file != NULL && fclose(file) == 0 && is_written;
	int err = out.is_failed ? -ENOMEM : -errno;
	text_free(&out);
	return is_written ? EXIT_OK
			  : cli_usage_error(inquiry->cli, "--bundle %s: it cannot be written: %s", path, err_text(err));
}
