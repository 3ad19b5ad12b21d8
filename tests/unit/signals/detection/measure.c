/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sensors find of what is planted, how soon, and what they say on clean days: `measure` is short and fails when
 * less is found than is promised; `measure --faults` and `measure --days 500` print the tables of
 * docs/signals-measured.md.
 */
#include "tests/unit/signals/detection/days.h"
#include "tests/unit/signals/detection/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_US (60 * SECOND_US)
#define WARM_MINUTES 20
#define FAULT_MINUTES 8
#define TIMES_MAX 64

/* Listens: what was said first of the sensor that is waited for, and of others. */
struct heard {
	enum sensor sensor;
	double from_us;
	double found_us; /* 0: not yet */
	unsigned early;  /* signals before anything was planted */
	bool is_loud;    /* names each on stdout */
};

static void hear(void *owner, const struct signal *signal, enum signal_change change)
{
	struct heard *heard = owner;
	if (change != SIGNAL_RAISED)
		return;
	if ((double)signal->raised_us <= heard->from_us)
		heard->early++;
	else if (signal->sensor == heard->sensor && heard->found_us == 0)
		heard->found_us = (double)signal->raised_us;
	if (heard->is_loud && (double)signal->raised_us <= heard->from_us) {
		struct text scope = {0};
		scope_to_text(&signal->scope, &scope);
		printf("    false: %s, %s, at %.1f h: %s\n", sensor_name(signal->sensor), text_string(&scope),
		       ((double)signal->raised_us - START_US) / 3600 / SECOND_US, signal->evidence);
		text_free(&scope);
	}
}

static struct site *site_make(uint64_t seed, double rate, struct heard *heard)
{
	struct site *site;
	if (site_new(seed, rate, &site) != ERR_OK) {
		fprintf(stderr, "out of memory\n");
		exit(2);
	}
	sensors_listen(site->sensors, hear, heard);
	return site;
}

/* Seconds from the onset to the signal; negative: not found. */
static double fault_measure(const struct fault *fault, double rate, uint64_t seed, bool is_loud, unsigned *early)
{
	double start = START_US + 9 * 60 * MINUTE_US, onset = start + WARM_MINUTES * MINUTE_US + 7 * SECOND_US;
	struct heard heard = {.sensor = fault->sensor, .from_us = onset, .is_loud = is_loud};
	struct site *site = site_make(seed, rate, &heard);
	site->swing = 0.3;
	if (fault->prepare != NULL)
		fault->prepare(site);
	site->fault = fault->plant;
	site->fault_from_us = onset;
	site->fault_until_us = onset + FAULT_MINUTES * MINUTE_US;
	/* On in pieces, until it is found. */
	site_run(site, start, onset);
	for (double at = onset; heard.found_us == 0 && at < site->fault_until_us; at += 10 * SECOND_US) {
		site_run(site, at, at + 10 * SECOND_US);
		sensors_advance(site->sensors, (uint64_t)(at + 10 * SECOND_US));
	}
	*early += heard.early;
	site_free(site);
	return heard.found_us > 0 ? (heard.found_us - onset) / SECOND_US : -1;
}

static int number_order(const void *a, const void *b)
{
	double first = *(const double *)a, second = *(const double *)b;
	return first < second ? -1 : first > second;
}

struct cell_result {
	unsigned found, tries;
	double median_s, most_s;
};

static struct cell_result fault_repeat(const struct fault *fault, double rate, unsigned tries, unsigned *early)
{
	struct cell_result result = {.tries = tries};
	double times[TIMES_MAX];
	for (unsigned i = 0; i < tries; i++) {
		double seconds = fault_measure(fault, rate, 1000 + i, true, early);
		if (seconds >= 0)
			times[result.found++] = seconds;
	}
	qsort(times, result.found, sizeof(*times), number_order);
	if (result.found > 0) {
		result.median_s = times[result.found / 2];
		result.most_s = times[result.found - 1];
	}
	return result;
}

