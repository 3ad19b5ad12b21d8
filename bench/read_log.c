/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many lines of a query log one core reads in a second of its time: `read_log FILE [SECONDS]`. Lines are taken from
 * memory again and again: only read into events, then joined as well, then counted by all sensors besides.
 */
#include "base/clock.h"
#include "signals/joiner.h"
#include "signals/line.h"
#include "signals/sensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *file_read(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(256 << 20);
	if (file == NULL || data == NULL) {
		perror(path);
		exit(2);
	}
	*ret_size = fread(data, 1, 256 << 20, file);
	fclose(file);
	return data;
}

static void pass(struct line_reader *reader, struct joiner *joiner, struct sensors *sensors, const char *data,
		 size_t size)
{
	while (size > 0) {
		const char *end = memchr(data, '\n', size);
		size_t length = end != NULL ? (size_t)(end - data) : size;
		struct event event;
		if (line_read(reader, span_of(data, length), &event) == LINE_EVENT && joiner != NULL &&
		    joiner_join(joiner, &event) && sensors != NULL)
			sensors_observe(sensors, &event);
		length += end != NULL;
		data += length;
		size -= length;
	}
}

static void measure(const char *what, struct joiner *joiner, struct sensors *sensors, const char *data, size_t size,
		    double seconds)
{
	struct line_reader reader = {.clock = {.now_us = clock_wall_us()}, .format = LINE_ANY};
	clock_t start = clock(); /* of the processor: others may be at work beside */
	do
		pass(&reader, joiner, sensors, data, size);
	while ((double)(clock() - start) < seconds * CLOCKS_PER_SEC);
	double taken_us = (double)(clock() - start) / CLOCKS_PER_SEC * 1e6;
	printf("%-8s %10.0f lines/s  %6.3f us/line  %llu lines: %llu events, %llu passed over, %llu not read\n", what,
	       (double)reader.line_count / taken_us * 1e6, taken_us / (double)reader.line_count,
	       (unsigned long long)reader.line_count, (unsigned long long)reader.event_count,
	       (unsigned long long)reader.passed_over_count, (unsigned long long)reader.unread_count);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: read_log FILE [SECONDS]\n");
		return 2;
	}
	size_t size;
	char *data = file_read(argv[1], &size);
	double seconds = argc > 2 ? atof(argv[2]) : 3;
	struct joiner *joiner;
	struct sensors *sensors;
	if (joiner_new(clock_wall_us(), &joiner) != ERR_OK || sensors_new(clock_wall_us(), &sensors) != ERR_OK)
		return 1;
	measure("read", NULL, NULL, data, size, seconds);
	measure("joined", joiner, NULL, data, size, seconds);
	measure("sensors", joiner, sensors, data, size, seconds);
	printf("memory of the sensors: %zu KiB\n", sensors_memory() / 1024);
	sensors_free(sensors);
	joiner_free(joiner);
	free(data);
	return 0;
}
