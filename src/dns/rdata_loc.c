/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

/* RFC 1876 2: version, size, horizontal precision, vertical precision (1 each), latitude, longitude, altitude (4). */
#define LOC_SIZE 16
#define MIDDLE 0x80000000u      /* the equator, the prime meridian */
#define DEGREE 3600000u         /* thousandths of an arc second */
#define ALTITUDE_ZERO 10000000u /* centimetres below which the scale starts */
#define SIZE_DEFAULT 0x12       /* 1 m */
#define HORIZONTAL_DEFAULT 0x16 /* 10 km */
#define VERTICAL_DEFAULT 0x13   /* 10 m */

struct loc_axis {
	const char *signs; /* of what lies above and below the middle */
	uint32_t degrees_max;
};

static const struct loc_axis latitude = {"NS", 90};
static const struct loc_axis longitude = {"EW", 180};

static uint32_t distance(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

int rdata_loc_measure(struct span rdata, size_t at, size_t *ret_size)
{
	const uint8_t *loc = rdata.data + at;
	*ret_size = rdata.size - at;
	/* RFC 1876 2: what another version holds is not known; it has no text form. */
	if (*ret_size > 0 && loc[0] != 0)
		return ERR_OK;
	if (*ret_size < LOC_SIZE)
		return ERR_TRUNCATED;
	*ret_size = LOC_SIZE;
	for (unsigned i = 1; i <= 3; i++) {
		if (loc[i] >> 4 > 9 || (loc[i] & 15) > 9)
			return ERR_RANGE;
	}
	if (distance(load_u32(loc + 4), MIDDLE) > latitude.degrees_max * DEGREE ||
	    distance(load_u32(loc + 8), MIDDLE) > longitude.degrees_max * DEGREE)
		return ERR_RANGE;
	return ERR_OK;
}

static void axis_print(const struct loc_axis *axis, uint32_t value, struct text *out)
{
	uint32_t far = distance(value, MIDDLE);
	text_addf(out, "%u %u %u.%03u %c ", far / DEGREE, far / 60000 % 60, far / 1000 % 60, far % 1000,
		  axis->signs[value < MIDDLE]);
}

static void metres_print(uint64_t centimetres, struct text *out)
{
	text_addf(out, "%llu.%02llum", (unsigned long long)centimetres / 100, (unsigned long long)centimetres % 100);
}

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;
	while (exponent-- > 0)
		power *= 10;
	return power;
}

bool rdata_loc_print(const struct rdata_piece *piece, struct text *out)
{
	const uint8_t *loc = piece->octets.data;
	if (loc[0] != 0)
		return false;
	for (unsigned i = 1; i <= 3; i++) {
		/* 0e3 is a zero that would come back as 0e0. */
		if (loc[i] != 0 && loc[i] >> 4 == 0)
			return false;
	}
	axis_print(&latitude, load_u32(loc + 4), out);
	axis_print(&longitude, load_u32(loc + 8), out);
	uint32_t altitude = load_u32(loc + 12);
	if (altitude < ALTITUDE_ZERO)
		text_add_char(out, '-');
	metres_print(distance(altitude, ALTITUDE_ZERO), out);
	for (unsigned i = 1; i <= 3; i++) {
		text_add_char(out, ' ');
		metres_print((loc[i] >> 4) * power_of_ten(loc[i] & 15), out);
	}
	return true;
}

/* "12", "12.5", "12.345": value times 10^places. ERR_SYNTAX, ERR_RANGE. */
static int fixed_from_text(struct span text, unsigned places, uint32_t whole_max, uint64_t *ret)
{
	const uint8_t *dot = text.size > 0 ? memchr(text.data, '.', text.size) : NULL;
	size_t whole_size = dot != NULL ? (size_t)(dot - text.data) : text.size;
	uint32_t whole;
	uint32_t fraction = 0;
	int err = rdata_decimal(span_of(text.data, whole_size), whole_max, &whole);
	if (err != ERR_OK)
		return err;
	size_t fraction_size = dot != NULL ? text.size - whole_size - 1 : 0;
	if (fraction_size > places)
		return ERR_SYNTAX;
	if (fraction_size > 0 && rdata_decimal(span_of(dot + 1, fraction_size), UINT32_MAX, &fraction) != ERR_OK)
		return ERR_SYNTAX;
	*ret = whole * power_of_ten(places) + fraction * power_of_ten(places - (unsigned)fraction_size);
	return ERR_OK;
}

