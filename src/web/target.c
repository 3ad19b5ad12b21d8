/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/target.h"

#include "base/text.h"

#include <string.h>

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decodes in place: what is decoded is never longer. */
static int decode(char *text)
{
	char *out = text;
	for (const char *in = text; *in != '\0'; in++) {
		if (*in == '+') {
			*out++ = ' ';
		} else if (*in != '%') {
			*out++ = *in;
		} else {
			int high = hex_value(in[1]), low = high < 0 ? -1 : hex_value(in[2]);
			if (low < 0)
				return ERR_SYNTAX;
			*out++ = (char)(high << 4 | low);
			in += 2;
			if (out[-1] == '\0')
				return ERR_SYNTAX;
		}
	}
	*out = '\0';
	for (size_t size = (size_t)(out - text); size > 0;) {
		size_t one = text_character_size((const uint8_t *)text, size);
		if (one == 0)
			return ERR_SYNTAX;
		text += one;
		size -= one;
	}
	return ERR_OK;
}

const char *target_parameter(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->parameter_count; i++) {
		if (strcmp(target->parameters[i].name, name) == 0)
			return target->parameters[i].value;
	}
	return NULL;
}

/* "name=value" */
static int parameter_add(struct target *target, char *text)
{
	char *value = strchr(text, '=');
	if (value != NULL)
		*value++ = '\0';
	else
		value = text + strlen(text);
	int rc = decode(text);
	if (rc == ERR_OK)
		rc = decode(value);
	if (rc != ERR_OK)
		return rc;
	if (*text == '\0' || target_parameter(target, text) != NULL)
		return ERR_SYNTAX;
	if (target->parameter_count == TARGET_PARAMETERS_MAX)
		return ERR_LIMIT;
	target->parameters[target->parameter_count].name = text;
	target->parameters[target->parameter_count++].value = value;
	return ERR_OK;
}

static int parameters_parse(struct target *target, char *query)
{
	int rc = ERR_OK;
	while (rc == ERR_OK && *query != '\0') {
		char *next = query + strcspn(query, "&");
		bool is_last = *next == '\0';
		*next = '\0';
		rc = parameter_add(target, query);
		query = is_last ? next : next + 1;
	}
	return rc;
}

int target_parse(struct span text, struct target *ret)
{
	if (text.size > TARGET_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] <= ' ' || text.data[i] >= 0x7f || text.data[i] == '#')
			return ERR_SYNTAX;
	}
	if (text.size == 0 || text.data[0] != '/')
		return ERR_SYNTAX;
	memcpy(ret->store, text.data, text.size);
	ret->store[text.size] = '\0';
	ret->path = ret->store;
	ret->parameter_count = 0;
	char *query = strchr(ret->store, '?');
	if (query == NULL)
		return ERR_OK;
	*query = '\0';
	return parameters_parse(ret, query + 1);
}
