/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/reverse_generate.h"

#include <time.h>

/* YYYYMMDD01 of the day. */
static uint32_t serial_of_day(uint64_t now_s)
{
	time_t when = (time_t)now_s;
	struct tm day;
	if (gmtime_r(&when, &day) == NULL)
		return 0;
	return (uint32_t)(((day.tm_year + 1900) * 100 + day.tm_mon + 1) * 100 + day.tm_mday) * 100 + 1;
}

static bool serial_is_date(uint32_t serial)
{
	uint32_t year = serial / 1000000, month = serial / 10000 % 100, day = serial / 100 % 100;
	return year >= 1980 && year < 2150 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

uint32_t reverse_serial_next(uint32_t old, uint64_t now_s)
{
	uint32_t today = serial_of_day(now_s);
	if ((old == 0 || serial_is_date(old)) && today > old)
		return today;
	/* RFC 1982 3.1: one more, round the end. 0 is left out: many programs take it for "none". */
	return old + 1 == 0 ? 1 : old + 1;
}
