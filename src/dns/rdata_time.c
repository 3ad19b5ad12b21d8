/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

/* Days since 1970-01-01 of a date of the Gregorian calendar; years start in March so that leap days come last. */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	unsigned from_march = month > 2 ? month - 3 : month + 9;
	int64_t era = year / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool time_print(uint32_t seconds, struct text *out)
{
	int64_t shifted = seconds / 86400 + 719468;
	int64_t era = shifted / 146097;
	int64_t day_of_era = shifted % 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * day_of_year + 2) / 153;
	unsigned month = (unsigned)(from_march < 10 ? from_march + 3 : from_march - 9);
	unsigned year = (unsigned)(year_of_era + era * 400 + (month <= 2));
	unsigned rest = seconds % 86400;
	text_addf(out, "%04u%02u%02u%02u%02u%02u", year, month,
		  (unsigned)(day_of_year - (153 * from_march + 2) / 5 + 1), rest / 3600, rest / 60 % 60, rest % 60);
	return true;
}

/* RFC 4034 3.2: the u32 counts seconds since 1970; dates up to 2106 have a value of their own. */
bool rdata_time_print(const struct rdata_piece *piece, struct text *out)
{
	return time_print(load_u32(piece->octets.data), out);
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && is_leap);
}

static unsigned digits(const uint8_t *at, unsigned count)
{
	unsigned value = 0;
	for (unsigned i = 0; i < count; i++)
		value = value * 10 + (at[i] - (unsigned)'0');
	return value;
}

/* text: 14 characters. */
static int date_from_text(struct span text, uint32_t *ret)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return ERR_SYNTAX;
	}
	const uint8_t *at = text.data;
	unsigned year = digits(at, 4);
	unsigned month = digits(at + 4, 2);
	unsigned day = digits(at + 6, 2);
	unsigned hour = digits(at + 8, 2);
	unsigned minute = digits(at + 10, 2);
	unsigned second = digits(at + 12, 2);
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 || minute > 59 ||
	    second > 59)
		return ERR_RANGE;
	int64_t seconds = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	if (seconds < 0 || seconds > UINT32_MAX)
		return ERR_RANGE;
	*ret = (uint32_t)seconds;
	return ERR_OK;
}

int rdata_time_parse(struct rdata_input *input)
{
	struct span text = rdata_input_token(input)->text;
	uint32_t seconds;
	/* RFC 4034 3.2: ten digits at most are seconds, fourteen are a date. */
	int err = text.size == 14   ? date_from_text(text, &seconds)
		  : text.size <= 10 ? rdata_decimal(text, UINT32_MAX, &seconds)
				    : ERR_SYNTAX;
	if (err != ERR_OK)
		return rdata_input_unfit(input, err);
	writer_u32(input->out, seconds);
	input->next++;
	return ERR_OK;
}