/* The next token is one of the axis's two signs: *ret_is_below. */
static bool sign_take(struct rdata_input *input, const struct loc_axis *axis, bool *ret_is_below)
{
	struct span text = rdata_input_token(input)->text;
	if (text.size != 1)
		return false;
	uint8_t sign = text.data[0] & 0xdf;
	if (sign != axis->signs[0] && sign != axis->signs[1])
		return false;
	*ret_is_below = sign == axis->signs[1];
	input->next++;
	return true;
}

/* Degrees, minutes and seconds as far as they are given, then the sign. */
static int axis_parse(struct rdata_input *input, const struct loc_axis *axis)
{
	const uint32_t maxima[] = {axis->degrees_max, 59, 59};
	static const unsigned places[] = {0, 0, 3};
	static const uint32_t units[] = {DEGREE, 60000, 1};
	uint64_t total = 0;
	bool is_below;
	for (unsigned part = 0; part <= 3; part++) {
		uint64_t value;
		if (input->next == input->count)
			return rdata_input_missing(input);
		if (part > 0 && sign_take(input, axis, &is_below)) {
			if (total > axis->degrees_max * DEGREE) {
				input->next--;
				return rdata_input_wrong(input, ERR_RANGE, "more than %u degrees", axis->degrees_max);
			}
			uint32_t far = (uint32_t)total;
			writer_u32(input->out, is_below ? MIDDLE - far : MIDDLE + far);
			return ERR_OK;
		}
		int err = part == 3
				  ? ERR_SYNTAX
				  : fixed_from_text(rdata_input_token(input)->text, places[part], maxima[part], &value);
		if (err != ERR_OK)
			return rdata_input_unfit(input, err);
		total += value * units[part];
		input->next++;
	}
	return rdata_input_unfit(input, ERR_SYNTAX);
}

static struct span without_metres(struct span text)
{
	if (text.size > 0 && (text.data[text.size - 1] | 0x20) == 'm')
		text.size--;
	return text;
}

static int altitude_parse(struct rdata_input *input)
{
	if (input->next == input->count)
		return rdata_input_missing(input);
	struct span text = without_metres(rdata_input_token(input)->text);
	bool is_below = text.size > 0 && text.data[0] == '-';
	uint64_t centimetres;
	if (is_below)
		text = span_of(text.data + 1, text.size - 1);
	int err = fixed_from_text(text, 2, UINT32_MAX / 100, &centimetres);
	if (err == ERR_OK && centimetres > (is_below ? ALTITUDE_ZERO : UINT32_MAX - ALTITUDE_ZERO))
		err = ERR_RANGE;
	if (err != ERR_OK)
		return rdata_input_wrong(input, err,
					 "the altitude is a number of metres from -100000.00 to 42849672.95");
	uint32_t far = (uint32_t)centimetres;
	writer_u32(input->out, is_below ? ALTITUDE_ZERO - far : ALTITUDE_ZERO + far);
	input->next++;
	return ERR_OK;
}

/* One digit and a power of ten: what does not fit is cut, as RFC 1876's own code does. */
static int precision_parse(struct rdata_input *input, uint8_t *ret)
{
	uint64_t centimetres;
	unsigned exponent = 0;
	int err = fixed_from_text(without_metres(rdata_input_token(input)->text), 2, 90000000, &centimetres);
	if (err != ERR_OK)
		return rdata_input_wrong(input, err, "sizes and precisions are metres from 0.00 to 90000000.00");
	for (; centimetres > 9; exponent++)
		centimetres /= 10;
	*ret = (uint8_t)(centimetres << 4 | exponent);
	input->next++;
	return ERR_OK;
}

int rdata_loc_parse(struct rdata_input *input)
{
	uint8_t precisions[] = {SIZE_DEFAULT, HORIZONTAL_DEFAULT, VERTICAL_DEFAULT};
	size_t start = input->out->size;
	writer_u32(input->out, 0);
	int err = axis_parse(input, &latitude);
	if (err == ERR_OK)
		err = axis_parse(input, &longitude);
	if (err == ERR_OK)
		err = altitude_parse(input);
	for (unsigned i = 0; i < 3 && err == ERR_OK && input->next < input->count; i++)
		err = precision_parse(input, &precisions[i]);
	if (err == ERR_OK && !input->out->is_full)
		memcpy(input->out->data + start + 1, precisions, sizeof precisions);
	return err;
}
