/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/setup_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

int setup_bad(const struct making *making, const char *what)
{
	snprintf(making->why, SCENARIO_WHY_MAX, "line %u: %s: %s: %s", making->line->line, making->line->key,
		 making->line->value, what);
	return ERR_SYNTAX;
}

int setup_flag_of(const struct making *making, const char *value, bool *ret)
{
	static const char *const texts[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcasecmp(value, texts[i]) == 0) {
			*ret = (i & 1) != 0;
			return ERR_OK;
		}
	}
	return setup_bad(making, "not yes or no");
}

int setup_number_of(const struct making *making, const char *value, uint32_t *ret)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);
	if (*value == '\0' || *end != '\0' || number > UINT32_MAX)
		return setup_bad(making, "not a number");
	*ret = (uint32_t)number;
	return ERR_OK;
}

int setup_size_of(const struct making *making, const char *value, uint16_t *ret)
{
	uint32_t number;
	int err = setup_number_of(making, value, &number);
	if (err == ERR_OK && number > UINT16_MAX)
		err = setup_bad(making, "too large");
	if (err == ERR_OK)
		*ret = (uint16_t)number;
	return err;
}

int setup_name_of_text(const struct making *making, const char *value, struct name *ret)
{
	struct name_buffer buffer;
	struct name name;
	if (name_from_text(span_text(value), name_root, &buffer, &name, NULL) != ERR_OK)
		return setup_bad(making, "not a name");
	uint8_t *copy = arena_copy(making->scenario->arena, name.wire, name.size, 1);
	if (copy == NULL)
		abort();
	*ret = name_of(copy);
	return ERR_OK;
}

/* "2001:db8::1", "192.0.2.1@5300", "192.0.2.1#name of a certificate" */
int setup_server_of(const struct making *making, const char *value, struct ip_endpoint *ret)
{
	char text[IP_ENDPOINT_TEXT_MAX];
	size_t size = strcspn(value, "#");
	if (size >= sizeof(text))
		return setup_bad(making, "not an address");
	memcpy(text, value, size);
	text[size] = '\0';
	return ip_endpoint_from_text(text, 53, ret) == ERR_OK ? ERR_OK : setup_bad(making, "not an address");
}

int setup_server_add(const struct making *making, const char *value, struct policy_server *servers, size_t *count)
{
	if (*count == SETUP_SERVERS_MAX)
		return setup_bad(making, "too many servers");
	servers[*count].name = name_root;
	int err = setup_server_of(making, value, &servers[*count].endpoint);
	*count += err == ERR_OK;
	return err;
}

int setup_prefix_add(const struct making *making, const char *value, struct ip_prefix *prefixes, size_t *count)
{
	if (*count == SETUP_PREFIXES_MAX || ip_prefix_from_text(value, &prefixes[*count]) != ERR_OK)
		return setup_bad(making, "not a prefix");
	(*count)++;
	return ERR_OK;
}
