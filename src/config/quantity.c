/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/quantity.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *unit;
	uint32_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 24u * 3600 * 1000}};

/* The digits at the front; *ret_rest points behind them. */
static int take_number(const char *text, uint64_t *ret, const char **ret_rest)
{
	uint64_t value = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > UINT32_MAX)
			return ERR_RANGE;
	}
	if (at == text)
		return ERR_SYNTAX;
	*ret = value;
	*ret_rest = at;
	return ERR_OK;
}

int quantity_duration_ms(const char *text, uint32_t *ret)
{
	uint64_t value;
	const char *unit;
	int err = take_number(text, &value, &unit);
	if (err != ERR_OK)
		return err;
	if (*unit == '\0' && value == 0) {
		*ret = 0;
		return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].unit) != 0)
			continue;
		if (value * units[i].ms > UINT32_MAX)
			return ERR_RANGE;
		*ret = (uint32_t)(value * units[i].ms);
		return ERR_OK;
	}
	return ERR_SYNTAX;
}

int quantity_number(const char *text, uint32_t *ret)
{
	uint64_t value;
	const char *rest;
	int err = take_number(text, &value, &rest);
	if (err != ERR_OK)
		return err;
	if (*rest != '\0')
		return ERR_SYNTAX;
	*ret = (uint32_t)value;
	return ERR_OK;
}

int quantity_size(const char *text, uint64_t *ret)
{
	static const struct {
		const char *unit;
		unsigned shift;
	} sizes[] = {{"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
	uint64_t value;
	const char *unit;
	int err = take_number(text, &value, &unit);
	for (size_t i = 0; err == ERR_OK && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (strcmp(unit, sizes[i].unit) != 0)
			continue;
		if (value > (UINT64_C(1) << 62) >> sizes[i].shift)
			return ERR_RANGE;
		*ret = value << sizes[i].shift;
		return ERR_OK;
	}
	return err == ERR_OK ? ERR_SYNTAX : err;
}

int quantity_bool(const char *text, bool *ret)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false", "true"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) != 0)
			continue;
		*ret = i % 2 == 1;
		return ERR_OK;
	}
	return ERR_SYNTAX;
}