static unsigned day_measure(const struct day *day, double rate, uint64_t seed, double hours)
{
	double from = START_US, until = from + hours * 60 * MINUTE_US;
	struct heard heard = {.from_us = until + 60 * MINUTE_US, .is_loud = true};
	struct site *site = site_make(seed, rate, &heard);
	day->run(site, from, until);
	sensors_finish(site->sensors);
	site_free(site);
	return heard.early;
}

/* --- The tables --- */

static const struct {
	double rate;
	unsigned tries;
} sizes[] = {{1, 20}, {5, 20}, {50, 20}, {500, 6}, {5000, 2}};
#define SIZES (sizeof(sizes) / sizeof(*sizes))

/* name: of those to measure; "": all */
static void faults_full(const char *name)
{
	unsigned early = 0, tries = 0;
	printf("| fault | signal |");
	for (size_t s = 0; s < SIZES; s++)
		printf(" %g/s |", sizes[s].rate);
	printf("\n|---|---|---|---|---|---|---|\n");
	for (unsigned i = 0; i < fault_count; i++) {
		if (strstr(faults[i].name, name) == NULL)
			continue;
		printf("| %s | %s |", faults[i].name, sensor_name(faults[i].sensor));
		for (size_t s = 0; s < SIZES; s++) {
			struct cell_result result = fault_repeat(&faults[i], sizes[s].rate, sizes[s].tries, &early);
			tries += result.tries;
			if (result.found == 0)
				printf(" - |");
			else
				printf(" %u/%u, %.0f s (%.0f) |", result.found, result.tries, result.median_s,
				       result.most_s);
			fflush(stdout);
		}
		printf("\n");
	}
	printf("\nsignals in the %u times %u minutes before: %u\n", tries, WARM_MINUTES, early);
}

static void days_full(double most_rate, const char *name)
{
	static const double rates[] = {1, 5, 50, 500};
	printf("| clean day | seen while tuning | days | false alarms |\n|---|---|---|---|\n");
	for (unsigned i = 0; i < day_count; i++) {
		unsigned alarms = 0, count = 0;
		if (strstr(days[i].name, name) == NULL)
			continue;
		for (size_t r = 0; r < sizeof(rates) / sizeof(*rates) && rates[r] <= most_rate; r++) {
			unsigned repeats = rates[r] <= 5 ? 3 : 1;
			for (unsigned seed = 0; seed < repeats; seed++, count++)
				alarms += day_measure(&days[i], rates[r], 77 + seed, 24);
		}
		printf("| %s | %s | %u | %u |\n", days[i].name, days[i].is_tuned ? "yes" : "no", count, alarms);
		fflush(stdout);
	}
}

/* --- The short form --- */

static int faults_short(void)
{
	int missed = 0;
	unsigned early = 0;
	for (unsigned i = 0; i < fault_count; i++) {
		double seconds = fault_measure(&faults[i], 50, 5, true, &early);
		printf("%-34s %-16s %4.0f s\n", faults[i].name, sensor_name(faults[i].sensor), seconds);
		/* Each within three minutes at 50 questions a second. */
		missed += seconds < 0 || seconds > 180;
	}
	printf("%d missed or late, %u signals before anything was planted\n", missed, early);
	return missed + (int)early;
}

static int days_short(void)
{
	unsigned alarms = 0;
	for (unsigned i = 0; i < day_count; i++) {
		printf("%s\n", days[i].name);
		alarms += day_measure(&days[i], 1, 9, 24);
	}
	printf("%u false alarms in %u days\n", alarms, day_count);
	return (int)alarms;
}

int main(int argc, char **argv)
{
	/* --faults [NAME], --days RATE [NAME]: the tables, or rows of them; RATE: the largest site whose days are measured, questions a second */
	if (argc > 1 && strcmp(argv[1], "--faults") == 0) {
		faults_full(argc > 2 ? argv[2] : "");
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "--days") == 0) {
		days_full(atof(argv[2]), argc > 3 ? argv[3] : "");
		return 0;
	}
	return faults_short() + days_short() > 0;
}
