/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/stamp.h"

#include "signals/words.h"

#define DAY_S 86400
#define SECOND_US 1000000

/* Seconds are kept in local time until the zone is known. */
struct moment {
	int64_t second;
	uint32_t us;
};

/* Days since 1970-01-01 of a date of the Gregorian calendar; years begin in March here, so that leap days come last. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month <= 2 ? year - 1 : year;
	unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static unsigned year_of(int64_t day)
{
	unsigned year = (unsigned)(1970 + day / 366);
	while (days_of(year + 1, 1, 1) <= day)
		year++;
	return year;
}

/* count digits, no more looked at. */
static bool digits_take(struct span *from, size_t count, unsigned *ret)
{
	unsigned value = 0;
	if (from->size < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!char_is_digit(from->data[i]))
			return false;
		value = value * 10 + (unsigned)(from->data[i] - '0');
	}
	word_skip(from, count);
	*ret = value;
	return true;
}

static uint32_t fraction_take(struct span *from)
{
	uint32_t us = 0, unit = SECOND_US / 10;
	for (; from->size > 0 && char_is_digit(from->data[0]); word_skip(from, 1), unit /= 10)
		us += (uint32_t)(from->data[0] - '0') * unit;
	return us;
}

/* "03:26:45", with a fraction behind "." or ",". */
static bool clock_take(struct span *from, struct moment *moment)
{
	unsigned hour, minute, second;
	if (!digits_take(from, 2, &hour) || !word_take_char(from, ':') || !digits_take(from, 2, &minute) ||
	    !word_take_char(from, ':') || !digits_take(from, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	moment->second += hour * 3600 + minute * 60 + second;
	moment->us = 0;
	if (from->size > 1 && (from->data[0] == '.' || from->data[0] == ',') && char_is_digit(from->data[1])) {
		word_skip(from, 1);
		moment->us = fraction_take(from);
	}
	return true;
}

static bool date_set(unsigned year, unsigned month, unsigned day, struct moment *moment)
{
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	moment->second = days_of(year, month, day) * DAY_S;
	return true;
}

bool stamp_take_zone(struct span *from, int32_t *ret_s)
{
	unsigned hours, minutes = 0;
	struct span rest = *from;
	*ret_s = 0;
	if (word_take(from, WORD("Z")) || word_take(from, WORD("UTC")))
		return true;
	if (rest.size == 0 || (rest.data[0] != '+' && rest.data[0] != '-'))
		return false;
	int32_t sign = rest.data[0] == '-' ? -1 : 1;
	word_skip(&rest, 1);
	if (!digits_take(&rest, 2, &hours))
		return false;
	word_take_char(&rest, ':');
	if (rest.size >= 2 && !digits_take(&rest, 2, &minutes))
		return false;
	if (hours > 18 || minutes > 59)
		return false;
	*ret_s = sign * (int32_t)(hours * 3600 + minutes * 60);
	*from = rest;
	return true;
}

/* A zone may follow; a stamp ends at a blank or with the line. */
static bool stamp_end(struct span *from, const struct moment *moment, const struct stamp_clock *clock,
		      struct stamp *ret)
{
	int32_t zone_s = 0;
	struct span zone = *from;
	word_skip_blanks(&zone);
	ret->is_zone_assumed = !stamp_take_zone(&zone, &zone_s);
	if (!ret->is_zone_assumed && (zone.size == 0 || zone.data[0] == ' ' || zone.data[0] == ']'))
		*from = zone;
	else
		ret->is_zone_assumed = true;
	int64_t second = moment->second - (ret->is_zone_assumed ? clock->zone_s : zone_s);
	if (second < 0 || (from->size > 0 && from->data[0] != ' ' && from->data[0] != ']'))
		return false;
	word_skip_blanks(from);
	ret->time_us = (uint64_t)second * SECOND_US + moment->us;
	return true;
}

static bool iso_take(struct span *from, const struct stamp_clock *clock, struct stamp *ret)
{
	unsigned year, month, day;
	struct moment moment;
	if (!digits_take(from, 4, &year) || !word_take_char(from, '-') || !digits_take(from, 2, &month) ||
	    !word_take_char(from, '-') || !digits_take(from, 2, &day) || !date_set(year, month, day, &moment))
		return false;
	if (!word_take_char(from, 'T') && !word_take_char(from, ' '))
		return false;
	return clock_take(from, &moment) && stamp_end(from, &moment, clock, ret);
}

/* "Nov" as 11; 0: no month. */
static unsigned month_take(struct span *from)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (unsigned i = 0; i < 12; i++) {
		if (word_take(from, span_of(months + 3 * i, 3)))
			return i + 1;
	}
	return 0;
}

static bool bind_take(struct span *from, const struct stamp_clock *clock, struct stamp *ret)
{
	unsigned year, month, day;
	struct moment moment;
	if (!digits_take(from, 2, &day) || !word_take_char(from, '-') || (month = month_take(from)) == 0 ||
	    !word_take_char(from, '-') || !digits_take(from, 4, &year) || !word_take_char(from, ' ') ||
	    !date_set(year, month, day, &moment))
		return false;
	return clock_take(from, &moment) && stamp_end(from, &moment, clock, ret);
}

/* RFC 3164 4.1.2: no year. It is the last one that does not put the line more than a day ahead of the clock. */
static bool syslog_take(struct span *from, const struct stamp_clock *clock, struct stamp *ret)
{
	unsigned month = month_take(from);
	uint64_t day;
	if (month == 0 || !word_take_char(from, ' '))
		return false;
	word_skip_blanks(from);
	if (!word_take_number(from, 31, &day) || !word_take_char(from, ' '))
		return false;
	int64_t now_s = (int64_t)(clock->now_us / SECOND_US) + clock->zone_s;
	unsigned year = year_of(now_s / DAY_S);
	struct moment moment;
	if (!date_set(year, month, (unsigned)day, &moment))
		return false;
	if (moment.second > now_s + DAY_S && !date_set(year - 1, month, (unsigned)day, &moment))
		return false;
	return clock_take(from, &moment) && stamp_end(from, &moment, clock, ret);
}

/* Nine digits at least: fewer are something else, and 2001-09-09 is long ago. */
static bool epoch_take(struct span *from, struct stamp *ret)
{
	struct span rest = *from;
	uint64_t second;
	if (!word_take_number(&rest, UINT32_MAX, &second) || second < 100000000)
		return false;
	ret->time_us = second * SECOND_US;
	if (rest.size > 1 && rest.data[0] == '.' && char_is_digit(rest.data[1])) {
		word_skip(&rest, 1);
		ret->time_us += fraction_take(&rest);
	}
	if (rest.size > 0 && rest.data[0] != ' ' && rest.data[0] != ']')
		return false;
	ret->is_zone_assumed = false;
	*from = rest;
	return true;
}

static bool weekday_take(struct span *from)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	struct span rest = *from;
	for (unsigned i = 0; i < 7; i++) {
		if (word_take(&rest, span_of(days + 3 * i, 3)) && word_take_char(&rest, ' ')) {
			*from = rest;
			return true;
		}
	}
	return false;
}

