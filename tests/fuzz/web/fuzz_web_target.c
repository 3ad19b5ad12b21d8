/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first line of the input as a request's target, the rest as its Host: what is accepted lies inside the target and
 * is whole UTF-8 without control characters; a loopback listener is asked by no name but its own.
 */
#include "tests/fuzz/require.h"
#include "web/routes.h"

#include <string.h>

static void check_text(const struct target *target, const char *text)
{
	REQUIRE(text >= target->store && text < target->store + sizeof(target->store));
	for (size_t size = strlen(text); size > 0;) {
		size_t one = text_character_size((const uint8_t *)text, size);
		REQUIRE(one > 0 && one <= size);
		text += one;
		size -= one;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target target;
	const uint8_t *end = memchr(data, '\n', size);
	size_t line = end != NULL ? (size_t)(end - data) : size;
	char host[256];
	snprintf(host, sizeof(host), "%.*s", end != NULL ? (int)(size - line - 1) : 0,
		 end != NULL ? (const char *)end + 1 : "");
	if (target_parse(span_of(data, line), &target) == ERR_OK) {
		check_text(&target, target.path);
		for (size_t i = 0; i < target.parameter_count; i++) {
			check_text(&target, target.parameters[i].name);
			check_text(&target, target.parameters[i].value);
			REQUIRE(target_parameter(&target, target.parameters[i].name) == target.parameters[i].value);
		}
	}
	struct ip_endpoint loopback;
	REQUIRE(ip_endpoint_from_text("::1@80", 80, &loopback) == ERR_OK);
	if (host_is_ours(&loopback, host))
		REQUIRE(strncasecmp(host, "localhost", 9) == 0 || strstr(host, "::") != NULL ||
			strncmp(host, "127.", 4) == 0 || *host == '[');
	return 0;
}