static bool bare_take(struct span *from, const struct stamp_clock *clock, struct stamp *ret)
{
	if (from->size < 10)
		return false;
	if (!char_is_digit(from->data[0]))
		return weekday_take(from) ? iso_take(from, clock, ret) : syslog_take(from, clock, ret);
	if (from->data[4] == '-')
		return iso_take(from, clock, ret);
	if (from->data[2] == '-')
		return bind_take(from, clock, ret);
	bool is_taken = epoch_take(from, ret);
	word_skip_blanks(from);
	return is_taken;
}

bool stamp_take(struct span *from, const struct stamp_clock *clock, struct stamp *ret)
{
	struct span rest = *from;
	struct stamp stamp;
	bool is_bracketed = word_take_char(&rest, '[');
	if (!bare_take(&rest, clock, &stamp) || (is_bracketed && !word_take_char(&rest, ']')))
		return false;
	word_skip_blanks(&rest);
	*from = rest;
	*ret = stamp;
	return true;
}

bool stamp_take_time_of_day(struct span *from, const struct stamp_clock *clock, struct stamp *ret)
{
	struct span rest = *from;
	struct moment moment = {0};
	if (!clock_take(&rest, &moment) || rest.size == 0 || rest.data[0] != ' ')
		return false;
	uint64_t day_us = (uint64_t)DAY_S * SECOND_US;
	uint64_t midnight_us = clock->now_us / day_us * day_us;
	uint64_t time_us = midnight_us + (uint64_t)moment.second * SECOND_US + moment.us;
	/* A minute ahead may be another host's clock; more is yesterday. */
	if (time_us > clock->now_us + 60 * (uint64_t)SECOND_US && midnight_us >= day_us)
		time_us -= day_us;
	word_skip_blanks(&rest);
	*from = rest;
	*ret = (struct stamp){.time_us = time_us};
	return true;
}

bool word_take_seconds(struct span *from, uint64_t *ret_us)
{
	struct span rest = *from;
	uint64_t second;
	if (!word_take_number(&rest, 10 * DAY_S, &second))
		return false;
	uint64_t us = second * SECOND_US;
	if (word_take_char(&rest, '.'))
		us += fraction_take(&rest);
	*from = rest;
	*ret_us = us;
	return true;
}
